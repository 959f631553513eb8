// Where the letters of a sentence look, in one head of a trained network: models/attention.py too.

import { TRAINED } from "./attention_weights.js";

const EPS = 1e-5; // of the normalisation

// { name: { shape, data } } from whole numbers of 16 bits with one scale for each array.
function unpack({ shape, scale, packed }) {
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const whole = new DataView(bytes.buffer);
  return { shape, data: Float64Array.from({ length: bytes.length / 2 }, (_, i) => whole.getInt16(2 * i, true) * scale) };
}

const ARRAYS = Object.fromEntries(Object.entries(TRAINED.arrays).map(([name, array]) => [name, unpack(array)]));
const WIDTH = ARRAYS.letters.shape[1];
export const HEADS = TRAINED.heads;
const D = WIDTH / HEADS;

function normalised(row) {
  const mean = row.reduce((sum, one) => sum + one, 0) / WIDTH;
  const spread = Math.sqrt(row.reduce((sum, one) => sum + (one - mean) ** 2, 0) / WIDTH + EPS);
  return row.map((one, i) => ((one - mean) / spread) * ARRAYS.gain.data[i] + ARRAYS.shift.data[i]);
}

// The D numbers that head `head` (from 0) asks with, or answers to, at one place.
function projected({ data }, head, row) {
  return Array.from({ length: D }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < WIDTH; j++) sum += data[(head * D + i) * WIDTH + j] * row[j];
    return sum;
  });
}

function softmax(row) {
  const most = Math.max(...row);
  const powers = row.map((one) => Math.exp(one - most));
  const sum = powers.reduce((total, one) => total + one, 0);
  return powers.map((one) => one / sum);
}

// { scores, weights }, a row for each letter that looks; head counts from 1.
export function attend(sentence, head, masked, scaled) {
  const rows = [...sentence].map((letter, place) => {
    const code = TRAINED.symbols.indexOf(letter);
    return normalised(Array.from({ length: WIDTH }, (_, i) => ARRAYS.letters.data[code * WIDTH + i] + ARRAYS.places.data[place * WIDTH + i]));
  });
  const queries = rows.map((row) => projected(ARRAYS.queries, head - 1, row));
  const keys = rows.map((row) => projected(ARRAYS.keys, head - 1, row));
  const divisor = scaled ? Math.sqrt(D) : 1;
  const scores = queries.map((query) => keys.map((key) => query.reduce((sum, one, i) => sum + one * key[i], 0) / divisor));
  const weights = scores.map((row, t) => softmax(row.map((one, s) => (masked && s > t ? -Infinity : one))));
  return { scores, weights };
}
