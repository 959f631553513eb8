// What charts have in a plane: curves told apart by colour and dash, a legend, a guide, a press anywhere.

import { draw, keepKeys, make } from "./page.js";

const SCROLL = 8; // pixels

// `count` curves in a plane; curve i has the i-th colour and dash everywhere (kit.css). Each is a
// path: change(path, { d: pathOf(plane, points) }).
export function makeCurves(plane, count, first = 0) {
  const paths = Array.from({ length: count }, (_, i) => draw("path", { class: `nn-curve nn-c${first + i}` }));
  plane.layer.append(...paths);
  return paths;
}

// The legend: [[name, number of the colour], ...]. With toggled(name, on) each has a box to tick.
// { element, show(names that are ticked) }.
export function makeLegend(entries, toggled = null) {
  const boxes = {};
  const rows = entries.map(([name, i]) => {
    const line = makeSwatch(i);
    if (!toggled) return make("span", {}, line, name);
    boxes[name] = keepKeys(make("input", { type: "checkbox", onchange: () => toggled(name, boxes[name].checked) }));
    return make("label", {}, boxes[name], line, name);
  });
  const attributes = toggled ? { role: "group", "aria-label": "What is shown" } : {};
  return {
    element: make("div", { class: "nn-legend", ...attributes }, ...rows),
    show(names) {
      for (const [name, box] of Object.entries(boxes)) box.checked = names.includes(name);
    },
  };
}

// Let a press or a drag anywhere in a plane be heard: moved(x, y, whether it begins). A finger that
// goes up or down scrolls the page all the same, unless the plane is to be `whole`.
export function makeScrub(plane, moved, { whole = false } = {}) {
  let held = null; // where the press began
  let begins = false;
  const { svg } = plane;
  svg.classList.add(whole ? "nn-whole" : "nn-scrub");
  const hear = (event) => {
    moved(...plane.at(event), begins);
    begins = false;
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    [held, begins] = [event.clientX, true];
    svg.setPointerCapture(event.pointerId);
    if (event.pointerType !== "touch" || whole) hear(event);
  });
  svg.addEventListener("pointermove", (event) => {
    // a finger that has hardly gone sideways may want to scroll
    if (held !== null && !(begins && Math.abs(event.clientX - held) < SCROLL)) hear(event);
  });
  svg.addEventListener("pointerup", (event) => {
    if (held !== null) hear(event);
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { held = null; });
}

// Numbers in rows and columns: heads are those of the columns. { element, show(rows of words) }; the
// first word of a row names it, and is what [name, number of the colour] is drawn as in a chart.
export function makeTable(heads) {
  const body = make("tbody");
  const head = make("tr", {}, ...heads.map((word) => make("th", { scope: "col" }, word)));
  return {
    element: make("table", { class: "nn-table" }, make("thead", {}, head), body),
    show(rows) {
      if (body.rows.length !== rows.length) {
        body.replaceChildren(...rows.map((row) => make("tr", {}, ...row.map((_, k) => make(k ? "td" : "th", k ? {} : { scope: "row" })))));
      }
      rows.forEach((row, i) => row.forEach((word, k) => {
        const cell = body.rows[i].cells[k];
        const text = Array.isArray(word) ? word[0] : word;
        if (cell.textContent === text) return;
        cell.replaceChildren(text);
        if (Array.isArray(word)) cell.prepend(makeSwatch(word[1]));
      }));
    },
  };
}

// A piece of the line that curve i is drawn with.
export const makeSwatch = (i) => draw("svg", { width: 30, height: 12, class: "nn-swatch", "aria-hidden": "true" },
  draw("path", { d: "M1 6H29", class: `nn-curve nn-c${i}` }));

// Draw again only when something has changed: once(what, act) calls act() when `what` is another.
export function makeOnce() {
  let last = null;
  return (what, act) => {
    const text = JSON.stringify(what);
    if (text !== last) act();
    last = text;
  };
}
