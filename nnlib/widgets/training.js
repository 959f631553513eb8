// A network in training, that plays: change anything, click into the plane to add a point.

import { SIGNS } from "./base/kit/marks.js";
import { clamp, fixed, powerOfTen, short } from "./base/kit/numbers.js";
import { change, draw, isStill, keepKeys, make, uniqueName } from "./base/kit/page.js";
import { makeHandle, makePlane } from "./base/kit/plane.js";
import { makeControls, makeCopy, makeFolded, makeLine, makeShowpiece } from "./base/kit/showpiece.js";
import { makeState } from "./base/kit/state.js";
import { DATA, OWN } from "./training_data.js";
import { makeHere, makeThere } from "./training_engines.js";
import { ACTIVATIONS, classOf, CROSS, OPTIMIZERS, sentences, SQUARED, USUAL } from "./training_model.js";
import { answerColour, boundary, makeMarks, makeTiles, mostOf, paint, showLosses, unitColour } from "./training_pictures.js";

const SIDE = 60; // squares of the plane each way
const SETTINGS = {
  data: "moons", points: 200, noise: 0.15, validation: 0.3, layers: 1, units: 4, activation: "tanh", start: USUAL,
  dropout: 0, loss: CROSS, optimizer: "SGD", lr: 0.3, weight_decay: 0, batch: 16, seed: 0,
};
export const DEFAULTS = { ...SETTINGS, pace: 5, steps: 0, added: [], own: [], remote: false, outputs: 0 };
const POWERS = Array.from({ length: 15 }, (_, k) => [k - 7, powerOfTen(k - 7)]);
const LIVE = ["lr", "weight_decay"]; // a run goes on when they change
const OF_A_NETWORK = ["layers", "units", "activation", "start", "dropout"]; // none of a learner's own
export const PRESETS = {
  "XOR learns": { data: "XOR", lr: 1, batch: 0 },
  "XOR never learns": { data: "XOR", activation: "sigmoid", start: "normal × 0.01", loss: SQUARED, lr: 1, batch: 0, pace: 20 },
  "Too small": { data: "three spirals", noise: 0.1, units: 2 },
  "Large enough": { data: "three spirals", noise: 0.1, layers: 2, units: 8 },
  Overfits: { points: 60, noise: 0.3, validation: 0.5, layers: 2, units: 8, optimizer: "Adam", lr: 0.03 },
  "Units die": { data: "circles", layers: 2, units: 8, activation: "ReLU", lr: 10 },
  Explodes: { layers: 3, units: 8, activation: "ReLU", start: "normal × 3", lr: 10, pace: 1 },
};
const OPTIONS = {
  data: DATA, activation: Object.keys(ACTIVATIONS).slice(0, -1), optimizer: Object.keys(OPTIMIZERS),
  start: [USUAL, "normal × 0.01", "normal × 0.5", "normal × 3", "all zero"], loss: [CROSS, SQUARED],
  lr: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30], batch: [0, 1, 4, 16, 64],
  weight_decay: [0, 1e-4, 0.001, 0.01, 0.1], pace: [1, 5, 20, 100],
};
const LABELS = {
  data: "data", activation: "activation", optimizer: "optimizer", start: "initial weights", loss: "loss",
  lr: "learning rate", batch: "batch size", weight_decay: "weight decay", pace: "steps a frame",
};
const SLIDERS = {
  layers: ["hidden layers", 0, 3, 1, 0], units: ["units in each", 1, 8, 1, 0], points: ["points", 20, 400, 20, 0],
  noise: ["noise", 0, 0.5, 0.05, 2], validation: ["for validation", 0, 0.5, 0.1, 1], dropout: ["dropout", 0, 0.8, 0.1, 1],
  seed: ["seed", 0, 20, 1, 0],
};

// The line of Python that rebuilds a state.
export function codeOf(state) {
  const own = [...(state.remote ? ["model"] : []), ...(state.own.length ? [state.remote ? "(X, y)" : "data=(X, y)"] : [])];
  const words = [...Object.keys(SETTINGS), "pace", "steps"]
    .filter((name) => state[name] !== DEFAULTS[name] && !(name === "data" && state.data === OWN))
    .map((name) => `${name}=${JSON.stringify(state[name])}`);
  const added = state.added.length ? `.set(added=${JSON.stringify(state.added)}, steps=${state.steps})` : "";
  return `explore_training(${[...own, ...words].join(", ")})${added}`;
}

function render({ model = null, el, settings = {} }) {
  const state = makeState({ ...DEFAULTS, ...settings }, follow, { model, key: "training" });
  const first = state.get();
  const engine = first.remote ? makeThere(model, seen, failed) : makeHere(SIDE, first.own, seen);
  let view = null; // what there is to draw
  let [playing, goal, slice, frame] = [false, 0, 20, null];
  const chosen = () => Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, state.get()[name]]));

  // --- the run follows the state: begun again, or a number of steps further
  let begun = { run: "", steps: 0, added: "" };
  const runOf = (values) => JSON.stringify(Object.keys(SETTINGS).filter((name) => !LIVE.includes(name)).map((name) => values[name]));
  function follow(values) {
    const now = { run: runOf(values), steps: values.steps, added: JSON.stringify(values.added) };
    const again = now.run !== begun.run || now.added !== begun.added || (now.steps !== begun.steps && now.steps < (view?.steps ?? 0));
    if (now.steps !== begun.steps || again) goal = now.steps;
    begun = now;
    showControls(values);
    if (again) engine.begin(chosen(), values.added);
    wake();
  }
  function restart(patch = {}, steps = 0) {
    state.set({ ...patch, steps });
    begun.run = ""; // also when no setting has changed
    goal = steps;
  }
  function wake() {
    frame ??= requestAnimationFrame(tick);
  }
  function tick() {
    frame = null;
    if (view?.broken || !root.isConnected) playing = false;
    const left = goal - (view?.steps ?? 0);
    if (view && !engine.busy() && !view.broken && (left > 0 || playing)) {
      const begin = performance.now();
      const count = left > 0 ? Math.min(left, slice) : state.get().pace;
      const { pace } = state.get();
      engine.advance(count, chosen(), Math.max(pace, Math.floor(goal / 200))); // enough for a curve
      if (left > 0) slice = performance.now() - begin < 20 ? Math.min(2 * slice, 2000) : Math.max(Math.floor(slice / 2), 1);
    }
    if (view && (playing || goal > view.steps) && !view.broken) wake();
    showPlay();
  }
  function rest() {
    if (!view || playing) return;
    if (model && !first.remote) model.set("weights", engine.weights());
    begun.steps = view.steps;
    goal = Math.min(goal, view.steps);
    if (state.get().steps !== view.steps) state.set({ steps: view.steps });
  }
  function play(wish) {
    playing = wish;
    if (!wish) rest();
    else if (view?.broken) restart();
    wake();
  }
  function seen(found) {
    view = found;
    if (view.broken) playing = false;
    show();
    if (!playing && goal <= view.steps && begun.steps !== view.steps) rest();
  }
  function failed(words) {
    playing = false;
    goal = 0;
    said.textContent = words;
    said.classList.add("broken");
  }

  // --- the plane: colours, boundary, points; a place in it that is looked at, and where a point goes
  const map = makePlane({ xlim: [0, 1], ylim: [0, 1], size: [350, 316], xlabel: "x₁", ylabel: "x₂", heat: true, name: "What the network answers" });
  const edge = draw("path", { class: "training-boundary" });
  const marks = draw("g");
  map.layer.append(edge, marks);
  const showPoints = makeMarks(map, marks);
  const cross = draw("g", {}, draw("circle", { r: 13, class: "nn-halo" }), draw("path", { d: "M-9 0H9M0 -9V9", class: "training-cross" }));
  let place = null; // [x₁, x₂] that is looked at
  let held = null; // [layer, unit] whose picture fills the plane
  let kind = 1; // the class of a point that is added
  const middle = () => [(map.xlim[0] + map.xlim[1]) / 2, (map.ylim[0] + map.ylim[1]) / 2];
  const tellPlace = makeHandle(cross, map, {
    name: "A place in the plane: arrow keys move it, Enter adds a point", at: () => place ?? middle(), step: () => 10 ** Math.floor(Math.log10((map.xlim[1] - map.xlim[0]) / 20)),
    says: () => placeWords(place ?? middle()),
    moved: (x, y) => lookAt([clamp(x, ...map.xlim), clamp(y, ...map.ylim)]),
  });
  map.above.append(cross);
  cross.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    addPoint(place ?? middle());
  });
  cross.addEventListener("focus", () => lookAt(place ?? middle()));
  function addPoint(at) {
    const point = [...at.map((value) => Number(value.toPrecision(3))), kind];
    const added = [...state.get().added, point];
    begun.added = JSON.stringify(added); // the run goes on, with one point more
    engine.add(point);
    state.set({ added });
  }
  function lookAt(at) {
    place = at;
    showPlace();
  }
  map.svg.addEventListener("pointermove", (event) => {
    cross.classList.add("near");
    lookAt(map.at(event));
  });
  map.svg.addEventListener("pointerleave", () => {
    cross.classList.remove("near");
    lookAt(null);
  });
  map.svg.addEventListener("click", (event) => addPoint(map.at(event)));
  const shares = ([x, y]) => [(x - map.xlim[0]) / (map.xlim[1] - map.xlim[0]), (map.ylim[1] - y) / (map.ylim[1] - map.ylim[0])];
  const squareOf = (at) => {
    const [column, row] = shares(at).map((share) => clamp(Math.floor(share * SIDE), 0, SIDE - 1));
    return row * SIDE + column;
  };
  function placeWords(at) {
    if (!view) return "";
    const [i, n] = [squareOf(at), view.outputs];
    const where = `At (${at.map((value) => short(value)).join(", ")})`;
    if (held) {
      const { a, units } = view.hidden[held[0]];
      return `${where} unit ${held[1] + 1} of layer ${held[0] + 1} says ${fixed(a[i * units + held[1]], 3)}`;
    }
    const best = classOf(view.chances, n, i);
    const chance = n === 1 ? (best ? view.chances[i] : 1 - view.chances[i]) : view.chances[i * n + best];
    return `${where} it says ${SIGNS[best]} class ${best}, ${fixed(100 * chance, 0)}%`;
  }
  function showPlace() {
    const at = place ?? middle();
    change(cross, { transform: `translate(${map.x(at[0])} ${map.y(at[1])})` });
    hover.textContent = place ? placeWords(place) : held
      ? `The plane as unit ${held[1] + 1} of layer ${held[0] + 1} sees it: orange is high, blue is low.` : "";
    tellPlace();
    if (view) tiles.show(view, SIDE, isDark(), place && shares(place));
    root.dataset.frames = Number(root.dataset.frames ?? 0) + 1;
  }
  const tiles = makeTiles((layer, unit) => {
    held = layer === null ? null : [layer, unit];
    if (view) show();
  });

  // --- the losses, and words
  const losses = makePlane({ xlim: [0, 50], ylim: [-2, 0], size: [350, 172], xlabel: "step", ylabel: "loss", name: "The losses", yticks: POWERS });
  const curves = [draw("path", { class: "training-held" }), draw("path", { class: "training-train" })];
  losses.layer.append(...curves);
  const heldKey = make("span", { class: "training-key-held" }, "┅ validation (hollow points)");
  const key = make("div", { class: "training-key" }, make("span", { class: "training-key-train" }, "━ training"), heldKey);
  const said = make("div", { class: "nn-said" });
  const spoken = make("div", { class: "nn-spoken", role: "status" });
  const hover = make("div", { class: "training-hover" });
  const isDark = () => root.dataset.theme === "dark";
  function show() {
    const [left, right, bottom, top] = view.window;
    if (map.xlim[0] !== left || map.xlim[1] !== right || map.ylim[0] !== bottom || map.ylim[1] !== top) map.range([left, right], [bottom, top]);
    const layer = held && view.hidden[held[0]];
    if (layer && held[1] < layer.units) paint(map.canvas, SIDE, unitColour(layer, held[1], isDark(), mostOf(layer)));
    else {
      held = null;
      paint(map.canvas, SIDE, answerColour(view, isDark()));
    }
    const box = { left: map.x(left), top: map.y(top), width: map.x(right) - map.x(left), height: map.y(bottom) - map.y(top) };
    change(edge, { d: boundary(view, SIDE, box) });
    showPoints(view);
    showLosses(losses, [curves[1], curves[0]], view);
    heldKey.hidden = !view.validation.length;
    showPlace();
    const lines = sentences(view);
    said.textContent = lines.join("\n");
    said.classList.toggle("broken", Boolean(view.broken));
    for (let k = 0; k < classes.children.length; k++) classes.children[k].hidden = k >= view.classes;
    if (!playing && goal <= view.steps) spoken.textContent = lines.join(". "); // when things have come to rest
    root.dataset.steps = view.steps;
  }

  // --- controls
  const presets = first.remote || first.own.length ? {} : PRESETS; // a learner's own is not taken away
  const choices = { ...OPTIONS, data: first.own.length ? [OWN, ...DATA] : DATA };
  if (first.remote && first.outputs < 3) choices.data = choices.data.filter((name) => name !== "three spirals");
  for (const name of ["lr", "batch", "weight_decay"]) {
    if (!choices[name].includes(first[name])) choices[name] = [...choices[name], first[name]].sort((one, other) => one - other);
  }
  const written = { batch: (value) => (value ? String(value) : "all") };
  const specs = { play: { kind: "button", label: "▶ Train" }, one: { kind: "button", label: "Step" }, again: { kind: "button", label: "Start over" } };
  for (const [name, options] of Object.entries(choices)) {
    specs[name] = { kind: "choice", label: LABELS[name], options: options.map(written[name] ?? String) };
  }
  for (const [name, [label, min, max, step, decimals]] of Object.entries(SLIDERS)) {
    specs[name] = { kind: "slider", label, min, max, step, decimals };
  }
  for (const label of Object.keys(presets)) specs[label] = { kind: "button", label };
  specs.back = { kind: "button", label: "Take added points away" };
  specs.reset = { kind: "button", label: "Reset" };
  const ui = makeControls(specs, (name, value) => {
    const now = name in choices ? choices[name][value] : value;
    if (LIVE.includes(name) || name === "pace") return state.set({ [name]: now });
    restart({ [name]: now });
  }, (name) => {
    if (name === "play") return play(!playing);
    playing = false;
    if (name === "one") {
      goal = (view?.steps ?? 0) + state.get().pace;
      slice = state.get().pace;
      return wake();
    }
    if (name === "again") return restart();
    if (name === "back") return restart({ added: [] });
    if (name === "reset") return restart(state.start, state.start.steps);
    // where nothing is to move: its end, with no way there
    restart({ ...SETTINGS, pace: DEFAULTS.pace, added: [], ...presets[name] }, isStill() ? 600 : 0);
    if (!isStill()) play(true);
  });
  const c = ui.elements;
  c.play.classList.add("nn-play");
  function showPlay() {
    c.play.textContent = playing ? "Pause" : "▶ Train";
    root.dataset.playing = playing;
  }
  function showControls(values) {
    ui.show(Object.fromEntries([...Object.keys(choices), ...Object.keys(SLIDERS)].map((name) =>
      [name, name in choices ? choices[name].indexOf(values[name]) : values[name]])));
    c.back.hidden = !values.added.length;
  }
  if (first.remote) for (const name of OF_A_NETWORK) c[name].hidden = true;
  const called = uniqueName("class");
  const classes = make("fieldset", { class: "nn-tools", "aria-label": "The class of a point that is added" },
    ...SIGNS.map((sign, k) => make("label", {}, keepKeys(make("input", {
      type: "radio", name: called, value: k, checked: k === kind, onchange: () => { kind = k; },
    })), `${sign} class ${k}`)));
  const rows = (...names) => names.map((name) => c[name]);
  const right = make("div", { class: "training-side" }, losses.element, key, tiles.element, hover);
  const { root, end } = makeShowpiece(el, "training", state, [
    make("div", { class: "nn-planes" }, map.element, right), said, spoken,
    makeLine(...rows("play", "one", "again", ...Object.keys(presets), "reset")),
    make("div", { class: "nn-more" }, ...rows("data", "layers", "units", "activation", "optimizer", "lr", "loss", "pace")),
    makeLine(make("span", {}, "Click into the plane to add"), classes, c.back, ...makeCopy(() => codeOf(state.get()))),
    makeFolded("More settings", ...rows("points", "noise", "validation", "batch", "start", "dropout", "weight_decay", "seed")),
  ]);
  const look = new MutationObserver(() => view && show());
  look.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    playing = false;
    cancelAnimationFrame(frame);
    look.disconnect();
    engine.end();
    state.end();
    end();
  };
}

export default { render };
