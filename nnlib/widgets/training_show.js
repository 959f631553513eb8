// A network in training that this page computes and draws by itself: no kernel is asked.
//
// In Jupyter anywidget calls render({ model, el }). A web page can do the same with
// render({ el }), or with a model that has only some of the methods get, set, on, save_changes.

import { beginLosses, followLetters, frameLosses, hearModel, MARGIN, nameAxes, SCALE, SIZE } from "./base/kit/canvas.js";
import { ACTIVATIONS, DATA, DEFAULTS, describe, forward, makeRun, number, OPTIMIZERS, PRESETS, REACH, step, summary } from "./training_model.js";

const GRID = 76; // points of the plane each way
const SMALL = 38; // points of a hidden unit's picture

// --- the pictures

const LIGHT = {
  ink: "#1f2328", paper: "#ffffff", grid: "#d9dde3", curve: "#0072b2",
  low: [140, 196, 234], middle: [255, 255, 255], high: [246, 180, 138],
  classes: ["#0072b2", "#d55e00"], rim: "#ffffff",
};
const DARK = {
  ink: "#e6e9ee", paper: "#14171b", grid: "#3a4049", curve: "#56b4e9",
  low: [18, 74, 112], middle: [24, 27, 32], high: [122, 58, 18],
  classes: ["#56b4e9", "#f08a3c"], rim: "#14171b",
};

const across = (x) => ((x + REACH) / (2 * REACH)) * SIZE;
const down = (y) => ((REACH - y) / (2 * REACH)) * SIZE;

function plane(side) {
  const at = (k) => ((k + 0.5) / side) * 2 * REACH - REACH;
  return Array.from({ length: side * side }, (_, i) => [at(i % side), -at(Math.floor(i / side))]);
}
const PLANE = plane(GRID);
const SMALL_PLANE = plane(SMALL);

// Values from 0 to 1 on a square of points, as a picture of side * side pixels.
function shade(canvas, values, side, theme, stride = 1, offset = 0) {
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const share = Math.min(1, Math.max(0, values[i * stride + offset])) * 2 - 1;
    const end = share < 0 ? theme.low : theme.high;
    for (let k = 0; k < 3; k++) {
      image.data[4 * i + k] = theme.middle[k] + Math.abs(share) * (end[k] - theme.middle[k]);
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

function drawPlane(context, scratch, run, theme) {
  const logits = forward(run, PLANE).pop();
  const chances = logits.map((z) => 1 / (1 + Math.exp(-z)));
  shade(scratch, chances, GRID, theme);
  context.setTransform(SCALE, 0, 0, SCALE, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(scratch, 0, 0, SIZE, SIZE);
  boundary(context, logits, theme);
  run.x.forEach(([x, y], n) => point(context, across(x), down(y), run.y[n], theme));
  nameAxes(context, "x₁", "x₂", theme);
}

// Where the logit is 0, between the points of the grid: one or two pieces of line a square.
function boundary(context, logits, theme) {
  const at = (k) => ((k + 0.5) / GRID) * SIZE;
  context.beginPath();
  for (let row = 0; row + 1 < GRID; row++) {
    for (let column = 0; column + 1 < GRID; column++) {
      const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([right, below]) => [
        at(column + right), at(row + below), logits[(row + below) * GRID + column + right],
      ]);
      const crossings = [];
      corners.forEach(([x, y, z], k) => {
        const [x2, y2, z2] = corners[(k + 1) % 4];
        if (z > 0 === z2 > 0) return;
        const share = z / (z - z2);
        crossings.push([x + share * (x2 - x), y + share * (y2 - y)]);
      });
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        context.moveTo(...crossings[k]);
        context.lineTo(...crossings[k + 1]);
      }
    }
  }
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.5;
  context.stroke();
}

function point(context, x, y, label, theme) {
  const r = 4.5;
  context.beginPath();
  if (label) context.rect(x - r, y - r, 2 * r, 2 * r);
  else context.arc(x, y, r, 0, 2 * Math.PI);
  context.fillStyle = theme.classes[label];
  context.strokeStyle = theme.rim;
  context.lineWidth = 1.2;
  context.fill();
  context.stroke();
}

// Each hidden unit's own picture, scaled to its range: where in the plane it is on.
function drawUnits(canvases, run, theme) {
  const outputs = forward(run, SMALL_PLANE);
  const { units, activation } = run.settings;
  canvases.forEach((canvas, j) => {
    const [layer, unit] = [Math.floor(j / units), j % units];
    let values = outputs[layer].filter((_, i) => i % units === unit);
    const top = activation === "ReLU" ? Math.max(1e-9, ...values) : 1;
    if (activation === "tanh") values = values.map((a) => (a + 1) / 2);
    if (activation === "ReLU") values = values.map((a) => 0.5 + a / top / 2);
    shade(canvas, values, SMALL, theme);
  });
}

function drawLosses(context, { losses }, theme) {
  const [width, height] = [SIZE - MARGIN.left - MARGIN.right, SIZE - MARGIN.top - MARGIN.bottom];
  const [top, bottom] = [1, -4]; // powers of ten
  const last = Math.max(100, losses.length - 1);
  const place = (step, loss) => [
    MARGIN.left + (step / last) * width,
    MARGIN.top + ((top - Math.log10(Math.max(loss, 1e-300))) / (top - bottom)) * height,
  ];
  beginLosses(context, theme);
  for (let k = bottom; k <= top; k++) {
    const y = place(0, 10 ** k)[1];
    context.moveTo(MARGIN.left, y);
    context.lineTo(MARGIN.left + width, y);
    context.fillText(10 ** k, MARGIN.left - 5, y);
  }
  context.stroke();
  context.textAlign = "center";
  context.fillText(0, MARGIN.left, SIZE - 24);
  context.fillText(last, MARGIN.left + width, SIZE - 24);
  context.fillText("step", MARGIN.left + width / 2, SIZE - 12);
  frameLosses(context, theme, width, height);
  context.beginPath();
  const every = Math.max(1, Math.floor(losses.length / 600));
  losses.forEach((loss, step) => {
    if (step % every === 0 || step === losses.length - 1) context.lineTo(...place(step, loss));
  });
  context.strokeStyle = theme.curve;
  context.lineWidth = 2;
  context.stroke();
  context.restore();
}

// --- the page

// JupyterLab would take the keys of every element that lacks this
const KEYS = 'data-lm-suppress-shortcuts="true"';
const choices = (names) => names.map((name) => `<option>${name}</option>`).join("");

const PAGE = `
  <div class="pictures">
    <canvas class="plane" role="img" aria-label="What the network answers"></canvas>
    <canvas class="losses" role="img" aria-label="The losses"></canvas>
  </div>
  <div class="units" role="img" aria-label="The hidden neurons"></div>
  <div class="transport">
    <button class="play" type="button" ${KEYS}>Play</button>
    <button class="one" type="button" ${KEYS}>Step</button>
    <button class="reset" type="button" ${KEYS}>Start over</button>
    <label>steps a frame <input class="pace" type="range" min="1" max="20" step="1" value="3" ${KEYS}>
      <output class="pace-text"></output></label>
  </div>
  <p class="words"></p>
  <div class="settings">
    <div class="fields">
      <label>data <select data-name="data" ${KEYS}>${choices(Object.keys(DATA))}</select></label>
      <label>activation <select data-name="activation" ${KEYS}>${choices(Object.keys(ACTIVATIONS))}</select></label>
      <label>optimizer <select data-name="optimizer" ${KEYS}>${choices(OPTIMIZERS)}</select></label>
    </div>
    <div class="fields">
      <label>hidden layers <input data-name="layers" type="range" min="0" max="2" step="1" ${KEYS}><output></output></label>
      <label>units in each <input data-name="units" type="range" min="1" max="8" step="1" ${KEYS}><output></output></label>
      <label>learning rate <input data-name="lr" type="range" min="-3" max="1" step="0.05" ${KEYS}><output></output></label>
      <label>seed <input data-name="seed" type="range" min="0" max="20" step="1" ${KEYS}><output></output></label>
    </div>
    <div class="presets">
      ${Object.keys(PRESETS).map((name) => `<button type="button" ${KEYS}>${name}</button>`).join("")}
    </div>
  </div>
  <p class="spoken" aria-live="polite"></p>`;

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "nnlib-show nnlib-training";
  root.innerHTML = PAGE;
  el.append(root);
  const find = (name) => root.querySelector(name);
  const contexts = {};
  for (const name of ["plane", "losses"]) {
    const canvas = find(`.${name}`);
    canvas.width = canvas.height = SIZE * SCALE;
    canvas.style.width = `${SIZE}px`;
    contexts[name] = canvas.getContext("2d");
  }
  const scratch = document.createElement("canvas");

  // --- state: what the model says, or the defaults where there is none
  const settings = {};
  for (const name of Object.keys(DEFAULTS)) settings[name] = model?.get?.(name) ?? DEFAULTS[name];
  let run = makeRun({ ...settings });
  let playing = false;
  let theme = LIGHT;
  let frame = null;
  let frames = 0;

  function wake() {
    frame ??= requestAnimationFrame(draw);
  }

  function draw() {
    frame = null;
    if (playing) {
      for (let k = 0; k < Number(find(".pace").value) && !run.diverged; k++) step(run);
      if (run.diverged || run.step >= 20000) playing = false;
    }
    drawPlane(contexts.plane, scratch, run, theme);
    drawUnits([...root.querySelectorAll(".units canvas")], run, theme);
    drawLosses(contexts.losses, run, theme);
    find(".words").textContent = summary(run);
    find(".play").textContent = playing ? "Pause" : "Play";
    root.dataset.playing = playing;
    root.dataset.step = run.step;
    root.dataset.frames = ++frames;
    if (playing) wake();
    else say();
  }

  // the alternative text; a screen reader is told when things have come to rest
  let speech = null;
  function say() {
    const text = describe(run);
    for (const name of [".plane", ".losses"]) find(name).setAttribute("aria-label", text);
    const { layers, units } = run.settings;
    find(".units").setAttribute("aria-label", `The plane as each of ${layers * units} hidden units sees it.`);
    clearTimeout(speech);
    speech = setTimeout(() => { find(".spoken").textContent = text; }, 700);
  }

  function showControls() {
    for (const element of root.querySelectorAll("[data-name]")) {
      const { name } = element.dataset;
      element.value = name === "lr" ? Math.log10(settings.lr) : settings[name];
      const output = element.parentElement.querySelector("output");
      if (output) output.textContent = number(settings[name]);
      if (name === "lr") element.setAttribute("aria-valuetext", number(settings.lr));
    }
    find(".pace-text").textContent = find(".pace").value;
    const units = find(".units");
    units.replaceChildren(...Array.from({ length: settings.layers * settings.units }, () =>
      document.createElement("canvas")));
    units.style.gridTemplateColumns = `repeat(${settings.units}, minmax(0, 60px))`;
  }

  // --- changes, and the way back to Python
  let timer = null;
  const sent = {};
  function send() {
    timer = null;
    for (const name of Object.keys(DEFAULTS)) {
      sent[name] = JSON.stringify(settings[name]);
      model?.set?.(name, settings[name]);
    }
    model?.save_changes?.();
  }

  function change(values) {
    Object.assign(settings, values);
    const alone = Object.keys(values).every((name) => name === "lr");
    if (alone && !run.diverged) run.settings.lr = settings.lr; // a new rate goes on with the run
    else run = makeRun({ ...settings });
    showControls();
    wake();
    timer ??= setTimeout(send, 150);
  }

  function startOver() {
    playing = false;
    change({ seed: settings.seed });
  }

  find(".play").addEventListener("click", () => {
    if (run.diverged) startOver();
    playing = !playing;
    wake();
  });
  find(".one").addEventListener("click", () => {
    playing = false;
    step(run);
    wake();
  });
  find(".reset").addEventListener("click", startOver);
  find(".pace").addEventListener("input", (event) => {
    find(".pace-text").textContent = event.target.value;
  });
  for (const element of root.querySelectorAll("[data-name]")) {
    const { name } = element.dataset;
    element.addEventListener("input", () => {
      if (name === "lr") change({ lr: 10 ** Number(element.value) });
      else change({ [name]: element.type === "range" ? Number(element.value) : element.value });
    });
  }
  for (const button of root.querySelectorAll(".presets button")) {
    button.addEventListener("click", () => {
      change({ ...PRESETS[button.textContent], seed: 0 });
      playing = !globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
    });
  }

  // --- from Python, and from the theme
  const deaf = hearModel(model, settings, Object.keys(DEFAULTS), sent, change);

  showControls();
  const forget = followLetters(root, (dark) => {
    theme = dark ? DARK : LIGHT;
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

export default { render };
