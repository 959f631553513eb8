// Softmax in the digits of a format, as it stands and safely: the formulas of models/softmax.py.

const ROUND = { float32: Math.fround, float64: (value) => value };
const LARGEST = { float32: (2 - 2 ** -23) * 2 ** 127, float64: Number.MAX_VALUE };

// { z: the logits with the shift, exponentials, total, plain, safe, verdict } of a list of logits.
export function softmax(logits, temperature, shift, format) {
  const round = ROUND[format];
  const shares = (powers) => {
    const sum = powers.reduce((total, one) => round(total + one), 0);
    return [sum, powers.map((one) => round(one / sum))];
  };
  const z = logits.map((one) => one + shift);
  const divided = z.map((one) => round(round(one) / round(temperature)));
  const exponentials = divided.map((one) => round(Math.exp(one)));
  const most = Math.max(...divided);
  const [total, plain] = shares(exponentials);
  const [, safe] = shares(divided.map((one) => round(Math.exp(round(one - most)))));
  return { z, exponentials, total, plain, safe, verdict: verdict(exponentials, total, plain, safe, format) };
}

function verdict(exponentials, total, plain, safe, format) {
  if (exponentials.includes(Infinity)) {
    return `${format} holds exp(x) only up to x = ${Math.log(LARGEST[format]).toFixed(1)}: beyond, exp is inf, and inf / inf is nan`;
  }
  if (total === 0) return `every exp(z/T) is too small for ${format}: 0 / 0 is nan`;
  const same = plain.every((one, i) => Math.abs(one - safe[i]) <= 1e-4 + 1e-5 * Math.abs(safe[i]));
  return same ? "both ways agree" : "exp(z/T) has lost its digits: the plain formula is off";
}

// The logit that gives class i the probability `share`, when the others stay as they are.
export function logitFor(logits, i, share, temperature) {
  const others = logits.filter((_, k) => k !== i).map((one) => one / temperature);
  const most = Math.max(...others);
  const sum = others.reduce((total, one) => total + Math.exp(one - most), 0);
  return temperature * (most + Math.log(sum) + Math.log(share / (1 - share)));
}
