// What explorers with pictures and controls have in common: state, presets, the frame, the code.

import { makeLine, makeControls, makeCopy, makeShowpiece } from "./showpiece.js";
import { rounded } from "./numbers.js";
import { isStill, make } from "./page.js";
import { makeState } from "./state.js";

const GLIDE = 350; // ms from one state to that of a preset

// A value as Python writes it.
export function inPython(value) {
  if (Array.isArray(value)) return `[${value.map(inPython).join(", ")}]`;
  return { true: "True", false: "False", null: "None" }[value] ?? JSON.stringify(value);
}

// The line of Python that rebuilds a state: call is "explore_x()", names are the settings.
export function codeOf(call, names, values, defaults) {
  const moved = names.filter((name) => JSON.stringify(values[name]) !== JSON.stringify(defaults[name]));
  const text = moved.map((name) => `${name}=${inPython(values[name])}`).join(", ");
  return text ? `${call}.set(${text})` : call;
}

// Controls are made from specs as in controls.js, with two differences. A choice has
// options: { words: value }, and a "log" slider has its value itself, not the power of ten.
const OUT = {
  choice: (spec, index) => Object.values(spec.options)[index],
  log: (spec, power) => Number((10 ** power).toPrecision(3)),
};
const IN = {
  choice: (spec, value) => Object.values(spec.options).indexOf(value),
  log: (spec, value) => Math.log10(value),
};

// The explorer `about` in an element; returns what ends it.
//   about: name (of its style and in the address), defaults (every value, by name), settings (names
//   that code is written for), also (names of more that Reset puts back), controls ({ name: spec }), presets ({ label: patch or first => patch }),
//   hidden(values) (names of controls that have no use now), changed(patch, values) (what a control
//   or preset changes besides, default: the patch itself), actions ({ label: what its button does }),
//   call (the Python that makes it; a value `call` goes before, `starts` are the settings it begins with), plain(settings) (as code has them), ended() (called at the end).
//   build({ get, set, elements, controls, refresh(), alert(words) }) returns { lead (elements before
//   the buttons), planes ([[plane, height], ...] or width => ...), pictures
//   (elements), words, panel (elements), show(values, dark) }: pictures stand left, right of them the
//   words, the presets and what is in the panel; on a phone all stands in one column.
export function makeExplorer({ model = null, el, settings = {} }, about, build) {
  const { name, defaults, controls, also = [], presets = {}, actions = {}, hidden = () => [], changed = (patch) => patch, plain = (values) => values } = about;
  const state = makeState({ ...defaults, ...settings }, show, { model, key: name });
  const first = Object.fromEntries([...about.settings, ...also].map((key) => [key, state.start[key]]));
  const chosen = (values) => plain(Object.fromEntries(about.settings.map((key) => [key, values[key]])));
  let gliding = null;

  function set(patch) {
    cancelAnimationFrame(gliding);
    state.set(changed(patch, state.get()));
  }
  // numbers move to where a preset has them, unless the reader wants no motion
  function glide(patch) {
    const [from, begin] = [state.get(), performance.now()];
    const ways = Object.entries(patch).filter(([key, to]) => typeof to === "number" && typeof from[key] === "number" && controls[key]?.kind === "slider");
    const step = (time) => {
      const share = Math.min((time - begin) / GLIDE, 1);
      if (share === 1 || isStill() || document.hidden) return state.set(patch);
      const eased = share * share * (3 - 2 * share);
      state.set({ ...patch, ...Object.fromEntries(ways.map(([key, to]) => [key, rounded(from[key] + eased * (to - from[key]), controls[key].step)])) });
      gliding = requestAnimationFrame(step);
    };
    cancelAnimationFrame(gliding);
    step(begin);
  }
  const specs = Object.fromEntries(Object.entries(controls).map(([key, spec]) =>
    [key, spec.kind === "choice" ? { ...spec, options: Object.keys(spec.options) } : spec]));
  const buttons = Object.fromEntries([...Object.keys(actions), ...Object.keys(presets), "Reset"].map((label) => [label, { kind: "button", label }]));
  const ui = makeControls({ ...specs, ...buttons }, (key, value) => {
    set({ [key]: OUT[controls[key].kind]?.(controls[key], value) ?? value });
  }, (label) => {
    if (label in actions) return actions[label]();
    const preset = presets[label];
    const patch = label === "Reset" ? first : typeof preset === "function" ? preset(first) : preset;
    glide(changed(patch, state.get()));
  });
  const alert = make("div", { class: "nn-alert", role: "alert" });
  const built = build({ get: state.get, set, elements: ui.elements, controls: ui.controls, refresh: () => show(state.get()), alert: (words) => { alert.textContent = words; } });
  const call = () => state.get().call ?? about.call ?? `explore_${name}()`;
  const copy = makeCopy(() => codeOf(call(), Object.keys(chosen(defaults)), chosen(state.get()), chosen({ ...defaults, ...state.get().starts })));
  const pictures = make("div", { class: "nn-pictures" }, ...built.pictures);
  const presses = makeLine(...(built.lead ?? []), ...Object.keys(buttons).map((label) => ui.elements[label]));
  const panel = make("div", { class: "nn-side" }, ...(built.words ?? []), presses, ...built.panel, makeLine(...copy));
  const { root, end } = makeShowpiece(el, name, state, [make("div", { class: "nn-columns" }, pictures, panel), alert]);

  function show(values) {
    built.show(values, root.dataset.theme === "dark");
    const useless = hidden(values);
    for (const [key, spec] of Object.entries(controls)) {
      if (key in values) ui.controls[key].show(IN[spec.kind]?.(spec, values[key]) ?? values[key]);
      ui.elements[key].hidden = useless.includes(key);
    }
    root.dataset.frames = Number(root.dataset.frames ?? 0) + 1;
  }
  let width = 0;
  function fit() {
    if (!pictures.clientWidth || pictures.clientWidth === width) return;
    width = pictures.clientWidth;
    const sizes = typeof built.planes === "function" ? built.planes(width) : (built.planes ?? []).map(([plane, height]) => [plane, width, height]);
    for (const [plane, across, down] of sizes) plane.resize(across, down);
    show(state.get());
  }
  const size = new ResizeObserver(fit);
  size.observe(pictures);
  const look = new MutationObserver(() => show(state.get()));
  look.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    cancelAnimationFrame(gliding);
    size.disconnect();
    look.disconnect();
    for (const control of Object.values(ui.controls)) control.stop?.();
    about.ended?.();
    state.end();
    end();
  };
}
