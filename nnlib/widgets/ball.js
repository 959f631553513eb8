// The ball: a loss to roll down, over one parameter or two. Drag the ball, the arrow, the data.

import { bracket, clamp, fixed, rounded, short } from "./base/kit/numbers.js";
import { change, draw, isStill } from "./base/kit/page.js";
import { makeHandle, makePlane, paintHeat, pathOf } from "./base/kit/plane.js";
import { makeControls, makeCopy, makeFolded, makeLine, makeShowpiece } from "./base/kit/showpiece.js";
import { makeState } from "./base/kit/state.js";
import { descend, LIMIT, MOST, NEURON_POINTS, POINTS } from "./ball_model.js";
import { LOSSES } from "./losses_model.js";

const SHARED = { b: 2.5, steps: 0, batch: 40, seed: 0, table: {} };
export const DEFAULTS = {
  descent: { ...SHARED, problem: "one parameter", w: -2.5, lr: 0.1, points: [], side: 3 },
  surface: { ...SHARED, problem: "cross-entropy", w: -4, b: 3, lr: 4, batch: 12, points: NEURON_POINTS, side: 10 },
};
const PRESETS = {
  descent: {
    "Too small": { problem: "one parameter", lr: 0.01, steps: 30, batch: 40, w: -2.5, points: [] },
    "About right": { problem: "one parameter", lr: 0.2, steps: 30, batch: 40, w: -2.5, points: [] },
    Diverges: { problem: "one parameter", lr: 0.8, steps: 12, batch: 40, w: 0.6, points: [] },
    Zigzag: { problem: "two parameters", lr: 0.4, steps: 40, batch: 40, w: 0.6, b: 2.5, points: [] },
    "One at a time": { problem: "two parameters", lr: 0.06, steps: 60, batch: 1, w: 0.6, b: 2.5, points: [] },
    "Two valleys": { problem: "one, two valleys", lr: 0.05, steps: 40, batch: 40, w: 1.8, points: [] },
  },
  surface: {
    "On the right side": { w: 2, b: 0, steps: 0 },
    "Wrong and sure": { w: -8, b: 0, problem: "MSE", steps: 0 },
    "The same with cross-entropy": { w: -8, b: 0, problem: "cross-entropy", steps: 0 },
  },
};
const GHOSTS = 3; // former runs that stay in sight

// The line of Python that rebuilds a state.
export function codeOf(state, mode) {
  const own = state.table.values !== undefined;
  const first = DEFAULTS[mode];
  const names = ["problem", "w", "b", "lr", "steps", "batch", "seed", "points"];
  const words = names.filter((name) => JSON.stringify(state[name]) !== JSON.stringify(first[name]) && !(name === "problem" && own));
  const text = words.map((name) => `${name}=${JSON.stringify(state[name])}`).join(", ");
  const name = mode === "surface" ? "explore_loss_surface" : "explore_gradient_descent";
  return `${name}()${text ? `.set(${text})` : ""}`;
}

function render({ model = null, el, mode = model?.get("mode") ?? "descent", settings = {} }) {
  const surface = mode === "surface";
  const state = makeState({ ...DEFAULTS[mode], ...settings }, show, { model, key: mode });
  const { side, table } = state.get();
  const far = [-side, side];
  const unit = side / 3;
  const plane = makePlane({ xlim: far, ylim: far, xlabel: "w", ylabel: "b", heat: true, name: "The loss" });
  const ghosts = draw("g", { class: "ball-ghosts" });
  const [curve, tangent, trail, shaft] = ["ball-curve", "ball-tangent", "ball-trail", "ball-shaft"].map((kind) => draw("path", { class: kind }));
  const dots = draw("g");
  plane.layer.append(ghosts, curve, tangent, trail, dots, shaft);
  let found = null; // of the last picture: the descent, and the loss it goes down
  const here = () => found.path.at(-1);
  const height = (place) => (found.problem.dims === 1 ? found.problem.loss(place) : place[1]);
  const onPlane = (place) => [place[0], height(place)];

  // --- the ball rolls when it is let go; the arrow is one step
  let former = [];
  let timer = null;
  function stop() {
    clearInterval(timer);
    timer = null;
  }
  function roll() {
    stop();
    if (isStill()) return state.set({ steps: MOST });
    timer = setInterval(() => {
      const { steps } = state.get();
      if (steps >= MOST || found.path.length <= steps || !plane.svg.isConnected) return stop();
      state.set({ steps: steps + 1 });
    }, 110);
  }
  function keep() {
    if (found && found.path.length > 1) former = [...former, found.path.map(onPlane)].slice(-GHOSTS);
  }
  function take(x, y) {
    stop();
    if (state.get().steps) keep();
    const w = rounded(clamp(x, ...far), 0.01 * unit);
    state.set(found.problem.dims === 1 ? { w, steps: 0 } : { w, b: rounded(clamp(y, ...far), 0.01 * unit), steps: 0 });
  }
  const ball = draw("g", {}, draw("circle", { r: 15, class: "nn-halo" }), draw("circle", { r: 9, class: "ball" }));
  const tip = draw("g", {}, draw("circle", { r: 13, class: "nn-halo" }), draw("path", { d: "M8 0L-6 6V-6Z", class: "ball-tip" }));
  const slope = () => found.problem.gradient(here());
  const length = () => Math.hypot(...slope());
  const ahead = () => {
    const [place, g] = [here(), slope()];
    const next = place.map((value, k) => value - state.get().lr * g[k]);
    return found.problem.dims === 1 ? [next[0], height(place)] : next;
  };
  const handles = [
    makeHandle(ball, plane, {
      name: "The ball", at: () => onPlane(here()), step: 0.1 * unit, moved: take,
      says: () => `${here().map((v) => fixed(v)).join(" and ")}, loss ${short(found.losses.at(-1))}`,
    }),
    makeHandle(tip, plane, {
      name: "The arrow: its length is the learning rate", at: ahead, step: 0.1 * unit,
      says: () => `learning rate ${short(state.get().lr)}`,
      moved(x, y) {
        const [place, g] = [here(), slope()];
        const [dx, dy] = found.problem.dims === 1 ? [x - place[0], 0] : [x - place[0], y - place[1]];
        const along = (-dx * g[0] - dy * (g[1] ?? 0)) / (length() ** 2 || 1);
        state.set({ lr: Number(clamp(along, 0.001, surface ? 40 : 3).toPrecision(3)) });
      },
    }),
  ];
  for (const name of ["pointerup", "pointercancel"]) ball.addEventListener(name, roll);
  ball.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    roll();
  });
  plane.above.append(tip, ball);

  // --- the data, or the losses so far
  const data = makePlane({ xlim: [0, 2], ylim: [0, 1], size: [350, 180], xlabel: "input x", ylabel: surface ? "probability p" : "y", name: "The data" });
  const [gaps, line] = [draw("path", { class: "ball-gaps" }), draw("path", { class: "ball-curve" })];
  const marks = draw("g");
  data.layer.append(gaps, line, marks);
  let points = [];
  function makePoint(i) {
    const kind = surface ? state.get().points[i][1] : 0;
    const shape = kind ? draw("rect", { x: -6, y: -6, width: 12, height: 12, class: "ball-point one" }) : draw("circle", { r: 5.5, class: "ball-point" });
    const mark = draw("g", {}, draw("circle", { r: 11, class: "nn-halo" }), shape);
    const all = () => found.problem.points;
    const tell = makeHandle(mark, data, {
      name: `Example ${i + 1}`, at: () => all()[i], step: 0.1,
      says: () => all()[i].map((v) => fixed(v)).join(", "),
      moved(x, y) {
        stop();
        const moved = [rounded(x, 0.01), surface ? all()[i][1] : rounded(y, 0.01)];
        state.set({ points: all().map((one, k) => (k === i ? moved : [...one])) });
      },
    });
    return { mark, tell, kind };
  }
  function showData(values) {
    const all = found.problem.points;
    data.element.hidden = !all;
    if (!all) return;
    const signature = all.map((one) => (surface ? one[1] : 0)).join();
    if (signature !== points.map((one) => one.kind).join()) {
      points = all.map((_, i) => makePoint(i));
      marks.replaceChildren(...points.map((one) => one.mark));
      const xs = all.map((one) => one[0]);
      const ys = all.map((one) => one[1]);
      const reach = Math.max(...xs) - Math.min(...xs) || 1;
      data.range([Math.min(...xs) - 0.1 * reach, Math.max(...xs) + 0.1 * reach],
        surface ? [-0.15, 1.15] : [Math.min(...ys, -1) - 0.3, Math.max(...ys, 3) + 0.3]);
    }
    const [w, b] = here();
    const z = (x) => w * x + (found.problem.dims === 2 ? b : 0);
    const answer = (x) => (surface ? 1 / (1 + Math.exp(-z(x))) : z(x));
    const [low, high] = data.xlim;
    change(line, { d: pathOf(data, Array.from({ length: 81 }, (_, i) => low + (i * (high - low)) / 80).map((x) => [x, answer(x)])) });
    change(gaps, { d: all.map(([x, y]) => pathOf(data, [[x, y], [x, answer(x)]])).join("") });
    points.forEach(({ mark, tell }, i) => {
      change(mark, { transform: `translate(${data.x(all[i][0])} ${data.y(all[i][1])})` });
      tell();
    });
  }
  const history = makePlane({ xlim: [-1, MOST + 1], ylim: [-2, 4], size: [350, surface ? 160 : 160], xlabel: "step", ylabel: "log₁₀ loss", name: "The loss after each step" });
  const past = draw("path", { class: "ball-trail" });
  const latest = draw("circle", { r: 5, class: "ball" });
  history.layer.append(past, latest);
  function showHistory() {
    const logs = found.losses.map((loss, k) => [k, Math.log10(Math.max(loss, 1e-12))]);
    const [low, high] = [Math.min(...logs.map((one) => one[1])), Math.max(...logs.map((one) => one[1]))];
    history.range([-1, MOST + 1], [Math.floor(Math.min(low - 0.05, -1)), Math.ceil(Math.max(high + 0.05, 1))]);
    change(past, { d: pathOf(history, logs) });
    change(latest, { cx: history.x(logs.at(-1)[0]), cy: history.y(logs.at(-1)[1]) });
  }

  // --- the landscape, drawn again only when it changes
  let landscape = "";
  function showLandscape(values, dark) {
    const { problem } = found;
    const signature = JSON.stringify([values.problem, values.points, dark]);
    if (signature === landscape) return;
    landscape = signature;
    plane.canvas.hidden = problem.dims === 1;
    change(curve, { d: "" });
    if (problem.dims === 1) {
      const places = Array.from({ length: 301 }, (_, i) => -side + (i * side) / 150);
      const heights = places.map((w) => problem.loss([w])).filter(Number.isFinite);
      const [low, high] = [Math.min(...heights), Math.min(Math.max(...heights), table.values ? Infinity : values.problem === "one parameter" ? 20 : 6)];
      const margin = 0.06 * (high - low || 1);
      plane.range(far, [Math.min(low, table.values ? low : 0) - margin, high + margin], "loss");
      change(curve, { d: pathOf(plane, places.map((w) => [w, problem.loss([w])])) });
      return;
    }
    plane.range(far, far, "b");
    const [from, to] = dark ? [[16, 40, 58], [214, 226, 150]] : [[255, 255, 255], [32, 92, 132]];
    const log = (w, b) => Math.log(problem.loss([w, b]) + 1e-3);
    const corners = [[-side, -side], [side, -side], [-side, side], [side, side]].map((one) => log(...one));
    let lowest = Infinity;
    for (let i = 0; i <= 40; i++) for (let j = 0; j <= 40; j++) lowest = Math.min(lowest, log(-side + (i * side) / 20, -side + (j * side) / 20));
    const range = Math.max(...corners) - lowest || 1;
    paintHeat(plane, (w, b) => {
      const share = Math.floor((14 * (log(w, b) - lowest)) / range) / 14; // bands: lines of equal height
      return from.map((value, i) => value + clamp(share, 0, 1) * (to[i] - value));
    }, 150);
  }

  // --- words and controls
  const said = [0, 1].map(() => document.createElement("div"));
  said[0].className = "nn-sum";
  said[1].className = "nn-said";
  said[1].setAttribute("role", "status");
  const hover = document.createElement("div");
  hover.className = "ball-hover";
  plane.svg.addEventListener("pointermove", (event) => {
    const at = plane.at(event);
    const place = found.problem.dims === 1 ? [at[0]] : at;
    hover.textContent = `loss at ${place.map((v) => fixed(v)).join(", ")}: ${short(found.problem.loss(place))}`;
  });
  plane.svg.addEventListener("pointerleave", () => { hover.textContent = ""; });
  function formula(values) {
    const [g, place] = [slope(), here()];
    if (found.gradients.length) {
      const [old, gone] = [found.path.at(-2), found.gradients.at(-1)];
      return ["w", "b"].slice(0, found.problem.dims).map((name, k) =>
        `${name} = ${short(old[k])} − ${short(values.lr)} × ${bracket(short(gone[k]))} = ${short(place[k])}`).join(";   ");
    }
    return `slope: ${["dL/dw", "dL/db"].slice(0, found.problem.dims).map((name, k) => `${name} = ${short(g[k])}`).join(", ")}; a step goes ${short(values.lr)} × that, downhill`;
  }
  function status(values) {
    const loss = short(found.losses.at(-1));
    if (!here().every((value) => Math.abs(value) <= LIMIT)) return `It diverges: stopped after step ${found.path.length - 1} at a loss of ${loss}.`;
    const beyond = here().some((value) => Math.abs(value) > side) ? ", outside of the picture" : "";
    return values.steps ? `After step ${found.path.length - 1} the loss is ${loss}${beyond}.` : `The loss here is ${loss}. Let the ball go, or press Roll.`;
  }
  const problems = surface ? Object.keys(LOSSES) : [...Object.keys(POINTS), "one, two valleys", ...(table.values ? [table.name] : [])];
  const specs = {
    roll: { kind: "button", label: "▶ Roll" },
    one: { kind: "button", label: "One step" },
    problem: { kind: "choice", label: surface ? "loss" : "loss of", options: problems },
    lr: { kind: "log", label: "learning rate", min: -3, max: surface ? 1.6 : 0.5, step: 0.05 },
    steps: { kind: "slider", label: "steps", min: 0, max: MOST, step: 1, decimals: 0 },
    batch: { kind: "slider", label: "batch size", min: 1, max: 40, step: 1, decimals: 0 },
    seed: { kind: "slider", label: "order", min: 0, max: 20, step: 1, decimals: 0 },
    w: { kind: "slider", label: surface ? "weight w" : "start w", min: -side, max: side, step: 0.1, decimals: 2 },
    b: { kind: "slider", label: surface ? "bias b" : "start b", min: -side, max: side, step: 0.1, decimals: 2 },
  };
  const presets = PRESETS[mode];
  for (const label of Object.keys(presets)) specs[label] = { kind: "button", label };
  specs.reset = { kind: "button", label: "Reset" };
  const ui = makeControls(specs, (name, value) => {
    stop();
    if (name === "problem") {
      keep();
      return state.set({ problem: problems[value], steps: 0, ...(surface ? {} : { points: [] }) });
    }
    if (name === "w" || name === "b") return state.set({ [name]: value, steps: surface ? 0 : state.get().steps });
    state.set({ [name]: name === "lr" ? Number((10 ** value).toPrecision(3)) : value });
  }, (name) => {
    stop();
    if (name === "roll") {
      if (state.get().steps >= MOST) state.set({ steps: 0 });
      return roll();
    }
    if (name === "one") return state.set({ steps: Math.min(state.get().steps + 1, MOST) });
    keep();
    if (name in presets) state.set(presets[name]);
    else {
      former = [];
      state.reset();
    }
  });
  const c = ui.elements;
  c.roll.classList.add("nn-first");
  const buttons = [...Object.keys(presets), "reset"].map((name) => c[name]);
  const more = (...elements) => {
    const box = document.createElement("div");
    box.className = "nn-more";
    box.append(...elements);
    return box;
  };
  const planes = document.createElement("div");
  planes.className = "nn-planes";
  const beside = document.createElement("div");
  beside.append(data.element, history.element);
  planes.append(plane.element, beside);
  const { root, end } = makeShowpiece(el, "ball", state, [
    planes, hover, said[1], said[0], makeLine(c.roll, c.one, ...buttons), more(c.problem, c.lr, c.steps),
    makeFolded("More settings", ...(surface ? [] : [c.batch, c.seed]), c.w, c.b), makeLine(...makeCopy(() => codeOf(state.get(), mode))),
  ]);

  function show(values) {
    found = descend(values);
    const { problem, path } = found;
    showLandscape(values, root.dataset.theme === "dark");
    const shown = path.map(onPlane);
    change(trail, { d: pathOf(plane, shown) });
    dots.replaceChildren(...shown.slice(0, -1).filter((one) => one.every((v) => Math.abs(v) < 1e3)).map(([x, y]) => draw("circle", { cx: plane.x(x), cy: plane.y(y), r: 3, class: "ball-dot" })));
    ghosts.replaceChildren(...former.map((one) => draw("path", { d: pathOf(plane, one) })));
    const [x, y] = onPlane(here()).map((value, k) => clamp(value, ...(k ? plane.ylim : plane.xlim)));
    change(ball, { transform: `translate(${plane.x(x)} ${plane.y(y)})` });
    const [tx, ty] = ahead().map((value, k) => clamp(value, ...(k ? plane.ylim : plane.xlim)));
    const [from, to] = [[plane.x(x), plane.y(y)], [plane.x(tx), plane.y(ty)]];
    const long = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const turn = Math.atan2(to[1] - from[1], to[0] - from[0]);
    // beside the ball where a step is shorter than the ball is wide
    const head = long < 20 ? [from[0] + 20 * Math.cos(turn), from[1] + 20 * Math.sin(turn)] : to;
    change(tip, { transform: `translate(${head}) rotate(${(turn * 180) / Math.PI})`, visibility: length() > 1e-9 ? "visible" : "hidden" });
    change(shaft, { d: length() > 1e-9 ? `M${from}L${head}` : "" });
    const g = slope();
    const reach = 0.28 * side;
    change(tangent, { d: problem.dims === 1 ? pathOf(plane, [[x - reach, height(here()) - g[0] * reach], [x + reach, height(here()) + g[0] * reach]]) : "" });
    showData(values);
    showHistory();
    said[0].textContent = formula(values);
    said[1].textContent = status(values);
    ui.show({ problem: problems.indexOf(values.problem), lr: Math.log10(values.lr), steps: values.steps, batch: values.batch, seed: values.seed, w: values.w, b: values.b });
    c.batch.hidden = Boolean(table.values) && values.problem === table.name;
    c.seed.hidden = c.batch.hidden || values.batch >= (problem.points?.length ?? 40); // all examples: no order
    c.b.hidden = problem.dims === 1;
    for (const tell of handles) tell();
    root.dataset.frames = Number(root.dataset.frames ?? 0) + 1;
  }
  const look = new MutationObserver(() => found && show(state.get()));
  look.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    stop();
    look.disconnect();
    state.end();
    end();
  };
}

export default { render };
