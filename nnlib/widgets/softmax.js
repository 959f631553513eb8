// Softmax: drag the bars of the logits, or those of the probabilities; the formula in numbers.

import { makeOnce, makeTable } from "./base/kit/chart.js";
import { makeExplorer } from "./base/kit/explorer.js";
import { clamp, fixed, rounded } from "./base/kit/numbers.js";
import { change, draw, make } from "./base/kit/page.js";
import { makeHandle, makePlane } from "./base/kit/plane.js";
import { makeFolded } from "./base/kit/showpiece.js";
import { logitFor, softmax } from "./softmax_model.js";

const ROOM = 34; // pixels for a bar with its number
const LOGITS = { z1: 2, z2: 1, z3: 0.1, z4: 0, z5: 0, z6: 0 };
const DEFAULTS = { ...LOGITS, temperature: 1, shift: 0, number_format: "float32", names: ["A", "B", "C"], side: 5, call: "explore_softmax()", starts: {} };
export const ABOUT = { name: "softmax", defaults: DEFAULTS, settings: [...Object.keys(LOGITS), "temperature", "shift", "number_format"] };

const keysOf = (names) => Object.keys(LOGITS).slice(0, names.length);
const logitsOf = (values) => keysOf(values.names).map((key) => values[key]);

// What Python computes too.
export function compute(values) {
  return softmax(logitsOf(values), values.temperature, values.shift, values.number_format);
}

// A number in about four digits, as Python names what is not finite.
function written(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "−inf";
  const size = Math.abs(value);
  if (size >= 1e4 || (size > 0 && size < 5e-4)) return value.toExponential(1).replace("e+", "e").replaceAll("-", "−");
  return fixed(value, Math.max(4 - `${Math.floor(size)}`.length, 0));
}

function build({ get, set, elements }) {
  const { names, side } = get();
  const keys = keysOf(names);
  const count = names.length;
  const shared = { xlim: [-0.6, count - 0.4], xticks: names.map((name, i) => [i, name]), size: [190, 250] };
  const left = makePlane({ ...shared, ylim: [-side, side], ylabel: "logit z", name: "The logits" });
  const right = makePlane({ ...shared, ylim: [0, 1.08], ylabel: "probability", yticks: [0, 0.2, 0.4, 0.6, 0.8, 1].map((p) => [p, `${p}`]), name: "The probabilities" });
  const zero = draw("path", { class: "nn-zero" });
  const takeLogit = (i, z) => set({ [keys[i]]: clamp(rounded(z, 0.05), -side, side) });
  const takeShare = (i, p) => takeLogit(i, logitFor(logitsOf(get()), i, clamp(p, 1e-6, 1 - 1e-6), get().temperature));

  // a bar in each picture for each class: its end is taken
  function makeBar(plane, i, about) {
    const bar = draw("rect", { class: `nn-bar nn-c${i}` });
    const grip = draw("g", {}, draw("rect", { class: "nn-halo", rx: 4 }), draw("rect", { class: "nn-grip", rx: 3 }));
    const number = draw("text", { "text-anchor": "middle", "aria-hidden": "true" });
    const tell = makeHandle(grip, plane, { axis: 1, ...about });
    plane.layer.append(bar);
    plane.above.append(number, grip);
    return (value, text) => {
      const half = (plane.x(0.31) - plane.x(0));
      const [x, y, base] = [plane.x(i), plane.y(clamp(value, ...plane.ylim)), plane.y(0)];
      change(bar, { x: x - half, width: 2 * half, y: Math.min(y, base), height: Math.abs(y - base) });
      grip.setAttribute("transform", `translate(${x} ${y})`);
      change(grip.firstChild, { x: -half - 3, width: 2 * half + 6, y: -13, height: 26 });
      change(grip.lastChild, { x: -half, width: 2 * half, y: -4, height: 8 });
      change(number, { x, y: value < 0 ? y + 27 : y - 17 });
      number.textContent = text;
      tell();
    };
  }
  const logitBars = names.map((name, i) => makeBar(left, i, {
    name: `Logit ${name}`, step: 0.1,
    at: () => [i, get()[keys[i]]], says: () => fixed(get()[keys[i]]),
    moved: (x, y) => takeLogit(i, y),
    keyed: (across, up) => takeLogit(i, get()[keys[i]] + 0.1 * (across + up)),
  }));
  const shareBars = names.map((name, i) => makeBar(right, i, {
    name: `Probability of ${name}`, step: 0.01,
    at: () => [i, compute(get()).safe[i]], says: () => fixed(compute(get()).safe[i], 3),
    moved: (x, y) => takeShare(i, y),
    keyed: (across, up) => takeShare(i, compute(get()).safe[i] + 0.01 * (across + up)),
  }));
  left.layer.append(zero);

  const table = makeTable(["", "z", "exp(z/T)", "exp(z/T) / sum"]);
  const said = make("div", { class: "nn-said", role: "status" });
  const once = makeOnce();
  function show(values) {
    const found = compute(values);
    once(left.width, () => change(zero, { d: `M${left.x(-0.6)} ${left.y(0)}H${left.x(count - 0.4)}` }));
    names.forEach((_, i) => {
      logitBars[i](values[keys[i]], fixed(values[keys[i]]));
      shareBars[i](found.safe[i], fixed(found.safe[i], 3));
    });
    const sum = found.plain.reduce((total, one) => total + one, 0);
    table.show([
      ...names.map((name, i) => [name, written(found.z[i]), written(found.exponentials[i]), written(found.plain[i])]),
      ["sum", "–", written(found.total), written(sum)],
    ]);
    const agrees = found.verdict.startsWith("both");
    table.element.classList.toggle("softmax-broken", !agrees);
    const { verdict } = found;
    said.textContent = `${verdict.startsWith("float") ? verdict : verdict[0].toUpperCase() + verdict.slice(1)}.`;
    said.classList.toggle("softmax-broken", !agrees);
  }
  const heading = (words) => make("div", { class: "softmax-heading" }, words);
  return {
    planes(width) {
      const half = Math.floor((width - 12) / 2);
      const beside = half - 70 >= ROOM * count;
      return [left, right].map((plane) => [plane, beside ? half : width, beside ? 250 : 190]);
    },
    pictures: [
      make("div", {}, heading("Drag the logits"), left.element),
      make("div", {}, heading("or the probabilities"), right.element),
      make("div", { class: "softmax-formula" }, heading("The formula as it stands"), table.element, said),
    ],
    words: [],
    panel: [elements.temperature, elements.shift, elements.number_format,
      makeFolded("Sliders of the logits", ...keys.map((key) => elements[key]))],
    show,
  };
}

function render(page) {
  const { names, side } = page.model ? { names: page.model.get("names"), side: page.model.get("side") } : { ...DEFAULTS, ...page.settings };
  const plain = { temperature: 1, shift: 0 };
  const logits = (first) => Object.fromEntries(keysOf(names).map((key) => [key, first[key]]));
  return makeExplorer(page, {
    ...ABOUT,
    settings: [...keysOf(names), "temperature", "shift", "number_format"],
    controls: {
      ...Object.fromEntries(keysOf(names).map((key, i) =>
        [key, { kind: "slider", label: `logit ${names[i]}`, min: -side, max: side, step: 0.1, decimals: 2 }])),
      temperature: { kind: "log", label: "temperature T", min: -2, max: 2, step: 0.05 },
      shift: { kind: "slider", label: "add to all", min: -1000, max: 1000, step: 10, decimals: 0 },
      number_format: { kind: "choice", label: "numbers", options: { float32: "float32", float64: "float64" } },
    },
    presets: {
      Cold: (first) => ({ ...logits(first), ...plain, temperature: 0.1 }),
      Hot: (first) => ({ ...logits(first), ...plain, temperature: 10 }),
      "All equal": { ...Object.fromEntries(keysOf(names).map((key) => [key, 1])), ...plain },
      Overflow: (first) => ({ ...logits(first), ...plain, shift: 100, number_format: "float32" }),
      Underflow: (first) => ({ ...logits(first), ...plain, shift: -200, number_format: "float32" }),
    },
  }, build);
}

export default { render };
