// The line: one neuron with two inputs that is taken by hand, or a perceptron that learns.

import { bracket, clamp, fixed, rounded, short } from "./base/kit/numbers.js";
import { change, draw, isStill, keepKeys, make, uniqueName } from "./base/kit/page.js";
import { makeHandle, makePlane, paintHeat, pathOf } from "./base/kit/plane.js";
import { diverging, makeControls, makeCopy, makeFolded, makeLine, makeShowpiece } from "./base/kit/showpiece.js";
import { makeState } from "./base/kit/state.js";
import { ACTIVATIONS, fromTable } from "./functions_model.js";
import { gateNames, gatePoints, gripOf, learn, STARTS, STEPS, sum, tidy } from "./line_model.js";

const ARROW = 0.35; // length of the arrow, for a weight of 1, as a share of a third of the plane
const NEURON = { w1: 1, w2: -1.5, b: 0.5, x1: 1, x2: -0.5, activation: "sigmoid", points: [] };
const PERCEPTRON = { w1: 0, w2: 0, b: 0, activation: "step", points: gatePoints("AND") };
const SHARED = { x1: 1, x2: -0.5, lr: 1, step: 0, data: "AND", start: "all zero", low: -3, high: 3, table: {} };
const DEFAULTS = {
  neuron: { ...SHARED, ...NEURON },
  perceptron: { ...SHARED, ...PERCEPTRON, low: -0.6, high: 1.6 },
};
const PRESETS = {
  neuron: {
    "Both inputs needed": { w1: 1, w2: 1, b: -1.5, activation: "step" },
    "Only x₁ counts": { w1: 1.5, w2: 0, b: 0, activation: "sigmoid" },
    Steep: { w1: 5, w2: -5, b: 0, activation: "sigmoid" },
    "Weights all zero": { w1: 0, w2: 0, b: 1, activation: "sigmoid" },
  },
  perceptron: {
    "AND, learned": { data: "AND", start: "all zero", lr: 1, step: 18 },
    "Wrong way round": { data: "NAND", start: "random 1", lr: 0.1, step: 0 },
    "XOR never ends": { data: "XOR", start: "all zero", lr: 1, step: 100 },
  },
};
const TOOLS = { move: "Move", class0: "Paint ● class 0", class1: "Paint ■ class 1", erase: "Erase" };

// A choice of data or of a start stands for points or weights.
export function spelledOut(patch) {
  const more = {};
  if (patch.data in { AND: 1, OR: 1, NAND: 1, XOR: 1 }) more.points = gatePoints(patch.data);
  if (patch.start in STARTS) [more.w1, more.w2, more.b] = STARTS[patch.start];
  if (more.points || more.w1 !== undefined) more.step = 0;
  return { ...more, ...patch };
}

// What Python computes too: the weights now, and sum and output of the input.
export function compute(state, mode) {
  const start = [state.w1, state.w2, state.b];
  const run = mode === "perceptron" ? learn(start, state.points, state.lr) : null;
  const weights = run ? run.weights[Math.min(state.step, run.weights.length - 1)] : start;
  const z = sum(weights, state.x1, state.x2);
  const known = ACTIVATIONS[state.activation] ?? fromTable(state.table);
  return { run, weights, z, a: known(z), activate: known };
}

// The line of Python that rebuilds a state.
export function codeOf(state, mode) {
  const names = mode === "neuron" ? ["w1", "w2", "b", "x1", "x2", "activation"] : ["w1", "w2", "b", "lr", "step"];
  const own = state.table.values !== undefined; // an activation that the page cannot write
  const words = names
    .filter((name) => state[name] !== DEFAULTS[mode][name] && !(name === "activation" && own))
    .map((name) => `${name}=${JSON.stringify(state[name])}`);
  if (state.points.length && JSON.stringify(state.points) !== JSON.stringify(DEFAULTS[mode].points)) {
    words.push(`points=${JSON.stringify(state.points)}`);
  }
  return `explore_${mode}()${words.length ? `.set(${words.join(", ")})` : ""}`;
}

function render({ model = null, el, mode = model?.get("mode") ?? "neuron", settings = {} }) {
  const learning = mode === "perceptron";
  const defaults = { ...DEFAULTS[mode], ...spelledOut(settings) };
  const state = makeState(defaults, show, { model, key: mode });
  const first = state.get();
  const limits = [first.low, first.high];
  const unit = (first.high - first.low) / 6; // what 1 is for a neuron's plane
  const step = rounded(unit / 10, 10 ** Math.floor(Math.log10(unit / 10)));

  // --- the plane
  const plane = makePlane({ xlim: limits, ylim: limits, xlabel: "input x₁", ylabel: "input x₂", heat: true, name: "Plane of the inputs" });
  const guides = draw("path", { class: "line-guides" });
  const line = draw("path", { class: "line-line" });
  const shaft = draw("path", { class: "line-shaft" });
  const marks = draw("g");
  plane.layer.append(guides, line, shaft, marks);
  const middle = [(limits[0] + limits[1]) / 2, (limits[0] + limits[1]) / 2];
  const now = () => compute(state.get(), mode);
  const grip = () => gripOf(now().weights, middle).map((value) => clamp(value, limits[0] + 0.2 * unit, limits[1] - 0.2 * unit));
  const long = ARROW * unit * (learning ? 1.6 : 1);
  const tip = () => grip().map((value, i) => value + long * now().weights[i]);

  function takeLine(w1, w2, b) {
    const limit = learning ? 50 : 5;
    const [a, c, d] = [w1, w2, b].map((value) => rounded(clamp(value, -limit, limit), 0.01));
    state.set({ w1: a, w2: c, b: d, ...(learning ? { step: 0, start: "by hand" } : {}) });
  }
  const circle = (r, kind) => draw("g", {}, draw("circle", { r: r + 6, class: "nn-halo" }), draw("circle", { r, class: kind }));
  const holder = circle(8, "line-grip");
  const arrow = draw("g", {}, draw("circle", { r: 14, class: "nn-halo" }), draw("path", { d: "M9 0L-6 6V-6Z", class: "line-tip" }));
  const input = circle(8, "line-input");
  const handles = [
    makeHandle(holder, plane, {
      name: "The line: drag to shift it", at: grip, step, says: () => `bias ${fixed(now().weights[2])}`,
      moved(x, y) {
        const [w1, w2] = now().weights;
        takeLine(w1, w2, -(w1 * x + w2 * y));
      },
    }),
    makeHandle(arrow, plane, {
      name: "The arrow: drag to turn and stretch the weights", at: tip, step,
      says: () => `weights ${fixed(now().weights[0])} and ${fixed(now().weights[1])}`,
      moved(x, y) {
        const [g1, g2] = grip();
        const [w1, w2] = [(x - g1) / long, (y - g2) / long];
        takeLine(w1, w2, -(w1 * g1 + w2 * g2));
      },
    }),
  ];
  plane.above.append(holder, arrow);
  if (!learning) {
    handles.push(makeHandle(input, plane, {
      name: "The input", at: () => [state.get().x1, state.get().x2], step,
      says: () => `${fixed(state.get().x1)} and ${fixed(state.get().x2)}`,
      moved: (x, y) => state.set({ x1: rounded(clamp(x, ...limits), step / 10), x2: rounded(clamp(y, ...limits), step / 10) }),
    }));
    plane.above.append(input);
  }

  // --- points: painted, dragged, erased
  let tool = "move";
  const setPoints = (points) => {
    const [w1, w2, b] = now().weights;
    state.set({ points, ...(learning ? { data: "own points", start: "by hand", step: 0, w1, w2, b } : {}) });
  };
  const near = (value) => rounded(clamp(value, ...limits), step);
  const addPoint = (x, y, kind) => setPoints([...state.get().points, [near(x), near(y), kind]]);
  const erase = (i) => setPoints(state.get().points.filter((_, k) => k !== i));
  const kindOf = (event) => ((tool === "class1") === event.shiftKey ? 0 : 1);
  let painted = null;
  plane.svg.addEventListener("pointerdown", (event) => {
    if (!tool.startsWith("class") || event.button !== 0) return;
    painted = plane.at(event);
    addPoint(...painted, kindOf(event));
    plane.svg.setPointerCapture(event.pointerId);
  });
  plane.svg.addEventListener("pointermove", (event) => {
    if (!painted) return;
    const [x, y] = plane.at(event);
    if (Math.hypot(x - painted[0], y - painted[1]) < 0.5 * unit) return;
    painted = [x, y];
    addPoint(x, y, kindOf(event));
  });
  for (const end of ["pointerup", "pointercancel"]) plane.svg.addEventListener(end, () => { painted = null; });
  let dots = [];
  function makeDot(i) {
    const kind = state.get().points[i][2];
    const shape = kind ? draw("rect", { x: -7, y: -7, width: 14, height: 14 }) : draw("circle", { r: 8 });
    const cross = draw("path", { d: "M-4 -4L4 4M-4 4L4 -4", class: "line-wrong" });
    const dot = draw("g", {}, draw("circle", { r: 14, class: "nn-halo" }), change(shape, { class: `class${kind}` }), cross);
    dot.addEventListener("pointerdown", (event) => {
      if (tool !== "erase") return;
      event.stopImmediatePropagation();
      erase(i);
    });
    const tell = makeHandle(dot, plane, {
      name: `Point ${i + 1}, class ${kind}`, step,
      at: () => state.get().points[i].slice(0, 2),
      says: () => state.get().points[i].slice(0, 2).map((v) => fixed(v)).join(" and "),
      moved(x, y) {
        setPoints(state.get().points.map((one, k) => (k === i ? [near(x), near(y), kind] : one)));
      },
      removed: () => erase(i),
    });
    return { dot, tell, cross, kind };
  }
  function showPoints(points, weights, looked) {
    const kinds = points.map((point) => point[2]).join();
    if (kinds !== dots.map((one) => one.kind).join()) {
      dots = points.map((_, i) => makeDot(i));
      marks.replaceChildren(...dots.map((one) => one.dot));
    }
    dots.forEach(({ dot, tell, cross }, i) => {
      const [x, y, kind] = points[i];
      const wrong = learning && (tidy(sum(weights, x, y)) > 0 ? 1 : 0) !== kind;
      change(dot, { transform: `translate(${plane.x(x)} ${plane.y(y)})` });
      dot.classList.toggle("looked", i === looked);
      change(cross, { visibility: wrong ? "visible" : "hidden" });
      tell();
    });
  }

  // --- the activation, and the mistakes
  const curves = makePlane({ xlim: [-10, 10], ylim: [0, 1], size: [350, learning ? 175 : 340], xlabel: "weighted sum z", ylabel: "output a", name: "Activation" });
  const curve = draw("path", { class: "line-curve" });
  const seen = draw("g");
  curves.layer.append(curve, seen);
  const history = makePlane({ xlim: [-2, STEPS + 2], ylim: [0, 4], size: [350, 165], xlabel: "step", ylabel: "wrong", name: "Mistakes left" });
  const trace = draw("path", { class: "line-trace" });
  const marker = draw("circle", { r: 6, class: "line-grip" });
  history.layer.append(trace, marker);
  let drawn = null;
  function showCurve(activate, weights, z, points) {
    const { activation } = state.get();
    if (drawn !== activation) {
      drawn = activation;
      const line = Array.from({ length: 401 }, (_, i) => -10 + i / 20).map((at) => [at, activate(at)]);
      const heights = line.map(([, a]) => a).filter(Number.isFinite);
      const [low, high] = [Math.min(...heights), Math.max(...heights)];
      const margin = 0.08 * (high - low || 1);
      curves.range([-10, 10], [low - margin, high + margin]);
      change(curve, { d: pathOf(curves, line) });
    }
    const at = points.map(([x, y, kind]) => [sum(weights, x, y), `class${kind}`]);
    if (!learning) at.push([z, "line-input"]);
    seen.replaceChildren(...at.map(([value, kind]) => draw("circle", {
      cx: curves.x(clamp(value, -10, 10)), cy: curves.y(activate(value)), r: 6, class: kind,
    })));
  }

  // --- words
  const written = make("div", { class: "nn-sum" });
  const said = make("div", { class: "nn-said", role: "status" });
  function terms(weights, x1, x2, z) {
    const number = (value) => bracket(fixed(value));
    const part = (text, which) => make("span", {
      class: "nn-term",
      onmouseenter: () => { guides.dataset.lit = which; },
      onmouseleave: () => { guides.dataset.lit = ""; },
    }, text);
    written.replaceChildren("z = w₁x₁ + w₂x₂ + b = ",
      part(`${number(weights[0])} × ${number(x1)}`, "1"), " + ",
      part(`${number(weights[1])} × ${number(x2)}`, "2"), " + ",
      part(number(weights[2]), "b"), ` = ${fixed(z)}`);
  }
  function words(found) {
    const { step: at, points, activation, x1, x2, lr } = state.get();
    if (!learning) {
      terms(found.weights, x1, x2, found.z);
      const none = found.weights[0] || found.weights[1] ? "" : " Both weights are 0: there is no line.";
      return `a = ${activation}(z) = ${fixed(found.a, 4)}.${none}`;
    }
    const { run } = found;
    const wrong = run.mistakes[Math.min(at, run.mistakes.length - 1)];
    const left = `${wrong} of ${points.length} points ${wrong === 1 ? "is" : "are"} wrong.`;
    if (!at || !run.looked.length) {
      written.textContent = `w = (${short(found.weights[0])}, ${short(found.weights[1])}), b = ${short(found.weights[2])}`;
      return `Before the first step. ${left}`;
    }
    const [i, before] = [run.looked[at - 1], run.weights[at - 1]];
    const [p1, p2, kind] = points[i];
    terms(before, p1, p2, run.sums[at - 1]);
    const output = run.sums[at - 1] > 0 ? 1 : 0;
    const change_ = output === kind ? "right: nothing changes." : `wrong: w ${kind ? "+" : "−"}= ${short(lr)} × (${short(p1)}, ${short(p2)}), b ${kind ? "+" : "−"}= ${short(lr)}.`;
    return `Step ${at} looks at (${short(p1)}, ${short(p2)}): output ${output}, target ${kind}, ${change_} ${left}`;
  }

  // --- controls
  const specs = learning ? {
    learn: { kind: "player", label: "Learn", interval: isStill() ? 600 : 220, max: STEPS },
    one: { kind: "button", label: "One step" },
    jump: { kind: "button", label: "To the next mistake" },
    data: { kind: "choice", label: "points", options: [...gateNames, "own points"] },
    start: { kind: "choice", label: "start", options: [...Object.keys(STARTS), "by hand"] },
    lr: { kind: "slider", label: "learning rate", min: 0.1, max: 2, step: 0.1, decimals: 1 },
    step: { kind: "slider", label: "step", min: 0, max: STEPS, step: 1, decimals: 0 },
  } : {
    activation: { kind: "choice", label: "activation", options: activationNames() },
    ...Object.fromEntries([["w1", "weight w₁", 5], ["w2", "weight w₂", 5], ["b", "bias b", 5], ["x1", "input x₁", 3], ["x2", "input x₂", 3]].map(
      ([name, label, reach]) => [name, { kind: "slider", label, min: -reach, max: reach, step: 0.1, decimals: 2 }])),
  };
  const presets = PRESETS[mode];
  for (const label of Object.keys(presets)) specs[label] = { kind: "button", label };
  specs.reset = { kind: "button", label: "Reset" };
  specs.add = { kind: "button", label: "Add a point", tip: "In the middle, of the class that is painted; then move it with the arrow keys" };
  function activationNames() {
    return [...Object.keys(ACTIVATIONS), ...(first.table.values ? [first.table.name] : [])];
  }
  const ui = makeControls(specs, (name, value) => {
    if (name === "learn") return state.set({ step: Math.min(state.get().step + 1, STEPS) });
    const options = specs[name].options;
    state.set(spelledOut({ [name]: options ? options[value] : value }));
  }, (name) => {
    if (name in presets) state.set(spelledOut(presets[name]));
    if (name === "reset") state.reset();
    if (name === "add") addPoint(middle[0] + 0.3 * unit, middle[1] + 0.3 * unit, tool === "class1" ? 1 : 0);
    if (name === "one") state.set({ step: Math.min(state.get().step + 1, STEPS) });
    if (name === "jump") {
      const { weights } = now().run;
      const next = weights.findIndex((w, k) => k > state.get().step && w.join() !== weights[k - 1].join());
      state.set({ step: next < 0 ? STEPS : next });
    }
  });
  const called = uniqueName("tool");
  const tools = make("fieldset", { class: "nn-tools", "aria-label": "What the mouse does in the plane" },
    ...Object.entries(TOOLS).map(([name, label]) => make("label", {}, keepKeys(make("input", {
      type: "radio", name: called, value: name, checked: name === tool, onchange: () => { tool = name; },
    })), label)));
  const controls = ui.elements;
  const copy = makeCopy(() => codeOf(state.get(), mode));
  const buttons = [...Object.keys(presets), "reset"].map((name) => controls[name]);
  const sliders = learning ? [] : [makeFolded("Sliders", ...["w1", "w2", "b", "x1", "x2"].map((name) => controls[name]))];
  const top = learning
    ? [makeLine(controls.learn, controls.one, controls.jump, ...buttons), make("div", { class: "nn-more" }, controls.step, controls.lr, controls.data, controls.start)]
    : [makeLine(controls.activation, ...buttons)];
  const { root, end } = makeShowpiece(el, "line", state, [
    make("div", { class: "nn-planes" }, plane.element, make("div", {}, curves.element, ...(learning ? [history.element] : []))),
    written, said, makeLine(tools, controls.add), ...top, ...sliders, makeLine(...copy),
  ]);

  function show(values) {
    const found = compute(values, mode);
    const { weights, run } = found;
    const dark = root.dataset.theme === "dark";
    const [low, high] = bounds(found.activate);
    paintHeat(plane, (x, y) => {
      const a = found.activate(sum(weights, x, y));
      return diverging((2 * (a - low)) / (high - low) - 1, dark);
    });
    const [g1, g2] = grip();
    const along = [-weights[1], weights[0]].map((value) => value / (Math.hypot(weights[0], weights[1]) || 1));
    const exists = weights[0] !== 0 || weights[1] !== 0;
    const far = 4 * (limits[1] - limits[0]);
    const [f1, f2] = gripOf(weights, middle);
    change(line, { d: exists ? pathOf(plane, [-far, far].map((t) => [f1 + t * along[0], f2 + t * along[1]])) : "" });
    const [t1, t2] = tip();
    const [px, py] = [clamp(plane.x(t1), 58, plane.width - 18), clamp(plane.y(t2), 16, plane.height - 46)];
    change(shaft, { d: `M${plane.x(g1)} ${plane.y(g2)}L${px} ${py}` });
    const turn = (Math.atan2(py - plane.y(g2), px - plane.x(g1)) * 180) / Math.PI;
    change(arrow, { transform: `translate(${px} ${py}) rotate(${turn})` });
    change(holder, { transform: `translate(${plane.x(g1)} ${plane.y(g2)})` });
    if (!learning) {
      const [ix, iy] = [plane.x(values.x1), plane.y(values.x2)];
      change(input, { transform: `translate(${ix} ${iy})` });
      change(guides, { d: `M${ix} ${iy}V${plane.y(limits[0])}M${ix} ${iy}H${plane.x(limits[0])}` });
    }
    showPoints(values.points, weights, run && values.step ? run.looked[values.step - 1] : -1);
    showCurve(found.activate, weights, found.z, values.points);
    if (run) {
      history.range([-2, STEPS + 2], [0, Math.max(4, values.points.length)]);
      change(trace, { d: pathOf(history, run.mistakes.flatMap((count, k) => [[k, count], [k + 1, count]])) });
      const at = Math.min(values.step, run.mistakes.length - 1);
      change(marker, { cx: history.x(at), cy: history.y(run.mistakes[at]) });
      ui.show({ learn: 0, lr: values.lr, step: values.step, data: specs.data.options.indexOf(values.data), start: specs.start.options.indexOf(values.start) });
      if (values.step >= STEPS) ui.controls.learn.stop();
    } else {
      const { w1, w2, b, x1, x2 } = values;
      ui.show({ w1, w2, b, x1, x2, activation: specs.activation.options.indexOf(values.activation) });
    }
    for (const tell of handles) tell();
    said.textContent = words(found);
    root.dataset.frames = Number(root.dataset.frames ?? 0) + 1;
  }
  const look = new MutationObserver(() => show(state.get()));
  look.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    ui.controls.learn?.stop();
    look.disconnect();
    state.end();
    end();
  };
}

// The lowest and highest output, for the colours: blue and orange at the ends.
function bounds(activate) {
  const heights = Array.from({ length: 81 }, (_, i) => activate(-10 + i / 4)).filter(Number.isFinite);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  if (low >= 0 && high <= 1) return [0, 1];
  const side = Math.max(Math.abs(low), Math.abs(high), 1e-9);
  return [-side, side];
}

export default { render };
