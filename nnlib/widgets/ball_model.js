// Losses of one or two parameters and the way down: the formulas of models/gradient_descent.py and
// models/loss_surface.py.

import { fromTable } from "./functions_model.js";
import { LOSSES } from "./losses_model.js";

export const LIMIT = 1e4; // a parameter beyond this has diverged, and the descent is stopped
export const MOST = 60; // steps
const N = 40; // examples
// drawn once by NumPy; a test compares them
const NOISE = [
  1.0531157544867582, 1.776491303816993, -2.5532918384570134, -0.13796506137840808,
  1.0137194090532766, 1.3521418253819912, 0.6537883844162056, 1.4971178525878377,
  0.289957591366348, 0.5512671317684119, 0.17873768757050404, -1.073858701475369,
  -0.8466289662382713, 0.37958424600772894, -0.5801952016057006, 1.2715513764583872,
  1.2923865934033114, 1.7987863384903786, -0.02607383754457069, 1.3837097563119558,
  -0.9058431408224087, -0.8163147296909071, 0.08130305629403443, 0.2814308365081419,
  -1.5989883258714874, -1.730724189576384, 0.3550784031579345, -0.8621880728268713,
  1.2083570546510172, 0.39454619699169213, 0.30718460927779667, 0.2084426281897281,
  0.8954750922624016, -0.1530461454323981, 1.085630989593339, -0.5259143195557643,
  -0.22499771732365406, -0.6805051952715889, 0.5976618821818257, 0.035884245959506046,
];
const TILT = [
  1.7838689116092445, 3.1226881402886875, 0.5447128723705938, -2.229330052907161,
  -0.26768531177217847, -2.6840762759835077, 2.048979433189046, 7.8093018264959735,
  -0.4365961119804105, -1.0138038276891588, 3.982622447333965, 3.3843247582208464,
  2.2526973419911163, -2.4087729796863484, 1.6467000204158422, 4.9071975965628685,
  -4.270632241282296, -0.2809377031804088, -6.7771691076032265, -4.02458660753182,
  -6.509474448562223, 0.7204231316645071, -3.925175944996091, 2.99902283619823, 2.4837131113095863,
  0.9371439706657783, -9.547085477191736, -0.645784809809292, 1.5600789671957491,
  2.2882236585154567, -5.1072777232736986, -0.37155652065211475, -2.6250026297543045,
  -1.8614343559146236, 6.552377026737927, -1.8555728174929613, 1.6319855492457302,
  5.758087624724856, -0.8478687258442861, 1.2756744483718547,
];
const XS = Array.from({ length: N }, (_, i) => (i === N - 1 ? 2 : i * (2 / (N - 1))));
const linePoints = (down) => XS.map((x, i) => [x, x - down + 0.5 * NOISE[i]]);
const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

// What a point of the data adds to the loss of a line, and the slope with respect to w x + b.
const LINE = (z, y) => [(z - y) ** 2, 2 * (z - y)];
// A loss over data [x, y]: of w alone, or of w and b. Loss and slopes at [w, b], over some rows.
function overData(points, dims, part) {
  const look = ([w, b], rows) => rows.map((row) => {
    const [x, y] = points[row];
    const [loss, slope] = part(w * x + (dims === 2 ? b : 0), y);
    return [loss, slope * x, slope];
  });
  const all = points.map((_, row) => row);
  return {
    dims, points,
    loss: (place) => mean(look(place, all).map((one) => one[0])),
    gradient(place, rows = all) {
      const found = look(place, rows);
      return [1, 2].slice(0, dims).map((k) => mean(found.map((one) => one[k])));
    },
  };
}

const VALLEYS = {
  dims: 1, points: null,
  loss: ([w]) => (w ** 2 - 1) ** 2 + 0.3 * w + 0.4,
  gradient: ([w], rows = []) => [4 * w * (w ** 2 - 1) + 0.3 + (rows.length ? mean(rows.map((row) => TILT[row])) : 0)],
};

// The learner's own loss; its slope is measured between neighbouring values of the table.
function fromValues(table) {
  const of = fromTable(table);
  const step = (table.high - table.low) / (table.values.length - 1);
  return { dims: 1, points: null, loss: ([w]) => of(w), gradient: ([w]) => [(of(w + step) - of(w - step)) / (2 * step)] };
}

export const POINTS = { "one parameter": linePoints(0), "two parameters": linePoints(0.5) };
export const NEURON_POINTS = [-2.5, -2, -1.6, -1.1, -0.7, -0.3, 0.2, 0.6, 1, 1.4, 2, 2.6]
  .map((x, i) => [x, [0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1][i]]);

// The loss that a state stands for: { dims, points, loss(place), gradient(place, rows) }.
export function problemOf({ problem, points, table }) {
  if (problem in LOSSES) return overData(points, 2, LOSSES[problem]);
  if (problem === "one parameter") return overData(points.length ? points : POINTS[problem], 1, LINE);
  if (problem === "two parameters") return overData(points.length ? points : POINTS[problem], 2, LINE);
  return problem === "one, two valleys" ? VALLEYS : fromValues(table);
}

// The examples of each step: every epoch all in a new order, cut into batches.
export function batches(size, steps, seed, count = N) {
  let drawn = Math.imul(seed, 2654435761) >>> 0;
  let left = [];
  return Array.from({ length: steps }, () => {
    if (!left.length) {
      left = Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0;
        const j = Math.floor((drawn / 2 ** 32) * (i + 1));
        [left[i], left[j]] = [left[j], left[i]];
      }
    }
    return left.splice(0, size);
  });
}

// Where the ball goes: { path, losses, gradients }; it ends at the first place beyond LIMIT.
export function descend(state) {
  const found = problemOf(state);
  const whole = !found.points && state.problem !== "one, two valleys";
  const count = found.points ? found.points.length : N;
  let place = [state.w, state.b].slice(0, found.dims);
  const way = { path: [place], gradients: [] };
  for (const rows of batches(Math.min(state.batch, count), state.steps, state.seed, count)) {
    if (!place.every((value) => Math.abs(value) <= LIMIT)) break;
    const slope = state.batch >= count || whole ? found.gradient(place) : found.gradient(place, rows);
    place = place.map((value, k) => value - state.lr * slope[k]);
    way.gradients.push(slope);
    way.path.push(place);
  }
  return { ...way, losses: way.path.map(found.loss), problem: found };
}
