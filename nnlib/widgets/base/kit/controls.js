// The controls of every explorer. Each maker gets what the control is, and what to call when it
// moved, and returns { element, show(value), fit(spec) }.

import { clamp, fixed, rounded, short, trimmed } from "./numbers.js";
import { keepKeys, make, uniqueName } from "./page.js";

const PIXELS_A_STEP = 6; // that a number is dragged up or down

// Ten to the power, in about two digits: 0.1, 0.0032, 3.2.
const power = (value) => short(Number((10 ** value).toPrecision(2)));

// A number with a slider below its label and a field to type it. kind: "slider" or "log".
export function makeSlider(spec, moved) {
  const id = uniqueName("nn-slider");
  const log = spec.kind === "log";
  const say = (value) => (log ? power(value) : fixed(value, spec.decimals));
  const range = keepKeys(make("input", { type: "range", id, step: "any" }));
  const field = numberField(`${spec.label}, typed`, (text) => {
    const number = log ? Math.log10(text) : text;
    if (Number.isFinite(number)) take(number);
  });
  field.tabIndex = -1; // one stop for each control: the slider itself
  const label = make("label", { for: id }, spec.label);
  const element = make("div", { class: "nn-control nn-slider" }, label, field, range);
  let now = 0;

  function take(value) {
    now = clamp(rounded(value, spec.step), spec.min, spec.max);
    showNow();
    moved(now);
  }
  function showNow() {
    range.value = now;
    range.setAttribute("aria-valuetext", say(now));
    range.style.setProperty("--done", `${(100 * (now - spec.min)) / (spec.max - spec.min || 1)}%`);
    if (document.activeElement !== field) field.value = say(now);
  }
  range.addEventListener("input", () => take(Number(range.value)));
  range.addEventListener("keydown", (event) => {
    const far = event.shiftKey || event.key.startsWith("Page") ? 10 : 1;
    const way = { ArrowRight: 1, ArrowUp: 1, PageUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: -1 };
    const ends = { Home: spec.min, End: spec.max };
    if (event.key in way) take(now + far * way[event.key] * spec.step);
    else if (event.key in ends) take(ends[event.key]);
    else return;
    event.preventDefault();
  });
  return {
    element,
    show(value) {
      now = value;
      showNow();
    },
    fit(other) {
      spec = other;
      range.min = spec.min;
      range.max = spec.max;
      showNow();
    },
  };
}

function numberField(name, typed) {
  const field = make("input", { type: "text", inputmode: "decimal", "aria-label": name });
  field.className = "nn-field";
  const read = () => Number(field.value.replace("−", "-").replace(",", "."));
  field.addEventListener("change", () => typed(read()));
  field.addEventListener("focus", () => field.select());
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") typed(read());
  });
  return keepKeys(field);
}

// A field to type a number, without a slider: arrows move it by its step, and so does a drag up or
// down. With `bare` its label is only spoken.
export function makeNumber(spec, moved) {
  const take = (value) => {
    if (Number.isFinite(value)) moved(clamp(Number(value.toPrecision(12)), spec.min, spec.max));
  };
  const field = numberField(spec.label, take);
  field.classList.add("nn-scrub-field");
  field.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way) return;
    take(now + way * spec.step);
    event.preventDefault();
  });
  let now = 0;
  let grip = null;
  field.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || document.activeElement === field) return;
    event.preventDefault(); // neither focus nor a selection, until it is clear that it is no drag
    field.setPointerCapture(event.pointerId);
    grip = { y: event.clientY, value: now, far: false };
  });
  field.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const steps = Math.round((grip.y - event.clientY) / PIXELS_A_STEP);
    grip.far ||= steps !== 0;
    if (grip.far) take(rounded(grip.value + steps * spec.step, spec.step / 10));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    field.addEventListener(end, () => {
      if (grip && !grip.far) field.focus();
      grip = null;
    });
  }
  const label = spec.bare ? [] : [make("span", {}, spec.label)];
  const element = make("div", { class: "nn-control nn-number" }, ...label, field);
  return {
    element,
    field,
    show(value) {
      now = value;
      field.value = trimmed(fixed(value, spec.decimals));
    },
    fit(other) {
      spec = other;
    },
  };
}

export function makeChoice(spec, moved) {
  const id = uniqueName("nn-choice");
  const select = keepKeys(make("select", { id, onchange: () => moved(select.selectedIndex) }));
  const label = make("label", { for: id }, spec.label);
  let known = "";
  return {
    element: make("div", { class: "nn-control nn-choice" }, label, select),
    show(value) {
      select.selectedIndex = value;
    },
    fit({ options }) {
      if (options.join("\n") === known) return;
      known = options.join("\n");
      select.replaceChildren(...options.map((text) => make("option", {}, text)));
    },
  };
}

export function makeToggle(spec, moved) {
  const box = keepKeys(make("input", { type: "checkbox", onchange: () => moved(box.checked) }));
  const words = make("span", {}, spec.label);
  return {
    element: make("label", { class: "nn-control nn-toggle" }, box, words),
    show(value) {
      box.checked = value;
    },
    fit() {},
  };
}

export function makeButton(spec, pressed) {
  const attributes = { type: "button", class: "nn-button", title: spec.tip || null, onclick: pressed };
  return { element: keepKeys(make("button", attributes, spec.label)), show() {}, fit() {} };
}

// Play and pause: while it plays, moved(value + 1) is called again and again.
export function makePlayer(spec, moved) {
  let now = 0;
  let timer = null;
  let playing = false;
  const button = keepKeys(make("button", { type: "button", class: "nn-button nn-play" }));
  button.addEventListener("click", () => turn(!playing));
  function turn(on) {
    playing = on;
    button.textContent = on ? "⏸ Pause" : `▶ ${spec.label}`;
    button.setAttribute("aria-pressed", on);
    clearInterval(timer);
    if (on) timer = setInterval(tick, spec.interval);
  }
  function tick() {
    if (!button.isConnected || now >= spec.max) turn(false);
    else moved(now + 1);
  }
  turn(false);
  return {
    element: button,
    show(value) {
      now = value;
    },
    fit(other) {
      spec = other;
    },
    stop: () => turn(false),
  };
}

export const MAKERS = {
  slider: makeSlider,
  log: makeSlider,
  number: makeNumber,
  choice: makeChoice,
  toggle: makeToggle,
  button: makeButton,
  player: makePlayer,
};
