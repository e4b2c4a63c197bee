// The pictures, in SVG.  Each is drawn anew, as wide as the place that it has; what it shows is said in its label.
const SVG = "http://www.w3.org/2000/svg";
const drawn = (tag, attributes = {}, ...children) => {
  const found = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  found.append(...children);
  return found;
};
const canvas = (place, height, label) => {
  const width = Math.max(260, Math.floor(place.clientWidth));
  const found = drawn("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  place.replaceChildren(found);
  return [found, width];
};
const power10 = (exponent) => (exponent >= -2 && exponent <= 3 ? String(Number(`1e${exponent}`)) : `1e${exponent}`);
// Whole numbers between two ends, at most so many.
const ticks = (low, high, most) => {
  const step = Math.max(1, Math.ceil((high - low) / most));
  const found = [];
  for (let k = Math.ceil(low / step) * step; k <= high; k += step) found.push(k);
  return found;
};
const line = (x1, y1, x2, y2, kind) => drawn("line", { x1, y1, x2, y2, class: kind });
const label = (x, y, text, anchor = "start", kind = "") =>
  drawn("text", { x, y, "text-anchor": anchor, class: kind }, text);

// A dot a row on one axis, with marks across all rows: rows [name, value, kind], marks [value, text, kind].
const dots = (place, rows, marks, axis, said) => {
  const row = 26,
    left = 126,
    top = 22 * marks.length + 8,
    bottom = top + row * rows.length;
  const [picture, width] = canvas(place, bottom + 26, said);
  const right = width - 16,
    x = (value) => left + ((value - axis.low) / (axis.high - axis.low)) * (right - left);
  for (const at of ticks(axis.low, axis.high, Math.floor((right - left) / 56))) {
    picture.append(line(x(at), top, x(at), bottom, "grid"), label(x(at), bottom + 18, axis.text(at), "middle", "tick"));
  }
  marks.forEach(([value, text, kind], place_) => {
    const at = x(value),
      half = at > (left + right) / 2,
      y = 16 + 22 * place_;
    picture.append(
      line(at, y + 5, at, bottom, kind),
      label(Math.min(Math.max(at, left), right), y, text, half ? "end" : "start", "tick"),
    );
  });
  rows.forEach(([name, value, kind], place_) => {
    const y = top + row * (place_ + 0.5);
    picture.append(label(left - 8, y + 4, name, "end", kind === "total" ? "strong" : ""));
    if (value === null) picture.append(label(left + 4, y + 4, "0", "start", "tick"));
    else
      picture.append(
        line(x(axis.low), y, x(value), y, `stem ${kind}`),
        drawn("circle", { cx: x(value), cy: y, r: 5, class: `dot ${kind}` }),
      );
  });
};

// Lines in log-log coordinates: curves [name, kind, points [x, y]], at a marked x.
const curves = (place, found, from, to, at, said) => {
  const left = 44,
    top = 12,
    height = 300,
    bottom = height - 40;
  const [picture, width] = canvas(place, height, said),
    right = width - 20;
  const values = found.flatMap(([, , points]) => points.map(([, y]) => y)).filter(Number.isFinite);
  const highest = Math.max(...values),
    low = Math.floor(Math.max(Math.min(...values), highest - 24)),
    high = Math.ceil(highest);
  const x = (value) => left + ((value - from) / (to - from)) * (right - left);
  const y = (value) => bottom - ((value - low) / Math.max(high - low, 1)) * (bottom - top);
  for (const k of ticks(from, to, Math.floor((right - left) / 48)))
    picture.append(line(x(k), top, x(k), bottom, "grid"), label(x(k), bottom + 17, power10(k), "middle", "tick"));
  for (const k of ticks(low, high, 7))
    picture.append(line(left, y(k), right, y(k), "grid"), label(left - 6, y(k) + 4, power10(k), "end", "tick"));
  picture.append(label((left + right) / 2, height - 4, "T, the number of steps", "middle", "tick"));
  picture.append(line(x(at), top, x(at), bottom, "here"));
  for (const [, kind, points] of found) {
    const shown = points.filter(([, value]) => value >= low);
    if (shown.length)
      picture.append(
        drawn("polyline", {
          points: shown.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" "),
          class: `curve ${kind}`,
        }),
      );
  }
};

// R over the betas in bands, by the number of nines, and the edge from which on there is none.
const BANDS = [...DATA.bands, Infinity];
const map = (place, [first, second], here, said, chosen) => {
  const left = 62,
    top = 26,
    bottom = 326;
  const [picture, width] = canvas(place, bottom + 42, said),
    right = Math.min(width - 32, left + 460);
  const x = (nines) => left + ((nines - first.low) / (first.high - first.low)) * (right - left);
  const y = (nines) => bottom - ((nines - second.low) / (second.high - second.low)) * (bottom - top);
  const [wide, tall] = [(right - left) / CELLS, (bottom - top) / CELLS];
  computed ??= surveyed(first, second);
  computed.rows.forEach((bands, row) => {
    for (let start = 0, end = 1; start < CELLS; start = end, end = start + 1) {
      while (end < CELLS && bands[end] === bands[start]) end += 1;
      const box = {
        x: left + start * wide,
        y: bottom - (row + 1) * tall,
        width: (end - start) * wide + 0.5,
        height: tall + 0.5,
      };
      picture.append(drawn("rect", { ...box, class: `band b${bands[start]}` }));
    }
  });
  picture.append(
    drawn("polyline", {
      points: computed.edge.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" "),
      class: "edge",
    }),
  );
  const beta = (nines) => (nines === 0 ? "0" : `0.${"9".repeat(nines)}`);
  for (const k of ticks(first.low, first.high, Math.floor((right - left) / 64)))
    picture.append(label(x(k), bottom + 17, beta(k), "middle", "tick"));
  for (const k of ticks(second.low, second.high, 8))
    picture.append(label(left - 6, y(k) + 4, k > 4 ? `1-1e-${k}` : beta(k), "end", "tick"));
  picture.append(
    label((left + right) / 2, bottom + 36, "beta1", "middle", "tick"),
    label(left - 6, 14, "beta2", "end", "tick"),
  );
  const equal = [Math.max(first.low, second.low), Math.min(first.high, second.high)];
  picture.append(line(x(equal[0]), y(equal[0]), x(equal[1]), y(equal[1]), "valley"));
  const [a, b] = here;
  if (a >= first.low && a <= first.high && b >= second.low && b <= second.high)
    picture.append(
      drawn("circle", { cx: x(a), cy: y(b), r: 8, class: "ring" }),
      drawn("circle", { cx: x(a), cy: y(b), r: 3, class: "point" }),
    );
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const u = (event.clientX - box.left - left) / (right - left),
      v = (bottom - (event.clientY - box.top)) / (bottom - top);
    if (u >= 0 && u <= 1 && v >= 0 && v <= 1)
      chosen(first.low + u * (first.high - first.low), second.low + v * (second.high - second.low));
  });
};
const CELLS = 72;
let computed = null;
const surveyed = (first, second) => {
  const at = (k, range) => range.low + ((k + 0.5) / CELLS) * (range.high - range.low);
  const all = Array.from({ length: CELLS }, (_, k) => k);
  const rows = all.map((row) => all.map((column) => band(scaleAt(at(column, first), at(row, second)))));
  const edge = all
    .map((column) => [at(column, first), edgeAt(at(column, first), second)])
    .filter(([, nines]) => nines !== null);
  return { rows, edge };
};
// The nines of beta2 from which on there is an R, by bisection.
const edgeAt = (nines1, { low, high }) => {
  if (Number.isFinite(scaleAt(nines1, low)) || !Number.isFinite(scaleAt(nines1, high))) return null;
  for (let k = 0; k < 20; k += 1) {
    const middle = (low + high) / 2;
    [low, high] = Number.isFinite(scaleAt(nines1, middle)) ? [low, middle] : [middle, high];
  }
  return high;
};
const band = (value) => (Number.isFinite(value) ? BANDS.findIndex((end) => value < end) : "none");
