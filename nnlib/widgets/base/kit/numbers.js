// How numbers are written: everywhere the same, with a real minus sign. base/numbers.py too.

export function fixed(value, decimals = 2) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "no number" : value > 0 ? "∞" : "−∞";
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

// About three digits: 0.719, 2.35, −12.3, 0.0021, 3.1e−9.
export function short(value) {
  const size = Math.abs(value);
  if (size !== 0 && Number.isFinite(size) && (size < 1e-4 || size >= 1e5)) {
    return value.toExponential(1).replaceAll("-", "−").replace("e+", "e");
  }
  const few = size > 0 && size < 0.1 ? 1 - Math.floor(Math.log10(size)) : 3; // two digits
  return trimmed(fixed(value, size < 1 ? few : size < 10 ? 2 : size < 1000 ? 1 : 0));
}

export function trimmed(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

const SUPERSCRIPTS = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, k) => [k, sign])) };

// Ten to the power k: 10⁻⁸; and plain where that is short: 0.01, 1, 100.
export const tenTo = (k) => `10${[...String(k)].map((sign) => SUPERSCRIPTS[sign]).join("")}`;
export const powerOfTen = (k) => (Math.abs(k) < 4 ? trimmed((10 ** k).toFixed(Math.max(0, -k))) : tenTo(k));

// So many digits, where two numbers are compared: 0.01234, 12.35.
export const digits = (value, count = 4) => String(Number(value.toPrecision(count))).replaceAll("-", "−").replace("e+", "e");

// About two digits, in words: 0.37, 52, 3 × 10⁻⁸.
export function few(value) {
  if (value === 0 || (value >= 0.01 && value < 1000)) return short(Number(value.toPrecision(2)));
  const [mantissa, power] = value.toExponential(0).split("e");
  return `${mantissa} × ${tenTo(Number(power))}`;
}

// A factor or a term of a sum: negative numbers stand in brackets.
export function bracket(text) {
  return text.startsWith("−") ? `(${text})` : text;
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

// The multiple of a step that is nearest, without what floats add: 1.05, not 1.0500000000000003.
export function rounded(value, step) {
  return Number((Math.round(value / step) * step).toPrecision(12));
}
