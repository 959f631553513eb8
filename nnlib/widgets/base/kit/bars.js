// The ten probabilities of a digit as bars with their percentages.

import { make } from "./page.js";

// { element, show(chances, label) }: the largest stands out; label, where given, is marked.
export function makeBars(element = make("div", { class: "bars" })) {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const fill = make("div", { class: "fill" });
    const percent = make("span", { class: "percent" });
    const row = make("div", { class: "bar", role: "img" },
      make("span", {}, `${digit}`), make("div", { class: "track" }, fill), percent);
    element.append(row);
    return { row, fill, percent };
  });
  function show(chances, label = null) {
    const best = chances.indexOf(Math.max(...chances));
    rows.forEach(({ row, fill, percent }, digit) => {
      const said = `${(100 * (chances[digit] ?? 0)).toFixed(0)}`;
      row.classList.toggle("best", digit === best);
      row.classList.toggle("label", digit === label);
      row.setAttribute("aria-label", `${digit}: ${said} percent${digit === label ? ", the label" : ""}`);
      fill.style.width = `${100 * (chances[digit] ?? 0)}%`;
      percent.textContent = chances.length ? `${said}%` : "";
    });
  }
  return { element, show };
}
