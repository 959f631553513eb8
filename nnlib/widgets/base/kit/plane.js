// A plane to draw on: axes with numbers, SVG over a canvas, and things in it that are dragged.

import { clamp, rounded, short } from "./numbers.js";
import { change, draw, keepKeys, make } from "./page.js";

const MARGIN = { left: 50, right: 10, top: 8, bottom: 38 };

// Round numbers from low to high, about `count` of them.
export function ticks(low, high, count = 6) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => rounded((first + i) * step, step));
}

// { element, svg, canvas, layer, x(value), y(value), at(event), range(x, y, ylabel), width, height }.
// xlim and ylim are pairs; name is what a screen reader says; heat: whether a canvas lies below.
export function makePlane({ xlim, ylim, size = [350, 340], xlabel = "", ylabel = "", name = "", heat = false }) {
  const [width, height] = size;
  const inside = { w: width - MARGIN.left - MARGIN.right, h: height - MARGIN.top - MARGIN.bottom };
  const plane = { width, height };
  plane.range = (xs, ys, label = ylabel) => {
    [plane.xlim, plane.ylim, ylabel] = [xs, ys, label];
    axes.replaceChildren(...marks());
  };
  plane.x = (value) => MARGIN.left + (inside.w * (value - plane.xlim[0])) / (plane.xlim[1] - plane.xlim[0]);
  plane.y = (value) => MARGIN.top + (inside.h * (plane.ylim[1] - value)) / (plane.ylim[1] - plane.ylim[0]);
  plane.at = (event) => {
    const box = plane.svg.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    const across = ((left * width) / box.width - MARGIN.left) / inside.w;
    const down = ((top * height) / box.height - MARGIN.top) / inside.h;
    const [[x0, x1], [y0, y1]] = [plane.xlim, plane.ylim];
    return [clamp(x0 + across * (x1 - x0), x0, x1), clamp(y1 - down * (y1 - y0), y0, y1)];
  };
  const clip = `clip${Math.random().toString(36).slice(2)}`;
  const frame = { x: MARGIN.left, y: MARGIN.top, width: inside.w, height: inside.h };
  const axes = draw("g", { class: "nn-axes", "aria-hidden": "true" });
  plane.layer = draw("g", { "clip-path": `url(#${clip})` });
  plane.above = draw("g");
  plane.svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": name },
    draw("clipPath", { id: clip }, draw("rect", frame)), axes, plane.layer, plane.above);
  plane.element = make("div", { class: "nn-plane", style: `width:${width}px` }, plane.svg);
  if (heat) {
    const share = (part, whole) => `${(100 * part) / whole}%`; // it may be scaled down
    const place = `left:${share(MARGIN.left, width)};top:${share(MARGIN.top, height)};`
      + `width:${share(inside.w, width)};height:${share(inside.h, height)}`;
    plane.canvas = make("canvas", { style: place, "aria-hidden": "true" });
    plane.element.prepend(plane.canvas);
  }
  function marks() {
    const found = [draw("rect", { ...frame, class: "nn-frame-line" })];
    const [bottom, left] = [MARGIN.top + inside.h, MARGIN.left];
    for (const value of ticks(...plane.xlim)) {
      const x = plane.x(value);
      found.push(draw("path", { d: `M${x} ${bottom}v5` }),
        draw("text", { x, y: bottom + 17, "text-anchor": "middle" }, short(value)));
    }
    for (const value of ticks(...plane.ylim)) {
      const y = plane.y(value);
      found.push(draw("path", { d: `M${left} ${y}h-5` }),
        draw("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, short(value)));
    }
    found.push(draw("text", { x: left + inside.w / 2, y: height - 5, "text-anchor": "middle" }, xlabel));
    const middle = MARGIN.top + inside.h / 2;
    found.push(draw("text", { x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` }, ylabel));
    return found;
  }
  plane.range(xlim, ylim);
  return plane;
}

// Colour every point of a plane: colour(x, y) gives [red, green, blue].
export function paintHeat(plane, colour, side = 56) {
  const { canvas, xlim, ylim } = plane;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  for (let row = 0; row < side; row++) {
    const y = ylim[1] - ((row + 0.5) * (ylim[1] - ylim[0])) / side;
    for (let column = 0; column < side; column++) {
      const x = xlim[0] + ((column + 0.5) * (xlim[1] - xlim[0])) / side;
      const [red, green, blue] = colour(x, y);
      const at = 4 * (row * side + column);
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

// "M0 1L2 3..." of points in a plane; what is no number breaks the line.
export function pathOf(plane, points) {
  let pen = "M";
  return points.map(([x, y]) => {
    if (!Number.isFinite(y) || !Number.isFinite(x)) {
      pen = "M";
      return "";
    }
    const text = `${pen}${plane.x(x).toFixed(1)} ${plane.y(clamp(y, -1e6, 1e6)).toFixed(1)}`;
    pen = "L";
    return text;
  }).join("");
}

// Let an element be dragged with mouse, finger and arrow keys. at() gives its place, moved(x, y)
// takes the new one; name and says() are what a screen reader says; step is one key press. In a
// plane that says `down` y grows downwards.
export function makeHandle(element, plane, { name, at, moved, says, step = 0.1, removed = null }) {
  change(element, { tabindex: "0", role: "slider", "aria-label": name, class: "nn-handle" });
  keepKeys(element);
  let grip = null;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    const [x, y] = plane.at(event);
    const [left, down] = at();
    grip = [left - x, down - y];
  });
  element.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const [x, y] = plane.at(event);
    moved(x + grip[0], y + grip[1]);
  });
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => { grip = null; });
  element.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.key in ways) {
      const far = step * (event.shiftKey ? 10 : 1);
      const [x, y] = at();
      const [right, up] = ways[event.key];
      moved(rounded(x + far * right, step / 10), rounded(y + far * (plane.down ? -up : up), step / 10));
    } else if (removed && (event.key === "Delete" || event.key === "Backspace")) removed();
    else return;
    event.preventDefault();
  });
  return () => change(element, {
    "aria-valuetext": says(), "aria-valuenow": at()[0].toFixed(2),
    "aria-valuemin": plane.xlim[0], "aria-valuemax": plane.xlim[1],
  });
}
