// What the page says of a setting, and of a schedule.  The formulas are in `formulas`, words and rules in DATA.
const SETTING = DATA.inputs.map((input) => input.name);

// A value as it is typed, or why the page does not take it.
const read = (input, text) => {
  const { decimals, largest, longest } = DATA.limits;
  const found = isDecimal(text) ? decimal(text) : null;
  const refused = (problem) => ({ problem });
  if (text === "") return refused(`${input.name} is empty; write a decimal such as 0.9 or 1e-3`);
  if (found === null) return refused(`${input.name} = ${text.slice(0, longest)} is not a decimal such as 0.9 or 1e-3`);
  if (found.digits !== 0n && Math.abs(found.at + String(found.digits).length - 1) > largest)
    return refused(
      `${input.name} = ${text} is beyond this page, which goes from 1e-${largest} to 1e${largest}; run the command`,
    );
  const value = ofDecimal(found),
    off = (end) => compare(value, fraction(end, "1"));
  const low = input.least !== null && off(input.least) < (input.above ? 1 : 0);
  const high = input.most !== null && off(input.most) > (input.below ? -1 : 0);
  if (low || high || (input.whole && found.at < 0)) return refused(`${input.rule}, got ${text}`);
  if (input.nines && found.at < -decimals)
    return refused(
      `${input.name} = ${text} has more than ${decimals} digits behind the point, too many here; run the command`,
    );
  return { value };
};

const holding = ([left, right], { strict }) => {
  const sign = compare(left, right);
  return sign === 0 ? !strict && finite(left) : sign < 0;
};

// The terms and what they are compared with, as numbers; or why there are none.
const evaluate = (texts) => {
  const values = DATA.inputs.map((input) => read(input, texts[input.name] ?? ""));
  const broken = values.find((each) => each.problem !== undefined);
  if (broken !== undefined) return { problem: broken.problem };
  return judged(formulas(...values.map((each) => each.value)));
};

const judged = (found) => {
  const failing = DATA.hypotheses
    .filter((each, place) => !holding(found.hypotheses[place], each))
    .map((each) => each.name);
  const open = DATA.hypotheses.filter((each, place) => each.strict && compare(...found.hypotheses[place]) === 0);
  const numbers = [...Object.values(found.terms), found.total, found.scale, ...found.compared];
  const defined = open.length === 0 && numbers.every(finite);
  const answer = { holds: failing.length === 0, failing, defined, open: open.map((each) => each.name) };
  if (!defined) return { ...answer, text: undefinedText(answer) };
  answer.terms = Object.fromEntries(Object.entries(found.terms).map(([name, value]) => [name, value[0]]));
  answer.shares = Object.fromEntries(
    Object.entries(found.terms).map(([name, value]) => [name, found.total[0] > 0 ? divide(value, found.total)[0] : 0]),
  );
  answer.total = found.total[0];
  answer.scale = found.scale[0];
  answer.compared = found.compared.map((value) => value[0]);
  answer.known = found.compared
    .map((value, place) => ({ ...DATA.compared[place], value }))
    .filter((each) => each.value[0] > 0);
  answer.ratios = answer.known.map((each) => [divide(found.total, each.value), each.why]);
  answer.vacuous = answer.known.length ? answer.known.some((each) => compare(found.total, each.value) >= 0) : null;
  answer.binding = DATA.terms.reduce((most, name) => (answer.terms[name] > answer.terms[most] ? name : most));
  return { ...answer, text: verdictText(answer) };
};

const filled = (pattern, ...parts) => parts.reduce((text, part) => text.replace("{}", () => part), pattern);

const undefinedText = ({ failing, open }) => {
  const w = DATA.words;
  if (open.length) return `${open.join(" and ")} is too close to call on this page; run the command.`;
  if (failing.length)
    return `${w.FAILS}: ${failing.map((name) => filled(w.FAILING, name)).join(" and ")}, so there is no bound.`;
  return "A number is too large or too small for this page; run the command, which computes it exactly.";
};

const multiple = (ratio) => {
  const w = DATA.words,
    sign = compare(ratio, [1, 0]),
    shown = grouped(roundedUp(ratio[0], w.DIGITS));
  if (sign === 0) return w.ABOUT;
  if (sign > 0) return ratio[0] < w.NEAR_ABOVE ? w.JUST_ABOVE : filled(w.TIMES, shown);
  return shown === "1" ? w.JUST_BELOW : filled(w.PART, shown);
};

const percent = (share) => {
  const { SMALL, SMALL_SHARE } = DATA.words;
  return share > 0 && share < SMALL_SHARE ? SMALL : `${(100 * share).toFixed(0)} %`;
};

// The first words of a verdict, and the whole.
const head = ({ holds, vacuous }) => {
  const w = DATA.words;
  if (!holds) return w.FAILS;
  return vacuous === null ? w.OPEN : vacuous ? w.NOTHING : w.SOMETHING;
};
const verdictText = (answer) => {
  const w = DATA.words,
    first = head(answer);
  const sorted = [...answer.ratios].sort((x, y) => (compare(y[0], [1, 0]) >= 0) - (compare(x[0], [1, 0]) >= 0));
  let why = `: ${filled(w.BOUND_IS, sorted.map(([ratio, said]) => `${multiple(ratio)} ${said}`).join(", and "))}`;
  if (!answer.holds) why = `: ${answer.failing.map((name) => filled(w.FAILING, name)).join(" and ")}, ${w.NO_BOUND}`;
  else if (answer.vacuous === null) why = `, but ${w.INCOMPARABLE}`;
  return `${first}${why}. ${filled(w.LARGEST, answer.binding, percent(answer.shares[answer.binding]))}`;
};

// Nothing but decimals goes into a command: the texts may come from a link that somebody else made.
const isDecimal = (text = "") => text.length <= DATA.limits.longest && decimal(text) !== null;
const commandOf = (texts) => {
  if (!SETTING.every((name) => isDecimal(texts[name]))) return "";
  return `adamproof bound ${SETTING.map((name) => `--${name} ${texts[name]}`).join(" ")}`;
};

// --- against T, and over the betas ---

const inTime = (texts, steps) => {
  const values = DATA.inputs.map((input) =>
    input.name === "steps" ? [steps, 0] : read(input, texts[input.name]).value,
  );
  return formulas(...values);
};
const slope = (texts, steps, of) => {
  const step = 1.01,
    [before, after] = [steps / step, steps * step].map((at) => of(inTime(texts, at))[0]);
  return Math.log(after / before) / (2 * Math.log(step));
};
// The scale at a pair of betas, by their nines; it depends on nothing else.
const scaleAt = (nines1, nines2) => {
  const rest = (nines) => subtract([1, 0], [10 ** -nines, 0]);
  const betas = { beta1: rest(nines1), beta2: rest(nines2) };
  return formulas(...DATA.inputs.map((input) => betas[input.name] ?? [1, 0])).scale[0];
};

// --- exponents, in whole numbers: times `over` of the route and the page's unit ---

const orderAt = (cells, at, over) => {
  const zero = ["A", "B"].filter((name) => at[name] === 0).join();
  const value = ([constant, a, b, c]) => constant * DATA.unit + a * at.A + b * at.B + c * at.C;
  const fits = (cell) =>
    cell.zero.join() === zero && cell.where.every(([form, sign]) => Math.sign(value(form)) === sign);
  const order = cells.find(fits)?.order;
  return order && order.sign > 0 ? { ...order, T: value(order.T), over: over * DATA.unit } : null;
};
const routeAt = (route, at) => {
  const growth = orderAt(route.growth, at, route.over);
  const terms = Object.entries(route.terms).map(([name, cells]) => [name, orderAt(cells, at, route.over)]);
  if (growth === null || terms.some(([, order]) => order === null)) return null;
  const most = Math.max(...terms.map(([, order]) => order.T));
  return {
    growth,
    terms,
    rate: reduced(-most, route.over * DATA.unit),
    falls: most < 0,
    binding: terms.filter(([, order]) => order.T === most).map(([name]) => name),
    conditions: [...new Set(terms.flatMap(([, order]) => order.conditions))],
  };
};
const reduced = (top, bottom) => {
  const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b)),
    by = divisor(Math.abs(top), bottom);
  return bottom / by === 1 ? String(top / by) : `${top / by}/${bottom / by}`;
};
const orderText = (order) => {
  const parts = [
    ["T", reduced(order.T, order.over)],
    ["d", order.d],
    ["ln(T)", order.log],
  ].filter(([, exponent]) => exponent !== "0");
  const shown = (exponent) => (/^\w+$/.test(exponent) ? exponent : `(${exponent})`);
  return parts.map(([name, exponent]) => (exponent === "1" ? name : `${name}^${shown(exponent)}`)).join("*") || "1";
};
const scheduleCommand = (at, theorem) => {
  const of = (name) => reduced(at[name], DATA.unit);
  const chosen = theorem === DATA.routes[0].theorem ? "" : ` --theorem ${theorem}`;
  return `adamproof schedule --beta1 ${of("A")} --beta2 ${of("B")} --lr ${of("C")}${chosen}`;
};
