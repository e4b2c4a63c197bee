// Numbers of about 31 digits: [high, low], two doubles whose sum is meant.  With plain doubles 1 - beta1^2/beta2 would
// lose its digits where the betas are close to 1.  What has no value (a root of a negative number) is not finite.
const twoSum = (a, b) => {
  const s = a + b,
    t = s - a;
  return [s, a - (s - t) + (b - t)];
};
const ordered = (a, b) => {
  const s = a + b;
  return [s, b - (s - a)];
};
const halves = (a) => {
  const t = 134217729 * a,
    high = t - (t - a);
  return [high, a - high];
};
const twoProduct = (a, b) => {
  const p = a * b,
    [ah, al] = halves(a),
    [bh, bl] = halves(b);
  return [p, ah * bh - p + ah * bl + al * bh + al * bl];
};
const add = (x, y) => {
  const [s, e] = twoSum(x[0], y[0]),
    [t, f] = twoSum(x[1], y[1]);
  const [high, low] = ordered(s, e + t);
  return ordered(high, low + f);
};
const negative = (x) => [-x[0], -x[1]];
const subtract = (x, y) => add(x, negative(y));
const multiply = (x, y) => {
  const [p, e] = twoProduct(x[0], y[0]);
  return ordered(p, e + (x[0] * y[1] + x[1] * y[0]));
};
const divide = (x, y) => {
  const first = x[0] / y[0],
    rest = subtract(x, multiply([first, 0], y));
  const second = rest[0] / y[0],
    last = subtract(rest, multiply([second, 0], y))[0] / y[0];
  return add(ordered(first, second), [last, 0]);
};
const root = (x) => {
  if (x[0] === 0) return x;
  const near = [Math.sqrt(x[0]), 0];
  return add(near, [subtract(x, multiply(near, near))[0] / (2 * near[0]), 0]);
};
const power = (x, n) => {
  let found = [1, 0];
  for (let k = Math.abs(n); k > 0; k -= 1) found = multiply(found, x);
  return n < 0 ? divide([1, 0], found) : found;
};
const sum = (...parts) => parts.reduce(add);
const product = (...parts) => parts.reduce(multiply);
const absolute = (x) => (x[0] < 0 ? negative(x) : x);
const ofWhole = (n) => {
  const high = Number(n);
  return [high, Number(n - BigInt(high))];
};
const fraction = (top, bottom) => divide(ofWhole(BigInt(top)), ofWhole(BigInt(bottom)));
const finite = (x) => Number.isFinite(x[0]) && Number.isFinite(x[1]);

// The sign of x - y; 0 also where the two are too close for these digits.
const CLOSE = 2 ** -98;
const compare = (x, y) => {
  const gap = subtract(x, y)[0],
    size = Math.max(Math.abs(x[0]), Math.abs(y[0]));
  return Math.abs(gap) <= size * CLOSE ? 0 : Math.sign(gap);
};

// Decimals as they are typed, exact: digits*10^exponent.
const DECIMAL = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i;
const decimal = (text) => {
  const [whole, before = "", behind = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || before + behind === "") return null;
  let digits = BigInt(before + behind),
    at = Number(exponent) - behind.length;
  while (digits !== 0n && digits % 10n === 0n) [digits, at] = [digits / 10n, at + 1];
  return digits === 0n ? { digits, at: 0 } : { digits, at };
};
const ofDecimal = ({ digits, at }) => {
  const scale = ofWhole(10n ** BigInt(Math.abs(at)));
  return at < 0 ? divide(ofWhole(digits), scale) : multiply(ofWhole(digits), scale);
};

// As `adamproof bound` prints numbers: rounded up to so many digits, short ones without a power of 10.
const grouped = (text) => (/^\d+$/.test(text) ? text.replace(/\B(?=(\d{3})+$)/g, ",") : text);
const roundedUp = (value, digits) => {
  if (value === 0) return "0";
  let [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  if (Number(`${mantissa}e${exponent}`) < value) {
    const next = String(BigInt(mantissa.replace(".", "")) + 1n);
    mantissa = `${next[0]}.${next.slice(1)}`;
    if (next.length > digits) exponent = String(Number(exponent) + 1);
  }
  return plain(mantissa.replace(".", "").replace(/0+$/, ""), Number(exponent), digits);
};
const plain = (figures, exponent, digits) => {
  if (exponent >= -4 && exponent < Math.max(digits, 6)) {
    if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${figures}`;
    const padded = figures.padEnd(exponent + 1, "0");
    return padded.length > exponent + 1 ? `${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}` : padded;
  }
  const rest = figures.length > 1 ? `.${figures.slice(1)}` : "";
  return `${figures[0]}${rest}e${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
};
