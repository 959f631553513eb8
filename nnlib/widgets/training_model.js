// A network in training: data, forward and backward, what is said of it.

export const REACH = 1.6; // the plane is drawn from -1.6 to 1.6

// --- data and first weights: drawn here, so that a page without a kernel has them too

// mulberry32 by Tommy Ettinger, public domain: uniform numbers from 0 to 1
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Box and Muller's way from two uniform numbers to a normal one
const normal = (draw) =>
  Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

const N = 120;
const half = (k) => Math.floor(k / 2) / (N / 2); // from 0 to 1 along each of two classes
export const DATA = {
  XOR: () => ({ x: [[-1, -1], [-1, 1], [1, -1], [1, 1]], y: [0, 1, 1, 0] }),
  blobs: (draw) => cloud(draw, 0.35, (k) => (k % 2 ? [0.6, 0.6] : [-0.6, -0.6])),
  moons: (draw) =>
    cloud(draw, 0.1, (k) => {
      const angle = Math.PI * half(k);
      return k % 2
        ? [0.5 - 0.9 * Math.cos(angle), 0.3 - 0.9 * Math.sin(angle)]
        : [-0.4 + 0.9 * Math.cos(angle), -0.2 + 0.9 * Math.sin(angle)];
    }),
  circles: (draw) =>
    cloud(draw, 0.1, (k) => {
      const [angle, radius] = [2 * Math.PI * half(k), k % 2 ? 0.45 : 1.15];
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
  spirals: (draw) =>
    cloud(draw, 0.04, (k) => {
      const angle = 3.2 * Math.PI * half(k) ** 0.7 + (k % 2) * Math.PI;
      const radius = 0.1 + 1.2 * half(k);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
};

function cloud(draw, noise, centre) {
  const y = Array.from({ length: N }, (_, k) => k % 2);
  const x = y.map((_, k) => centre(k).map((one) => one + noise * normal(draw)));
  return { x, y };
}

export const ACTIVATIONS = {
  sigmoid: { f: (z) => 1 / (1 + Math.exp(-z)), slope: (a) => a * (1 - a) },
  tanh: { f: Math.tanh, slope: (a) => 1 - a * a },
  ReLU: { f: (z) => Math.max(z, 0), slope: (a) => (a > 0 ? 1 : 0) },
};

export const OPTIMIZERS = ["SGD", "Adam"];
export const DEFAULTS = {
  data: "moons", layers: 1, units: 6, activation: "tanh", optimizer: "Adam", lr: 0.03, seed: 0,
};
export const PRESETS = {
  "XOR": { data: "XOR", layers: 1, units: 4, activation: "tanh", optimizer: "SGD", lr: 0.3 },
  "Spirals": { data: "spirals", layers: 2, units: 8, activation: "tanh", optimizer: "Adam", lr: 0.01 },
  "Too few units": { data: "circles", layers: 1, units: 2, activation: "tanh", optimizer: "Adam", lr: 0.03 },
  "Rate too large": { data: "moons", layers: 2, units: 8, activation: "ReLU", optimizer: "SGD", lr: 10 },
};

// --- the network: y = W x + b, an activation, and so on; one logit at the end

export function makeRun(settings) {
  const { x, y } = DATA[settings.data](uniform(1)); // the same points for every seed
  const draw = uniform(1000 + settings.seed);
  const sizes = [2, ...Array(settings.layers).fill(settings.units), 1];
  const layers = sizes.slice(1).map((out, k) => {
    const bound = 1 / Math.sqrt(sizes[k]);
    const numbers = (count) => Float64Array.from({ length: count }, () => bound * (2 * draw() - 1));
    return { in: sizes[k], out, W: numbers(out * sizes[k]), b: numbers(out) };
  });
  const moments = layers.map(({ W, b }) => [W, b].map((one) => [
    new Float64Array(one.length), new Float64Array(one.length),
  ]));
  const run = { settings, x, y, layers, moments, step: 0, losses: [], diverged: false };
  run.losses.push(lossOf(run, forward(run, x)));
  return run;
}

// The outputs of every layer for points [[x1, x2], ...]: one Float64Array (points * out) a layer.
export function forward({ layers, settings }, points) {
  const { f } = ACTIVATIONS[settings.activation];
  let input = Float64Array.from(points.flat());
  return layers.map(({ in: width, out, W, b }, k) => {
    const last = k === layers.length - 1;
    const output = new Float64Array(points.length * out);
    for (let n = 0; n < points.length; n++) {
      for (let o = 0; o < out; o++) {
        let z = b[o];
        for (let i = 0; i < width; i++) z += W[o * width + i] * input[n * width + i];
        output[n * out + o] = last ? z : f(z);
      }
    }
    input = output;
    return output;
  });
}

// Mean binary cross-entropy of logits: max(z, 0) - z y + log(1 + exp(-|z|)).
function lossOf({ y }, outputs) {
  const logits = outputs[outputs.length - 1];
  let total = 0;
  for (let n = 0; n < y.length; n++) {
    const z = logits[n];
    total += Math.max(z, 0) - z * y[n] + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return total / y.length;
}

// One step with all points: backwards through the layers, then the optimizer.
export function step(run) {
  if (run.diverged) return;
  const { x, y, layers, settings } = run;
  const { slope } = ACTIVATIONS[settings.activation];
  const outputs = forward(run, x);
  const logits = outputs[outputs.length - 1];
  let dz = Float64Array.from(y, (t, n) => (1 / (1 + Math.exp(-logits[n])) - t) / y.length);
  const gradients = [];
  for (let k = layers.length - 1; k >= 0; k--) {
    const { in: width, out, W } = layers[k];
    const input = k ? outputs[k - 1] : Float64Array.from(x.flat());
    const [dW, db] = [new Float64Array(out * width), new Float64Array(out)];
    const dInput = new Float64Array(x.length * width);
    for (let n = 0; n < x.length; n++) {
      for (let o = 0; o < out; o++) {
        const d = dz[n * out + o];
        db[o] += d;
        for (let i = 0; i < width; i++) {
          dW[o * width + i] += d * input[n * width + i];
          dInput[n * width + i] += d * W[o * width + i];
        }
      }
    }
    gradients[k] = [dW, db];
    dz = dInput.map((d, j) => d * (k ? slope(input[j]) : 1));
  }
  run.step += 1;
  layers.forEach(({ W, b }, k) => [W, b].forEach((p, j) => move(run, p, gradients[k][j], run.moments[k][j])));
  const loss = lossOf(run, forward(run, x));
  run.losses.push(loss);
  run.diverged = !Number.isFinite(loss) || loss > 1e6;
}

function move({ settings, step: t }, p, gradient, [m, v]) {
  const { lr, optimizer } = settings;
  for (let i = 0; i < p.length; i++) {
    if (optimizer === "SGD") {
      p[i] -= lr * gradient[i];
    } else {
      m[i] = 0.9 * m[i] + 0.1 * gradient[i];
      v[i] = 0.999 * v[i] + 0.001 * gradient[i] ** 2;
      const size = Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8;
      p[i] -= (lr * (m[i] / (1 - 0.9 ** t))) / size;
    }
  }
}

export function accuracy(run) {
  const outputs = forward(run, run.x);
  const logits = outputs[outputs.length - 1];
  return run.y.filter((t, n) => logits[n] > 0 === (t === 1)).length / run.y.length;
}

// Whether the last hidden layer is 0 for every point: no gradient gets through any more.
export function isDead(run) {
  const { layers, activation } = run.settings;
  return layers > 0 && activation === "ReLU" && forward(run, run.x)[layers - 1].every((a) => a === 0);
}

// --- in words

export function number(value) {
  if (!Number.isFinite(value)) return "∞";
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(1).replace(/-/g, "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

export function summary(run) {
  if (run.diverged) return `Diverged at step ${run.step}: the learning rate is too large.`;
  const right = Math.round(100 * accuracy(run));
  const dead = isDead(run) ? " Its ReLU units are dead: 0 for every point, so nothing changes." : "";
  const loss = number(run.losses[run.step]);
  return `Step ${run.step}: loss ${loss}, ${right} % of the points right.${dead}`;
}

export function describe(run) {
  const { data, layers, units, activation, optimizer, lr } = run.settings;
  const hidden = `${layers} hidden ${layers === 1 ? "layer" : "layers"} of ${units} ${activation} units`;
  return (
    `A network with ${hidden} learns ${data} with ${optimizer}, learning rate ${number(lr)}. ` +
    summary(run)
  );
}
