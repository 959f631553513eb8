// A race of optimizers that plays: drag the start, change the rates.

import { SHAPES, SIGNS } from "./base/kit/marks.js";
import { clamp, fixed, powerOfTen, rounded, short } from "./base/kit/numbers.js";
import { change, draw, isStill, make } from "./base/kit/page.js";
import { makeHandle, makePlane, paintHeat, pathOf, ticks } from "./base/kit/plane.js";
import { makeControls, makeCopy, makeLine, makeShowpiece } from "./base/kit/showpiece.js";
import { makeState } from "./base/kit/state.js";
import { DEFAULTS, describe, MOST, NAMES, PRESETS, race, SIDE, standing, summary, SURFACES } from "./optimizer_race_model.js";

const BANDS = 14;
const SPEEDS = [5, 15, 40]; // steps a second
const far = [-SIDE, SIDE];

// The line of Python that rebuilds a state.
export function codeOf(state) {
  const own = state.surface === state.own.name;
  const words = ["surface", "runners", "rates", "momentum", "start", "steps"]
    .filter((name) => JSON.stringify(state[name]) !== JSON.stringify(DEFAULTS[name]) && !(name === "surface" && own))
    .map((name) => `${name}=${JSON.stringify(state[name])}`);
  return `explore_optimizers(${own ? "f" : ""})${words.length ? `.set(${words.join(", ")})` : ""}`;
}

// The loss of a surface anywhere, of the learner's own between the places that Python has asked.
function lossOf(surface, own) {
  if (surface !== own.name) return SURFACES[surface].loss;
  const { heights } = own;
  const last = heights.length - 1;
  return (x, y) => {
    const [column, row] = [x, y].map((value) => clamp(((value + SIDE) / (2 * SIDE)) * last, 0, last - 1e-9));
    const [i, j] = [Math.floor(row), Math.floor(column)];
    const mixed = ([one, other], share) => one + share * (other - one);
    return mixed([i, i + 1].map((k) => mixed([heights[k][j], heights[k][j + 1]], column - j)), row - i);
  };
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

// For each runner, by name: the marks of one kind, made again.
const forEach = (maker) => Object.fromEntries(NAMES.map((name, k) => [name, maker(name, k)]));

function makeTrack(layer, above) {
  const rims = forEach(() => draw("path", { class: "race-rim" }));
  const lines = forEach((_, k) => draw("path", { class: `race-line runner${k}` }));
  const heads = forEach((_, k) => draw("path", { class: `race-head runner${k}`, d: SHAPES[k](6) }));
  layer.append(...Object.values(rims), ...Object.values(lines));
  above.append(...Object.values(heads));
  return { rims, lines, heads };
}

function render({ model = null, el, settings = {} }) {
  const state = makeState({ ...DEFAULTS, ...settings }, follow, { model, key: "optimizers" });
  const first = state.get();
  let found = {};
  let [time, playing, until, frame, last] = [first.steps, false, MOST, null, null];

  // --- the surface from above, and the losses
  const map = makePlane({ xlim: far, ylim: far, xlabel: "x", ylabel: "y", heat: true, name: "The surface from above" });
  const dots = forEach((_, k) => draw("path", { class: `race-dots runner${k}` }));
  const lowest = draw("g");
  map.layer.append(lowest);
  const paths = makeTrack(map.layer, map.above);
  map.layer.append(...Object.values(dots));
  const yticks = []; // of the surface that is shown
  let logs = true; // of the losses
  const losses = makePlane({ xlim: [0, MOST], ylim: [0, 1], size: [350, 172], xlabel: "step", ylabel: "loss", name: "The losses", yticks });
  const curves = makeTrack(losses.layer, losses.above);
  let painted = "";
  function showSurface({ surface, own }) {
    const dark = root.dataset.theme === "dark";
    const now = `${surface} ${dark}`;
    if (now === painted) return;
    painted = now;
    const loss = lossOf(surface, own);
    const grid = Array.from({ length: 51 * 51 }, (_, i) => loss(-SIDE + (i % 51) / 5, -SIDE + Math.floor(i / 51) / 5)).filter(Number.isFinite);
    const [low, high] = [Math.min(...grid), Math.max(...grid)];
    logs = low >= 0 && high > 0;
    const [from, to] = dark ? [[100, 116, 138], [22, 25, 30]] : [[150, 170, 190], [255, 255, 255]];
    paintHeat(map, (x, y) => {
      const share = logs ? 1 + Math.log(loss(x, y) / high + 1e-300) / Math.log(5000) : (loss(x, y) - low) / (high - low || 1);
      const band = clamp(Math.floor(BANDS * share) / BANDS, 0, 1); // each a fixed factor above the next
      return from.map((value, k) => value + band * (to[k] - value));
    }, 300);
    const margin = 0.05 * (high - low) || 1;
    const ylim = logs ? [Math.log10(1e-8 * high), Math.log10(10 * high)] : [low - margin, high + margin];
    const powers = ticks(-40, 40, 40).map((k) => [k, powerOfTen(k)]);
    yticks.splice(0, Infinity, ...(logs ? powers : ticks(...ylim, 4).map((value) => [value, short(value)])));
    losses.range([0, MOST], ylim);
    const places = SURFACES[surface]?.lowest ?? [];
    lowest.replaceChildren(...places.map(([x, y]) => draw("path", {
      class: "race-lowest", transform: `translate(${map.x(x)} ${map.y(y)})`,
      d: `M${Array.from({ length: 10 }, (_, k) => [k % 2 ? 4 : 9, (k * Math.PI) / 5 - Math.PI / 2]).map(([r, angle]) => `${(r * Math.cos(angle)).toFixed(1)} ${(r * Math.sin(angle)).toFixed(1)}`).join("L")}Z`,
    })));
  }

  // --- the start: dragged, or put where the map is pressed
  const cross = draw("g", {}, draw("circle", { r: 14, class: "nn-halo" }), draw("path", { d: "M-9 0H9M0 -9V9", class: "race-rim-start" }), draw("path", { d: "M-8 0H8M0 -8V8", class: "race-start" }));
  map.above.append(cross);
  const moveTo = (x, y) => state.set({ start: [x, y].map((value) => rounded(clamp(value, ...far), 0.01)) });
  const tellStart = makeHandle(cross, map, {
    name: "The start: drag it, or move it with the arrow keys; the space bar plays and pauses",
    at: () => state.get().start, says: () => describe(state.get(), found), moved: moveTo,
  });
  cross.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    play(!playing);
  });
  let grip = null;
  map.svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    grip = event.pointerId;
    map.svg.setPointerCapture(grip);
    moveTo(...map.at(event));
  });
  map.svg.addEventListener("pointermove", (event) => {
    const at = map.at(event);
    if (event.pointerId === grip) moveTo(...at);
    const { surface, own } = state.get();
    hover.textContent = `loss at (${at.map((value) => fixed(value)).join(", ")}): ${short(lossOf(surface, own)(...at))}`;
  });
  map.svg.addEventListener("pointerleave", () => { hover.textContent = ""; });
  for (const end of ["pointerup", "pointercancel"]) map.svg.addEventListener(end, () => { grip = null; });

  // --- time: in steps, between two of them while it plays
  function wake() {
    frame ??= requestAnimationFrame(tick);
  }
  function tick(now) {
    frame = null;
    if (playing) {
      time += last === null ? 0 : (Math.min(now - last, 100) / 1000) * speed;
      last = now;
      if (time >= until || !root.isConnected) {
        time = Math.min(time, until);
        play(false);
      }
    }
    show();
    if (playing) wake();
  }
  function play(wish, end = MOST) {
    [playing, last, until] = [wish, null, end];
    if (wish && time >= MOST) time = 0;
    if (!wish) go(Math.floor(time));
    wake();
  }
  function go(steps) {
    [playing, time] = [false, steps];
    state.set({ steps });
  }
  let known = first.steps;
  function follow(values) {
    found = race(values);
    if (values.steps !== known) {
      known = values.steps;
      if (!playing) time = values.steps;
    }
    showControls(values);
    wake();
  }

  // --- drawing
  function show() {
    const values = state.get();
    showSurface(values);
    const loss = (value) => (logs ? Math.log10(Math.max(value, 1e-300)) : value);
    for (const name of NAMES) {
      const one = found[name];
      for (const { heads } of [paths, curves]) change(heads[name], { visibility: one ? "visible" : "hidden" });
      const way = one ? upTo(one.path, time) : [];
      const fall = one ? upTo(one.losses.map((value, step) => [step, loss(value)]), time) : [];
      for (const [plane, track, points] of [[map, paths, way], [losses, curves, fall]]) {
        const d = pathOf(plane, points);
        change(track.rims[name], { d });
        change(track.lines[name], { d });
        if (!points.length) continue;
        const [x, y] = points.at(-1).map((value, k) => clamp(Number.isFinite(value) ? value : 1e9, ...(k ? plane.ylim : plane.xlim)));
        change(track.heads[name], { transform: `translate(${plane.x(x)} ${plane.y(y)})` });
      }
      change(dots[name], { d: way.slice(0, Math.floor(time) + 1).filter(([x, y]) => Math.max(Math.abs(x), Math.abs(y)) <= SIDE)
        .map(([x, y]) => `M${map.x(x).toFixed(1)} ${map.y(y).toFixed(1)}h0`).join("") });
      const text = one ? standing(one, Math.floor(time)).split(" ")[0] : "off"; // a loss, or "diverged"
      if (stands[name].textContent !== text) stands[name].textContent = text;
    }
    const [x, y] = values.start;
    change(cross, { transform: `translate(${map.x(x)} ${map.y(y)})` });
    const steps = Math.floor(time);
    said.textContent = (values.surface === values.own.name && values.own.alert) || summary(found, steps);
    ui.show({ steps });
    c.play.textContent = playing ? "Pause" : "▶ Race";
    if (!playing) {
      tellStart();
      change(losses.svg, { "aria-label": describe({ ...values, steps }, found) });
      spoken.textContent = said.textContent; // when things have come to rest
    }
    Object.assign(root.dataset, { playing, steps, frames: Number(root.dataset.frames ?? 0) + 1 });
  }

  // --- controls
  const surfaces = [...(first.own.name ? [first.own.name] : []), ...Object.keys(SURFACES)];
  let speed = SPEEDS[1];
  const specs = {
    play: { kind: "button", label: "▶ Race" }, one: { kind: "button", label: "Step" }, again: { kind: "button", label: "Start over" },
    surface: { kind: "choice", label: "surface", options: surfaces },
    speed: { kind: "choice", label: "steps a second", options: SPEEDS.map(String) },
    steps: { kind: "slider", label: "steps", min: 0, max: MOST, step: 1, decimals: 0 },
    mu: { kind: "slider", label: "momentum (μ, β₁)", min: 0, max: 0.99, step: 0.01, decimals: 2 },
  };
  NAMES.forEach((name, k) => {
    specs[name] = { kind: "toggle", label: `${SIGNS[k]} ${name}` };
    specs[`rate ${name}`] = { kind: "log", label: `learning rate of ${name}`, min: -3, max: 1, step: 0.05 };
  });
  for (const label of Object.keys(PRESETS)) specs[label] = { kind: "button", label };
  specs.reset = { kind: "button", label: "Reset" };
  const ui = makeControls(specs, (name, value) => {
    const { runners, rates } = state.get();
    if (name === "steps") go(value);
    else if (name === "speed") speed = SPEEDS[value];
    else if (name === "surface") state.set({ surface: surfaces[value] });
    else if (NAMES.includes(name)) state.set({ runners: NAMES.filter((one) => (one === name ? value : runners.includes(one))) });
    else if (name.startsWith("rate ")) state.set({ rates: { ...rates, [name.slice(5)]: Number((10 ** value).toPrecision(12)) } });
    else state.set({ momentum: value });
  }, (name) => {
    if (name === "play") return play(!playing);
    if (name === "one") return go(Math.min(MOST, Math.floor(time) + 1));
    if (name === "again") return go(0);
    if (name === "reset") {
      state.reset();
      return go(state.start.steps);
    }
    state.set(PRESETS[name]);
    go(isStill() ? PRESETS[name].steps : 0);
    if (!isStill()) play(true, PRESETS[name].steps);
  });
  const c = ui.elements;
  c.play.classList.add("nn-play");
  function showControls({ surface, momentum, runners, rates }) {
    const shown = { surface: surfaces.indexOf(surface), mu: momentum, speed: SPEEDS.indexOf(speed) };
    for (const name of NAMES) {
      shown[name] = runners.includes(name);
      shown[`rate ${name}`] = Math.log10(rates[name]);
    }
    ui.show(shown);
  }
  const stands = forEach(() => make("output", { class: "race-stands" }));
  const runners = NAMES.map((name, k) => make("div", { class: `race-runner runner${k}` }, c[name], c[`rate ${name}`], stands[name]));
  const head = make("div", { class: "race-runner race-names", "aria-hidden": "true" }, make("span", {}, ""), make("span", {}, "learning rate"), make("span", {}, "loss"));
  const said = make("div", { class: "nn-said" });
  const spoken = make("div", { class: "nn-spoken", role: "status" });
  const hover = make("div", { class: "race-hover" });
  const rows = (...names) => names.map((name) => c[name]);
  const { root, end } = makeShowpiece(el, "race", state, [
    make("div", { class: "nn-planes" }, map.element, make("div", { class: "race-side" }, losses.element, head, ...runners)),
    hover, said, spoken, makeLine(...rows("play", "one", "again", ...Object.keys(PRESETS), "reset")),
    make("div", { class: "nn-more" }, ...rows("steps", "mu", "surface", "speed")),
    makeLine(...makeCopy(() => codeOf(state.get()))),
  ]);
  const look = new MutationObserver(wake);
  look.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    playing = false;
    cancelAnimationFrame(frame);
    look.disconnect();
    state.end();
    end();
  };
}

export default { render };
