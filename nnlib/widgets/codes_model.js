// Images packed into codes and back by principal components, and mixtures: models/codes.py.

import { fixed } from "./base/kit/numbers.js";

const [ALL_PIXELS, COMPONENTS] = [784, 64];

// The components of models/codes.py: { mean, directions }, these pixel by pixel.
export function unpackedComponents(buffer) {
  const floats = new Float32Array(buffer, 0, ALL_PIXELS + COMPONENTS);
  const scale = floats.subarray(ALL_PIXELS);
  const whole = new Int8Array(buffer, floats.byteLength);
  return { mean: floats.subarray(0, ALL_PIXELS), directions: Float64Array.from(whole, (one, i) => one * scale[i % COMPONENTS]) };
}

export function encode({ mean, directions }, image) {
  const code = new Float64Array(COMPONENTS);
  for (let i = 0; i < ALL_PIXELS; i++) {
    for (let k = 0; k < COMPONENTS; k++) code[k] += (image[i] - mean[i]) * directions[i * COMPONENTS + k];
  }
  return code;
}

export function decode({ mean, directions }, code) {
  const image = Float64Array.from(mean);
  for (let i = 0; i < ALL_PIXELS; i++) {
    for (let k = 0; k < COMPONENTS; k++) image[i] += directions[i * COMPONENTS + k] * code[k];
  }
  return image;
}

export const mixed = (first, second, mix) => first.map((value, i) => (1 - mix) * value + mix * second[i]);

// What is said of a mixture: of two test images { number, label }.
export function saidOf(first, second, mix, code, pixels, decoded) {
  const square = pixels.reduce((sum, value, i) => sum + (value - decoded[i]) ** 2, 0) / ALL_PIXELS;
  return `Test image ${first.number}, a ${first.label}, and test image ${second.number}, a ${second.label}, `
    + `mixed ${fixed(1 - mix)} to ${fixed(mix)}. The code has ${code.length} numbers; decoded, it `
    + `differs from the mixed pixels by ${fixed(Math.sqrt(square))} in a typical pixel.`;
}
