// The pictures of the race: the surface with the paths, and the losses.

import { beginLosses, frameLosses, MARGIN, nameAxes, SCALE, SIZE } from "./base/kit/canvas.js";
import { MOST, SIDE, SURFACES } from "./optimizer_race_model.js";

const BANDS = 14;
const DASHES = { SGD: [], momentum: [7, 3], RMSProp: [8, 3, 2, 3], Adam: [2, 3] };
export const LIGHT = {
  ink: "#1f2328", paper: "#ffffff", grid: "#d9dde3", low: [150, 170, 190], high: [255, 255, 255],
  runners: { SGD: "#0072b2", momentum: "#d55e00", RMSProp: "#009e73", Adam: "#b65a91" },
};
export const DARK = {
  ink: "#e6e9ee", paper: "#14171b", grid: "#3a4049", low: [100, 116, 138], high: [22, 25, 30],
  runners: { SGD: "#56b4e9", momentum: "#f08a3c", RMSProp: "#2cc79a", Adam: "#e39ac4" },
};

const across = (x) => ((x + SIDE) / (2 * SIDE)) * SIZE;
const down = (y) => ((SIDE - y) / (2 * SIDE)) * SIZE;

// The surface from above, in bands of equal loss, each a fixed factor above the one inside it.
export function paintSurface(canvas, surface, theme) {
  const side = (canvas.width = canvas.height = SIZE * SCALE);
  const { loss } = SURFACES[surface];
  const heights = new Float64Array(side * side);
  let high = 0;
  for (let i = 0; i < side * side; i++) {
    const x = (((i % side) + 0.5) / side) * 2 * SIDE - SIDE;
    const y = SIDE - ((Math.floor(i / side) + 0.5) / side) * 2 * SIDE;
    heights[i] = loss(x, y);
    high = Math.max(high, heights[i]);
  }
  const band = (i) =>
    Math.max(0, Math.floor(BANDS * (1 + Math.log(heights[i] / high + 1e-300) / Math.log(5000))));
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const one = band(i);
    const share = Math.min(1, one / BANDS);
    const edge = (i % side && band(i - 1) !== one) || (i >= side && band(i - side) !== one);
    for (let k = 0; k < 3; k++) {
      const colour = theme.low[k] + share * (theme.high[k] - theme.low[k]);
      image.data[4 * i + k] = edge ? 0.6 * colour + 0.4 * 128 : colour;
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return high;
}

function mark(context, name, x, y, colour, rim) {
  const r = 6;
  context.beginPath();
  if (name === "SGD") context.arc(x, y, r, 0, 2 * Math.PI);
  if (name === "momentum") context.rect(x - r + 0.5, y - r + 0.5, 2 * r - 1, 2 * r - 1);
  if (name === "RMSProp") polygon(context, [[x, y - r - 1], [x + r, y + r - 1], [x - r, y + r - 1]]);
  if (name === "Adam") polygon(context, [[x, y - r - 1], [x + r, y], [x, y + r + 1], [x - r, y]]);
  context.fillStyle = colour;
  context.strokeStyle = rim;
  context.lineWidth = 1.2;
  context.setLineDash([]);
  context.fill();
  context.stroke();
}

function polygon(context, corners) {
  corners.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

// Lines through points (pixels), { name: points }: first a rim in the colour of the paper for all
// of them, so that they stand out and none hides another.
function drawLines(context, lines, theme) {
  context.lineJoin = "round";
  for (const rim of [true, false]) {
    for (const [name, points] of Object.entries(lines)) {
      context.beginPath();
      points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.setLineDash(rim ? [] : DASHES[name]);
      context.strokeStyle = rim ? theme.paper : theme.runners[name];
      context.lineWidth = rim ? 3.5 : 2;
      context.stroke();
    }
  }
}

// The points of a list up to a time between two steps; the last one lies between two of them.
function upTo(list, time) {
  const whole = Math.floor(time);
  const points = list.slice(0, whole + 1);
  const share = time - whole;
  if (share > 0 && whole + 1 < list.length) {
    points.push(list[whole].map((value, k) => value + share * (list[whole + 1][k] - value)));
  }
  return points;
}

export function drawMap(context, background, state, found, time, theme, lowest) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(background, 0, 0);
  context.setTransform(SCALE, 0, 0, SCALE, 0, 0);
  nameAxes(context, "x", "y", theme);
  for (const [x, y] of lowest) star(context, across(x), down(y), theme);
  const lines = {};
  for (const [name, { path }] of Object.entries(found)) {
    lines[name] = upTo(path, time).map(([x, y]) => [across(x), down(y)]);
  }
  drawLines(context, lines, theme);
  for (const [name, points] of Object.entries(lines)) {
    context.fillStyle = theme.runners[name];
    context.beginPath();
    for (const [x, y] of points.slice(0, Math.floor(time) + 1)) {
      context.moveTo(x + 2.2, y);
      context.arc(x, y, 2.2, 0, 2 * Math.PI);
    }
    context.fill();
  }
  const [x, y] = [across(state.start[0]), down(state.start[1])];
  for (const [colour, width] of [[theme.paper, 7], [theme.ink, 3.5]]) {
    context.beginPath();
    context.setLineDash([]);
    context.moveTo(x - 8, y);
    context.lineTo(x + 8, y);
    context.moveTo(x, y - 8);
    context.lineTo(x, y + 8);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
  for (const [name, points] of Object.entries(lines)) {
    mark(context, name, ...points[points.length - 1], theme.runners[name], theme.ink);
  }
}

function star(context, x, y, theme) {
  context.beginPath();
  const corners = Array.from({ length: 10 }, (_, k) => {
    const [r, angle] = [k % 2 ? 4 : 9, (k * Math.PI) / 5 - Math.PI / 2];
    return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  });
  polygon(context, corners);
  context.setLineDash([]);
  context.fillStyle = "#f0e442";
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.fill();
  context.stroke();
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power = (k) =>
  `10${k < 0 ? "⁻" : ""}${[...String(Math.abs(k))].map((d) => SUPERSCRIPTS[d]).join("")}`;

export function drawLosses(context, found, time, theme, high) {
  const [width, height] = [SIZE - MARGIN.left - MARGIN.right, SIZE - MARGIN.top - MARGIN.bottom];
  const [top, bottom] = [Math.log10(10 * high), Math.log10(1e-8 * high)];
  const place = ([step, loss]) => [
    MARGIN.left + (step / MOST) * width,
    // what is beyond the picture goes on a little way outside of it
    MARGIN.top +
      Math.min(1.1, Math.max(-0.1, (top - Math.log10(Math.max(loss, 1e-300))) / (top - bottom))) *
        height,
  ];
  beginLosses(context, theme);
  for (let k = 2 * Math.ceil(bottom / 2); k <= top; k += 2) {
    const y = place([0, 10 ** k])[1];
    context.moveTo(MARGIN.left, y);
    context.lineTo(MARGIN.left + width, y);
    context.fillText(power(k), MARGIN.left - 5, y);
  }
  context.textAlign = "center";
  for (let step = 0; step <= MOST; step += 20) {
    const x = place([step, 1])[0];
    context.moveTo(x, MARGIN.top);
    context.lineTo(x, MARGIN.top + height);
    context.fillText(step, x, MARGIN.top + height + 10);
  }
  context.stroke();
  context.fillText("step", MARGIN.left + width / 2, SIZE - 8);
  frameLosses(context, theme, width, height);
  const lines = {};
  for (const [name, { losses }] of Object.entries(found)) {
    lines[name] = upTo(losses.map((loss, step) => [step, loss]), time).map(place);
  }
  drawLines(context, lines, theme);
  context.restore();
  for (const [name, points] of Object.entries(lines)) {
    const [x, y] = points[points.length - 1];
    const inside = Math.min(MARGIN.top + height, Math.max(MARGIN.top, y));
    mark(context, name, x, inside, theme.runners[name], theme.ink);
  }
}
