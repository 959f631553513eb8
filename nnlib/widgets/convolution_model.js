// A 3 x 3 kernel slides over an image: the formulas and sentences of models/convolution.py.

import { short } from "./base/kit/numbers.js";

export const KERNEL = 3; // rows and columns of the kernel
const POOL = 2; // rows and columns of a pooling window
export const PLACES = Array.from({ length: KERNEL * KERNEL }, (_, k) => `k${Math.floor(k / KERNEL)}${k % KERNEL}`);
export const kernelOf = (state) => PLACES.map((name) => state[name]);

// Images are { values, rows, columns }: numbers row by row.
function padded({ values, rows, columns }, rim) {
  const wide = columns + 2 * rim;
  const found = new Float64Array((rows + 2 * rim) * wide);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      found[(row + rim) * wide + column + rim] = values[row * columns + column];
    }
  }
  return { values: found, rows: rows + 2 * rim, columns: wide };
}

// The nine pixels under a window whose upper left corner is at row, column.
export function windowAt({ values, columns }, row, column) {
  return PLACES.map((_, k) => values[(row + Math.floor(k / KERNEL)) * columns + column + (k % KERNEL)]);
}

const dot = (one, other) => one.reduce((sum, value, k) => sum + value * other[k], 0);

function convolved(image, kernel, bias, stride) {
  const size = (length) => Math.floor((length - KERNEL) / stride) + 1;
  const [rows, columns] = [size(image.rows), size(image.columns)];
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < KERNEL * KERNEL; k++) {
        const at = (row * stride + Math.floor(k / KERNEL)) * image.columns + column * stride + (k % KERNEL);
        sum += image.values[at] * kernel[k];
      }
      values[row * columns + column] = sum + bias;
    }
  }
  return { values, rows, columns };
}

// The largest number of each 2 x 2 block; null where there is no block.
function pooled({ values, rows, columns }) {
  const [down, across] = [Math.floor(rows / POOL), Math.floor(columns / POOL)];
  if (!down || !across) return null;
  const found = Float64Array.from({ length: down * across }, (_, i) => {
    const at = POOL * Math.floor(i / across) * columns + POOL * (i % across);
    return Math.max(values[at], values[at + 1], values[at + columns], values[at + columns + 1]);
  });
  return { values: found, rows: down, columns: across };
}

// All that is shown of an image for a state: { padded, sums, shown, place, pixels, kernel, products,
// total, alert }; shown: the sums after ReLU and max-pool; place: [row, column] of the window.
export function look(image, state) {
  const kernel = kernelOf(state);
  const found = { kernel, padded: padded(image, state.padding), alert: "" };
  found.sums = convolved(found.padded, kernel, state.bias, state.stride);
  const { values, rows, columns } = found.sums;
  found.shown = state.relu ? { rows, columns, values: values.map((sum) => Math.max(sum, 0)) } : found.sums;
  if (state.pool) {
    const blocks = pooled(found.shown);
    if (blocks) found.shown = blocks;
    else found.alert = `The feature map is ${rows} × ${columns}, too small for blocks of 2 × 2. Lower the stride, or untick max-pool.`;
  }
  found.pooled = state.pool && !found.alert;
  found.place = [Math.min(state.row, rows - 1), Math.min(state.column, columns - 1)];
  found.pixels = windowAt(found.padded, ...found.place.map((at) => at * state.stride));
  found.products = found.pixels.map((pixel, k) => pixel * kernel[k]);
  found.total = dot(found.pixels, kernel) + state.bias;
  return found;
}

// The place after this one: along the row, then to the row below, then back to the start.
export function next({ sums, place: [row, column] }) {
  const at = (row * sums.columns + column + 1) % sums.values.length;
  return { row: Math.floor(at / sums.columns), column: at % sums.columns };
}

// Whether the window has reached number i of what is shown.
export function reached({ sums, shown, place: [row, column], pooled: blocks }, i) {
  const [down, across] = [Math.floor(i / shown.columns), i % shown.columns];
  const at = blocks ? (POOL * down + 1) * sums.columns + POOL * across + 1 : down * sums.columns + across;
  return at <= row * sums.columns + column;
}

// Where the window's sum is among what is shown, [row, column].
export const spot = ({ place, pooled: blocks }) => (blocks ? place.map((at) => Math.floor(at / POOL)) : place);

const signed = (value) => {
  const text = short(value);
  return text.startsWith("−") ? ` − ${text.slice(1)}` : ` + ${text}`;
};

// The sum with its numbers, in parts: nine products, then the rest of the line.
export function outcome({ products, total }, { bias, relu }) {
  const terms = products.map((value, k) => (k ? signed(value) : short(value)));
  const rest = `${bias ? `${signed(bias)} (bias)` : ""} = ${short(total)}`;
  return [...terms, relu ? `${rest}, and ReLU makes it ${short(Math.max(total, 0))}` : rest];
}

// What this kernel sees, or why it sees nothing.
export function verdict({ kernel, sums }, { bias, relu }) {
  if (!kernel.some(Boolean)) return `With all nine weights 0 no pixel counts: every sum is the bias, ${short(bias)}.`;
  if (relu && Math.max(...sums.values) <= 0) return "No sum is above 0, and ReLU makes all of them 0: nothing gets through.";
  const all = kernel.reduce((sum, weight) => sum + weight, 0) + bias;
  return `Where all nine pixels are 0, the sum is ${short(bias)}; where all are 1, it is ${short(all)}.`;
}
