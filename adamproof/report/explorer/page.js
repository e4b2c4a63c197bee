// The page: what is typed and moved, what is shown, and the state in its address.
const MARK = "#explore?";
const part = (name) => document.getElementById(`explore-${name}`);
const html = (tag, attributes = {}, ...children) => {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  found.append(...children);
  return found;
};
const state = { tab: "bound", texts: { ...DATA.start }, at: { ...DATA.schedule } };

// --- sliders: log10 of the value, or how many nines a beta has ---

const typedAt = (input, position) => {
  const amount = Number((10 ** (input.nines ? -position : position)).toPrecision(2));
  if (input.whole) return String(BigInt(Math.max(1, Math.round(amount))));
  if (!input.nines) return roundedUp(amount, 2).replace("e+", "e");
  const { digits, at } = decimal(String(amount)),
    behind = Math.max(0, -at);
  const rest = String(10n ** BigInt(behind) - digits * 10n ** BigInt(Math.max(0, at))).padStart(behind + 1, "0");
  return behind ? `${rest.slice(0, -behind)}.${rest.slice(-behind)}` : rest;
};
const positionOf = (input, text) => {
  const { value } = read(input, text);
  if (value === undefined) return null;
  return input.nines ? -Math.log10(subtract([1, 0], value)[0]) : Math.log10(value[0]);
};

// --- what is shown: the bound ---

const KINDS = ["first", "second", "third", "fourth", "fifth"];
const kindOf = (name, place) => KINDS[place % KINDS.length];
const showBound = () => {
  const found = evaluate(state.texts),
    usable = found.problem === undefined;
  const verdict = part("verdict"),
    { words } = DATA,
    start = usable ? head(found) : "";
  const text = usable ? found.text : `${found.problem}.`;
  const known = usable && text.startsWith(start) ? start : "";
  verdict.replaceChildren(html("strong", {}, known), text.slice(known.length));
  verdict.dataset.kind = known === words.SOMETHING ? "good" : known === words.FAILS ? "bad" : "open";
  showCommand(part("command"), commandOf(state.texts));
  const shown = usable && found.defined;
  part("numbers").hidden = !shown;
  if (!shown) return;
  showTerms(found);
  if (part("bound").hidden) return;
  showLines(found);
  showCurves(found);
  showMap(found);
};
const showCommand = (place, text) => {
  place.parentElement.hidden = text === "";
  const [program, ...options] = text.split(" --");
  place.replaceChildren(
    program,
    ...options.flatMap((option) => [" ", html("span", { class: "option" }, `--${option}`)]),
  );
};
const showTerms = (found) => {
  const row = (name, value, share, bar = "") =>
    html("tr", {}, html("th", { scope: "row" }, name), html("td", {}, roundedUp(value, 6)), html("td", {}, share), bar);
  const rows = DATA.terms.map((name, place) => {
    const share = found.shares[name],
      bar = html("span", { class: `bar ${kindOf(name, place)}` });
    bar.style.width = `${100 * share}%`;
    bar.hidden = share === 0;
    return row(name, found.terms[name], percent(share), html("td", { class: "bars" }, bar));
  });
  rows.push(row("total", found.total, "", html("td", {})));
  DATA.compared.forEach((each, place) =>
    rows.push(row(each.text, found.compared[place], "", html("td", {}, "compared with this"))),
  );
  part("terms").replaceChildren(...rows);
  part("scale").textContent = `${DATA.scale} = ${roundedUp(found.scale, 6)}`;
};
const showLines = (found) => {
  const log = (value) => (value > 0 ? Math.log10(value) : null);
  const rows = DATA.terms.map((name, place) => [name, log(found.terms[name]), kindOf(name, place)]);
  rows.push(["total", log(found.total), "total"]);
  const marks = found.known.map((each) => [
    log(each.value[0]),
    `${each.text} = ${roundedUp(each.value[0], 3)}`,
    "vacuity",
  ]);
  const all = [...rows.map(([, value]) => value), ...marks.map(([value]) => value)].filter((value) => value !== null);
  if (!all.length) return part("lines").replaceChildren();
  const axis = { low: Math.floor(Math.min(...all)) - 0.4, high: Math.ceil(Math.max(...all)) + 0.4, text: power10 };
  const beside = marks.map(([, text]) => `, beside ${text}`).join("");
  const said = `The terms and the total ${roundedUp(found.total, 3)} on a logarithmic axis${beside}`;
  dots(part("lines"), rows, marks, axis, said);
};
const showCurves = (found) => {
  const input = DATA.inputs.find((each) => each.name === "steps"),
    [from, to] = [input.low, input.high],
    points = 49;
  const grid = Array.from({ length: points }, (_, k) => from + (k * (to - from)) / (points - 1));
  const values = grid.map((at) => inTime(state.texts, 10 ** at));
  const curve = (of) => grid.map((at, k) => [at, Math.log10(of(values[k])[0])]);
  const wanted = [["total", "total", (each) => each.total]];
  DATA.terms.forEach((name, place) => wanted.push([name, kindOf(name, place), (each) => each.terms[name]]));
  DATA.compared.forEach((each, place) => wanted.push([each.text, "vacuity", (one) => one.compared[place]]));
  const now = read(input, state.texts.steps).value[0];
  const slopes = wanted.map(([name, kind, of]) => [name, kind, slope(state.texts, now, of)]);
  const said = (value) =>
    Number.isFinite(value) ? `slope ${(Math.round(100 * value) / 100 + 0).toString().replace("-", "\u2212")}` : "0";
  curves(
    part("curves"),
    wanted.map(([name, kind, of]) => [name, kind, curve(of)]),
    from,
    to,
    Math.min(Math.max(Math.log10(now), from), to),
    `The terms against T: ${slopes.map(([name, , value]) => `${name} ${said(value)}`).join(", ")}`,
  );
  part("slopes").replaceChildren(
    ...slopes.map(([name, kind, value]) => html("li", {}, sample(kind), `${name}: ${said(value)}`)),
  );
};
const sample = (kind) =>
  drawn(
    "svg",
    { width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true" },
    line(1, 6, 29, 6, `curve ${kind}`),
  );
const showMap = (found) => {
  const betas = DATA.inputs.filter((each) => each.nines),
    here = betas.map((each) => positionOf(each, state.texts[each.name]));
  const chosen = (...nines) => {
    betas.forEach((input, place) => (state.texts[input.name] = typedAt(input, nines[place])));
    changed();
  };
  const at = betas.map(({ name }) => `${name} = ${state.texts[name]}`).join(", ");
  const said = `${DATA.scale} over the betas; it is ${roundedUp(found.scale, 4)} at ${at}`;
  map(part("map"), betas, here, said, chosen);
};

// --- what is shown: exponents ---

const showExponents = () => {
  for (const name of Object.keys(state.at)) part(`value-${name}`).textContent = reduced(state.at[name], DATA.unit);
  DATA.routes.forEach((route) => showRoute(route, routeAt(route, state.at)));
};
const showRoute = (route, found) => {
  const of = (name) => part(`${route.theorem}-${name}`),
    { SCHEDULE } = DATA;
  showCommand(of("command"), scheduleCommand(state.at, route.theorem));
  of("table").hidden = found === null;
  if (found === null) {
    of("said").textContent = filled(SCHEDULE.NONE, route.scale);
    return of("picture").replaceChildren();
  }
  of("said").textContent = [
    filled(SCHEDULE.GROWTH, route.scale, orderText(found.growth)),
    found.falls ? filled(SCHEDULE.FALLS, found.rate, found.rate) : filled(SCHEDULE.STAYS, found.rate),
    found.conditions.length ? filled(SCHEDULE.IF, found.conditions.join(", ")) : "",
  ]
    .filter(Boolean)
    .join(" ");
  of("terms").replaceChildren(
    ...found.terms.map(([name, order]) => {
      const binds = found.binding.includes(name);
      const cells = [
        html("th", { scope: "row" }, name),
        html("td", {}, orderText(order)),
        html("td", {}, binds ? SCHEDULE.BINDS : ""),
      ];
      return html("tr", binds ? { class: "binds" } : {}, ...cells);
    }),
  );
  if (part("exponents").hidden) return;
  const rows = found.terms.map(([name, order], place) => [name, order.T / order.over, kindOf(name, place)]);
  const values = rows.map(([, value]) => value);
  const axis = {
    low: Math.min(-1, ...values) - 0.15,
    high: Math.max(0, ...values) + 0.35,
    text: (at) => `T^${at}`.replace("T^0", "1").replace("T^1", "T"),
  };
  dots(
    of("picture"),
    rows,
    [[0, SCHEDULE.ZERO, "vacuity"]],
    axis,
    found.terms.map(([name, order]) => `${name} ${orderText(order)}`).join(", "),
  );
};

// --- what is changed ---

const write = () => {
  const entries = [
    ["tab", state.tab],
    ...Object.entries(state.texts),
    ...Object.entries(state.at).map(([name, value]) => [name, reduced(value, DATA.unit)]),
  ];
  const hash = MARK + new URLSearchParams(entries);
  try {
    history.replaceState(null, "", hash);
  } catch {
    location.hash = hash;
  }
};
const readAddress = () => {
  if (!location.hash.startsWith(MARK)) return false;
  const given = new URLSearchParams(location.hash.slice(MARK.length));
  for (const name of SETTING) if (given.has(name)) state.texts[name] = given.get(name).trim();
  for (const name of Object.keys(state.at)) {
    const [top, bottom = "1"] = (given.get(name) ?? "").split("/"),
      value = Math.round((DATA.unit * Number(top || NaN)) / Number(bottom));
    if (value >= 0 && value <= DATA.most[name]) state.at[name] = value;
  }
  if (["bound", "exponents"].includes(given.get("tab"))) state.tab = given.get("tab");
  return true;
};
const show = () => {
  for (const input of DATA.inputs) {
    const text = state.texts[input.name],
      typed = part(`text-${input.name}`),
      slider = part(`slide-${input.name}`),
      at = positionOf(input, text);
    if (typed.value !== text) typed.value = text;
    typed.setAttribute("aria-invalid", String(at === null));
    if (at !== null && slider !== document.activeElement) slider.value = String(at);
    slider.setAttribute("aria-valuetext", text);
  }
  for (const name of Object.keys(state.at)) {
    part(`slide-${name}`).value = String(state.at[name]);
    part(`slide-${name}`).setAttribute("aria-valuetext", reduced(state.at[name], DATA.unit));
  }
  const same = Object.entries(DATA.settings).find(([, values]) =>
    SETTING.every((name) => values[name] === state.texts[name]),
  );
  part("setting").value = same ? same[0] : "";
  for (const tab of ["bound", "exponents"]) {
    part(tab).hidden = tab !== state.tab;
    part(`tab-${tab}`).setAttribute("aria-selected", String(tab === state.tab));
    part(`tab-${tab}`).tabIndex = tab === state.tab ? 0 : -1;
  }
  showBound();
  showExponents();
};
const changed = () => {
  show();
  write();
};
const choose = (tab) => {
  state.tab = tab;
  changed();
};
const copy = async (button) => {
  const source = part(button.dataset.of);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    button.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
};
const begin = () => {
  for (const each of document.querySelectorAll(".explorer [data-live]")) each.hidden = false;
  for (const each of document.querySelectorAll(".explorer [data-still]")) each.hidden = true;
  for (const input of DATA.inputs) {
    part(`slide-${input.name}`).addEventListener("input", (event) => {
      state.texts[input.name] = typedAt(input, event.target.valueAsNumber);
      changed();
    });
    part(`text-${input.name}`).addEventListener("input", (event) => {
      state.texts[input.name] = event.target.value.trim();
      changed();
    });
  }
  for (const name of Object.keys(state.at))
    part(`slide-${name}`).addEventListener("input", (event) => {
      state.at[name] = event.target.valueAsNumber;
      changed();
    });
  part("setting").addEventListener("change", (event) => {
    Object.assign(state.texts, DATA.settings[event.target.value]);
    changed();
  });
  for (const tab of ["bound", "exponents"]) {
    part(`tab-${tab}`).addEventListener("click", () => choose(tab));
    part(`tab-${tab}`).addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const other = tab === "bound" ? "exponents" : "bound";
      choose(other);
      part(`tab-${other}`).focus();
    });
  }
  for (const button of document.querySelectorAll(".explorer button[data-of]"))
    button.addEventListener("click", () => copy(button));
  addEventListener("hashchange", () => readAddress() && show());
  const linked = readAddress();
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (entry.contentRect.width === width) return;
    width = entry.contentRect.width;
    show();
  }).observe(part("whole"));
  show();
  if (linked) part("whole").scrollIntoView();
};
window.adamproofExplorer = { evaluate, commandOf, routeAt: (route, at) => routeAt(DATA.routes[route], at), orderText };
begin();
