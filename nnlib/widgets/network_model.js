// One way forwards and back through a small network: the formulas of models/backprop_steps.py.
// A network is { layers: [{ weight, bias, activation }], x, target, loss, lr }; bias may be null.

import { bracket, short } from "./base/kit/numbers.js";
import { ACTIVATIONS, sigmoid } from "./functions_model.js";

const each = (f) => (zs) => zs.map(f);
export const FUNCTIONS = {
  ...Object.fromEntries(Object.entries(ACTIVATIONS).map(([name, f]) => [name, each(f)])),
  none: (zs) => [...zs],
  softmax(zs) {
    const powers = zs.map((z) => Math.exp(z - Math.max(...zs)));
    const total = powers.reduce((sum, one) => sum + one, 0);
    return powers.map((one) => one / total);
  },
};
const SLOPES = {
  ReLU: (z) => (z > 0 ? 1 : 0),
  sigmoid: (z, a) => a * sigmoid(-z), // sigmoid(-z) is 1 - a, and exact where a is nearly 1
  tanh: (z, a) => 1 - a * a,
  none: () => 1,
};
const TINY = Number.MIN_VALUE * 2 ** 52; // the smallest normal number: a sigmoid of -800 is 0
// a sum that is 0 has to be 0, not 3e-17: ReLU asks whether it is above
const tidy = (value) => (Math.abs(value) < 1e3 ? Math.round(value * 1e12) / 1e12 : value);
const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

// z and a of every layer.
export function forwards({ layers, x }) {
  const [zs, as] = [[], []];
  let before = x;
  for (const { weight, bias, activation } of layers) {
    const z = weight.map((row, j) => tidy(row.reduce((sum, w, i) => sum + w * before[i], bias ? bias[j] : 0)));
    before = FUNCTIONS[activation](z);
    zs.push(z);
    as.push(before);
  }
  return { z: zs, a: as };
}

export function lossOf({ target, loss }, { z, a }) {
  const [last, out] = [z.at(-1), a.at(-1)];
  if (loss !== "cross-entropy") return mean(out.map((v, i) => (v - target[i]) ** 2));
  return mean(last.map((v, i) => Math.max(v, 0) - v * target[i] + Math.log1p(Math.exp(-Math.abs(v)))));
}

// The whole pass: z, a, loss, and how fast the loss changes with each: da, dz, dw.
export function compute(net) {
  const { layers, x, target, loss } = net;
  const run = forwards(net);
  const [z, a] = [run.z.at(-1), run.a.at(-1)];
  const entropy = loss === "cross-entropy";
  let da = a.map((v, i) => (entropy
    ? (-target[i] / Math.max(v, TINY) + (1 - target[i]) / Math.max(sigmoid(-z[i]), TINY)) / a.length
    : (2 * (v - target[i])) / a.length));
  const back = { da: [], dz: [], dw: [] };
  for (let k = layers.length - 1; k >= 0; k--) {
    const { weight, activation } = layers[k];
    const slope = SLOPES[activation] ?? SLOPES.none;
    let dz = da.map((d, j) => d * slope(run.z[k][j], run.a[k][j]));
    // the same number, exact also where the sigmoid is flat
    if (entropy && k === layers.length - 1) dz = a.map((v, i) => (v - target[i]) / a.length);
    const before = k ? run.a[k - 1] : x;
    back.da.unshift(da);
    back.dz.unshift(dz);
    back.dw.unshift(dz.map((d) => before.map((v) => d * v)));
    da = before.map((_, i) => dz.reduce((sum, d, j) => sum + weight[j][i] * d, 0));
  }
  return { ...run, ...back, loss: lossOf(net, run) };
}

// The layers after one step of gradient descent.
export function descend({ layers, lr }, run) {
  return layers.map(({ weight, bias, activation }, k) => ({
    weight: weight.map((row, j) => row.map((w, i) => w - lr * run.dw[k][j][i])),
    bias: bias ? bias.map((b, j) => b - lr * run.dz[k][j]) : bias,
    activation,
  }));
}

// Every step in order: { kind, k, j }. Without an activation a is z, and there is no step between.
export function allSteps({ layers }, both) {
  const [forth, back] = [[], []];
  layers.forEach(({ weight, activation }, k) => {
    const bent = activation !== "none";
    const here = [];
    weight.forEach((_, j) => {
      forth.push({ kind: "z", k, j }, ...(bent && activation !== "softmax" ? [{ kind: "a", k, j }] : []));
      here.push({ kind: "da", k, j }, ...(bent ? [{ kind: "dz", k, j }] : []), { kind: "dw", k, j });
    });
    // softmax needs all sums of its layer
    if (activation === "softmax") weight.forEach((_, j) => forth.push({ kind: "a", k, j }));
    back.unshift(...here);
  });
  return both ? [{ kind: "start" }, ...forth, { kind: "loss" }, ...back, { kind: "update" }] : [{ kind: "start" }, ...forth];
}

// Names of the nodes, a list a column: x₁, x₂; h₁, h₂; y.
export function nodeNames({ layers, x }) {
  const sub = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");
  return [x, ...layers.map((layer) => layer.weight)].map((column, k) => column.map((_, i) => {
    if (k === 0) return `x${sub(i + 1)}`;
    if (k === layers.length) return column.length === 1 ? "y" : `y${sub(i + 1)}`;
    return layers.length === 2 ? `h${sub(i + 1)}` : `h${sub(k)}${sub(i + 1)}`;
  }));
}

// A step in words: { head, formula, terms, result, reason }; a term has its text and its edge.
export function explain(net, run, { kind, k = 0, j = 0 }) {
  const names = nodeNames(net);
  const last = net.layers.length - 1;
  const number = (value) => bracket(short(value));
  const layer = net.layers[k];
  const name = names[k + 1]?.[j];
  const before = k ? run.a[k - 1] : net.x;
  const linear = layer?.activation === "none";
  const change = linear ? "dz" : "da";
  const [z, a, dz] = [run.z[k]?.[j], run.a[k]?.[j], run.dz?.[k]?.[j]];
  const from = (i) => ({ k, i, j });
  if (kind === "start") return { head: "Nothing is computed yet", formula: "Move the slider, or press Play.", terms: [], result: "", reason: "" };
  if (kind === "z") {
    const terms = layer.weight[j].map((w, i) => ({ text: `${number(w)} × ${number(before[i])}`, edge: from(i) }));
    if (layer.bias) terms.push({ text: number(layer.bias[j]), edge: { k, j } });
    return { head: `Forwards: the sum of ${name}`, formula: "z = sum of weight × input, plus the bias", terms, lead: "z = ", result: ` = ${short(z)}`, reason: "" };
  }
  if (kind === "a") {
    const silent = layer.activation === "ReLU" && a === 0;
    const all = layer.activation === "softmax" ? `of ${run.z[k].map(short).join(", ")}` : `(${short(z)})`;
    return { head: `Forwards: what ${name} makes of its sum`, formula: `a = ${layer.activation}(z)`, terms: [{ text: `${layer.activation}${all}` }], lead: "a = ", result: ` = ${short(a)}`, reason: silent ? "z is not above 0, so this neuron is silent." : "" };
  }
  if (kind === "loss") {
    const outs = run.a.at(-1);
    const squared = net.loss !== "cross-entropy";
    const one = (v, t) => (squared ? `(${short(v)} − ${number(t)})²` : t === 1 ? `−ln ${short(v)}` : t === 0 ? `−ln(1 − ${short(v)})` : `−(${short(t)} ln ${short(v)} + ${short(1 - t)} ln ${short(1 - v)})`);
    const terms = outs.map((v, i) => ({ text: one(v, net.target[i]), edge: { k: last + 1, i } }));
    return { head: "Forwards: the loss", formula: squared ? "L = (output − target)²" : "L = −(target × ln a + (1 − target) × ln(1 − a))", terms, lead: outs.length > 1 ? "L = mean of " : "L = ", result: ` = ${short(run.loss)}`, reason: "" };
  }
  if (kind === "da" && k === last) {
    const share = a.length > 1 ? ` ÷ ${a.length}` : "";
    const squared = net.loss !== "cross-entropy";
    const text = squared ? `2 × (${short(a)} − ${number(net.target[j])})${share}` : `(${short(a)} − ${number(net.target[j])}) / (${short(a)} × ${short(1 - a)})${share}`;
    const da = run.da[k][j];
    return { head: `Backwards: how the loss changes with ${name}`, formula: squared ? `${change} = 2 × (output − target)` : "da = (a − target) / (a (1 − a))", terms: [{ text, edge: { k: last + 1, i: j } }], lead: `${change} = `, result: ` = ${short(da)}`, reason: da ? `So the loss ${da < 0 ? "falls" : "grows"} when ${name} grows.` : "The loss is at its lowest." };
  }
  if (kind === "da") {
    const terms = run.dz[k + 1].map((d, to) => ({ text: `${number(net.layers[k + 1].weight[to][j])} × ${number(d)}`, edge: { k: k + 1, i: j, j: to } }));
    const later = names[k + 2].join(", ");
    return { head: `Backwards: how the loss changes with ${name}`, formula: `${change} = sum of weight × dz of the neuron that it leads to`, terms, lead: `${change} = `, result: ` = ${short(run.da[k][j])}`, reason: `${name} acts on the loss through ${later}.` };
  }
  if (kind === "dz") {
    const slope = SLOPES[layer.activation](z, a);
    const entropy = net.loss === "cross-entropy" && k === last;
    const reason = entropy ? "Sigmoid and cross-entropy together leave a − target."
      : slope === 0 ? "z is not above 0, so the slope is 0: here the gradient ends."
        : slope < 0.05 ? `The ${layer.activation} is nearly flat here: it lets little through.` : "";
    return { head: `Backwards: through the activation of ${name}`, formula: `dz = da × slope of ${layer.activation}`, terms: [{ text: `${number(run.da[k][j])} × ${short(slope)}` }], lead: "dz = ", result: ` = ${short(dz)}`, reason };
  }
  if (kind === "dw") {
    const terms = before.map((v, i) => ({ text: `${number(dz)} × ${number(v)} = ${short(run.dw[k][j][i])}`, edge: from(i) }));
    if (layer.bias) terms.push({ text: `bias ${short(dz)}`, edge: { k, j } });
    const reason = dz === 0 ? "dz is 0: these weights do not learn from this example." : "";
    return { head: `Backwards: the weights into ${name}`, formula: "dw = dz × what came in (orange on the edge),   db = dz", terms, lead: "dw: ", join: ";  ", result: "", reason };
  }
  const after = descend(net, run);
  const [old, dw, fresh] = [net.layers[0].weight[0][0], run.dw[0][0][0], after[0].weight[0][0]];
  const lower = lossOf(net, forwards({ ...net, layers: after }));
  return { head: "One step of gradient descent", formula: "every weight: w − learning rate × dw", terms: [{ text: `${names[0][0]} → ${names[1][0]}: ${short(old)} − ${short(net.lr)} × ${number(dw)} = ${short(fresh)}`, edge: { k: 0, i: 0, j: 0 } }], lead: "", result: "", reason: `L was ${short(run.loss)}. With all the new weights and biases it is ${short(lower)}.` };
}
