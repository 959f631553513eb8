// Activation functions: drag the point along its curve; the tangent follows, and the slope below.

import { makeCurves, makeLegend, makeOnce, makeScrub } from "./base/kit/chart.js";
import { makeExplorer } from "./base/kit/explorer.js";
import { clamp, fixed, rounded, trimmed } from "./base/kit/numbers.js";
import { change, draw, make } from "./base/kit/page.js";
import { makeHandle, makePlane, pathOf } from "./base/kit/plane.js";
import { GRID, jumps, kindOfPoint, KNOWN, limitsOf, measureOf, SIDE } from "./activations_model.js";

const NEAR = 14; // pixels from a curve, for a press that is meant for it
const HELD = -4.5; // z at which the arm of leaky ReLU is held
const DEFAULTS = { activation: "sigmoid", z: 1, leak: 0.01, shown: ["sigmoid"], own: [], call: "explore_activations()", starts: {} };
export const ABOUT = { name: "activations", defaults: DEFAULTS, settings: ["activation", "z", "leak", "shown"] };

const namesOf = (own) => [...KNOWN, ...own.map((one) => one.name)];
const shownOf = ({ activation, shown, own }) => namesOf(own).filter((name) => shown.includes(name) || name === activation);
const alone = (activation, z) => ({ activation, z, shown: [activation] });

// What Python computes too: the value and both slopes at z, and what kind of place it is.
export function compute({ activation, z, leak, own }) {
  const at = measureOf(activation, leak, own)(z);
  return { at, kind: kindOfPoint(at) };
}

function sentence(name, z, { at: [value, left, right], kind }) {
  const at = `${name}(${trimmed(fixed(z))})`;
  if (kind === "undefined") return `${at} or its slope is not a finite number.`;
  if (kind === "jump") return `${at} = ${fixed(value, 4)}, and here it jumps: there is no slope.`;
  if (kind === "corner") return `${at} = ${fixed(value, 4)}, a corner: slope ${fixed(left, 4)} left of it, ${fixed(right, 4)} right of it.`;
  return `${at} = ${fixed(value, 4)}, slope ${fixed((left + right) / 2, 4)}.`;
}

function build({ get, set, elements }) {
  const names = namesOf(get().own);
  const top = makePlane({ xlim: [-SIDE, SIDE], ylim: [-1, 1], size: [400, 250], ylabel: "output a", grid: true, name: "The functions" });
  const low = makePlane({ xlim: [-SIDE, SIDE], ylim: [-1, 1], size: [400, 180], xlabel: "weighted sum z", ylabel: "slope da/dz", grid: true, name: "Their slopes" });
  const planes = [top, low];
  const parts = planes.map((plane) => {
    const [zero, rule, tangent] = ["nn-zero", "nn-rule", "nn-tangent"].map((kind) => draw("path", { class: kind }));
    plane.layer.append(zero, rule);
    const curves = makeCurves(plane, names.length);
    const dots = [0, 1].map(() => draw("circle", { r: 7, class: "nn-dot" }));
    plane.layer.append(tangent, ...dots);
    return { zero, rule, tangent, curves, dots };
  });

  // a press or a drag anywhere takes the point there; a press on another curve takes that curve
  const heightAt = (name, z) => measureOf(name, get().leak, get().own)(z)[0];
  function take(x, y, begins) {
    const z = clamp(rounded(x, 0.05), -SIDE, SIDE);
    const away = (name) => Math.abs(top.y(heightAt(name, z)) - top.y(y));
    const others = begins && away(get().activation) > NEAR ? shownOf(get()).filter((name) => away(name) <= NEAR) : [];
    set(others.length ? { z, activation: others.sort((a, b) => away(a) - away(b))[0] } : { z });
  }
  makeScrub(top, take);
  makeScrub(low, (x) => take(x, 0, false));
  const inside = (value) => (Number.isFinite(value) ? clamp(value, ...top.ylim) : 0);
  const grip = draw("g", {}, draw("circle", { r: 15, class: "nn-halo" }), draw("circle", { r: 11, class: "nn-ring" }));
  const arm = draw("g", {}, draw("circle", { r: 14, class: "nn-halo" }), draw("circle", { r: 7, class: "nn-knob" }));
  const handles = [
    makeHandle(grip, top, {
      name: "The point: its z", step: 0.1,
      at: () => [get().z, inside(heightAt(get().activation, get().z))],
      says: () => sentence(get().activation, get().z, compute(get())),
      moved: (x) => take(x, 0, false),
      keyed: (right, up) => set({ z: clamp(rounded(get().z + 0.1 * (right + up), 0.05), -SIDE, SIDE) }),
    }),
    makeHandle(arm, top, {
      name: "The left arm of leaky ReLU: its slope", axis: 1,
      at: () => [HELD, HELD * get().leak],
      says: () => `leak ${trimmed(fixed(get().leak))}`,
      moved: (x, y) => set({ leak: clamp(rounded(y / HELD, 0.01), 0, 1) }),
      keyed: (right, up) => set({ leak: clamp(rounded(get().leak + 0.01 * (right - up), 0.01), 0, 1) }),
    }),
  ];
  top.above.append(grip, arm);

  const legend = makeLegend(names.map((name, i) => [name, i]), (name, on) => {
    const { shown } = get();
    set({ shown: on ? [...shown, name] : shown.filter((one) => one !== name) });
  });
  const said = make("div", { class: "nn-said", role: "status" });
  const once = makeOnce();
  function showCurves(values) {
    const found = shownOf(values).map((name) => {
      const measured = GRID.map(measureOf(name, values.leak, values.own));
      return [name, measured.map(([value]) => value), measured.map(([, left, right]) => (jumps(left, right) ? NaN : (left + right) / 2))];
    });
    planes.forEach((plane, k) => {
      plane.range(plane.xlim, limitsOf(found.flatMap((one) => one[k + 1]), k ? 3 : SIDE));
      change(parts[k].zero, { d: pathOf(plane, [[-SIDE, 0], [SIDE, 0]]) });
      for (const curve of parts[k].curves) change(curve, { d: "" });
      for (const one of found) {
        const curve = parts[k].curves[names.indexOf(one[0])];
        change(curve, { d: pathOf(plane, GRID.map((z, i) => [z, one[k + 1][i]])) });
        curve.classList.toggle("nn-strong", one[0] === values.activation);
      }
    });
  }
  function show(values) {
    const { activation, z, leak, shown } = values;
    once([activation, leak, shown, top.width], () => showCurves(values));
    const found = compute(values);
    const { at: [value, left, right], kind } = found;
    const slope = (left + right) / 2;
    const places = [[value, kind === "undefined" ? [] : [value]], [slope, { smooth: [slope], corner: [left, right] }[kind] ?? []]];
    planes.forEach((plane, k) => {
      const x = plane.x(z);
      change(parts[k].rule, { d: `M${x} 0V${plane.height}` });
      parts[k].dots.forEach((dot, i) => {
        const y = places[k][1][i];
        change(dot, { cx: x, cy: y === undefined ? null : plane.y(y), visibility: y === undefined ? "hidden" : "visible", class: `nn-dot nn-c${names.indexOf(activation)}` });
      });
    });
    change(parts[0].tangent, { d: kind === "smooth" ? pathOf(top, [-1.5, 1.5].map((run) => [z + run, value + slope * run])) : "" });
    change(grip, { transform: `translate(${top.x(z)} ${top.y(inside(value))})` });
    change(arm, { transform: `translate(${top.x(HELD)} ${top.y(inside(HELD * leak))})` });
    arm.style.display = shownOf(values).includes("leaky ReLU") ? "" : "none";
    for (const tell of handles) tell();
    legend.show(shownOf(values));
    said.textContent = sentence(activation, z, found);
  }
  return {
    planes: [[top, 250], [low, 180]],
    pictures: [top.element, low.element],
    words: [legend.element, said],
    panel: [elements.activation, elements.z, elements.leak],
    show,
  };
}

function render(page) {
  const names = namesOf(page.model?.get("own") ?? []);
  return makeExplorer(page, {
    ...ABOUT,
    controls: {
      activation: { kind: "choice", label: "tangent to", options: Object.fromEntries(names.map((name) => [name, name])) },
      z: { kind: "slider", label: "at z", min: -SIDE, max: SIDE, step: 0.1, decimals: 2 },
      leak: { kind: "slider", label: "leak", min: 0, max: 1, step: 0.01, decimals: 2 },
    },
    presets: {
      "All at once": { shown: names },
      Saturated: alone("sigmoid", 6),
      Dead: alone("ReLU", -3),
      "On the corner": alone("ReLU", 0),
      "Nothing to follow": alone("step", 0),
    },
    hidden: (values) => (shownOf(values).includes("leaky ReLU") ? [] : ["leak"]),
  }, build);
}

export default { render };
