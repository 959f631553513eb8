// What all showpieces have around their pictures: theme, rows of controls, code to copy.

import { MAKERS } from "./controls.js";
import { followTheme, keepKeys, make } from "./page.js";

// Controls by name, from { name: spec } with the kit's kinds. moved(name, value) hears of a change,
// pressed(name) of a button. { elements, show(values) }.
export function makeControls(specs, moved, pressed) {
  const controls = Object.fromEntries(Object.entries(specs).map(([name, spec]) => {
    const act = spec.kind === "button" ? () => pressed(name) : (value) => moved(name, value);
    const control = MAKERS[spec.kind](spec, act);
    control.element.dataset.name = name;
    control.fit(spec);
    return [name, control];
  }));
  return {
    controls,
    elements: Object.fromEntries(Object.entries(controls).map(([n, c]) => [n, c.element])),
    show(values) {
      for (const [name, value] of Object.entries(values)) controls[name].show(value);
    },
  };
}

// The frame of a showpiece: { root, end }. parts are elements, one below the other. A key or a press
// finds the state as it is, not as it was drawn last: on a slow computer two come within one frame.
export function makeShowpiece(el, name, state, parts) {
  const root = make("div", { class: `nn nn-show nn-${name}` }, ...parts);
  for (const kind of ["keydown", "pointerdown"]) root.addEventListener(kind, state.settle, true);
  el.append(root);
  return { root, end: followTheme(root) };
}

export const makeLine = (...elements) => make("div", { class: "nn-buttons" }, ...elements);

// Controls in as many columns as there is room for; the same, folded behind some words.
export const makeMore = (...elements) => make("div", { class: "nn-more" }, ...elements);

export function makeFolded(words, ...elements) {
  return make("details", {}, keepKeys(make("summary", {}, words)), makeMore(...elements));
}

// A button that copies the line of Python which rebuilds what is shown.
export function makeCopy(code) {
  const button = keepKeys(make("button", { type: "button", class: "nn-button nn-copy" }, "Copy as code"));
  const said = make("code", { class: "nn-code", role: "status" });
  button.addEventListener("click", async () => {
    said.textContent = code();
    try {
      await navigator.clipboard.writeText(code());
      button.textContent = "Copied ✓";
    } catch {
      getSelection().selectAllChildren(said); // no clipboard here: it is selected instead
    }
    setTimeout(() => { button.textContent = "Copy as code"; }, 1600);
  });
  return [button, said];
}

const PALE_ENDS = { light: [[140, 196, 234], [255, 255, 255], [246, 180, 138]], dark: [[30, 84, 124], [23, 25, 28], [140, 78, 38]] };
const STRONG_ENDS = { light: [[0, 114, 178], [255, 255, 255], [213, 94, 0]], dark: [[93, 180, 238], [23, 25, 28], [242, 145, 90]] };

// A mixture of blue (−1), paper (0) and orange (1), as [red, green, blue]; strong where no letters
// stand on it.
export function diverging(share, dark, strong = false) {
  const ends = (strong ? STRONG_ENDS : PALE_ENDS)[dark ? "dark" : "light"];
  const t = Math.min(Math.max(share, -1), 1);
  const end = ends[t < 0 ? 0 : 2];
  return ends[1].map((value, i) => value + Math.abs(t) * (end[i] - value));
}
