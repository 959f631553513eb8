// A small table of numbers with a colour behind each.

import { short } from "./numbers.js";
import { make } from "./page.js";

// { element, cells, show(values, colour) } with a title above; fields: elements that stand in the
// cells, where these are typed or dragged; colour(value) gives [red, green, blue].
export function makeCells({ title, columns, count, fields = null }) {
  const cells = Array.from({ length: count }, (_, k) => make("div", { class: "nn-cell" }, fields ? fields[k] : ""));
  const grid = make("div", { class: "nn-cells", style: `--columns:${columns}`, role: "group", "aria-label": title }, ...cells);
  const element = make("div", {}, make("div", { class: "nn-title" }, title), grid);
  function show(values, colour) {
    values.forEach((value, k) => {
      const rgb = colour(value).map(Math.round);
      const [red, green, blue] = rgb.map((part) => (part / 255) ** 2.2);
      cells[k].style.background = `rgb(${rgb.join(" ")})`;
      // black letters have more contrast from this luminance on
      cells[k].style.color = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000" : "#fff";
      if (!fields) cells[k].textContent = short(value);
    });
  }
  return { element, cells, show };
}
