// How signals and gradients keep their size in a deep network: one picture for each direction.

import { makeCurves, makeLegend } from "./base/kit/chart.js";
import { makeExplorer } from "./base/kit/explorer.js";
import { clamp, few, powerOfTen } from "./base/kit/numbers.js";
import { change, draw, make } from "./base/kit/page.js";
import { makeHandle, makePlane, pathOf } from "./base/kit/plane.js";
import { makeFolded, makeMore } from "./base/kit/showpiece.js";
import { ACTIVATIONS, flowOf, HIGH, limits, LOW, MOST, STARTS, verdictOn } from "./gradient_flow_model.js";

const PLAIN = { width: 32, batch_norm: false, residual: false, seed: 0 };
export const DEFAULTS = { depth: 10, activation: "sigmoid", start: "Xavier", ...PLAIN };
export const PRESETS = {
  "Ten sigmoid layers": { ...PLAIN, depth: 10, activation: "sigmoid", start: "Xavier" },
  Explodes: { ...PLAIN, depth: 20, activation: "tanh", start: "large: std 1" },
  "Too small": { ...PLAIN, depth: 10, activation: "tanh", start: "small: std 0.01" },
  "ReLU and He": { ...PLAIN, depth: 10, activation: "ReLU", start: "He" },
  Residual: { ...PLAIN, depth: 20, activation: "sigmoid", start: "Xavier", residual: true },
};
// of each picture: the line that matters most, the one beside it; and their colours
const SIDES = [
  { title: "Forwards: what a layer receives", names: ["size", "spread"], words: ["size", "difference between examples"] },
  { title: "Backwards: the gradient", names: ["learned", "sent"], words: ["for the weights", "sent to z"] },
];
const COLOURS = [0, 2];
const OWN = 1;
const MARKS = { 0: "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0", 2: "M-2.5 -2.5H2.5V2.5H-2.5Z", 1: "M0 -5L5 0L0 5L-5 0Z" };
const HEIGHT = 350; // of a picture, in pixels

const powers = Array.from({ length: 7 }, (_, k) => [4 * k - 16, powerOfTen(4 * k - 16)]);
const log = (value) => Math.log10(clamp(value, LOW, HIGH));
const same = (names) => Object.fromEntries(names.map((name) => [name, name]));

function render({ model = null, el, settings = {} }) {
  const own = model?.get("own")?.size ? model.get("own") : null;
  const last = Math.max(MOST, own?.size.length ?? 0);
  let flow = null;
  let layer = 1; // that is looked at
  let tools = null;

  const pictures = SIDES.map(({ title, names, words }) => {
    const plane = makePlane({
      xlim: [0, last + 1], ylim: [-16, 8], xlabel: "layer", name: title, grid: true, yticks: powers,
      xticks: [1, ...Array.from({ length: Math.floor(last / 5) }, (_, k) => 5 * (k + 1))].map((k) => [k, `${k}`]),
    });
    const rule = draw("path", { class: "nn-rule" });
    plane.layer.append(rule);
    const curves = COLOURS.map((colour) => makeCurves(plane, 1, colour)[0]);
    const ownCurve = own ? makeCurves(plane, 1, OWN)[0] : null;
    const marks = draw("g");
    plane.layer.append(marks);
    const legend = makeLegend([...words.map((word, i) => [word, COLOURS[i]]), ...(own ? [["yours", OWN]] : [])]);
    const element = make("div", {}, make("div", { class: "nn-title" }, title), plane.element, legend.element);
    return { plane, rule, curves, ownCurve, marks, names, element };
  });

  function showPicture({ plane, rule, curves, ownCurve, marks, names }, range) {
    plane.range([0, last + 1], range);
    const found = [];
    const curve = (path, numbers, colour) => {
      const points = [...numbers].map((value, k) => [k + 1, log(value)]);
      change(path, { d: pathOf(plane, points) });
      points.forEach(([x, y], k) => {
        const beyond = !(numbers[k] >= LOW && numbers[k] <= HIGH);
        const at = `translate(${plane.x(x)} ${plane.y(y)})`;
        found.push(beyond
          ? draw("path", { d: "M-5 -5L5 5M-5 5L5 -5", class: "flow-beyond", transform: at })
          : draw("path", { d: MARKS[colour], class: `nn-dot nn-c${colour}`, transform: at }));
      });
    };
    if (ownCurve) curve(ownCurve, own[names[0]], OWN);
    names.forEach((name, i) => curve(curves[i], flow[name], COLOURS[i]));
    marks.replaceChildren(...found);
    change(rule, { d: `M${plane.x(layer)} ${plane.y(range[0])}V${plane.y(range[1])}` });
  }

  // --- two things to drag: the end of the network, and the layer that is looked at
  const [forwards] = pictures;
  const grip = draw("g", {}, draw("circle", { r: 13, class: "nn-halo" }), draw("path", { d: "M2 -6L8 0L2 6M-2 -6L-8 0L-2 6", class: "flow-grip" }));
  const pointer = draw("g", {}, draw("circle", { r: 12, cy: -2, class: "nn-halo" }), draw("path", { d: "M-6 -8H6L0 2Z", class: "flow-pointer" }));
  forwards.plane.above.append(grip, pointer);
  const top = () => forwards.plane.ylim[1];
  const tells = [
    makeHandle(grip, forwards.plane, {
      name: "The last layer: drag it to add layers", step: 1, says: () => `${tools.get().depth} layers`,
      at: () => [tools.get().depth, top()],
      moved: (x) => tools.set({ depth: clamp(Math.round(x), 2, MOST) }),
    }),
    makeHandle(pointer, forwards.plane, {
      name: "Look at a layer", step: 1, says: () => inNumbers(), at: () => [layer, top()],
      moved(x) {
        layer = clamp(Math.round(x), 1, flow.size.length);
        tools.refresh();
      },
    }),
  ];
  for (const { plane } of pictures) {
    plane.svg.addEventListener("pointermove", (event) => {
      const found = clamp(Math.round(plane.at(event)[0]), 1, flow.size.length);
      if (found === layer || event.buttons) return;
      layer = found;
      tools.refresh();
    });
  }
  const said = ["nn-said", "flow-second", "nn-caption flow-layer"].map((kind) => make("div", { class: kind }));
  change(said[0], { role: "status" });
  const [ofLayer] = said.slice(2);
  const inNumbers = () => {
    const [size, spread, learned, sent] = [flow.size, flow.spread, flow.learned, flow.sent].map((numbers) => few(numbers[layer - 1]));
    return `Layer ${layer} receives numbers of size ${size} that differ by ${spread}; the gradient is ${sent} at z, ${learned} for its weights.`;
  };
  return makeExplorer({ model, el, settings }, {
    name: "gradient_flow", call: own ? "explore_gradient_flow(model)" : "explore_gradient_flow()",
    defaults: DEFAULTS, settings: Object.keys(DEFAULTS), presets: PRESETS,
    controls: {
      depth: { kind: "slider", label: "layers", min: 2, max: MOST, step: 1, decimals: 0 },
      width: { kind: "slider", label: "units per layer", min: 4, max: 64, step: 4, decimals: 0 },
      activation: { kind: "choice", label: "activation", options: same(Object.keys(ACTIVATIONS)) },
      start: { kind: "choice", label: "weights", options: same(Object.keys(STARTS)) },
      batch_norm: { kind: "toggle", label: "batch normalisation" },
      residual: { kind: "toggle", label: "residual: a way around each layer" },
      seed: { kind: "slider", label: "draw", min: 0, max: 9, step: 1, decimals: 0 },
    },
  }, (given) => {
    tools = given;
    const c = tools.elements;
    const known = new Map(); // what was computed: going back and forth costs nothing
    function show(values) {
      const asked = JSON.stringify(Object.keys(DEFAULTS).map((name) => values[name]));
      if (!known.has(asked)) known.set(asked, flowOf(values));
      flow = known.get(asked);
      layer = Math.min(layer, flow.size.length);
      const range = limits([flow, own]);
      for (const picture of pictures) showPicture(picture, range);
      const { plane } = forwards;
      change(grip, { transform: `translate(${plane.x(values.depth)} ${plane.y(range[1]) + 14})` });
      change(pointer, { transform: `translate(${plane.x(layer)} ${plane.y(range[0]) - 3})` });
      const text = verdictOn(flow);
      said[0].textContent = own ? `Controls: ${text}.` : `${text[0].toUpperCase()}${text.slice(1)}.`;
      said[1].textContent = own ? `Yours: ${verdictOn(own)}.`
        : `Layer ${flow.size.length} receives numbers of size ${few(flow.size.at(-1))}, which differ by ${few(flow.spread.at(-1))} from example to example.`;
      ofLayer.textContent = inNumbers();
      for (const tell of tells) tell();
    }
    return {
      planes: (width) => pictures.map(({ plane }) => [plane, ...(width < 440 ? [width, 230] : [(width - 12) / 2, HEIGHT])]),
      pictures: pictures.map((picture) => picture.element),
      words: said,
      panel: [makeMore(c.depth, c.width, c.activation, c.start, c.batch_norm, c.residual), makeFolded("More settings", c.seed)],
      show,
    };
  });
}

export default { render };
