// NumPy's generator of random numbers: a seed gives here what np.random.default_rng(seed) gives.

const [WORD, LONG] = [0xffffffffn, 64n];
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const narrow = (value) => BigInt.asUintN(128, value);

// SeedSequence: a small whole number spread over eight words of 32 bits.
function spreadSeed(seed) {
  let constant = 0x43b0d7e5;
  const stir = (value, by) => {
    const mixed = Math.imul(value ^ constant, (constant = Math.imul(constant, by)));
    return mixed ^ (mixed >>> 16);
  };
  const mix = (one, other) => {
    const mixed = Math.imul(one, 0xca01f9dd) - Math.imul(other, 0x4973f715);
    return mixed ^ (mixed >>> 16);
  };
  const pool = [seed, 0, 0, 0].map((word) => stir(word, 0x931e8875));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], stir(pool[from], 0x931e8875));
  }
  constant = 0x8b51f9dd;
  return Array.from({ length: 8 }, (_, k) => BigInt(stir(pool[k % 4], 0x58f38ded) >>> 0));
}

// Marsaglia and Tsang's ziggurat: 256 layers of equal area below exp(-x² / 2).
const [RIGHT, AREA, TWO52] = [3.6541528853610088, 0.004928673233974655, 2 ** 52];
const height = (x) => Math.exp(-0.5 * x * x);
const edges = [AREA / height(RIGHT), RIGHT];
for (let k = 2; k < 256; k++) edges.push(Math.sqrt(-2 * Math.log(AREA / edges[k - 1] + height(edges[k - 1]))));
edges.push(0);
const layerOf = (k) => (k ? 256 - k : 0); // NumPy counts the layers from the top, the base is 0

// { random, float, normal, below, permutation, atLeast, skip }: uniform in 0 ... 1 as float64 and as
// float32, standard normal, a whole number 0 ... most, 0 ... n-1 in some order, and true or false.
export function makeGenerator(seed) {
  const words = spreadSeed(seed);
  const [high, low, stepHigh, stepLow] = [0, 2, 4, 6].map((k) => words[k] | (words[k + 1] << 32n));
  const increment = narrow((((stepHigh << LONG) | stepLow) << 1n) | 1n);
  let state = narrow((increment + ((high << LONG) | low)) * MULTIPLIER + increment);
  let spare = null; // the upper half of a number of which the lower was used

  function next() {
    state = narrow(state * MULTIPLIER + increment);
    const [upper, mixed] = [state >> 122n, BigInt.asUintN(64, (state >> LONG) ^ state)];
    return BigInt.asUintN(64, (mixed >> upper) | (mixed << (LONG - upper)));
  }
  // As if so many float64 numbers had been drawn: powers of one step, by squaring.
  function skip(count) {
    let [factor, add] = [MULTIPLIER, increment];
    for (let left = count; left > 0; left = Math.floor(left / 2)) {
      if (left % 2) state = narrow(state * factor + add);
      [factor, add] = [narrow(factor * factor), narrow((factor + 1n) * add)];
    }
  }
  function word() {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const both = next();
    spare = Number(both >> 32n);
    return Number(both & WORD);
  }
  const random = () => Number(next() >> 11n) / 2 ** 53;
  function normal() {
    for (;;) {
      const bits = next();
      const layer = layerOf(Number(bits & 0xffn));
      const sign = bits & 0x100n ? -1 : 1;
      const share = (bits >> 9n) & 0xfffffffffffffn;
      const x = (sign * (Number(share) * edges[layer])) / TWO52;
      if (Math.abs(x) < edges[layer + 1]) return x;
      if (layer === 0) {
        for (;;) {
          const beyond = -Math.log1p(-random()) / RIGHT;
          if (-2 * Math.log1p(-random()) > beyond * beyond) {
            return (share >> 8n) & 1n ? -(RIGHT + beyond) : RIGHT + beyond;
          }
        }
      }
      const [top, bottom] = [height(edges[layer + 1]), height(edges[layer])];
      if ((top - bottom) * random() + bottom < height(x)) return x;
    }
  }
  function below(most) {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const found = word() & mask;
      if (found <= most) return found;
    }
  }
  function permutation(n) {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = below(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
  const float = () => (word() >>> 8) / 2 ** 24;
  // as random_at_least() of nnlib.random: whole numbers of 64 bits, whatever was left of one before
  function atLeast(p, count) {
    const found = [];
    while (found.length < count) {
      const both = next();
      for (const bits of [both & WORD, both >> 32n]) found.push(Number(bits >> 8n) >= p * 2 ** 24);
    }
    return found.slice(0, count);
  }
  return { random, float, normal, below, permutation, atLeast, skip };
}
