// One neuron with two inputs, and the perceptron rule: the formulas of models/line.py.

export const STEPS = 100;
export const STARTS = {
  "all zero": [0, 0, 0],
  "random 1": [0.02, 0.9, -0.71],
  "random 2": [-0.48, -0.4, 0.63],
  "random 3": [-0.83, -0.53, 0.6],
};
const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
const GATES = { AND: [0, 0, 0, 1], OR: [0, 1, 1, 1], NAND: [1, 1, 1, 0], XOR: [0, 1, 1, 0] };

export const gateNames = Object.keys(GATES);
export const gatePoints = (name) => CORNERS.map((corner, i) => [...corner, GATES[name][i]]);

// Round away what floats add: 0.1 + 0.2 - 0.3 is to be 0, since z > 0 is the question.
export const tidy = (value) => Math.round(value * 1e9) / 1e9;

export const sum = ([w1, w2, b], x1, x2) => w1 * x1 + w2 * x2 + b;

// A perceptron's life over points [x1, x2, class]: weights after each step, which point each step
// looks at, its sum before anything changes, and how many points are wrong at each moment.
export function learn(start, points, lr, steps = STEPS) {
  const run = { weights: [[...start]], looked: [], sums: [], mistakes: [] };
  const wrong = (w) => points.filter(([x1, x2, c]) => (tidy(sum(w, x1, x2)) > 0 ? 1 : 0) !== c).length;
  for (let step = 0; step < steps && points.length; step++) {
    const w = run.weights[step];
    const i = step % points.length;
    const [x1, x2, c] = points[i];
    const z = tidy(sum(w, x1, x2));
    const error = c - (z > 0 ? 1 : 0);
    run.looked.push(i);
    run.sums.push(z);
    run.weights.push([x1, x2, 1].map((x, k) => tidy(w[k] + lr * error * x)));
  }
  run.mistakes = run.weights.map(wrong);
  return run;
}

// Where the line is held: its point nearest to a centre; the centre itself when there is no line.
export function gripOf([w1, w2, b], [c1, c2]) {
  const length = w1 * w1 + w2 * w2;
  if (length === 0) return [c1, c2];
  const away = (w1 * c1 + w2 * c2 + b) / length;
  return [c1 - away * w1, c2 - away * w2];
}
