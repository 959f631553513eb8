// Attention: choose a letter, and see where it looks.

import { attend, HEADS } from "./attention_model.js";
import { makeOnce } from "./base/kit/chart.js";
import { makeExplorer } from "./base/kit/explorer.js";
import { clamp, fixed } from "./base/kit/numbers.js";
import { change, draw, keepKeys, make } from "./base/kit/page.js";
import { makePixels } from "./base/kit/pixels.js";

const SENTENCES = [
  "the white whale, the white whale",
  "call me ishmael. some years ago",
  "he said that queequeg, he said",
  "whale whale whale whale whale",
];
const DEFAULTS = { sentence: SENTENCES[0], place: 21, head: 1, masked: true, scaled: true };
export const ABOUT = { name: "attention", defaults: DEFAULTS, settings: Object.keys(DEFAULTS) };

// What Python computes too.
export function compute(values) {
  return attend(values.sentence, values.head, values.masked, values.scaled);
}

const NAMES = { " ": "space", ",": "comma", ".": "full stop" };
const spoken = (letter) => NAMES[letter] ?? letter;
const lookingOf = (values) => Math.min(values.place, values.sentence.length - 1);

// From the colour of the paper to a full blue.
function blue(share, dark) {
  const [from, to] = dark ? [[36, 40, 46], [93, 180, 238]] : [[255, 255, 255], [0, 92, 150]];
  return from.map((part, i) => Math.round(part + clamp(share, 0, 1) * (to[i] - part)));
}

function build({ get, set, elements }) {
  const take = (place) => set({ place: clamp(place, 0, get().sentence.length - 1) });
  const strip = keepKeys(make("div", { class: "attention-strip", role: "slider", "aria-valuenow": "0", tabindex: 0, "aria-label": "The letter that looks", "aria-valuemin": 0 }));
  strip.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
    const end = { Home: 0, End: get().sentence.length - 1 }[event.key];
    if (way === undefined && end === undefined) return;
    event.preventDefault();
    take(way === undefined ? end : lookingOf(get()) + way);
  });
  const map = makePixels({ size: [300, 300], name: "All weights: a row for each letter that looks" });
  const row = draw("rect", { class: "attention-row", x: 0, height: 1, "vector-effect": "non-scaling-stroke" });
  map.layer.append(row);
  for (const kind of ["pointerdown", "pointermove"]) {
    map.svg.addEventListener(kind, (event) => {
      if (kind === "pointermove" && event.pointerType === "touch") return; // a finger scrolls
      take(Math.floor(map.at(event)[1]));
    });
  }
  const said = make("div", { class: "attention-said", role: "status" });
  const once = makeOnce();
  let cells = [];

  function fill(sentence) {
    cells = [...sentence].map((letter, place) => {
      const cell = make("span", { class: "attention-letter" }, letter === " " ? "␣" : letter);
      cell.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") take(place); });
      cell.addEventListener("pointerdown", () => take(place));
      return cell;
    });
    strip.replaceChildren(...cells);
    strip.setAttribute("aria-valuemax", sentence.length - 1);
    map.fit(sentence.length, sentence.length);
    row.setAttribute("width", sentence.length);
  }
  function show(values, dark) {
    const { sentence } = values;
    const looking = lookingOf(values);
    const { weights } = compute(values);
    once(sentence, () => fill(sentence));
    weights[looking].forEach((weight, place) => {
      const [red, green, deep] = blue(weight, dark);
      cells[place].style.background = `rgb(${red} ${green} ${deep})`;
      cells[place].style.color = (weight > 0.55) !== dark ? "#fff" : dark ? "#000" : "#1f2328";
      if (dark && weight <= 0.55) cells[place].style.color = "#e8eaed";
      cells[place].classList.toggle("looks", place === looking);
    });
    map.paint(weights.flat(), sentence.length, (weight) => blue(weight, dark));
    row.setAttribute("y", looking);
    const most = weights[looking].map((weight, place) => [weight, place]).sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, 3);
    const words = most.map(([weight, place]) => `${spoken(sentence[place])} at ${place} (${fixed(weight)})`).join(", ");
    said.textContent = `The ${spoken(sentence[looking])} at place ${looking} looks most at ${words}.`;
    change(strip, { "aria-valuenow": looking, "aria-valuetext": said.textContent });
  }
  return {
    pictures: [
      make("div", {}, make("div", { class: "attention-heading" }, "Point at a letter: the darker another is, the more it looks there"), strip, said),
      make("div", {}, make("div", { class: "attention-heading" }, "All letters at once: one row for each that looks"), map.element),
    ],
    words: [],
    panel: [elements.sentence, elements.head, elements.masked, elements.scaled],
    show,
  };
}

function render(page) {
  return makeExplorer(page, {
    ...ABOUT,
    controls: {
      sentence: { kind: "choice", label: "sentence", options: Object.fromEntries(SENTENCES.map((one) => [one, one])) },
      head: { kind: "choice", label: "head", options: Object.fromEntries(Array.from({ length: HEADS }, (_, i) => [`${i + 1}`, i + 1])) },
      masked: { kind: "toggle", label: "causal mask" },
      scaled: { kind: "toggle", label: "divided by √d" },
    },
    presets: {
      "One word, repeated": { sentence: SENTENCES[3], place: 26, masked: true, scaled: true },
      "Without the mask": { masked: false, scaled: true },
      "Without 1/√d": { masked: true, scaled: false },
    },
  }, build);
}

export default { render };
