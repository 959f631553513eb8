// The pictures of a network in training: plane with boundary and points, losses, tiles of units.

import { SHAPES } from "./base/kit/marks.js";
import { clamp } from "./base/kit/numbers.js";
import { change, draw, keepKeys, make } from "./base/kit/page.js";
import { pathOf } from "./base/kit/plane.js";
import { diverging } from "./base/kit/showpiece.js";

const COLOURS = [[0, 114, 178], [213, 94, 0], [0, 158, 115], [184, 87, 141], [176, 122, 0], [42, 143, 201], [110, 110, 110]];
// side * side colours of colour(i), row 0 at the top, on a canvas of that size.
export function paint(canvas, side, colour) {
  if (canvas.width !== side || canvas.height !== side) {
    canvas.width = canvas.height = side; // a new canvas has 300 x 150
  }
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) image.data.set([...colour(i), 255], 4 * i);
  context.putImageData(image, 0, 0);
}

// What the network answers: of two classes blue to orange, of more a mixture of their colours.
export function answerColour({ outputs, chances }, dark) {
  if (outputs === 1) return (i) => diverging(2 * chances[i] - 1, dark);
  const paper = dark ? 23 : 255;
  const light = COLOURS.map((colour) => colour.map((value) => paper + (dark ? 0.5 : 0.45) * (value - paper)));
  return (i) => [0, 1, 2].map((part) => {
    let total = 0;
    for (let k = 0; k < outputs; k++) total += clamp(chances[i * outputs + k], 0, 1) * light[k][part];
    return Math.min(total, 255);
  });
}

// What one unit says, blue low and orange high: of a sigmoid the middle is one half, else 0.
export function unitColour({ kind, units, a }, unit, dark, most) {
  const share = { sigmoid: (value) => 2 * value - 1, tanh: (value) => value }[kind] ?? ((value) => value / most);
  return (i) => diverging(share(a[i * units + unit]), dark);
}

export const mostOf = ({ a }) => a.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 1e-6);

// The lines where the answer changes, as a path in a picture of width * height at (left, top).
export function boundary({ outputs, chances }, side, box) {
  const margin = outputs === 1 ? [(i) => chances[i] - 0.5] : Array.from({ length: outputs }, (_, k) => (i) => {
    let other = -Infinity;
    for (let j = 0; j < outputs; j++) if (j !== k) other = Math.max(other, chances[i * outputs + j]);
    return chances[i * outputs + k] - other;
  });
  return margin.map((height) => levelZero(Float64Array.from({ length: side * side }, (_, i) => height(i)), side, box)).join("");
}

function levelZero(z, side, { left, top, width, height }) {
  const x = (column) => left + ((column + 0.5) * width) / side;
  const y = (row) => top + ((row + 0.5) * height) / side;
  const found = [];
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const at = row * side + column;
      const positive = z[at] > 0;
      if (z[at + 1] > 0 === positive && z[at + side] > 0 === positive && z[at + side + 1] > 0 === positive) continue;
      const corners = [[0, 0, z[at]], [1, 0, z[at + 1]], [1, 1, z[at + side + 1]], [0, 1, z[at + side]]];
      const crossings = [];
      corners.forEach(([right, down, here], k) => {
        const [right2, down2, there] = corners[(k + 1) % 4];
        if (here > 0 === there > 0) return;
        const share = here / (here - there);
        crossings.push(`${x(column + right + share * (right2 - right)).toFixed(1)} ${y(row + down + share * (down2 - down)).toFixed(1)}`);
      });
      for (let k = 0; k + 1 < crossings.length; k += 2) found.push(`M${crossings[k]}L${crossings[k + 1]}`);
    }
  }
  return found.join("");
}

// Points as marks in a plane: filled ones train, hollow ones are for validation.
export function makeMarks(plane, layer) {
  let shown = "";
  return ({ train, validation }) => {
    const now = JSON.stringify([train, validation, plane.xlim, plane.ylim]);
    if (now === shown) return;
    shown = now;
    const few = train.length + validation.length <= 12;
    const marks = [[validation, " held"], [train, ""]].flatMap(([part, kind]) => part.map(([x, y, k]) => draw("path", {
      d: SHAPES[k](few ? 8 : 4.2), class: `training-point class${k}${kind}`, transform: `translate(${plane.x(x)} ${plane.y(y)})`,
    })));
    layer.replaceChildren(...marks);
  };
}

// Both losses over the steps, in powers of ten.
export function showLosses(plane, paths, { at, steps, trainLosses, validationLosses }) {
  const logs = [trainLosses, validationLosses].map((losses) => losses.map((loss) => Math.log10(Math.max(loss, 1e-6))));
  const all = logs.flat();
  const ends = all.length ? [Math.min(...all), Math.max(...all)] : [-1, 0];
  const power = 10 ** Math.floor(Math.log10(Math.max(steps, 50)));
  const last = [1, 2, 5, 10].map((m) => m * power).find((end) => end >= steps && end >= 50);
  const ylim = [Math.min(-2, Math.floor(ends[0])), Math.max(0, Math.ceil(ends[1]))];
  if (plane.xlim[1] !== last || plane.ylim.join() !== ylim.join()) plane.range([0, last], ylim);
  const every = Math.max(1, Math.ceil(at.length / 300));
  paths.forEach((path, k) => {
    const points = logs[k].map((log, i) => [at[i], log]).filter((_, i) => i % every === 0 || i === at.length - 1);
    change(path, { d: pathOf(plane, points) });
  });
}

// A small picture of each unit, a row for each layer: { element, show(view, side, dark, place) }.
// looked(layer, unit) hears which one is hovered, has the focus or is held; null when none.
export function makeTiles(looked) {
  const element = make("div", { class: "training-tiles" });
  let [tiles, known] = [[], ""];
  function build(hidden) {
    tiles = hidden.map((layer, k) => Array.from({ length: Math.min(layer.units, 8) }, (_, unit) => {
      const canvas = make("canvas", { "aria-hidden": "true" });
      const dot = make("span", { class: "training-dot", hidden: true });
      const look = () => looked(k, unit);
      const button = keepKeys(make("button", {
        type: "button", class: "training-tile", tabindex: k || unit ? "-1" : "0", "aria-label": `Layer ${k + 1}, unit ${unit + 1}`,
        onpointerenter: look, onfocus: look, onpointerleave: () => looked(null), onblur: () => looked(null),
      }, canvas, dot));
      button.addEventListener("keydown", (event) => {
        const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
        const [down, right] = ways[event.key] ?? [0, 0];
        const to = tiles[k + down]?.[unit + right]?.button;
        if (!to) return;
        event.preventDefault();
        for (const one of tiles.flat()) one.button.tabIndex = -1;
        to.tabIndex = 0;
        to.focus();
      });
      return { button, canvas, dot };
    }));
    element.replaceChildren(...tiles.map((row, k) => make("div", { class: "training-row" },
      make("span", {}, `layer ${k + 1}`), ...row.map((one) => one.button))));
    if (!hidden.length) element.textContent = "There is no hidden layer.";
  }
  return {
    element,
    show({ hidden }, side, dark, place) {
      const shape = hidden.map((layer) => layer.units).join();
      if (shape !== known || !element.firstChild) build(hidden);
      known = shape;
      const half = side / 2;
      hidden.forEach((layer, k) => {
        const most = mostOf(layer);
        tiles[k].forEach(({ canvas, dot }, unit) => {
          const colour = unitColour(layer, unit, dark, most);
          paint(canvas, half, (i) => colour(2 * Math.floor(i / half) * side + 2 * (i % half)));
          dot.hidden = !place;
          if (place) dot.style.cssText = `left:${100 * place[0]}%;top:${100 * place[1]}%`;
        });
      });
    },
  };
}
