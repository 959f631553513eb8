// A network in training: what models/training_run.py computes with nnlib, written out.

import { fixed } from "./base/kit/numbers.js";
import { makeGenerator } from "./base/kit/random.js";
import { makePoints, windowOf } from "./training_data.js";

export const CROSS = "cross-entropy";
export const SQUARED = "squared error";
export const USUAL = "usual";
const MOMENTUM = "momentum 0.9";

// output from sum, and slope from output
const sigmoid = (z) => Math.exp(Math.min(z, 0)) / (1 + Math.exp(-Math.abs(z)));
export const ACTIVATIONS = {
  sigmoid: [sigmoid, (a) => a * (1 - a)],
  tanh: [Math.tanh, (a) => 1 - a * a],
  ReLU: [(z) => Math.max(z, 0), (a) => (a > 0 ? 1 : 0)],
  none: [(z) => z, () => 1],
};

// Each makes a function from a gradient and its own memory [m, v] at a place, and the step, to a change.
export const OPTIMIZERS = {
  SGD: (lr) => (g) => lr * g,
  [MOMENTUM]: (lr) => (g, { m }, i) => lr * (m[i] = 0.9 * m[i] + g),
  RMSprop: (lr) => (g, { v }, i) => (lr * g) / (Math.sqrt(v[i] = 0.99 * v[i] + 0.01 * g * g) + 1e-8),
  Adam: (lr) => (g, { m, v }, i, t) => {
    m[i] = 0.9 * m[i] + 0.1 * g;
    v[i] = 0.999 * v[i] + 0.001 * g * g;
    return (lr * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8);
  },
};

// --- the network: y = W x + b and an activation for each layer

function makeLayers(settings, outputs, generator) {
  const { layers: count, units, activation, start, dropout, loss } = settings;
  const sizes = [2, ...Array(count).fill(units), outputs];
  const layers = sizes.slice(1).map((out, k) => {
    const bound = 1 / Math.sqrt(sizes[k]);
    const drawn = (length) => Float64Array.from({ length }, () => Math.fround(2 * bound * generator.random() - bound));
    const last = k === count;
    const squashed = loss !== SQUARED ? "none" : outputs === 1 ? "sigmoid" : "softmax";
    return {
      in: sizes[k], out, W: drawn(out * sizes[k]), b: drawn(out),
      kind: last ? squashed : activation, dropout: last ? 0 : dropout,
    };
  });
  if (start !== USUAL) {
    const scale = start === "all zero" ? 0 : Number(start.split(" ").at(-1));
    for (const { W, b } of layers) {
      W.forEach((_, i) => { W[i] = Math.fround(scale * generator.normal()); });
      b.forEach((_, i) => { b[i] = 0 * generator.normal(); }); // drawn all the same, as in Python
    }
  }
  return layers;
}

// The outputs of every layer for n points, x flat: [{ a, keep }], keep the factors of dropout or null.
export function forward(layers, x, n, generator = null) {
  let input = x;
  return layers.map(({ in: width, out, W, b, kind, dropout }) => {
    const a = new Float64Array(n * out);
    const apply = kind === "softmax" ? ACTIVATIONS.none[0] : ACTIVATIONS[kind][0];
    for (let row = 0; row < n; row++) {
      for (let o = 0; o < out; o++) {
        let z = 0;
        for (let i = 0; i < width; i++) z += W[o * width + i] * input[row * width + i];
        a[row * out + o] = apply(z + b[o]);
      }
    }
    if (kind === "softmax") toChances(a, out);
    let keep = null;
    let given = a;
    if (generator && dropout) {
      const [drawn, factor] = [generator.atLeast(dropout, a.length), 1 / (1 - dropout)];
      keep = a.map((_, i) => (drawn[i] ? factor : 0));
      given = a.map((value, i) => value * keep[i]);
    }
    input = given;
    return { a, keep, given };
  });
}

// Rows of logits become rows of probabilities, in place.
export function toChances(z, width) {
  for (let at = 0; at < z.length; at += width) {
    const top = Math.max(...z.subarray(at, at + width));
    let total = 0;
    for (let i = at; i < at + width; i++) total += z[i] = Math.exp(z[i] - top);
    for (let i = at; i < at + width; i++) z[i] /= total;
  }
  return z;
}

const target = (outputs, label, k) => (outputs === 1 ? label : label === k ? 1 : 0);

// The mean loss of outputs (n, width) for labels.
export function lossOf({ settings, outputs: width }, y, labels) {
  let total = 0;
  labels.forEach((label, row) => {
    const at = row * width;
    if (settings.loss === SQUARED) {
      for (let k = 0; k < width; k++) total += (y[at + k] - target(width, label, k)) ** 2 / width;
    } else if (width === 1) {
      total += Math.max(y[at], 0) - y[at] * label + Math.log1p(Math.exp(-Math.abs(y[at])));
    } else {
      const top = Math.max(...y.subarray(at, at + width));
      let sum = 0;
      for (let k = 0; k < width; k++) sum += Math.exp(y[at + k] - top);
      total += Math.log(sum) - (y[at + label] - top);
    }
  });
  return total / labels.length;
}

// dL/dz of the last layer, of that mean.
function slopeOfLoss({ settings, outputs: width }, y, labels) {
  const dz = new Float64Array(y.length);
  if (settings.loss !== SQUARED) {
    const chances = width === 1 ? y.map(sigmoid) : toChances(y.slice(), width);
    return dz.map((_, i) => (chances[i] - target(width, labels[Math.floor(i / width)], i % width)) / labels.length);
  }
  labels.forEach((label, row) => {
    const at = row * width;
    const dy = Array.from({ length: width }, (_, k) => (2 / y.length) * (y[at + k] - target(width, label, k)));
    const mean = width === 1 ? 0 : dy.reduce((sum, d, k) => sum + d * y[at + k], 0);
    dy.forEach((d, k) => { dz[at + k] = width === 1 ? d * y[at] * (1 - y[at]) : y[at + k] * (d - mean); });
  });
  return dz;
}

// The gradients [dW, db] of every layer, from dz of the last.
function backward(layers, x, n, passed, dz) {
  const gradients = [];
  for (let k = layers.length - 1; k >= 0; k--) {
    const { in: width, out, W } = layers[k];
    const input = k ? passed[k - 1].given : x;
    const [dW, db, dInput] = [new Float64Array(out * width), new Float64Array(out), new Float64Array(n * width)];
    for (let row = 0; row < n; row++) {
      for (let o = 0; o < out; o++) {
        const d = dz[row * out + o];
        db[o] += d;
        for (let i = 0; i < width; i++) {
          dW[o * width + i] += d * input[row * width + i];
          dInput[row * width + i] += d * W[o * width + i];
        }
      }
    }
    gradients[k] = [dW, db];
    if (!k) break;
    const { a, keep } = passed[k - 1];
    const slope = ACTIVATIONS[layers[k - 1].kind][1];
    dz = dInput.map((d, i) => d * (keep ? keep[i] : 1) * slope(a[i]));
  }
  return gradients;
}

// --- a run: settings, points, weights after some steps, losses on the way

const flat = (points) => Float64Array.from(points.flatMap((point) => point.slice(0, 2)));
const labelsOf = (points) => points.map((point) => point[2]);

export function makeRun(settings, own = [], added = []) {
  const parts = makePoints(settings, own, added);
  const all = [...parts.train, ...parts.validation];
  const classes = Math.max(2, ...all.map((point) => point[2] + 1));
  const outputs = classes === 2 ? 1 : classes;
  const generator = makeGenerator(settings.seed);
  const layers = makeLayers(settings, outputs, generator);
  const memory = layers.map(({ W, b }) => [W, b].map(({ length }) => ({ m: new Float64Array(length), v: new Float64Array(length) })));
  const run = {
    settings, ...parts, classes, outputs, generator, layers, memory,
    window: windowOf(all.filter((point) => !added.includes(point)), settings.data),
    steps: 0, at: [], trainLosses: [], validationLosses: [], broken: "", order: [], place: 0,
  };
  measure(run);
  return run;
}

export function addPoint(run, point) {
  run.train.push(point);
  run.order = []; // the next step begins an epoch with it
  run.place = 0;
}

function nextBatch(run) {
  const n = run.train.length;
  const size = Math.min(run.settings.batch, n) || n;
  if (run.place >= run.order.length) {
    run.order = size < n ? run.generator.permutation(n) : run.train.map((_, i) => i);
    run.place = 0;
  }
  const chosen = run.order.slice(run.place, run.place + size);
  run.place += size;
  return chosen.map((i) => run.train[i]);
}

// Take `count` optimizer steps; the settings lr and weight_decay may have changed on the way.
export function advance(run, count) {
  for (let k = 0; k < count && !run.broken; k++) step(run);
  if (!run.broken) measure(run);
}

function step(run) {
  const { layers, settings } = run;
  const points = nextBatch(run);
  const [x, n, labels] = [flat(points), points.length, labelsOf(points)];
  const passed = forward(layers, x, n, run.generator);
  const y = passed.at(-1).a;
  if (!isNumber(lossOf(run, y, labels))) return breakDown(run);
  const gradients = backward(layers, x, n, passed, slopeOfLoss(run, y, labels));
  run.steps += 1;
  const move = OPTIMIZERS[settings.optimizer](settings.lr);
  layers.forEach(({ W, b }, k) => [W, b].forEach((p, j) => {
    const [g, memory] = [gradients[k][j], run.memory[k][j]];
    for (let i = 0; i < p.length; i++) p[i] -= move(g[i] + settings.weight_decay * p[i], memory, i, run.steps);
  }));
}

// as a number of 32 bits, which is what nnlib computes with
const isNumber = (value) => Number.isFinite(Math.fround(value));

function breakDown(run) {
  run.broken = `It broke down within ${run.steps} steps: the loss is no longer a finite number. `
    + "Take a smaller learning rate, and start over";
}

const answers = (run, points) => forward(run.layers, flat(points), points.length).at(-1).a;

function measure(run) {
  const losses = [run.train, run.validation].filter((part) => part.length).map(
    (part) => lossOf(run, answers(run, part), labelsOf(part)));
  if (!losses.every(isNumber)) return breakDown(run);
  run.at.push(run.steps);
  run.trainLosses.push(losses[0]);
  if (losses.length > 1) run.validationLosses.push(losses[1]);
}

// --- what is seen of it, a run's here or one that Python computes

function chancesOf({ settings, outputs }, y) {
  if (settings.loss === SQUARED) return y;
  return outputs === 1 ? y.map(sigmoid) : toChances(y, outputs);
}

export function classOf(chances, outputs, row) {
  if (outputs === 1) return chances[row] > 0.5 ? 1 : 0;
  const values = chances.subarray(row * outputs, (row + 1) * outputs);
  return values.indexOf(Math.max(...values));
}

// The middles of side * side squares of the window, row 0 at the top: flat x₁, x₂.
function gridOf([left, right, bottom, top], side) {
  const at = (k, low, high) => low + ((k + 0.5) * (high - low)) / side;
  return Float64Array.from({ length: 2 * side * side }, (_, i) => {
    const [row, column] = [Math.floor(i / 2 / side), (i >> 1) % side];
    return i % 2 ? at(side - 1 - row, bottom, top) : at(column, left, right);
  });
}

// A run as the page draws it: chances (side², outputs) and of each hidden layer { kind, units, a }.
export function look(run, side) {
  const passed = forward(run.layers, gridOf(run.window, side), side * side);
  const chances = chancesOf(run, passed.at(-1).a);
  const hidden = passed.slice(0, -1).map(({ a }, k) => ({ kind: run.layers[k].kind, units: run.layers[k].out, a }));
  const [right, alsoRight] = [run.train, run.validation].map((part) => {
    const found = chancesOf(run, answers(run, part));
    return part.filter((point, row) => classOf(found, run.outputs, row) === point[2]).length;
  });
  const seen = forward(run.layers, flat(run.train), run.train.length).slice(0, -1);
  const units = run.layers.slice(0, -1).flatMap(({ kind, out }, k) => (kind === "ReLU"
    ? Array.from({ length: out }, (_, o) => seen[k].a.every((a, i) => i % out !== o || a === 0)) : []));
  const size = Math.min(run.settings.batch, run.train.length) || run.train.length;
  const { steps, at, trainLosses, validationLosses, broken, train, validation, outputs, classes, window } = run;
  return {
    steps, epoch: (steps * size) / train.length, at, trainLosses, validationLosses, broken, train, validation,
    outputs, classes, window, right: [right, alsoRight], dead: [units.filter(Boolean).length, units.length],
    widths: [2, ...hidden.map((layer) => layer.units), outputs], chances, hidden,
  };
}

// Where the training stands, as TrainingRun.sentence() says it: one line for each part.
export function sentences(view) {
  if (view.broken) return [view.broken];
  const whole = (value) => Math.round(value).toLocaleString("en-US");
  const said = (losses, part, right) => `loss ${fixed(losses.at(-1), 4)}, ${right} of ${part.length} right`;
  const lines = [`Step ${whole(view.steps)}, epoch ${whole(view.epoch)}.  Training: ${said(view.trainLosses, view.train, view.right[0])}`];
  if (view.validation.length) lines.push(`Validation: ${said(view.validationLosses, view.validation, view.right[1])}`);
  const [dead, units] = view.dead;
  if (dead) lines.push(`Dead: ${dead} of ${units} hidden units`);
  return lines;
}
