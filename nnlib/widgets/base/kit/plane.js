// A plane to draw on: axes with numbers, SVG over a canvas, and things in it that are dragged.

import { clamp, rounded, short } from "./numbers.js";
import { change, draw, keepKeys, make, uniqueName } from "./page.js";

const MARGIN = { left: 56, right: 10, top: 8, bottom: 38 };

// Round numbers from low to high, about `count` of them.
export function ticks(low, high, count = 6) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.75);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => rounded((first + i) * step, step));
}

// { element, svg, canvas, layer, above, x(value), y(value), at(event), width, height,
//   range(xlim, ylim, ylabel, xlabel), resize(width, height) }.
// xlim and ylim are pairs; name is what a screen reader says; heat: whether a canvas lies below;
// grid: lines at the numbers; xticks, yticks: [[value, text], ...] in place of round numbers.
export function makePlane({
  xlim, ylim, size = [350, 340], xlabel = "", ylabel = "", name = "",
  heat = false, grid = false, xticks = null, yticks = null,
}) {
  const plane = { xlim, ylim };
  const bottom = xlabel ? MARGIN.bottom : 24; // no name of the axis: less room
  let inside = {};
  const clip = uniqueName("clip");
  const opening = draw("rect");
  const axes = draw("g", { class: "nn-axes", "aria-hidden": "true" });
  plane.layer = draw("g", { "clip-path": `url(#${clip})` });
  plane.above = draw("g");
  plane.svg = draw("svg", { role: "group", "aria-label": name },
    draw("clipPath", { id: clip }, opening), axes, plane.layer, plane.above);
  plane.element = make("div", { class: "nn-plane" }, plane.svg);
  if (heat) {
    plane.canvas = make("canvas", { "aria-hidden": "true" });
    plane.element.prepend(plane.canvas);
  }
  plane.range = (xs, ys, up = ylabel, right = xlabel) => {
    if (`${[xs, ys, up, right]}` === `${[plane.xlim, plane.ylim, ylabel, xlabel]}`) return;
    [plane.xlim, plane.ylim, ylabel, xlabel] = [xs, ys, up, right];
    axes.replaceChildren(...marks());
  };
  plane.resize = (width, height = plane.height) => {
    Object.assign(plane, { width, height });
    inside = { x: MARGIN.left, y: MARGIN.top, width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - bottom };
    change(plane.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    change(opening, inside);
    plane.element.style.width = `${width}px`;
    const share = (part, whole) => `${(100 * part) / whole}%`; // it may be scaled down
    if (heat) {
      Object.assign(plane.canvas.style, {
        left: share(inside.x, width), top: share(inside.y, height),
        width: share(inside.width, width), height: share(inside.height, height),
      });
    }
    axes.replaceChildren(...marks());
  };
  plane.x = (value) => inside.x + (inside.width * (value - plane.xlim[0])) / (plane.xlim[1] - plane.xlim[0]);
  plane.y = (value) => inside.y + (inside.height * (plane.ylim[1] - value)) / (plane.ylim[1] - plane.ylim[0]);
  plane.at = (event) => {
    const box = plane.svg.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    const across = ((left * plane.width) / box.width - inside.x) / inside.width;
    const down = ((top * plane.height) / box.height - inside.y) / inside.height;
    const [[x0, x1], [y0, y1]] = [plane.xlim, plane.ylim];
    return [clamp(x0 + across * (x1 - x0), x0, x1), clamp(y1 - down * (y1 - y0), y0, y1)];
  };
  const numbered = ([low, high], room) => ticks(low, high, Math.max(2, Math.round(room))).map((value) => [value, short(value)]);
  function marks() {
    const found = [draw("rect", { ...inside, class: "nn-frame-line" })];
    const [floor, left] = [inside.y + inside.height, inside.x];
    const inView = (own, [low, high]) => own?.filter(([value]) => value >= low && value <= high);
    for (const [value, text] of inView(xticks, plane.xlim) ?? numbered(plane.xlim, inside.width / 50)) {
      const x = plane.x(value);
      if (grid) found.push(draw("path", { d: `M${x} ${inside.y}V${floor}`, class: "nn-grid" }));
      found.push(draw("path", { d: `M${x} ${floor}v5` }),
        draw("text", { x, y: floor + 17, "text-anchor": "middle" }, text));
    }
    for (const [value, text] of inView(yticks, plane.ylim) ?? numbered(plane.ylim, inside.height / 40)) {
      const y = plane.y(value);
      if (grid) found.push(draw("path", { d: `M${left} ${y}h${inside.width}`, class: "nn-grid" }));
      found.push(draw("path", { d: `M${left} ${y}h-5` }),
        draw("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, text));
    }
    found.push(draw("text", { x: left + inside.width / 2, y: plane.height - 5, "text-anchor": "middle" }, xlabel));
    const middle = inside.y + inside.height / 2;
    found.push(draw("text", { x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` }, ylabel));
    return found;
  }
  plane.resize(...size);
  return plane;
}

// Colour every point of a plane: colour(x, y) gives [red, green, blue].
export function paintHeat(plane, colour, side = 56) {
  const { canvas, xlim, ylim } = plane;
  if (canvas.width !== side || canvas.height !== side) {
    canvas.width = canvas.height = side; // a new canvas has 300 x 150
  }
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
// takes the new one; name and says() are what a screen reader says; step is one key press, or a
// function that gives it. keyed(right, up), in steps, hears of arrow keys in place of moved; axis is
// that of the spoken value. In a plane that says `down` y grows downwards.
export function makeHandle(element, plane, { name, at, moved, says, step = 0.1, removed = null, keyed = null, axis = 0 }) {
  // 0 until its place is told for the first time, with the next frame
  change(element, { tabindex: "0", role: "slider", "aria-label": name, "aria-valuenow": "0", class: "nn-handle" });
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
      const [right, up] = ways[event.key].map((way) => way * (event.shiftKey ? 10 : 1));
      const [x, y] = at();
      if (keyed) keyed(right, up);
      else {
        const far = typeof step === "function" ? step() : step;
        moved(rounded(x + far * right, far / 10), rounded(y + far * (plane.down ? -up : up), far / 10));
      }
    } else if (removed && (event.key === "Delete" || event.key === "Backspace")) removed();
    else return;
    event.preventDefault();
  });
  return () => {
    const [low, high] = axis ? plane.ylim : plane.xlim;
    change(element, { "aria-valuetext": says(), "aria-valuenow": at()[axis].toFixed(2), "aria-valuemin": low, "aria-valuemax": high });
  };
}
