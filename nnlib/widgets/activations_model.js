// Activation functions and the slopes at one z: the formulas of models/activations.py.

import { ACTIVATIONS, fromTable } from "./functions_model.js";

export const SIDE = 6; // z goes from -6 to 6
export const GRID = Array.from({ length: 1201 }, (_, i) => (i - 600) / 100);
const H = 1e-4; // how far the slopes look to the left and to the right
export const KNOWN = [...Object.keys(ACTIVATIONS), "leaky ReLU"];

// A function z => [value, slope left of z, slope right of it], by its name. own: the learner's,
// as tables; leak: the slope of leaky ReLU left of 0.
export function measureOf(name, leak, own) {
  const tables = own.find((one) => one.name === name);
  if (tables) {
    const parts = [tables.value, tables.left, tables.right].map(fromTable);
    return (z) => parts.map((part) => part(z));
  }
  const f = name === "leaky ReLU" ? (z) => (z > 0 ? z : leak * z) : ACTIVATIONS[name];
  return (z) => [f(z), (f(z) - f(z - H)) / H, (f(z + H) - f(z)) / H];
}

export const jumps = (left, right) => !(Math.abs(left - right) <= 0.01 * (1 + Math.abs(left) + Math.abs(right)));

// What a function does at one z: "smooth", "corner", "jump" or "undefined".
export function kindOfPoint([value, left, right]) {
  if (![value, left, right].every(Number.isFinite)) return "undefined";
  if (!jumps(left, right)) return "smooth";
  return Math.max(Math.abs(left), Math.abs(right)) > 1000 ? "jump" : "corner";
}

// The lowest and highest that hold the values and 0, but go no further than `most` from 0.
export function limitsOf(values, most) {
  const finite = values.filter(Number.isFinite);
  const low = Math.max(-most, Math.min(0, ...finite));
  const high = Math.min(most, Math.max(0, ...finite));
  const margin = 0.1 * (high - low) || 1;
  return [low - margin, high + margin];
}
