// Losses of one prediction: drag it along the curves; beside them the gradient that each sends back.

import { makeCurves, makeOnce, makeScrub, makeTable } from "./base/kit/chart.js";
import { makeExplorer } from "./base/kit/explorer.js";
import { clamp, fixed, rounded } from "./base/kit/numbers.js";
import { change, draw, make } from "./base/kit/page.js";
import { makeHandle, makePlane, pathOf } from "./base/kit/plane.js";
import { sigmoid } from "./functions_model.js";
import { lossesWith } from "./losses_model.js";

const SIDE = 8; // logits go from -8 to 8
const LOGITS = Array.from({ length: 321 }, (_, i) => -SIDE + i / 20);
const DEFAULTS = { z: -2, target: 1, against: "z", own: {}, call: "explore_losses()" };
export const ABOUT = {
  name: "losses",
  defaults: DEFAULTS,
  settings: ["z", "target", "against"],
  controls: {
    z: { kind: "slider", label: "logit z", min: -SIDE, max: SIDE, step: 0.1, decimals: 2 },
    target: { kind: "choice", label: "target t", options: { "1: yes": 1, "0: no": 0 } },
    against: { kind: "choice", label: "drawn over", options: { "the logit z": "z", "the probability p": "p" } },
  },
  presets: {
    Undecided: { z: 0, target: 1 },
    "Right and sure": { z: 5, target: 1 },
    "Wrong and sure": { z: -5, target: 1 },
    "Wrong beyond doubt": { z: -8, target: 1 },
  },
};

// What Python computes too: [loss, slope] of the prediction by name.
export function compute({ z, target, own }) {
  return Object.fromEntries(Object.entries(lossesWith(own)).map(([name, of]) => [name, of(z, target)]));
}

function render(page) {
  return makeExplorer(page, ABOUT, ({ get, set, elements }) => {
    const losses = lossesWith(get().own);
    const names = Object.keys(losses);
    const top = makePlane({ xlim: [-SIDE, SIDE], ylim: [-0.3, 8.6], size: [400, 210], ylabel: "loss", grid: true, name: "The losses" });
    const low = makePlane({ xlim: [-SIDE, SIDE], ylim: [-1.15, 1.15], size: [400, 210], xlabel: "z", ylabel: "gradient dL/dz", grid: true, name: "The gradients that are sent back to the logit" });
    const planes = [top, low];
    const across = () => (get().against === "z" ? get().z : sigmoid(get().z));
    const parts = planes.map((plane) => {
      const rule = draw("path", { class: "nn-rule" });
      const zero = draw("path", { class: "nn-zero" });
      plane.layer.append(zero, rule);
      const curves = makeCurves(plane, names.length);
      const dots = names.map((_, i) => draw("circle", { r: 6.5, class: `nn-dot nn-c${i}` }));
      plane.layer.append(...dots);
      return { rule, zero, curves, dots };
    });

    // a press or a drag anywhere takes the prediction there
    function take(x) {
      const z = get().against === "z" ? x : Math.log(x / (1 - x));
      set({ z: clamp(rounded(z, 0.05), -SIDE, SIDE) });
    }
    for (const plane of planes) makeScrub(plane, take);
    const grip = draw("g", {}, draw("circle", { r: 15, class: "nn-halo" }), draw("circle", { r: 11, class: "nn-ring" }));
    const tell = makeHandle(grip, top, {
      name: "The prediction: its logit z", step: 0.1,
      at: () => [across(), clamp(compute(get())["cross-entropy"][0], 0, 8)],
      says: () => fixed(get().z),
      moved: take,
      keyed: (right, up) => set({ z: clamp(rounded(get().z + 0.1 * (right + up), 0.05), -SIDE, SIDE) }),
    });
    top.above.append(grip);

    const sure = make("div", { class: "nn-sum", role: "status" });
    const table = makeTable(["", "loss", "dL/dz"]);
    const once = makeOnce();
    function show(values) {
      const { z, target, against, own } = values;
      const [ends, xlabel] = against === "z" ? [[-SIDE, SIDE], "logit z"] : [[0, 1], "probability p = sigmoid(z)"];
      const margin = 0.03 * (ends[1] - ends[0]);
      const xlim = [ends[0] - margin, ends[1] + margin];
      once([target, against, top.width], () => planes.forEach((plane, k) => {
        plane.range(xlim, plane.ylim, undefined, k ? xlabel : "");
        change(parts[k].zero, { d: pathOf(plane, [[xlim[0], 0], [xlim[1], 0]]) });
        names.forEach((name, i) => {
          const points = LOGITS.map((one) => [against === "z" ? one : sigmoid(one), losses[name](one, target)[k]]);
          change(parts[k].curves[i], { d: pathOf(plane, points) });
        });
      }));
      const found = compute({ z, target, own });
      planes.forEach((plane, k) => {
        const x = plane.x(across());
        change(parts[k].rule, { d: `M${x} 0V${plane.height}` });
        names.forEach((name, i) => {
          const y = found[name][k];
          change(parts[k].dots[i], { cx: x, cy: Number.isFinite(y) ? plane.y(y) : null, visibility: Number.isFinite(y) ? "visible" : "hidden" });
        });
        if (k === 0) change(grip, { transform: `translate(${x} ${plane.y(clamp(found["cross-entropy"][0], 0, 8))})` });
      });
      tell();
      const p = sigmoid(z);
      sure.textContent = `p = sigmoid(${fixed(z)}) = ${fixed(p, 4)}, target ${target}, so p − t = ${fixed(p - target, 4)}`;
      table.show(names.map((name, i) => [[name, i], ...found[name].map((one) => fixed(one, 4))]));
    }
    return {
      planes: [[top, 210], [low, 210]],
      pictures: [top.element, low.element],
      words: [table.element, sure],
      panel: [elements.z, elements.target, elements.against],
      show,
    };
  });
}

export default { render };
