// Losses of one prediction by the logit: the formulas of models/losses.py.

import { fromTable, sigmoid } from "./functions_model.js";

// Each gives the loss and its slope with respect to the logit z, for a target t; p = sigmoid(z).
export const LOSSES = {
  MSE(z, t) {
    const p = sigmoid(z);
    return [(p - t) ** 2, 2 * (p - t) * p * (1 - p)];
  },
  "cross-entropy": (z, t) => [Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z))), sigmoid(z) - t],
};

// The losses by name, with the learner's own: tables of loss and slope, for target 0 and target 1.
export function lossesWith({ name, targets }) {
  if (!name) return LOSSES;
  const own = targets.map(({ loss, slope }) => [fromTable(loss), fromTable(slope)]);
  return { ...LOSSES, [name]: (z, t) => own[t].map((of) => of(z)) };
}
