// A function from hidden units: the formulas of models/bumps.py.

import { fromTable, relu, sigmoid } from "./functions_model.js";

export const BUMP = "bumps of two sigmoids";
export const TENT = "tents of three ReLUs";
export const X = Array.from({ length: 451 }, (_, i) => (i === 450 ? 1.25 : -0.25 + i * (1.5 / 450)));
export const INSIDE = X.map((x) => x >= 0 && x <= 1);
export const TARGETS = {
  wave: (x) => 0.6 * Math.sin(2 * Math.PI * x) + 0.4 * Math.cos(5 * Math.PI * x),
  peak: (x) => 1.6 * Math.exp(-150 * (x - 0.45) ** 2) - 0.3,
  jump: (x) => (x < 0.52 ? -0.8 : 0.9),
};

export const targetOf = (name, own) => TARGETS[name] ?? fromTable(own);

// The x at which each of the n bumps reads the target.
export function centres(kind, n) {
  if (kind === TENT && n > 1) return Array.from({ length: n }, (_, k) => (k === n - 1 ? 1 : k * (1 / (n - 1))));
  return Array.from({ length: n }, (_, k) => (k + 0.5) / n);
}

// The heights that a state stands for: its own, or read off the target in the middle of each bump.
export function heightsOf({ mode, heights, n, kind, target, own }) {
  if (mode === "by hand") return Array.from({ length: n }, (_, k) => heights[k] ?? 0);
  return centres(kind, n).map(targetOf(target, own));
}

// The hidden units, a list for each bump: y = Σ v f(w x + b), f is the sigmoid or ReLU.
export function network(kind, heights, steepness) {
  const n = heights.length;
  if (kind === BUMP) {
    return heights.map((height, k) => {
      const from = k === 0 ? -1 / n : k / n; // the outer ones begin and end beyond the border
      const to = k === n - 1 ? 1 + 1 / n : (k + 1) / n;
      return [[steepness, -steepness * from, height], [steepness, -steepness * to, -height]];
    });
  }
  const width = n > 1 ? 1 / (n - 1) : 0.5;
  return centres(kind, n).map((middle, k) =>
    [[-1, 1], [0, -2], [1, 1]].map(([side, sign]) => [1, -(middle + width * side), (heights[k] * sign) / width]));
}

// { heights, units, parts (what each bump adds, at every X), y, wanted, largest, mean (error) }.
export function compute(state) {
  const heights = heightsOf(state);
  const units = network(state.kind, heights, state.steepness);
  const f = state.kind === BUMP ? sigmoid : relu;
  const parts = units.map((bump) => X.map((x) => bump.reduce((sum, [w, b, v]) => sum + v * f(w * x + b), 0)));
  const y = X.map((_, i) => parts.reduce((sum, part) => sum + part[i], 0));
  const wanted = X.map(targetOf(state.target, state.own));
  const errors = X.map((_, i) => Math.abs(y[i] - wanted[i])).filter((_, i) => INSIDE[i]);
  const mean = errors.reduce((sum, one) => sum + one, 0) / errors.length;
  return { heights, units, parts, y, wanted, largest: Math.max(...errors), mean };
}
