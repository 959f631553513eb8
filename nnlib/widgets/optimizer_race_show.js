// A race of optimizers that this page computes and draws by itself: no kernel is asked.
//
// In Jupyter anywidget calls render({ model, el }) of the default export. A web page can do the
// same with render({ el }), or with a model that has some of the methods get, set, on, off,
// save_changes. The function that render returns ends it.

import { followLetters, hearModel, SCALE, SIZE } from "./base/kit/canvas.js";
import { DEFAULTS, describe, MOST, NAMES, number, PRESETS, race, SIDE, standing, summary, SURFACES } from "./optimizer_race_model.js";
import { DARK, drawLosses, drawMap, LIGHT, paintSurface } from "./optimizer_race_pictures.js";

// JupyterLab would take the keys of every element that lacks this
const KEYS = 'data-lm-suppress-shortcuts="true"';
const SHAPES = { SGD: "●", momentum: "■", RMSProp: "▲", Adam: "◆" };
const row = (name) => `
  <div class="runner" data-name="${name}">
    <label class="tick"><input type="checkbox" ${KEYS}><span class="swatch" aria-hidden="true">${SHAPES[name]}</span>${name}</label>
    <input class="rate" type="range" min="-3" max="1" step="0.05" ${KEYS}
      aria-label="learning rate of ${name}">
    <output class="rate-text"></output>
    <output class="loss"></output>
  </div>`;

const PAGE = `
  <div class="pictures">
    <canvas class="map" tabindex="0" role="application" ${KEYS}></canvas>
    <canvas class="losses" role="img" aria-label="The losses"></canvas>
  </div>
  <div class="transport">
    <button class="play" type="button" ${KEYS}>Play</button>
    <button class="one" type="button" ${KEYS}>Step</button>
    <button class="reset" type="button" ${KEYS}>Reset</button>
    <label>step <input class="step" type="range" min="0" max="${MOST}" step="1" ${KEYS}>
      <output class="step-text"></output></label>
    <label>speed <input class="speed" type="range" min="2" max="60" step="1" value="15" ${KEYS}>
    </label>
  </div>
  <p class="words"></p>
  <div class="settings">
    <div class="runners">
      <div class="head"><span></span><span>learning rate</span><span></span><span>loss</span></div>
      ${NAMES.map(row).join("")}
    </div>
    <div class="more">
      <label>surface <select class="surface" ${KEYS}>
        ${Object.keys(SURFACES).map((name) => `<option>${name}</option>`).join("")}
      </select></label>
      <label>momentum <input class="momentum" type="range" min="0" max="0.99" step="0.01" ${KEYS}>
        <output class="momentum-text"></output></label>
      <div class="presets">
        ${Object.keys(PRESETS).map((name) => `<button type="button" ${KEYS}>${name}</button>`).join("")}
      </div>
      <p class="hint">Drag the start (the cross) on the map, or move it with the arrow keys;
        with Shift in larger steps. The space bar plays and pauses.</p>
    </div>
  </div>
  <p class="spoken" aria-live="polite"></p>`;

const clamp = (value) => Math.min(SIDE, Math.max(-SIDE, Math.round(100 * value) / 100));

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "nnlib-show nnlib-race";
  root.innerHTML = PAGE;
  el.appendChild(root);
  const find = (name) => root.querySelector(name);
  const contexts = {};
  for (const name of ["map", "losses"]) {
    const canvas = find(`.${name}`);
    canvas.width = canvas.height = SIZE * SCALE;
    canvas.style.width = `${SIZE}px`;
    contexts[name] = canvas.getContext("2d");
  }

  // --- state: what the model says, or the defaults where there is none
  const state = {};
  for (const name of Object.keys(DEFAULTS)) state[name] = model?.get?.(name) ?? DEFAULTS[name];
  const opening = { ...state };
  let found = race(state);
  let time = state.step; // in steps, between two of them while it plays
  let playing = false;
  let theme = LIGHT;
  const background = document.createElement("canvas");
  let painted = ""; // the surface and the theme that the background shows
  let high = 1;

  let frame = null;
  let last = null;
  let frames = 0;
  function wake() {
    if (frame === null) frame = requestAnimationFrame(draw);
  }

  function draw(now) {
    frame = null;
    if (playing) {
      time += last === null ? 0 : (Math.min(now - last, 100) / 1000) * find(".speed").value;
      if (time >= MOST) [time, playing] = [MOST, false];
      state.step = Math.floor(time);
      last = now;
    }
    const wanted = `${state.surface} ${theme.paper}`;
    if (painted !== wanted) {
      high = paintSurface(background, state.surface, theme);
      painted = wanted;
    }
    const { lowest } = SURFACES[state.surface];
    drawMap(contexts.map, background, state, found, time, theme, lowest);
    drawLosses(contexts.losses, found, time, theme, high);
    showText();
    root.dataset.frames = ++frames;
    if (playing) wake();
    else say();
  }

  function showText() {
    const { step } = state;
    find(".step").value = step;
    find(".step-text").textContent = step;
    find(".play").textContent = playing ? "Pause" : "Play";
    root.dataset.playing = playing;
    root.dataset.step = step;
    setText(find(".words"), summary(found, step));
    for (const element of root.querySelectorAll(".runner")) {
      const one = found[element.dataset.name];
      setText(element.querySelector(".loss"), one ? standing(one, step) : "off");
    }
  }

  function showControls() {
    find(".surface").value = state.surface;
    find(".momentum").value = state.momentum;
    find(".momentum-text").textContent = Number(state.momentum).toFixed(2);
    for (const element of root.querySelectorAll(".runner")) {
      const { name } = element.dataset;
      const rate = element.querySelector(".rate");
      element.querySelector("input[type=checkbox]").checked = state.runners.includes(name);
      rate.value = Math.log10(state.rates[name]);
      rate.setAttribute("aria-valuetext", number(state.rates[name]));
      element.querySelector(".rate-text").textContent = number(state.rates[name]);
    }
  }

  // the alternative text; a screen reader is told when things have come to rest
  let speech = null;
  function say() {
    const text = describe(state, found);
    find(".losses").setAttribute("aria-label", text);
    const how = "Arrow keys move the start, the space bar plays and pauses.";
    find(".map").setAttribute("aria-label", `${text} ${how}`);
    clearTimeout(speech);
    speech = setTimeout(() => setText(find(".spoken"), text), 700);
  }

  // --- changes, and the way back to Python
  let timer = null;
  const sent = {};
  function send() {
    timer = null;
    for (const name of Object.keys(DEFAULTS)) {
      sent[name] = JSON.stringify(state[name]);
      model?.set?.(name, state[name]);
    }
    model?.save_changes?.();
  }

  function change(values) {
    Object.assign(state, values);
    found = race(state);
    if ("step" in values) [time, last] = [state.step, null];
    showControls();
    wake();
    timer ??= setTimeout(send, 150);
  }

  function play(wish) {
    playing = wish;
    last = null;
    if (playing && time >= MOST) change({ step: 0 });
    if (!playing) change({ step: Math.floor(time) });
    wake();
  }

  function preset(values) {
    playing = false;
    change(values);
    if (!globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches) {
      change({ step: 0 });
      play(true);
    }
  }

  find(".play").addEventListener("click", () => play(!playing));
  find(".one").addEventListener("click", () => {
    playing = false;
    change({ step: Math.min(MOST, Math.floor(time) + 1) });
  });
  find(".reset").addEventListener("click", () => {
    playing = false;
    change({ ...opening, step: 0 });
  });
  find(".step").addEventListener("input", (event) => {
    playing = false;
    change({ step: Number(event.target.value) });
  });
  find(".surface").addEventListener("change", (event) => change({ surface: event.target.value }));
  find(".momentum").addEventListener("input", (event) =>
    change({ momentum: Number(event.target.value) }),
  );
  for (const button of root.querySelectorAll(".presets button")) {
    button.addEventListener("click", () => preset(PRESETS[button.textContent]));
  }
  for (const element of root.querySelectorAll(".runner")) {
    const { name } = element.dataset;
    element.querySelector("input[type=checkbox]").addEventListener("change", (event) => {
      const others = state.runners.filter((one) => one !== name);
      change({ runners: event.target.checked ? [...others, name] : others });
    });
    element.querySelector(".rate").addEventListener("input", (event) =>
      change({ rates: { ...state.rates, [name]: 10 ** Number(event.target.value) } }),
    );
  }

  // --- the start: mouse, finger, keys
  const map = find(".map");
  let pointer = null;
  function follow(event) {
    const box = map.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 2 * SIDE - SIDE;
    const y = SIDE - ((event.clientY - box.top) / box.height) * 2 * SIDE;
    change({ start: [clamp(x), clamp(y)] });
  }
  map.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    pointer = event.pointerId;
    map.setPointerCapture(pointer);
    follow(event);
  });
  map.addEventListener("pointermove", (event) => {
    if (event.pointerId === pointer) follow(event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    map.addEventListener(name, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  map.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) {
      const far = event.shiftKey ? 1 : 0.1;
      change({ start: state.start.map((one, k) => clamp(one + far * moves[event.key][k])) });
    } else if (event.key === " ") {
      play(!playing);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  // --- from Python, and from the theme
  const deaf = hearModel(model, state, Object.keys(DEFAULTS), sent, change);

  showControls();
  const forget = followLetters(root, (dark) => {
    theme = dark ? DARK : LIGHT;
    for (const name of NAMES) find(`[data-name=${name}] .swatch`).style.color = theme.runners[name];
    wake();
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    clearTimeout(speech);
    forget();
    deaf();
  };
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export default { render };
