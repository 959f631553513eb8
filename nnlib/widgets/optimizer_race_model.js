// A race of optimizers, what is computed: the formulas of models/optimizer_race.py, in the same order

import { short } from "./base/kit/numbers.js";

export const SIDE = 5; // x and y are drawn from -5 to 5
export const MOST = 100; // steps
export const LIMIT = 1e4; // a coordinate beyond this has diverged, and the optimizer is stopped

const square = (value) => value * value; // ** 2 can be off in the last digit
const tilted = (x, y) => (square(x + y) + 50 * square(y - x)) / 40;
function tiltedGradient(x, y) {
  const along = (x + y) / 20;
  const across = 2.5 * (y - x);
  return [along - across, along + across];
}

export const SURFACES = {
  bowl: {
    formula: "x² + 3y²",
    loss: (x, y) => square(x) + 3 * square(y),
    gradient: (x, y) => [2 * x, 6 * y],
    lowest: [[0, 0]],
  },
  "long valley": {
    formula: "(x² + 50y²) / 20",
    loss: (x, y) => (square(x) + 50 * square(y)) / 20,
    gradient: (x, y) => [x / 10, 5 * y],
    lowest: [[0, 0]],
  },
  "tilted valley": {
    formula: "((x + y)² + 50(y − x)²) / 40",
    loss: tilted,
    gradient: tiltedGradient,
    lowest: [[0, 0]],
  },
  bend: {
    formula: "(x − 2)² / 4 + (y − x² / 2)²",
    loss: (x, y) => square(x - 2) / 4 + square(y - square(x) / 2),
    gradient(x, y) {
      const above = y - square(x) / 2;
      return [(x - 2) / 2 - 2 * x * above, 2 * above];
    },
    lowest: [[2, 2]],
  },
  saddle: {
    formula: "x² / 2 + (y² − 9)² / 36",
    loss: (x, y) => square(x) / 2 + square(square(y) - 9) / 36,
    gradient: (x, y) => [x, (y * (square(y) - 9)) / 9],
    lowest: [[0, -3], [0, 3]],
  },
  plateau: {
    formula: "q / (1 + q), q the tilted valley",
    loss: (x, y) => tilted(x, y) / (1 + tilted(x, y)),
    gradient(x, y) {
      const [dx, dy] = tiltedGradient(x, y);
      const flatter = square(1 + tilted(x, y));
      return [dx / flatter, dy / flatter];
    },
    lowest: [[0, 0]],
  },
};

// Each makes a function from one coordinate's slope and the step (1, 2, ...) to its change.
export const OPTIMIZERS = {
  SGD: (lr) => (g) => -lr * g,
  momentum(lr, mu) {
    let velocity = 0;
    return (g) => {
      velocity = mu * velocity + g;
      return -lr * velocity;
    };
  },
  RMSProp(lr, _, alpha = 0.99, eps = 1e-8) {
    let v = 0;
    return (g) => {
      v = alpha * v + (1 - alpha) * g * g;
      return (-lr * g) / (Math.sqrt(v) + eps);
    };
  },
  Adam(lr, beta1, beta2 = 0.999, eps = 1e-8) {
    let m = 0;
    let v = 0;
    return (g, t) => {
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const size = Math.sqrt(v / (1 - beta2 ** t)) + eps;
      return (-lr * (m / (1 - beta1 ** t))) / size;
    };
  },
};
export const NAMES = Object.keys(OPTIMIZERS);

// Where an optimizer goes: [[x, y], ...], the start first; it ends at the first beyond LIMIT.
export function trajectory(surface, name, lr, momentum, start, steps = MOST) {
  const { gradient } = SURFACES[surface];
  const moves = [OPTIMIZERS[name](lr, momentum), OPTIMIZERS[name](lr, momentum)];
  let [x, y] = start;
  const path = [[x, y]];
  for (let t = 1; t <= steps && Math.abs(x) <= LIMIT && Math.abs(y) <= LIMIT; t++) {
    const [dx, dy] = gradient(x, y);
    x += moves[0](dx, t);
    y += moves[1](dy, t);
    path.push([x, y]);
  }
  return path;
}

export function diverged(path) {
  const [x, y] = path[path.length - 1];
  return !(Math.abs(x) <= LIMIT && Math.abs(y) <= LIMIT);
}

// The races of a state: { name: { path, losses, end } }; end is the step it was stopped at, or null.
// Those on a surface of the learner's own are Python's, in state.own.
export function race({ surface, runners, rates, momentum, start, own }) {
  const found = {};
  for (const name of NAMES.filter((one) => runners.includes(one))) {
    const given = surface === own.name ? own.races[name] : null;
    if (surface === own.name && !given) continue; // it is on its way
    const path = given?.path ?? trajectory(surface, name, rates[name], momentum, start);
    const losses = given?.losses ?? path.map(([x, y]) => SURFACES[surface].loss(x, y));
    found[name] = { path, losses, end: diverged(path) ? path.length - 1 : null };
  }
  return found;
}

const same = (rate) => Object.fromEntries(NAMES.map((name) => [name, rate]));
const SETTINGS = { runners: NAMES, momentum: 0.9 };
export const DEFAULTS = {
  ...SETTINGS, surface: "bowl", start: [4, 3], rates: same(0.1), steps: 20, own: {},
};
export const PRESETS = {
  "Adam loses": { ...SETTINGS, surface: "bowl", start: [4, 3], steps: 20, rates: same(0.1) },
  "Adam wins": {
    ...SETTINGS, surface: "plateau", start: [-4, 2], steps: 100,
    rates: { SGD: 10 ** 0.1, momentum: 10 ** -0.2, RMSProp: 10 ** -1.5, Adam: 10 ** -0.3 },
  },
  "Momentum helps": {
    ...SETTINGS, surface: "tilted valley", start: [-4.5, -2], steps: 60, momentum: 0.8,
    rates: { SGD: 10 ** -0.5, momentum: 10 ** -0.5, RMSProp: 0.1, Adam: 10 ** -0.5 },
  },
  "Rate too large": {
    ...SETTINGS, surface: "bowl", start: [4, 3], steps: 30, rates: same(10 ** -0.15),
  },
};

// --- in words

export const standing = ({ losses, end }, step) =>
  end !== null && step >= end ? `diverged at step ${end}` : short(losses[step]);

export function summary(found, step) {
  const names = Object.keys(found);
  if (!names.length) return "Nobody runs. Tick an optimizer.";
  const gone = names.filter((name) => found[name].end !== null && step >= found[name].end);
  const left = names.filter((name) => !gone.includes(name));
  const words = [];
  if (step === 0) {
    words.push("All stand at the start.");
  } else if (left.length) {
    const lowest = Math.min(...left.map((name) => found[name].losses[step]));
    const first = left.filter((name) => found[name].losses[step] === lowest);
    words.push(`Lowest after step ${step}: ${first.join(" and ")}.`);
  }
  if (gone.length) {
    const each = gone.map((name) => `${name} stopped at step ${found[name].end}`);
    words.push(`Diverged, for the rate is too large: ${each.join(", ")}.`);
  }
  return words.join(" ");
}

export function describe(state, found) {
  const { surface, steps, start, rates } = state;
  const formula = SURFACES[surface]?.formula;
  const losses = Object.entries(found).map(([name, one]) => `${name} with rate ${short(rates[name])}: ${standing(one, steps)}`);
  return `A race on the surface ${surface}${formula ? `, ${formula}` : ""}, from (${start.map(short).join(", ")}). `
    + `Losses after ${steps} steps: ${losses.join(", ") || "none"}. ${summary(found, steps)}`;
}
