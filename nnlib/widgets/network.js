// The network: forwards and backwards in one, taken by hand. Edges are weights, nodes have a bias.

import { clamp, fixed, rounded, short } from "./base/kit/numbers.js";
import { change, draw, isStill, keepKeys, make } from "./base/kit/page.js";
import { makeControls, makeCopy, makeFolded, makeLine, makeShowpiece } from "./base/kit/showpiece.js";
import { makeState } from "./base/kit/state.js";
import { allSteps, compute, descend, explain, forwards, lossOf, nodeNames } from "./network_model.js";

const SQUARED = "squared error";
const ENTROPY = "cross-entropy";
const layer = (weight, bias, activation) => ({ weight, bias, activation });
const TWO = {
  layers: [layer([[0.4, 0.3], [0.7, -0.2]], [0.1, -0.1], "ReLU"), layer([[0.6, -0.4]], [0.2], "sigmoid")],
  x: [1, 0.5], target: [1], loss: ENTROPY, lr: 0.1,
};
const THREE = {
  layers: [layer([[0.1, 0.4], [0.5, -0.5], [0.2, 0.6]], [0.1, -0.2, 0], "ReLU"), layer([[0.7, -0.9, 0.5]], [0.1], "sigmoid")],
  x: [0.5, 0.8], target: [1], loss: ENTROPY, lr: 0.1,
};
const zero = (net) => ({ layers: net.layers.map((one) => ({ ...one, weight: one.weight.map((row) => row.map(() => 0)) })) });
const bare = (net) => ({ layers: net.layers.map((one) => ({ ...one, activation: "none" })) });
const PRESETS = {
  forward: {
    "XOR by hand": { layers: [layer([[1, 1], [1, 1], [0, 0]], [0, -1, 0], "ReLU"), layer([[1, -2, 0]], [0], "none")], x: [1, 0] },
    "Weights (0, 1)": { layers: [layer([[0, 1], [0, 1], [0, 0]], [0, 0, 0], "sigmoid"), layer([[0, 1, 0]], [0], "sigmoid")], x: [2, 3] },
    "All weights zero": zero(THREE),
    "All hidden units silent": { layers: [layer(THREE.layers[0].weight, [-3, -3, -3], "ReLU"), THREE.layers[1]] },
  },
  backward: {
    "2-2-1 network": { ...TWO, step: 0 },
    "One neuron": { layers: [layer([[3]], [1], "none")], x: [2], target: [5], loss: SQUARED, lr: 0.01, step: 0 },
    "Dead ReLU": { ...TWO, layers: [layer(TWO.layers[0].weight, [-3, -3], "ReLU"), TWO.layers[1]], step: 16 },
    "Saturated sigmoid": { ...TWO, loss: SQUARED, layers: [layer([[3, 0.3], [0.7, -0.2]], [0.1, -0.1], "ReLU"), layer([[-3, -0.4]], [-3], "sigmoid")], step: 9 },
  },
};
export const DEFAULTS = { forward: { ...THREE, step: 8 }, backward: { ...TWO, step: 7 } };
const [WIDE, CARD, HIGH] = [720, [84, 54], 92]; // of the drawing, of a node, of a row; pixels

// The line of Python that rebuilds a state; the network itself is the learner's own or the first.
export function codeOf(state, mode, own) {
  const name = mode === "forward" ? "explore_forward_pass" : "explore_backpropagation";
  const first = DEFAULTS[mode];
  const words = Object.keys(first).filter((key) => JSON.stringify(state[key]) !== JSON.stringify(first[key]));
  const text = words.map((key) => `${key}=${JSON.stringify(state[key]).replaceAll("null", "None")}`);
  return `${name}(${own ? "model" : ""})${text.length ? `.set(${text.join(", ")})` : ""}`;
}

function render({ model = null, el, mode = model?.get("mode") ?? "backward", settings = {} }) {
  const own = Boolean(model?.get("own"));
  const both = mode === "backward";
  const state = makeState({ ...DEFAULTS[mode], ...settings }, show, { model, key: mode });
  const svg = draw("svg", { role: "group", "aria-label": "The network", class: "network-svg" });
  const written = make("div", { class: "nn-sum" });
  const [head, formula, reason] = ["network-head", "network-formula", "network-reason"].map((kind) => make("div", { class: kind }));
  const editor = make("div", { class: "nn-buttons network-editor" });
  let [shape, parts, chosen, nudged] = ["", null, null, null];

  // --- what can be changed: { k, i, j } a weight, { k, j } a bias, { x: i } an input, { t: i } a target
  const net = () => state.get();
  function numberAt({ k, i, j, x, t }) {
    if (x !== undefined) return net().x[x];
    if (t !== undefined) return net().target[t];
    return i === undefined ? net().layers[k].bias?.[j] : net().layers[k].weight[j][i];
  }
  function put({ k, i, j, x, t }, value) {
    const copy = structuredClone({ layers: net().layers, x: net().x, target: net().target });
    if (x !== undefined) copy.x[x] = value;
    else if (t !== undefined) copy.target[t] = net().loss === ENTROPY ? clamp(value, 0, 1) : value;
    else if (i === undefined) copy.layers[k].bias[j] = value;
    else copy.layers[k].weight[j][i] = value;
    state.set(copy);
  }
  function nameOf({ k, i, j, x, t }) {
    const names = nodeNames(net());
    if (x !== undefined) return `input ${names[0][x]}`;
    if (t !== undefined) return `target of ${names.at(-1)[t]}`;
    return i === undefined ? `bias of ${names[k + 1][j]}` : `weight ${names[k][i]} → ${names[k + 1][j]}`;
  }
  // Drag up and down, arrow keys, or choose it and type.
  function makeGrip(element, what) {
    change(element, { tabindex: "0", role: "slider", "aria-valuenow": "0", "aria-label": nameOf(what), "aria-valuemin": -10, "aria-valuemax": 10 });
    element.classList.add("nn-handle");
    keepKeys(element);
    let grip = null;
    const take = (value, from) => {
      const next = rounded(clamp(value, -10, 10), 0.01);
      nudged = { what, from, before: nudged?.from === from ? nudged.before : compute(net()) };
      put(what, next);
    };
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      choose(what);
      nudged = null;
      grip = [event.clientY, numberAt(what)];
    });
    element.addEventListener("pointermove", (event) => {
      if (grip) take(grip[1] + (grip[0] - event.clientY) / 50, grip[1]);
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => { grip = null; });
    element.addEventListener("focus", () => choose(what));
    element.addEventListener("keydown", (event) => {
      const way = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
      if (event.key === "Enter") {
        event.preventDefault();
        field.focus();
      }
      if (!way) return;
      event.preventDefault();
      nudged = null;
      take(numberAt(what) + way * (event.shiftKey ? 1 : 0.1), numberAt(what));
    });
    return { element, what };
  }
  const field = keepKeys(make("input", { class: "nn-field", type: "text", inputmode: "decimal" }));
  field.addEventListener("focus", () => field.select());
  field.addEventListener("change", () => {
    const value = Number(field.value.replace("−", "-").replace(",", "."));
    if (chosen && Number.isFinite(value)) put(chosen, value);
  });
  const [editorName, editorSays] = [make("span"), make("span", { role: "status" })];
  editor.append(editorName, field, editorSays);
  function choose(what) {
    if (JSON.stringify(chosen) !== JSON.stringify(what)) nudged = null;
    chosen = what;
    show(net());
  }

  // --- the drawing
  function build() {
    const columns = nodeNames(net());
    const tall = HIGH * Math.max(...columns.map((column) => column.length)) + 34;
    const count = columns.length + (both ? 1 : 0);
    const xs = Array.from({ length: count }, (_, k) => 56 + (k * (WIDE - 112)) / Math.max(count - 1, 1));
    const place = (k, i) => [xs[k], 34 + ((i + 0.5) * (tall - 34)) / columns[k].length];
    change(svg, { width: WIDE, height: tall, viewBox: `0 0 ${WIDE} ${tall}` });
    const titles = ["input", ...columns.slice(1, -1).map(() => "hidden layer"), "output", ...(both ? ["loss"] : [])];
    parts = { edges: [], nodes: [], pulses: draw("g", { "aria-hidden": "true" }) };
    const lines = draw("g");
    const labels = draw("g", { "pointer-events": "none" });
    const cards = draw("g");
    const end = both ? [xs[count - 1], 34 + (tall - 34) / 2] : null;
    net().layers.forEach(({ weight, bias }, k) => weight.forEach((row, j) => row.forEach((_, i) => {
      const [a, b] = [place(k, i), place(k + 1, j)];
      a[0] += (k ? CARD[0] : 60) / 2;
      b[0] -= CARD[0] / 2 + 4;
      const path = `M${a}L${b}`;
      const many = columns[k].length;
      const along = (share) => ({ x: a[0] + share * (b[0] - a[0]), y: a[1] + share * (b[1] - a[1]) + 4 });
      // the labels of the edges from one node stand below each other, those of the next beside
      const spot = along(many === 1 ? 0.28 : 0.2 + (0.2 * i) / (many - 1));
      const slopeSpot = along(weight.length === 1 ? 0.68 : 0.6 + (0.18 * j) / (weight.length - 1));
      const line = draw("path", { d: path, class: "network-line" });
      const grip = draw("g", {}, draw("path", { d: path, class: "network-wide" }), line);
      const label = draw("text", { ...spot, class: "network-weight" });
      const slope = draw("text", { ...slopeSpot, class: "network-slope" });
      grip.addEventListener("pointerenter", () => light([{ k, i, j }]));
      grip.addEventListener("pointerleave", () => light([]));
      lines.append(grip);
      labels.append(label, slope);
      parts.edges.push({ k, i, j, line, label, slope, path, reverse: `M${b}L${a}`, ...makeGrip(grip, { k, i, j }), bias });
    })));
    if (both) columns.at(-1).forEach((_, i) => {
      const [a, b] = [place(columns.length - 1, i), [...end]];
      a[0] += CARD[0] / 2;
      b[0] -= 34;
      const line = draw("path", { d: `M${a}L${b}`, class: "network-line" });
      lines.append(line);
      parts.edges.push({ k: columns.length - 1, i, line, path: `M${a}L${b}`, reverse: `M${b}L${a}`, label: null });
    });
    columns.forEach((column, k) => column.forEach((name, i) => {
      const [x, y] = place(k, i);
      const [w, h] = k ? CARD : [60, 32];
      const box = draw("rect", { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: 7, class: "network-card" });
      const title = draw("text", { x, y: y - h / 2 - 6, class: "network-name" });
      const rows = [0, 1].map((row) => draw("text", { x, y: y + (k ? -8 + 20 * row : 5), class: row ? "network-slope" : "network-value" }));
      const node = draw("g", {}, box, title, ...rows);
      const what = k ? { k: k - 1, j: i } : { x: i };
      node.addEventListener("pointerenter", () => k && light(net().layers[k - 1].weight[i].map((_, from) => ({ k: k - 1, i: from, j: i }))));
      node.addEventListener("pointerleave", () => light([]));
      cards.append(node);
      const fixedBias = k && !net().layers[k - 1].bias;
      parts.nodes.push({ k, i, name, box, title, rows, ...(fixedBias ? { element: null } : makeGrip(node, what)) });
    }));
    if (both) {
      const box = draw("rect", { x: end[0] - 34, y: end[1] - 20, width: 76, height: 40, rx: 7, class: "network-card" });
      parts.loss = { box, text: draw("text", { x: end[0] + 4, y: end[1] + 5, class: "network-value" }) };
      const aim = draw("text", { x: end[0] + 4, y: end[1] + 38, class: "network-name" });
      const grip = draw("g", {}, box, parts.loss.text, aim);
      cards.append(grip);
      parts.aim = { text: aim, ...makeGrip(grip, { t: 0 }) };
    }
    const heads = titles.map((title, k) => draw("text", { x: xs[k], y: 14, class: "network-title" }, title));
    svg.replaceChildren(...heads, lines, parts.pulses, labels, cards);
  }

  // --- light: text and drawing together
  const same = (one, other) => one.k === other.k && one.i === other.i && one.j === other.j;
  function light(edges) {
    for (const edge of parts.edges) edge.line.classList.toggle("lit", edges.some((one) => same(one, edge)));
    for (const term of written.querySelectorAll(".nn-term")) {
      term.classList.toggle("lit", edges.some((one) => JSON.stringify(one) === term.dataset.edge));
    }
  }

  // --- controls
  const specs = {
    play: { kind: "player", label: "Play", interval: isStill() ? 1600 : 1100, max: 1000 },
    back: { kind: "button", label: "◀ Back" },
    next: { kind: "button", label: "Next ▶" },
    step: { kind: "slider", label: "forwards, then backwards", min: 0, max: 10, step: 1, decimals: 0 },
    ...(both ? { descend: { kind: "button", label: "Take the step" }, lr: { kind: "slider", label: "learning rate", min: 0.01, max: 2, step: 0.01, decimals: 2 }, loss: { kind: "choice", label: "loss", options: [SQUARED, ENTROPY] } } : {}),
  };
  if (!both) specs.step.label = "step by step";
  const kinds = both ? ["ReLU", "sigmoid", "tanh", "none"] : ["ReLU", "sigmoid", "tanh", "none", "step", "softmax"];
  for (let k = 0; k < 3; k++) specs[`act${k}`] = { kind: "choice", label: `activation ${k + 1}`, options: kinds };
  const presets = own ? { "All weights zero": zero(net()), "No activation": bare(net()) } : PRESETS[mode];
  for (const label of Object.keys(presets)) specs[label] = { kind: "button", label };
  specs.reset = { kind: "button", label: "Reset" };
  const last = () => allSteps(net(), both).length - 1;
  const go = (by) => state.set({ step: clamp(net().step + by, 0, last()) });
  const ui = makeControls(specs, (name, value) => {
    if (name === "play") return go(1);
    if (name.startsWith("act")) {
      const layers = net().layers.map((one, k) => (name === `act${k}` ? { ...one, activation: kinds[value] } : one));
      // cross-entropy stands after a sigmoid only
      const loss = layers.at(-1).activation === "sigmoid" ? net().loss : SQUARED;
      return state.set({ layers, ...(both ? { loss } : {}) });
    }
    if (name === "loss" && value === 1) {
      const layers = [...net().layers.slice(0, -1), { ...net().layers.at(-1), activation: "sigmoid" }];
      return state.set({ loss: ENTROPY, layers, target: net().target.map((t) => clamp(t, 0, 1)) });
    }
    state.set({ [name]: name === "loss" ? SQUARED : value });
  }, (name) => {
    nudged = null;
    if (name in presets) state.set(presets[name]);
    if (name === "reset") state.reset();
    if (name === "back") go(-1);
    if (name === "next") go(1);
    if (name === "descend") state.set({ layers: descend(net(), compute(net())).map((one) => ({ ...one, weight: one.weight.map((row) => row.map((w) => rounded(w, 1e-6))), bias: one.bias?.map((b) => rounded(b, 1e-6)) ?? null })), step: 0 });
  });
  const controls = ui.elements;
  const buttons = [...Object.keys(presets), "reset"].map((name) => controls[name]);
  const more = [...(both ? [controls.lr, controls.loss] : []), controls.act0, controls.act1, controls.act2];
  const copy = makeCopy(() => codeOf(net(), mode, own));
  const { root, end } = makeShowpiece(el, "network", state, [
    make("div", { class: "network-scroll" }, svg), make("div", { class: "network-words" }, head, formula, written, reason), editor,
    makeLine(controls.play, controls.back, controls.next, ...(both ? [controls.descend] : []), ...buttons),
    controls.step, makeFolded("Learning rate, loss, activations".slice(both ? 0 : 21), ...more), makeLine(...copy),
  ]);

  function show(values) {
    const now = JSON.stringify([values.x.length, ...values.layers.map((one) => [one.weight.length, one.bias === null])]);
    if (now !== shape) {
      [shape, chosen] = [now, null];
      build();
    }
    const run = both ? compute(values) : forwards(values);
    const order = allSteps(values, both);
    const at = Math.min(values.step, order.length - 1);
    const step = order[at];
    const known = new Set(order.slice(0, at + 1).map(({ kind, k, j }) => [kind, k, j].join()));
    const has = (...one) => known.has(one.join());
    const words = explain(values, run, step);
    head.textContent = `Step ${at} of ${order.length - 1}. ${words.head}`;
    formula.textContent = words.formula;
    reason.textContent = words.reason;
    written.replaceChildren(words.lead ?? "", ...words.terms.flatMap((term, i) => [...(i ? [words.join ?? " + "] : []), make("span", {
      class: "nn-term", "data-edge": term.edge ? JSON.stringify(term.edge) : null,
      onmouseenter: () => light(term.edge ? [term.edge] : []), onmouseleave: () => light([]),
    }, term.text)]), words.result);
    const back = ["da", "dz", "dw"].includes(step.kind);
    const active = new Set(words.terms.filter((term) => term.edge?.i !== undefined).map((term) => JSON.stringify(term.edge)));
    parts.pulses.replaceChildren();
    for (const edge of parts.edges) {
      const { k, i, j, line, label, slope } = edge;
      const on = active.has(JSON.stringify(j === undefined ? { k, i } : { k, i, j }));
      const w = label ? values.layers[k].weight[j][i] : 1;
      const dw = label && both && has("dw", k, j) ? run.dw[k][j][i] : null;
      const size = dw === null ? Math.abs(w) : 3 * Math.abs(dw);
      line.style.strokeWidth = label ? 1 + 6 * (size / (1.5 + size)) : 1.5;
      line.dataset.sign = label ? (dw === null ? Math.sign(w) : "slope") : 0;
      line.classList.toggle("active", on);
      if (on && !isStill()) {
        const dot = draw("circle", { r: 5, class: back ? "network-pulse back" : "network-pulse" });
        dot.append(draw("animateMotion", { dur: "0.9s", repeatCount: "indefinite", path: back ? edge.reverse : edge.path }));
        parts.pulses.append(dot);
      }
      if (!label) continue;
      label.textContent = fixed(w);
      slope.textContent = dw === null ? "" : short(dw);
    }
    for (const { k, i, name, box, title, rows } of parts.nodes) {
      const layerOf = values.layers[k - 1];
      title.textContent = k && layerOf.bias ? `${name}, bias ${fixed(layerOf.bias[i])}` : name;
      if (!k) {
        rows[0].textContent = short(values.x[i]);
        continue;
      }
      const shown = [has("z", k - 1, i) ? `z ${short(run.z[k - 1][i])}` : "", has("a", k - 1, i) ? `a ${short(run.a[k - 1][i])}` : ""];
      const slopes = both ? [has("da", k - 1, i) ? `da ${short(run.da[k - 1][i])}` : "", has("dz", k - 1, i) ? `dz ${short(run.dz[k - 1][i])}` : ""] : [];
      const [top, low] = slopes.some(Boolean) ? [shown.filter(Boolean).at(-1), slopes.filter(Boolean).at(-1)] : [shown[0], shown[1]];
      rows[0].textContent = top;
      rows[1].textContent = low;
      rows[1].setAttribute("class", slopes.some(Boolean) ? "network-slope" : "network-value");
      box.classList.toggle("active", step.k === k - 1 && step.j === i);
      box.classList.toggle("dead", both && has("dz", k - 1, i) && run.dz[k - 1][i] === 0);
    }
    if (both) {
      parts.loss.text.textContent = known.has("loss,,") ? `L ${short(run.loss)}` : "L";
      parts.loss.box.classList.toggle("active", step.kind === "loss");
      parts.aim.text.textContent = `target ${values.target.map(short).join(", ")}`;
    }
    for (const part of [...parts.edges, ...parts.nodes, ...(parts.aim ? [parts.aim] : [])]) {
      if (!part.element) continue;
      const value = numberAt(part.what);
      change(part.element, { "aria-valuenow": value, "aria-valuetext": fixed(value) });
    }
    showEditor(run);
    ui.controls.step.fit({ ...specs.step, max: order.length - 1 });
    ui.show({ step: at, play: 0, ...(both ? { lr: values.lr, loss: specs.loss.options.indexOf(values.loss) } : {}) });
    for (let k = 0; k < 3; k++) {
      controls[`act${k}`].hidden = k >= values.layers.length;
      if (k < values.layers.length) ui.controls[`act${k}`].show(kinds.indexOf(values.layers[k].activation));
    }
    if (at === order.length - 1) ui.controls.play.stop();
    root.dataset.frames = Number(root.dataset.frames ?? 0) + 1;
  }

  // What was chosen, to be typed; and what a nudge did, beside what the gradient said.
  function showEditor(run) {
    field.hidden = !chosen;
    editorName.textContent = chosen ? nameOf(chosen) : "Drag an edge or a node up and down, or choose one and type.";
    editorSays.textContent = "";
    if (!chosen) return;
    change(field, { "aria-label": nameOf(chosen) });
    if (document.activeElement !== field) field.value = fixed(numberAt(chosen), 2);
    const { k, i, j } = chosen;
    if (!both || k === undefined) return;
    const slope = (found) => (i === undefined ? found.dz[k][j] : found.dw[k][j][i]);
    const letter = i === undefined ? "b" : "w";
    if (!nudged || JSON.stringify(nudged.what) !== JSON.stringify(chosen)) {
      editorSays.textContent = `dL/d${letter} = ${short(slope(run))}`;
      return;
    }
    const moved = numberAt(chosen) - nudged.from;
    editorSays.textContent = `nudged by ${fixed(moved)}: ΔL = ${short(lossOf(net(), run) - nudged.before.loss)}, d${letter} × Δ${letter} = ${short(slope(nudged.before) * moved)}`;
  }
  return () => {
    ui.controls.play.stop();
    state.end();
    end();
  };
}

export default { render };
