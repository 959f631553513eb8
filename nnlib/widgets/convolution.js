// Convolution: drag the window over the image, drag the weights, and see the map follow.

import { makeExplorer } from "./base/kit/explorer.js";
import { short } from "./base/kit/numbers.js";
import { change, draw, isStill, make } from "./base/kit/page.js";
import { ink, makePixels } from "./base/kit/pixels.js";
import { makeHandle } from "./base/kit/plane.js";
import { diverging, makeFolded, makeLine } from "./base/kit/showpiece.js";
import { makeCells } from "./base/kit/cells.js";
import { KERNEL, kernelOf, look, next, outcome, PLACES, reached, spot, verdict } from "./convolution_model.js";
import { digitImages, makeStrip } from "./digit_images.js";

const kernel = (rows) => Object.fromEntries(rows.flat().map((weight, k) => [PLACES[k], weight]));
const EDGES = kernel([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]);
export const DEFAULTS = {
  number: 0, row: 15, column: 15, ...EDGES, bias: 0, stride: 1, padding: 0, relu: false, pool: false, hide: false,
};
const SETTINGS = Object.keys(DEFAULTS);
export const KERNELS = {
  "Vertical edges": EDGES,
  "Horizontal edges": kernel([[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
  Blur: kernel([[0.11, 0.11, 0.11], [0.11, 0.12, 0.11], [0.11, 0.11, 0.11]]),
  Sharpen: kernel([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
  "All zeros": kernel([[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
  "Silent after ReLU": kernel([[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]]),
};
const PRESETS = Object.fromEntries(Object.entries(KERNELS).map(([label, weights]) =>
  [label, { ...weights, bias: 0, relu: label === "Silent after ReLU" }]));
const SUB = ["₁", "₂", "₃"]; // of the weights' names: row, column
const LONG = 270; // pixels along the longer side of a picture

// own: an image of the learner's, { values, rows, columns }, {} for the test images.
function render({ model = null, el, settings = {}, digits = "", own: given = model?.get("own") }) {
  const own = given?.values ? given : null;
  const images = own ? null : digitImages(model, digits, () => tools?.refresh());
  let tools = null;
  let before = null; // the image that is shown until another has arrived
  const imageOf = ({ number }) => {
    const found = own ? null : images.of(number);
    if (found) before = { rows: 28, columns: 28, values: Float64Array.from(found.pixels, (value) => value / 255), label: found.label };
    return own ?? before;
  };
  const sizes = own ?? { rows: 28, columns: 28 };
  const [low, high] = own ? [Math.min(0, ...own.values), Math.max(1, ...own.values)] : [0, 1];
  const first = model ? kernelOf(Object.fromEntries(PLACES.map((name) => [name, model.get(name)]))) : [];
  const most = Math.max(9, Math.ceil(Math.max(...first.map(Math.abs), 0)));
  const scale = LONG / Math.max(sizes.rows, sizes.columns);
  const size = [scale * sizes.columns, scale * sizes.rows];

  // --- the pictures: a window in the image, its sum in the map, and what is between them
  const image = makePixels({ size, name: "The image" });
  const map = makePixels({ size, name: "The feature map" });
  const frame = draw("rect", { width: KERNEL, height: KERNEL, class: "convolution-frame" });
  const halo = draw("rect", { width: KERNEL, height: KERNEL, class: "nn-halo" });
  const [mark, target, mapHalo] = [draw("rect", { class: "convolution-spot" }), draw("rect", { fill: "transparent" }), draw("rect", { class: "nn-halo" })];
  let found = null;
  const place = () => found.place;
  const at = ([row, column]) => `row ${row}, column ${column} of the feature map`;
  const windowTo = (row, column) => tools.set({ row: Math.max(0, Math.min(Math.round(row), found.sums.rows - 1)), column: Math.max(0, Math.min(Math.round(column), found.sums.columns - 1)) });
  const handle = draw("g", {}, halo, frame);
  const tells = [makeHandle(handle, image, {
    name: "The window", says: () => at(place()), step: 1,
    at: () => [place()[1], place()[0]],
    moved: (x, y) => windowTo(y, x),
  })];
  // a step in the map is one place of the window, in the image as many pixels as the stride has
  const grip = draw("g", {}, mapHalo, target, mark);
  tells.push(makeHandle(grip, map, {
    name: "The number in the feature map", says: () => `${at(place())}: ${short(found.total)}`, step: 1,
    at: () => [place()[1], place()[0]],
    moved: (x, y) => windowTo(y, x),
  }));
  image.layer.append(handle);
  map.layer.append(grip);
  function press(pixels, where) { // anywhere: the window comes there, and can be dragged on
    let held = false;
    const go = (event) => where(...pixels.at(event));
    pixels.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !found) return;
      held = true;
      pixels.svg.setPointerCapture(event.pointerId);
      go(event);
    });
    pixels.svg.addEventListener("pointermove", (event) => held && go(event));
    for (const end of ["pointerup", "pointercancel"]) pixels.svg.addEventListener(end, () => { held = false; });
  }
  press(image, (x, y) => {
    const { stride, padding } = tools.get();
    windowTo((y + padding - KERNEL / 2) / stride, (x + padding - KERNEL / 2) / stride);
  });
  press(map, (x, y) => {
    const many = found.pooled ? 2 : 1;
    windowTo(many * Math.floor(y), many * Math.floor(x));
  });

  const words = (kind) => make("div", { class: kind });
  const [title, caption, range] = [words("nn-title"), words("nn-caption"), words("nn-caption")];
  const sum = words("nn-sum");
  const said = change(words("nn-said"), { role: "status" });

  const weight = (k) => ({ kind: "number", bare: true, label: `weight w${SUB[Math.floor(k / KERNEL)]}${SUB[k % KERNEL]}`, min: -most, max: most, step: 0.5, decimals: 3 });
  const controls = {
    ...Object.fromEntries(PLACES.map((name, k) => [name, weight(k)])),
    bias: { kind: "slider", label: "bias", min: -5, max: 5, step: 0.1, decimals: 1 },
    relu: { kind: "toggle", label: "ReLU" },
    pool: { kind: "toggle", label: "max-pool 2 × 2" },
    hide: { kind: "toggle", label: "hide the sums still to come" },
    row: { kind: "slider", label: "window row", min: 0, max: sizes.rows - 1, step: 1, decimals: 0 },
    column: { kind: "slider", label: "window column", min: 0, max: sizes.columns - 1, step: 1, decimals: 0 },
    stride: { kind: "slider", label: "stride", min: 1, max: 3, step: 1, decimals: 0 },
    padding: { kind: "slider", label: "padding", min: 0, max: 1, step: 1, decimals: 0 },
    number: { kind: "slider", label: "test image", min: 0, max: 9999, step: 1, decimals: 0 },
    slide: { kind: "player", label: "Slide it", max: Infinity, interval: isStill() ? 500 : 100 },
  };

  return makeExplorer({ model, el, settings }, {
    name: "convolution", call: own ? "explore_convolution(image)" : "explore_convolution()",
    defaults: DEFAULTS, settings: own ? SETTINGS.filter((name) => name !== "number") : SETTINGS,
    controls, presets: PRESETS,
    changed: (patch) => ("slide" in patch ? next(found) : patch),
    ended: () => images?.end(),
  }, (given) => {
    tools = given;
    const c = tools.elements;
    const tables = [
      makeCells({ title: "pixels in the window", columns: KERNEL, count: 9 }),
      makeCells({ title: "× weights", columns: KERNEL, count: 9, fields: PLACES.map((name) => c[name]) }),
      makeCells({ title: "= products", columns: KERNEL, count: 9 }),
    ];
    const light = (k) => {
      for (const { cells } of tables) cells.forEach((cell, i) => cell.classList.toggle("lit", i === k));
      [...sum.children].forEach((term, i) => term.classList.toggle("lit", i === k));
    };
    const watch = (element, k) => change(element, { onmouseenter: () => light(k), onmouseleave: () => light(null) });
    for (const { cells } of tables) cells.forEach(watch);
    const terms = PLACES.map((_, k) => watch(make("span", { class: "nn-term" }), k));
    const rest = make("span");
    sum.append(...terms, rest);
    const strip = own ? null : makeStrip(images, (number) => tools.set({ number }));
    if (own) c.number.hidden = true;

    function show(values, dark) {
      const shown = imageOf(values);
      if (!shown) return;
      found = look(shown, values);
      tools.alert(found.alert);
      const { padded, kernel: weights } = found;
      image.fit(shown.columns, shown.rows, values.padding);
      image.paint(padded.values, padded.columns, (value) => ink((value - low) / (high - low), dark));
      const corner = found.place.map((one) => values.stride * one - values.padding);
      for (const rect of [frame, halo]) change(rect, { x: corner[1], y: corner[0] });
      caption.textContent = `window at row ${found.place[0]}, column ${found.place[1]}`;

      const { shown: result } = found;
      const largest = result.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const seen = (_, i) => !values.hide || reached(found, i);
      map.fit(result.columns, result.rows);
      map.paint(result.values.map((value, i) => (seen(value, i) ? value : NaN)), result.columns,
        (value) => (Number.isNaN(value) ? (dark ? [70, 75, 82] : [208, 212, 217]) : diverging(value / (largest || 1), dark, true)));
      const [down, across] = spot(found);
      for (const rect of [mark, target, mapHalo]) change(rect, { x: across, y: down, width: 1, height: 1, visibility: down < result.rows && across < result.columns ? "visible" : "hidden" });
      title.textContent = `${found.pooled ? "After max-pool" : "The feature map"}, ${result.rows} × ${result.columns}`;
      range.textContent = largest ? `blue −${short(largest)}   ·   paper 0   ·   orange ${short(largest)}` : "every number is 0";

      const reach = Math.max(...weights.map(Math.abs)) || 1;
      const colours = (value) => diverging(value / reach, dark);
      tables[0].show(found.pixels, (value) => ink((value - low) / (high - low), dark));
      tables[1].show(weights, colours);
      tables[2].show(found.products, colours);
      outcome(found, values).forEach((text, k) => { (terms[k] ?? rest).textContent = text; });
      said.textContent = verdict(found, values);
      strip?.show(values.number, dark);
      for (const tell of tells) tell();
    }
    const box = (...parts) => make("div", { class: "convolution-box" }, ...parts);
    return {
      pictures: [make("div", { class: "convolution-row" },
        box(make("div", { class: "nn-title" }, "The image and the window"), image.element, caption),
        make("div", { class: "convolution-tables" }, ...tables.map((table) => table.element)),
        box(title, map.element, range))],
      words: [sum, said],
      panel: [makeLine(c.bias, c.relu, c.pool, c.hide), ...(strip ? [strip.element] : []),
        makeFolded("More settings", c.row, c.column, c.stride, c.padding, c.number)],
      lead: [c.slide],
      show,
    };
  });
}

export default { render };
