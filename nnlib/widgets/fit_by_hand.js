// Be the optimizer: fit a curve to points by hand, first by eye, then with the loss shown.

import { makeExplorer } from "./base/kit/explorer.js";
import { clamp, digits, powerOfTen, short } from "./base/kit/numbers.js";
import { change, draw, make } from "./base/kit/page.js";
import { makeHandle, makePlane, pathOf } from "./base/kit/plane.js";
import { makeLine } from "./base/kit/showpiece.js";
import { curveThrough, lossOf, parabola, remembered, START } from "./fit_by_hand_model.js";

const GRIPS = [0.1, 0.5, 0.9]; // where the curve is taken, as shares of its width
const [HEIGHT, LOW] = [300, 170]; // of the pictures, in pixels

function render(page) {
  const { model = null } = page;
  const { points, ranges, own } = { ...START, ...(model?.get("problem") ?? page.problem) };
  const names = Object.keys(ranges);
  const flat = Object.fromEntries(names.map((name) => [name, clamp(0, ...ranges[name])]));
  const far = Object.fromEntries(names.map((name) => [name, ranges[name][1]]));
  const [xs, ys] = [points.map((one) => one[0]), points.map((one) => one[1])];
  const [left, right, lowest, highest] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [marginX, marginY] = [0.06 * (right - left), 0.25 * (highest - lowest || 1)];
  const [bottom, top] = [lowest - marginY, highest + marginY];
  let tools = null;
  let tries = []; // of a page; in Jupyter Python has them
  const triesOf = (values) => (model ? values.tries : tries);
  // A curve in Python comes as its values along the picture and at the points.
  const curve = () => {
    if (own) return model.get("line");
    return Array.from({ length: 121 }, (_, i) => left + (i * (right - left)) / 120).map((x) => [x, parabola(x, tools.get().at)]);
  };
  const fitted = () => (own ? model.get("fitted") : xs.map((x) => parabola(x, tools.get().at)));

  const data = makePlane({ xlim: [left - marginX, right + marginX], ylim: [bottom, top], xlabel: "x", ylabel: "y", name: "Points and your curve" });
  const [gaps, line] = [draw("path", { class: "fit-gaps" }), draw("path", { class: "nn-curve nn-c1 fit-curve" })];
  const dots = points.map(() => draw("circle", { r: 5.5, class: "nn-dot nn-c0" }));
  const note = draw("text", { "text-anchor": "middle" });
  data.layer.append(gaps, line, ...dots);
  data.above.append(note);
  const record = makePlane({
    xlim: [0, 25], ylim: [-1, 1], xlabel: "try", ylabel: "loss", name: "The loss of every try", grid: true,
    yticks: Array.from({ length: 81 }, (_, k) => [k - 40, powerOfTen(k - 40)]),
  });
  const trace = draw("path", { class: "fit-trace" });
  const marks = draw("g");
  const best = draw("path", { class: "fit-best", d: "M0 -9L2.6 -3H9L3.9 1.2L5.8 7.6L0 3.8L-5.8 7.6L-3.9 1.2L-9 -3H-2.6Z" });
  record.layer.append(trace, marks, best);

  // --- the curve is taken at three places: through these it goes, and a, b, c follow
  const gripXs = GRIPS.map((share) => left + share * (right - left));
  const gripYs = () => gripXs.map((x) => parabola(x, tools.get().at));
  const pull = (k, y) => {
    const found = curveThrough(gripXs, gripYs().map((old, i) => (i === k ? y : old)));
    tools.set({ at: Object.fromEntries(names.map((name) => [name, clamp(Number(found[name].toPrecision(4)), ...ranges[name])])) });
  };
  const grips = own ? [] : gripXs.map((x, k) => {
    const element = draw("g", {}, draw("circle", { r: 13, class: "nn-halo" }), draw("circle", { r: 8, class: "fit-grip" }));
    const step = (top - bottom) / 100;
    const tell = makeHandle(element, data, {
      name: `The curve, ${["left", "middle", "right"][k]}`, at: () => [x, gripYs()[k]], step, axis: 1,
      says: () => short(gripYs()[k]),
      moved: (_, y) => pull(k, y),
      keyed: (_, up) => pull(k, gripYs()[k] + up * step),
    });
    return { element, tell };
  });
  data.above.append(...grips.map(({ element }) => element));
  const said = change(make("div", { class: "nn-said" }), { role: "status" });

  function forget() {
    const first = own ? triesOf(tools.get()).slice(-1) : [lossOf(points, tools.get().at)];
    if (model) tools.set({ tries: first });
    else tries = first;
    tools.refresh();
  }
  function showRecord(values) {
    const all = triesOf(values);
    const floor = Math.max(...all) * 1e-9 || 1e-9; // a perfect fit has loss 0: no place on a log axis
    const logs = all.map((loss, k) => [k + 1, Math.log10(Math.max(loss, floor))]);
    const [low, high] = [Math.min(...logs.map((one) => one[1])), Math.max(...logs.map((one) => one[1]))];
    record.range([0, 25 * 2 ** Math.max(0, Math.ceil(Math.log2(all.length / 24)))], [Math.floor(low - 0.08), Math.ceil(high + 0.4)]);
    change(trace, { d: pathOf(record, logs) });
    marks.replaceChildren(...logs.slice(-400).map(([x, y]) => draw("circle", { cx: record.x(x), cy: record.y(y), r: 2.5, class: "fit-dot" })));
    const at = logs.findIndex((one) => one[1] === low);
    change(best, { transform: `translate(${record.x(logs[at][0])} ${record.y(low)})` });
  }
  function step([low, high]) {
    const rough = (high - low) / 100;
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].find((one) => one * power >= rough * (1 - 1e-9)) * power;
  }
  const sliders = Object.fromEntries(names.map((name) => {
    const [min, max] = ranges[name];
    const size = step(ranges[name]);
    return [name, { kind: "slider", label: name, min, max, step: size, decimals: Math.max(0, -Math.floor(Math.log10(size) + 1e-9)) }];
  }));
  return makeExplorer(page, {
    name: "fit_by_hand", call: own || points !== START.points ? "fit_by_hand(x, y)" : "fit_by_hand()",
    defaults: { at: flat, show_loss: false, ...(model ? { tries: [] } : {}) },
    settings: ["at", "show_loss"],
    plain: ({ at, ...others }) => ({ ...at, ...others }),
    controls: { ...sliders, show_loss: { kind: "toggle", label: "show the loss of every try" } },
    actions: { "Forget the tries": forget },
    presets: { Flat: { at: flat }, "Far away": { at: far } },
    changed(patch, values) {
      const moved = names.filter((name) => name in patch);
      const at = moved.length ? { ...values.at, [moved[0]]: patch[moved[0]] } : patch.at;
      if (!at) return patch;
      const news = { ...patch, at };
      for (const name of moved) delete news[name];
      if (own) return news;
      const all = remembered(triesOf(values), lossOf(points, at));
      if (!model) tries = all;
      return model ? { ...news, tries: all } : news;
    },
  }, (given) => {
    tools = given;
    const c = tools.elements;
    if (own) model.on("change:line change:alert", tools.refresh);
    if (!model) tries = [lossOf(points, tools.get().at)];
    const box = make("div", { hidden: true }, make("div", { class: "nn-title" }, "Loss of every try"), record.element);

    function show(values) {
      const path = curve();
      change(line, { d: pathOf(data, path) });
      const outside = !path.some(([, y]) => y >= bottom && y <= top);
      note.textContent = outside ? "your curve is outside the picture" : "";
      change(note, { x: data.width / 2, y: data.y(bottom) - 12 });
      points.forEach(([x, y], k) => change(dots[k], { cx: data.x(x), cy: data.y(y) }));
      const ends = values.show_loss ? fitted() : [];
      change(gaps, { d: ends.map((y, k) => pathOf(data, [points[k], [xs[k], clamp(y, bottom, top)]])).join("") });
      grips.forEach(({ element, tell }, k) => {
        change(element, { transform: `translate(${data.x(gripXs[k])} ${data.y(clamp(gripYs()[k], bottom, top))})` });
        tell();
      });
      for (const name of names) tools.controls[name].show(values.at[name]);
      box.hidden = c["Forget the tries"].hidden = !values.show_loss;
      const all = triesOf(values);
      if (values.show_loss && all.length) showRecord(values);
      said.textContent = values.show_loss && all.length
        ? `The loss is ${digits(all.at(-1))}; the best of ${all.length} ${all.length === 1 ? "try" : "tries"} is ${digits(Math.min(...all))}.`
        : "The loss is hidden.";
      tools.alert(model?.get("alert") ?? "");
    }
    return {
      planes: [[data, HEIGHT], [record, LOW]],
      pictures: [make("div", {}, make("div", { class: "nn-title" }, "Points and your curve"), data.element), box],
      words: [said],
      panel: [...names.map((name) => c[name]), makeLine(c.show_loss)],
      show,
    };
  });
}

export default { render };
