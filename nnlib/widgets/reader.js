// What models/photo.py and the network on board compute, for a page without a kernel: a drawing is
// centred as MNIST's digits were, and three matrix products make ten probabilities of it.

const BOX = 20; // pixels: MNIST's digits were scaled to fit this box
const MIDDLE = 14; // row and column where their centre of mass was put
const SIZES = [784, 256, 128, 10];

// Python's round(): a half goes to the even number.
function roundEven(value) {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

// The weights of docs/weights.py, whole numbers with a scale for each row: [{ weight, bias }] of the
// three layers.
export function unpacked(buffer) {
  let at = 0;
  const next = (Kind, length) => {
    const found = new Kind(buffer.slice(at, at + length * Kind.BYTES_PER_ELEMENT));
    at += found.byteLength;
    return found;
  };
  return SIZES.slice(1).map((rows, k) => {
    const columns = SIZES[k];
    const [bias, scale] = [next(Float32Array, rows), next(Float32Array, rows)];
    const whole = next(k === 0 ? Int8Array : Int16Array, rows * columns);
    const weight = Float32Array.from(whole, (value, i) => value * scale[Math.floor(i / columns)]);
    return { weight, bias };
  });
}

// Ten probabilities of an image, 784 numbers from 0 to 1.
export function read(layers, image) {
  let values = image;
  layers.forEach(({ weight, bias }, k) => {
    const sums = Float64Array.from(bias);
    for (let row = 0; row < sums.length; row++) {
      const start = row * values.length;
      for (let i = 0; i < values.length; i++) sums[row] += weight[start + i] * values[i];
      if (k < layers.length - 1 && sums[row] < 0) sums[row] = 0; // ReLU
    }
    values = sums;
  });
  const largest = Math.max(...values);
  const powers = Array.from(values, (z) => Math.exp(z - largest));
  const total = powers.reduce((sum, one) => sum + one, 0);
  return powers.map((one) => one / total);
}

// A drawing, side x side numbers row by row, 0 paper and `full` ink, as the network wants it: 784
// numbers from 0 to 1.
export function centred(ink, side, full = 255) {
  const image = new Float64Array(784);
  let [top, bottom, left, right] = [side, -1, side, -1];
  ink.forEach((value, i) => {
    if (!value) return;
    const [row, column] = [Math.floor(i / side), i % side];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  });
  if (bottom < 0) return image;
  const [tall, wide] = [bottom - top + 1, right - left + 1];
  const longer = Math.max(tall, wide);
  const height = Math.max(1, roundEven((tall * BOX) / longer));
  const width = Math.max(1, roundEven((wide * BOX) / longer));
  const cut = Array.from({ length: tall }, (_, row) =>
    Array.from({ length: wide }, (_, column) => ink[(top + row) * side + left + column] / full));
  const narrow = cut.map((row) => boxed(row, width, (sum, value, share) => sum + share * value, 0));
  const digit = boxed(narrow, height, (sum, row, share) => sum.map((v, i) => v + share * row[i]),
    new Array(width).fill(0));
  let [total, rows, columns] = [0, 0, 0];
  digit.forEach((row, i) => row.forEach((value, j) => {
    total += value;
    rows += i * value;
    columns += j * value;
  }));
  // no further than the edge, where the digit would be cut off
  const inside = (centre, size) => Math.min(Math.max(roundEven(MIDDLE - centre), 0), 28 - size);
  const [down, over] = [inside(rows / total, height), inside(columns / total, width)];
  digit.forEach((row, i) => row.forEach((value, j) => {
    image[28 * (down + i) + over + j] = value;
  }));
  return image;
}

// A list made shorter or longer: each new entry is the mean of what it covers of the others.
function boxed(list, length, add, zero) {
  const scale = list.length / length;
  return Array.from({ length }, (_, i) => {
    const [from, to] = [i * scale, (i + 1) * scale];
    let sum = zero;
    for (let k = Math.floor(from); k < Math.min(to, list.length); k++) {
      const share = (Math.min(to, k + 1) - Math.max(from, k)) / scale;
      if (share > 0) sum = add(sum, list[k], share);
    }
    return sum;
  });
}

// The answer as a sentence.
export function inWords(chances) {
  const order = [...chances.keys()].sort((one, other) => chances[other] - chances[one]);
  const percent = (digit) => `${digit} (${(100 * chances[digit]).toFixed(0)}%)`;
  const second = chances[order[1]] > 0.1 ? `, then ${percent(order[1])}` : "";
  return `The network says ${percent(order[0])}${second}.`;
}
