// The points of models/training_run.py, number for number: the page draws what NumPy draws.

import { makeGenerator } from "./base/kit/random.js";

export const OWN = "your data";
export const GATES = { AND: [0, 0, 0, 1], XOR: [0, 1, 1, 0] };
const DATA_SEED = 0;

const ring = (angle, radius = 1) => [radius * Math.cos(angle), radius * Math.sin(angle)];
// name: how many classes, how wide a noise of 1 is, and where share u (0 ... 1) of class k lies
const CLOUDS = {
  moons: [2, (noise) => noise, (u, k) => {
    const [x, y] = ring(Math.PI * u);
    return [x + k - 0.5, y * (1 - 2 * k) + 0.5 * k - 0.25];
  }],
  circles: [2, (noise) => noise, (u, k) => ring(2 * Math.PI * u, 1 - 0.5 * k)],
  spirals: [2, (noise) => noise / 2, (u, k) => ring(1.25 * Math.PI * u + Math.PI * k, u)],
  "three spirals": [3, (noise) => noise / 2, (u, k) => ring(1.25 * Math.PI * u + (2 * Math.PI * k) / 3, u)],
  blobs: [2, (noise) => noise + 0.25, (_, k) => (k ? [0.6, 0.6] : [-0.6, -0.6])],
};
export const DATA = [...Object.keys(GATES), ...Object.keys(CLOUDS)];

function drawPoints({ data, points, noise }, own, generator) {
  if (data === OWN) return own.map((point) => [...point]);
  if (data in GATES) return GATES[data].map((k, i) => [i >> 1, i & 1, k]);
  const [classes, width, place] = CLOUDS[data];
  const shares = Array.from({ length: points }, () => (data === "blobs" ? 0 : generator.random()));
  return shares.map((u, i) => {
    const [x, y] = place(u, i % classes);
    const spread = (value) => Math.fround(value + width(noise) * generator.normal());
    return [spread(x), spread(y), i % classes];
  });
}

function roundEven(value) {
  const down = Math.floor(value);
  return down + (value - down > 0.5 || (value - down === 0.5 && down % 2 === 1) ? 1 : 0);
}

// { train, validation }: rows x₁, x₂, class; of the gates none is held back. added: more to train on.
export function makePoints(settings, own, added = []) {
  const generator = makeGenerator(DATA_SEED);
  const all = drawPoints(settings, own, generator);
  const held = settings.data in GATES ? 0 : roundEven(settings.validation * all.length);
  const order = held ? generator.permutation(all.length) : all.map((_, i) => i);
  const taken = (places) => places.map((i) => all[i]);
  return { train: [...taken(order.slice(held)), ...added], validation: taken(order.slice(0, held)) };
}

// [left, right, bottom, top] of the plane that is drawn.
export function windowOf(points, data) {
  const [left, right, bottom, top] = [0, 1].flatMap((k) => {
    const values = points.map((point) => point[k]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const share = points.length > 20 ? 0.15 : 0.35;
    const margin = data in GATES ? 0.5 : share * (high > low ? high - low : 1);
    return [low - margin, high + margin];
  });
  return [left, right, bottom, top];
}
