// Bumps: paint the heights over the plane, or read them off the target; below, what each one adds.

import { makeOnce, makeScrub } from "./base/kit/chart.js";
import { makeExplorer } from "./base/kit/explorer.js";
import { clamp, fixed, rounded, short } from "./base/kit/numbers.js";
import { change, draw, make } from "./base/kit/page.js";
import { makeHandle, makePlane, pathOf } from "./base/kit/plane.js";
import { BUMP, centres, compute, heightsOf, INSIDE, TARGETS, TENT, X } from "./bumps_model.js";

export { compute };

const SIDE = 2; // heights go from -2 to 2
const MOST = 50;
const MARKED = 16; // bumps with a mark each
const DEFAULTS = {
  target: "wave", kind: BUMP, steepness: 200, mode: "by hand", n: 6, heights: [0, 0.8, 0, 0, 0, 0], chosen: 1, own: {}, call: "explore_bumps()", starts: {},
};
export const ABOUT = { name: "bumps", defaults: DEFAULTS, settings: ["target", "kind", "steepness", "mode", "n", "heights"], also: ["chosen"] };

function build({ get, set, elements, controls }) {
  const shared = { xlim: [X[0], X.at(-1)], ylim: [-SIDE, SIDE] };
  const top = makePlane({ ...shared, size: [400, 260], ylabel: "y", grid: true, name: "The target and the network" });
  const low = makePlane({ ...shared, size: [400, 160], xlabel: "x", ylabel: "what each adds", grid: true, name: "What each bump adds" });
  const beyond = [top, low].map((plane) => {
    const sides = [0, 1].map(() => draw("rect", { class: "bumps-beyond" }));
    plane.layer.append(...sides);
    return sides;
  });
  const zeros = [top, low].map((plane) => plane.layer.appendChild(draw("path", { class: "nn-zero" })));
  const [gap, target, line] = ["bumps-gap", "bumps-target", "bumps-line"].map((kind) => draw("path", { class: kind }));
  const marks = draw("g");
  top.layer.append(gap, target, line, marks);
  const [odd, even] = ["nn-curve nn-c0", "nn-curve nn-c5"].map((kind) => draw("path", { class: kind }));
  const picked = draw("path", { class: "bumps-picked" });
  low.layer.append(odd, even, picked);

  // --- the bump in hand: painted with the mouse or a finger, moved with keys
  const chosenOf = ({ chosen, n }) => Math.min(chosen, n - 1);
  const chosen = () => chosenOf(get());
  const middle = (k) => centres(get().kind, get().n)[k];
  const nearest = (x) => {
    const away = centres(get().kind, get().n).map((one) => Math.abs(one - x));
    return away.indexOf(Math.min(...away));
  };
  function lift(k, height) {
    const heights = heightsOf(get()).map((one) => rounded(one, 0.01));
    heights[k] = clamp(rounded(height, 0.05), -SIDE, SIDE);
    set({ heights, mode: "by hand", chosen: k });
  }
  let last = null;
  makeScrub(top, (x, y, begins) => {
    const k = nearest(x);
    // a quick stroke jumps over bumps: those in between are painted too
    if (!begins && last && Math.abs(k - last[0]) > 1) {
      const way = Math.sign(k - last[0]);
      for (let j = last[0] + way; j !== k; j += way) lift(j, last[1] + ((y - last[1]) * (j - last[0])) / (k - last[0]));
    }
    last = [k, y];
    lift(k, y);
  }, { whole: true });
  const grip = draw("g", {}, draw("circle", { r: 15, class: "nn-halo" }), draw("circle", { r: 8, class: "nn-knob" }));
  const height = () => heightsOf(get())[chosen()];
  const tell = makeHandle(grip, top, {
    name: "A bump: left and right choose it, up and down change its height", axis: 1,
    at: () => [middle(chosen()), height()],
    says: () => `bump ${chosen() + 1} of ${get().n}, height ${fixed(height())}`,
    moved: (x, y) => lift(chosen(), y),
    keyed(right, up) {
      if (up) lift(chosen(), height() + 0.1 * up);
      else set({ chosen: clamp(chosen() + Math.sign(right), 0, get().n - 1) });
    },
  });
  top.above.append(grip);

  const said = make("div", { class: "nn-said", role: "status" });
  const unit = make("div", { class: "nn-sum" });
  const [onceWide, onceAimed] = [makeOnce(), makeOnce()];
  const whole = (values) => pathOf(top, X.map((x, i) => [x, values[i]]));
  // fifty bumps with all their flat parts would be too much for a frame: only where they are not flat
  function many(parts) {
    const flat = parts.map((part) => part.map((y) => Math.abs(y) < 0.003));
    const seen = flat.flat().filter((one) => !one).length;
    const every = Math.ceil(seen / 4000);
    return parts.map((part, k) => pathOf(low, X.flatMap((x, i) => {
      if (flat[k][i] && (flat[k][i - 1] ?? true) && (flat[k][i + 1] ?? true)) return flat[k][i - 2] === false ? [[x, NaN]] : [];
      return i % every ? [] : [[x, part[i]]];
    }))).join("");
  }
  function show(values) {
    const { kind, n } = values;
    const chosen = chosenOf(values);
    const found = compute(values);
    const at = centres(kind, n);
    onceWide(top.width, () => [top, low].forEach((plane, k) => {
      change(zeros[k], { d: pathOf(plane, [[X[0], 0], [X.at(-1), 0]]) });
      beyond[k].forEach((side, right) => change(side, {
        x: right ? plane.x(1) : plane.x(X[0]), width: plane.x(0) - plane.x(X[0]), y: 0, height: plane.height,
      }));
    }));
    onceAimed([values.target, top.width], () => change(target, { d: whole(found.wanted) }));
    change(line, { d: whole(found.y) });
    const within = X.map((x, i) => [x, i]).filter(([, i]) => INSIDE[i] && Number.isFinite(found.wanted[i]));
    const outline = [...within.map(([x, i]) => [x, found.y[i]]), ...within.reverse().map(([x, i]) => [x, found.wanted[i]])];
    change(gap, { d: `${pathOf(top, outline)}Z` });
    change(odd, { d: many(found.parts.filter((_, k) => k % 2 === 0)) });
    change(even, { d: many(found.parts.filter((_, k) => k % 2)) });
    change(picked, { d: many([found.parts[chosen]]) });
    marks.replaceChildren(...(n > MARKED ? [] : at.map((x, k) => draw("circle", { cx: top.x(x), cy: top.y(found.heights[k]), r: 4, class: "bumps-mark" }))));
    change(grip, { transform: `translate(${top.x(at[chosen])} ${top.y(clamp(found.heights[chosen], -SIDE, SIDE))})` });
    tell();
    controls.height.show(found.heights[chosen]);
    said.textContent = `${found.units.flat().length} hidden units, largest error ${fixed(found.largest, 3)}, mean error ${fixed(found.mean, 3)}.`;
    const [w, b, v] = found.units[chosen][0];
    const first = found.units[0].length * chosen + 1;
    unit.textContent = `Bump ${chosen + 1} of ${n}: hidden unit ${first} adds ${short(v)} × ${kind === BUMP ? "sigmoid" : "ReLU"}(${short(w)} x ${b > 0 ? "+" : "−"} ${short(Math.abs(b))})`;
  }
  const key = (words, kind) => make("span", {}, draw("svg", { width: 30, height: 12, class: "nn-swatch", "aria-hidden": "true" }, draw("path", { d: "M1 6H29", class: kind })), words);
  return {
    planes: [[top, 260], [low, 160]],
    pictures: [make("div", { class: "nn-legend" }, key("target", "bumps-target"), key("the network", "bumps-line"), key("error", "bumps-gap"), make("span", { class: "nn-hint" }, "drag to paint the heights")), top.element, low.element],
    words: [said, unit],
    panel: [elements.n, elements.height, elements.steepness, elements.mode, elements.kind, elements.target],
    lift: (value) => lift(chosen(), value),
    show,
  };
}

function render(page) {
  const own = page.model?.get("own").name;
  const names = [...Object.keys(TARGETS), ...(own ? [own] : [])];
  const same = (words) => Object.fromEntries(words.map((word) => [word, word]));
  let built = null;
  return makeExplorer(page, {
    ...ABOUT,
    controls: {
      n: { kind: "slider", label: "how many", min: 1, max: MOST, step: 1, decimals: 0 },
      height: { kind: "slider", label: "height of the chosen one", min: -SIDE, max: SIDE, step: 0.05, decimals: 2 },
      steepness: { kind: "slider", label: "steepness", min: 5, max: 1000, step: 5, decimals: 0 },
      mode: { kind: "choice", label: "heights", options: { "by hand": "by hand", "read off the target": "read off" } },
      kind: { kind: "choice", label: "made of", options: same([BUMP, TENT]) },
      target: { kind: "choice", label: "target", options: same(names) },
    },
    presets: {
      "Read off 6": { mode: "read off", kind: BUMP, n: 6, steepness: 200 },
      "Read off 50": { mode: "read off", kind: BUMP, n: 50, steepness: 1000 },
      "Too soft": { mode: "read off", kind: BUMP, n: 12, steepness: 10 },
      "A jump": { mode: "read off", kind: TENT, n: 12, target: "jump" },
    },
    changed(patch, values) {
      const { height, ...rest } = patch;
      if (height !== undefined) built.lift(height);
      return rest;
    },
    hidden: ({ kind }) => (kind === TENT ? ["steepness"] : []),
  }, (tools) => (built = build(tools)));
}

export default { render };
