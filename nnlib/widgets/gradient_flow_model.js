// The size of signal and gradient in a deep network, layer by layer, before any training: the network
// that models/gradient_flow.py builds, with the numbers that NumPy draws, forwards and backwards.

import { few } from "./base/kit/numbers.js";
import { makeGenerator } from "./base/kit/random.js";

const N = 64; // examples
const INPUTS = 32;
const CLASSES = 2;
export const MOST = 20; // layers
export const LOW = 1e-16; // what the pictures show, from here
export const HIGH = 1e8; // to here
const STRONG = 1000; // a factor between two layers from which we speak of vanishing or exploding
const EPS = 1e-5; // of batch normalisation

// f(z) and the slope by f's own value
export const ACTIVATIONS = {
  sigmoid: [(z) => (z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z))), (a) => a * (1 - a)],
  tanh: [Math.tanh, (a) => 1 - a * a],
  ReLU: [(z) => Math.max(z, 0), (a) => (a > 0 ? 1 : 0)],
  none: null,
};
// the standard deviation of weights from `before` numbers to `after`
export const STARTS = {
  "small: std 0.01": () => 0.01,
  "large: std 1": () => 1,
  Xavier: (before, after) => Math.sqrt(2 / (before + after)),
  He: (before) => Math.SQRT2 / Math.sqrt(before),
  "as Linear does": null,
};

function filled(length, one) {
  const found = new Float64Array(length);
  for (let i = 0; i < length; i++) found[i] = one();
  return found;
}

function makeLayers({ depth, width, start, seed }) {
  const generator = makeGenerator(seed);
  const spread = STARTS[start];
  const uniform = (length, bound) => filled(length, () => Math.fround(2 * bound * generator.random() - bound)); // nnlib keeps 32 bits
  const gain = Math.sqrt(2 / (1 + Math.sqrt(5) ** 2));
  const layers = Array.from({ length: depth }, (_, k) => {
    const before = k ? width : INPUTS;
    const after = k === depth - 1 ? CLASSES : width;
    if (spread) { // Linear draws its own first, and they are written over
      generator.skip((before + 1) * after);
      return { before, after, bias: new Float64Array(after) };
    }
    const weight = uniform(before * after, gain * Math.sqrt(3 / before));
    return { before, after, weight, bias: uniform(after, 1 / Math.sqrt(before)) };
  });
  for (const layer of spread ? layers : []) {
    const std = spread(layer.before, layer.after);
    layer.weight = filled(layer.before * layer.after, () => Math.fround(std * generator.normal()));
  }
  return layers;
}

function rms(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum / values.length);
}

// The mean of each column of N rows.
function means(values, columns) {
  const found = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) found[i % columns] += values[i] / N;
  return found;
}
const centredRows = (values, columns) => {
  const mean = means(values, columns);
  return values.map((value, i) => value - mean[i % columns]);
};

// z = x Wᵀ + b
function sums({ before, after, weight, bias }, x) {
  const z = new Float64Array(N * after);
  for (let row = 0; row < N; row++) {
    for (let unit = 0; unit < after; unit++) {
      let sum = 0;
      for (let i = 0; i < before; i++) sum += x[row * before + i] * weight[unit * before + i];
      z[row * after + unit] = sum + bias[unit];
    }
  }
  return z;
}

// dL/dW and dL/dx from dL/dz
function linearBack({ before, after, weight }, x, dz) {
  const [dw, dx] = [new Float64Array(weight.length), new Float64Array(x.length)];
  for (let row = 0; row < N; row++) {
    for (let unit = 0; unit < after; unit++) {
      const slope = dz[row * after + unit];
      if (slope === 0) continue;
      for (let i = 0; i < before; i++) {
        dw[unit * before + i] += slope * x[row * before + i];
        dx[row * before + i] += slope * weight[unit * before + i];
      }
    }
  }
  return [dw, dx];
}

function normalised(z, columns) {
  const centred = centredRows(z, columns);
  const variance = means(centred.map((value) => value * value), columns);
  const scale = variance.map((one) => 1 / Math.sqrt(one + EPS));
  return [centred.map((value, i) => value * scale[i % columns]), scale];
}

function normalisedBack(dy, hat, scale) {
  const columns = scale.length;
  const mean = means(dy, columns);
  const along = means(dy.map((value, i) => value * hat[i]), columns);
  return dy.map((value, i) => (value - mean[i % columns] - hat[i] * along[i % columns]) * scale[i % columns]);
}

// p − y for one example of each class, over N: where the gradient begins.
function lossBack(logits, targets) {
  return logits.map((_, i) => {
    const row = Math.floor(i / CLASSES);
    const here = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    const most = Math.max(...here);
    const p = Math.exp(logits[i] - most) / here.reduce((sum, z) => sum + Math.exp(z - most), 0);
    return (p - (targets[row] === i % CLASSES ? 1 : 0)) / N;
  });
}

// { size, spread, sent, learned } of every layer, as Flow in Python.
export function flowOf(state) {
  const layers = makeLayers(state);
  const generator = makeGenerator(state.seed);
  let x = filled(N * INPUTS, generator.normal);
  const targets = Array.from({ length: N }, () => Math.floor(2 * generator.float()));
  const [f, slope] = ACTIVATIONS[state.activation] ?? [(z) => z, () => 1];
  const passes = layers.map((layer, k) => {
    const pass = { x, layer, around: state.residual && k > 0 };
    let y = sums(layer, x);
    if (k < layers.length - 1) {
      if (state.batch_norm) [y, pass.scale] = normalised(y, layer.after);
      pass.hat = y;
      y = pass.a = y.map(f);
      if (pass.around) y = y.map((value, i) => value + x[i]);
    }
    x = y;
    return pass;
  });
  const flow = { size: [], spread: [], sent: [], learned: [] };
  for (const pass of passes) {
    flow.size.push(rms(pass.x));
    flow.spread.push(rms(centredRows(pass.x, pass.layer.before)));
  }
  let dy = lossBack(x, targets);
  for (const { x: received, layer, hat, a, scale, around } of passes.toReversed()) {
    let dz = dy;
    if (a) {
      dz = dy.map((value, i) => value * slope(a[i]));
      if (scale) dz = normalisedBack(dz, hat, scale);
    }
    const [dw, dx] = linearBack(layer, received, dz);
    flow.sent.unshift(N * rms(dz));
    flow.learned.unshift(rms(dw));
    dy = around && a ? dx.map((value, i) => value + dy[i]) : dx;
  }
  return flow;
}

// How layer 1 and the last layer compare, in a sentence.
export function verdictOn({ learned }) {
  const [first, last, layers] = [learned[0], learned.at(-1), learned.length];
  const sorted = [...learned].sort((one, other) => one - other);
  const typical = (sorted[Math.floor((layers - 1) / 2)] + sorted[Math.floor(layers / 2)]) / 2;
  if (first === 0 || last === 0) return "the gradient of layer 1 is exactly 0: it learns nothing";
  const gets = `layer 1 gets ${few(first / last)} times the gradient of layer ${layers}`;
  if (typical < 1e-6 && first / last > 1 / STRONG) return `the gradient is tiny in every layer, typically ${few(typical)}`;
  if (first / last < 1 / STRONG) return `${gets}: it vanishes`;
  if (typical > 1e2) return `the gradient is huge in every layer, typically ${few(typical)}`;
  return first / last > STRONG ? `${gets}: it explodes` : gets;
}

// Exponents [low, high] that hold all numbers of the flows, in jumps of four powers of ten.
export function limits(flows) {
  const all = flows.filter(Boolean).flatMap(({ size, spread, sent, learned }) => [...size, ...spread, ...sent, ...learned]);
  const logs = all.filter((value) => value > 0).map((value) => Math.log10(Math.min(Math.max(value, LOW), HIGH)));
  const [least, most] = logs.length ? [Math.min(...logs), Math.max(...logs)] : [0, 0];
  return [Math.max(-16, Math.min(4 * Math.floor(least / 4), -4)), Math.min(8, Math.max(2, 1 + most))];
}
