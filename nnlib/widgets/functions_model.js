// Activation functions as the explorers use them: the formulas of models/functions.py.

export const sigmoid = (z) => (z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z)));
export const relu = (z) => Math.max(z, 0);

export const ACTIVATIONS = {
  step: (z) => (z > 0 ? 1 : 0),
  sigmoid,
  tanh: Math.tanh,
  ReLU: relu,
};

// A function of the learner's own, from its values at evenly spaced places from low to high;
// a value that is null was no finite number.
export function fromTable({ low, high, values }) {
  const step = (high - low) / (values.length - 1);
  return (place) => {
    const at = Math.min(Math.max((place - low) / step, 0), values.length - 1);
    const near = Math.round(at);
    if (Math.abs(at - near) < 1e-6) return values[near] ?? NaN;
    const below = Math.floor(at);
    const [left, right] = [values[below] ?? NaN, values[below + 1] ?? NaN];
    return left + (at - below) * (right - left);
  };
}
