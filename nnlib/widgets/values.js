// Numbers that remember: a graph, its topological order, and the way back through it, step by step.

import { codeOf } from "./base/kit/explorer.js";
import { clamp, fixed, rounded, short } from "./base/kit/numbers.js";
import { change, draw, isStill, keepKeys, make } from "./base/kit/page.js";
import { makeControls, makeCopy, makeLine, makeShowpiece } from "./base/kit/showpiece.js";
import { makeState } from "./base/kit/state.js";
import { EXAMPLES } from "./values_examples.js";
import { allSteps, explain, gradients, isKnown, leavesOf, run } from "./values_model.js";

const FIRST = Object.keys(EXAMPLES)[0];
const DEFAULTS = { example: FIRST, leaves: leavesOf(EXAMPLES[FIRST]), step: 7, own: [], call: "explore_values()", starts: {} };
export const ABOUT = { name: "values", defaults: DEFAULTS, settings: ["example", "leaves", "step"] };
const [ACROSS, DOWN, CARD, TOP] = [142, 66, [92, 44], 22]; // of a column, a row, a node; pixels

const nodesOf = ({ own, example }) => (own.length ? own : EXAMPLES[example]);

// What is shown for a state: { data, gradients, steps }.
export function compute(state) {
  const nodes = nodesOf(state);
  const { data, slopes } = run(nodes, state.leaves);
  return { data, gradients: gradients(nodes, slopes, state.step), steps: allSteps(nodes).length };
}

function render({ model = null, el, settings = {} }) {
  const asked = settings.example ? { leaves: leavesOf(EXAMPLES[settings.example]) } : {};
  const state = makeState({ ...DEFAULTS, ...asked, ...settings }, show, { model, key: "values" });
  const svg = draw("svg", { role: "group", "aria-label": "The graph", class: "values-svg" });
  const [head, formula, said, reason] = ["values-head", "values-soft", "nn-sum values-sum", "values-soft"].map((kind) => make("div", { class: kind }));
  const order = make("ol", { class: "values-order", "aria-label": "The topological order" });
  let [built, parts] = ["", null];
  const nodes = () => nodesOf(state.get());
  const last = () => allSteps(nodes()).length - 1;

  // A leaf is moved up and down, by mouse, finger or keys.
  function makeLeaf(element, number, name) {
    const value = () => state.get().leaves[number];
    const put = (next) => state.set({ leaves: state.get().leaves.map((old, k) => (k === number ? rounded(clamp(next, -10, 10), 0.01) : old)) });
    change(element, { tabindex: "0", role: "slider", "aria-valuenow": "0", "aria-label": name, "aria-valuemin": -10, "aria-valuemax": 10 });
    element.classList.add("nn-handle");
    keepKeys(element);
    let grip = null;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      grip = [event.clientY, value()];
    });
    element.addEventListener("pointermove", (event) => { if (grip) put(grip[1] + (grip[0] - event.clientY) / 50); });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => { grip = null; });
    element.addEventListener("keydown", (event) => {
      const way = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
      if (!way) return;
      event.preventDefault();
      put(value() + way * (event.shiftKey ? 1 : 0.1));
    });
    return () => change(element, { "aria-valuenow": value(), "aria-valuetext": fixed(value()) });
  }

  function build() {
    const graph = nodes();
    const [columns, rows] = [0, 1].map((axis) => 1 + Math.max(...graph.map(({ at }) => at[axis])));
    const [wide, tall] = [columns * ACROSS, rows * DOWN + TOP];
    const place = ({ at }) => [(at[0] + 0.5) * ACROSS, TOP + (at[1] + 0.5) * DOWN];
    change(svg, { width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}` });
    const free = isKnown(graph);
    const [lines, labels, cards, pulses] = [draw("g"), draw("g", { "pointer-events": "none" }), draw("g"), draw("g", { "aria-hidden": "true" })];
    parts = { edges: [], cards: [], chips: [], pulses };
    graph.forEach((node, k) => node.parents.forEach((parent, i) => {
      const [[x1, y1], [x2, y2]] = [place(graph[parent]), place(node)];
      const [a, b] = [[x1 + CARD[0] / 2, y1], [x2 - CARD[0] / 2 - 3, y2]];
      // two edges between the same two nodes bend apart
      const bend = node.parents.filter((one) => one === parent).length > 1 ? (i ? 22 : -22) : 0;
      const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + bend];
      const path = bend ? `M${a}Q${middle},${b}` : `M${a}L${b}`;
      const line = draw("path", { d: path, class: "values-line" });
      const label = draw("text", { x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 + bend / 2 + (bend > 0 ? 16 : -5), class: "values-grad" });
      lines.append(line);
      labels.append(label);
      parts.edges.push({ k, i, parent, line, label, path, back: bend ? `M${b}Q${middle},${a}` : `M${b}L${a}` });
    }));
    let leaf = -1;
    graph.forEach((node, k) => {
      const [x, y] = place(node);
      const [w, h] = CARD;
      const box = draw("rect", { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: node.parents.length ? 7 : 18, class: "values-card" });
      const title = draw("text", { x, y: y - h / 2 - 5, class: "values-name" }, node.parents.length && !node.name.includes(` ${node.op} `) ? `${node.name}: ${node.op}` : node.name);
      const [value, grad] = [-4, 15].map((off, row) => draw("text", { x, y: y + off, class: row ? "values-grad" : "values-value" }));
      const group = draw("g", {}, box, title, value, grad);
      cards.append(group);
      if (!node.parents.length) leaf += 1;
      parts.cards.push({ box, value, grad, tell: !node.parents.length && free ? makeLeaf(group, leaf, node.name) : () => {} });
    });
    svg.replaceChildren(lines, pulses, labels, cards);
    parts.chips = graph.map((node) => make("li", { class: "values-chip" }, node.name));
    order.replaceChildren(...parts.chips);
  }

  const go = (by) => state.set({ step: clamp(state.get().step + by, 0, last()) });
  const own = Boolean(model?.get("own").length);
  const presets = own ? [] : Object.keys(EXAMPLES);
  const labels = Object.fromEntries(presets.map((name) => [name, name[0].toUpperCase() + name.slice(1)]));
  const specs = {
    play: { kind: "player", label: "Play", interval: isStill() ? 1600 : 1100, max: 1000 },
    back: { kind: "button", label: "◀ Back" },
    next: { kind: "button", label: "Next ▶" },
    step: { kind: "slider", label: "forwards, then backwards", min: 0, max: 10, step: 1, decimals: 0 },
    ...Object.fromEntries(presets.map((name) => [name, { kind: "button", label: labels[name] }])),
    reset: { kind: "button", label: "Reset" },
  };
  const ui = makeControls(specs, (name, value) => (name === "play" ? go(1) : state.set({ step: value })), (name) => {
    if (name === "back") go(-1);
    if (name === "next") go(1);
    if (name === "reset") state.reset();
    if (name in EXAMPLES) state.set({ example: name, leaves: leavesOf(EXAMPLES[name]), step: 0 });
  });
  const first = { ...DEFAULTS, ...asked };
  const code = () => {
    const values = state.get();
    const base = values.own.length ? { ...first, ...values.starts } : { ...first, leaves: leavesOf(nodes()) };
    return codeOf(values.call, ABOUT.settings, values, { ...base, example: values.own.length ? values.example : DEFAULTS.example });
  };
  const { root, end } = makeShowpiece(el, "values", state, [
    make("div", { class: "values-scroll" }, svg), make("div", { class: "values-words" }, head, formula, said, reason), order,
    makeLine(ui.elements.play, ui.elements.back, ui.elements.next, ...[...presets, "reset"].map((name) => ui.elements[name])),
    ui.elements.step, makeLine(...makeCopy(code)),
  ]);

  function show(values) {
    const graph = nodes();
    const now = JSON.stringify(graph.map(({ name, at }) => [name, at]));
    if (now !== built) {
      built = now;
      build();
    }
    const found = run(graph, values.leaves);
    const steps = allSteps(graph);
    const at = Math.min(values.step, steps.length - 1);
    const [kind, active] = steps[at];
    const words = explain(graph, found, at);
    head.textContent = `Step ${at} of ${steps.length - 1}. ${words.head}`;
    formula.textContent = words.formula;
    said.textContent = words.parts.join(";  ");
    reason.textContent = words.reason;
    const grads = gradients(graph, found.slopes, at);
    const done = new Set(steps.slice(0, at + 1).filter(([one]) => one === "value").map(([, k]) => k));
    const handed = new Set(steps.slice(0, at + 1).filter(([one]) => one === "hand").map(([, k]) => k));
    parts.cards.forEach(({ box, value, grad, tell }, k) => {
      const known = !graph[k].parents.length || done.has(k);
      value.textContent = known ? short(found.data[k]) : "";
      grad.textContent = grads[k] === null ? "" : `grad ${short(grads[k])}`;
      const isActive = kind !== "start" && k === active;
      box.classList.toggle("active", isActive);
      change(parts.chips[k], { class: `values-chip${isActive ? " active" : ""}${handed.has(k) ? " handed" : known ? " known" : ""}`, "aria-current": isActive ? "step" : null });
      tell();
    });
    parts.pulses.replaceChildren();
    for (const { k, i, line, label, path, back } of parts.edges) {
      const on = k === active && (kind === "value" || kind === "hand");
      line.classList.toggle("active", on);
      line.classList.toggle("back", handed.has(k));
      const sent = handed.has(k) ? grads[k] * found.slopes[k][i] : null;
      label.textContent = sent === null ? "" : short(sent);
      if (!on || isStill()) continue;
      const dot = draw("circle", { r: 5, class: kind === "hand" ? "values-pulse back" : "values-pulse" });
      dot.append(draw("animateMotion", { dur: "0.9s", repeatCount: "indefinite", path: kind === "hand" ? back : path }));
      parts.pulses.append(dot);
    }
    ui.controls.step.fit({ ...specs.step, max: steps.length - 1 });
    ui.show({ step: at, play: 0 });
    if (at === steps.length - 1) ui.controls.play.stop();
    root.dataset.frames = Number(root.dataset.frames ?? 0) + 1;
  }
  return () => {
    ui.controls.play.stop();
    state.end();
    end();
  };
}

export default { render };
