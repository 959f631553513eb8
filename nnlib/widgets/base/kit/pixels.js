// Pictures of pixels, as sharp as they are, with SVG over them; and their colours in both themes.

import { clamp } from "./numbers.js";
import { draw, make } from "./page.js";

// { element, svg, layer, at(event), fit(columns, rows, rim) }: x is the column, y the row, which
// grows downwards; name is what a screen reader says. size: [width, height] in CSS pixels.
export function makePixels({ size, name, columns = 28, rows = 28, rim = 0 }) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const layer = draw("g");
  const svg = draw("svg", { preserveAspectRatio: "none", role: "group", "aria-label": name }, layer);
  const element = make("div", { class: "nn-pixels", style: `width:${size[0]}px;aspect-ratio:${size[0]}/${size[1]}` }, canvas, svg);
  const pixels = { element, svg, layer, down: true };
  pixels.fit = (across, down, edge = 0) => {
    [pixels.xlim, pixels.ylim] = [[-edge, across + edge], [-edge, down + edge]];
    svg.setAttribute("viewBox", `${-edge} ${-edge} ${across + 2 * edge} ${down + 2 * edge}`);
  };
  pixels.at = (event) => {
    const box = svg.getBoundingClientRect();
    return [[event.clientX, box.left, box.width, pixels.xlim], [event.clientY, box.top, box.height, pixels.ylim]]
      .map(([place, start, length, [low, high]]) => clamp(low + ((place - start) / length) * (high - low), low, high));
  };
  // One colour [red, green, blue] for each number of a list, row by row, `across` in a row.
  pixels.paint = (values, across, colour) => paintPixels(canvas, values, across, colour);
  pixels.fit(columns, rows, rim);
  return pixels;
}

export function paintPixels(canvas, values, across, colour) {
  const down = values.length / across;
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  const context = canvas.getContext("2d");
  const image = context.createImageData(across, down);
  for (let i = 0; i < values.length; i++) {
    const [red, green, blue] = colour(values[i]);
    image.data[4 * i] = red;
    image.data[4 * i + 1] = green;
    image.data[4 * i + 2] = blue;
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// The colour of ink: 0 is the paper, 1 is full ink.
export function ink(share, dark) {
  const [from, to] = dark ? [28, 245] : [255, 0];
  const grey = from + clamp(share, 0, 1) * (to - from);
  return [grey, grey, grey];
}

// The bytes of a trait, which arrive as a view of memory.
export function bytes(value) {
  return value?.buffer
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(0);
}
