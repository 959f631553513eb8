// A network in training that this page computes and draws by itself: no kernel is asked.
//
// In Jupyter anywidget calls render({ model, el }). A web page can do the same with
// render({ el }), or with a model that has only some of the methods get, set, on, save_changes.

export const REACH = 1.6; // the plane is drawn from -1.6 to 1.6
const GRID = 76; // points of the plane each way
const SMALL = 38; // points of a hidden unit's picture

// --- data and first weights: drawn here, so that a page without a kernel has them too

// mulberry32 by Tommy Ettinger, public domain: uniform numbers from 0 to 1
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Box and Muller's way from two uniform numbers to a normal one
const normal = (draw) =>
  Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

const N = 120;
const half = (k) => Math.floor(k / 2) / (N / 2); // from 0 to 1 along each of two classes
export const DATA = {
  XOR: () => ({ x: [[-1, -1], [-1, 1], [1, -1], [1, 1]], y: [0, 1, 1, 0] }),
  blobs: (draw) => cloud(draw, 0.35, (k) => (k % 2 ? [0.6, 0.6] : [-0.6, -0.6])),
  moons: (draw) =>
    cloud(draw, 0.1, (k) => {
      const angle = Math.PI * half(k);
      return k % 2
        ? [0.5 - 0.9 * Math.cos(angle), 0.3 - 0.9 * Math.sin(angle)]
        : [-0.4 + 0.9 * Math.cos(angle), -0.2 + 0.9 * Math.sin(angle)];
    }),
  circles: (draw) =>
    cloud(draw, 0.1, (k) => {
      const [angle, radius] = [2 * Math.PI * half(k), k % 2 ? 0.45 : 1.15];
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
  spirals: (draw) =>
    cloud(draw, 0.04, (k) => {
      const angle = 3.2 * Math.PI * half(k) ** 0.7 + (k % 2) * Math.PI;
      const radius = 0.1 + 1.2 * half(k);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
};

function cloud(draw, noise, centre) {
  const y = Array.from({ length: N }, (_, k) => k % 2);
  const x = y.map((_, k) => centre(k).map((one) => one + noise * normal(draw)));
  return { x, y };
}

export const ACTIVATIONS = {
  sigmoid: { f: (z) => 1 / (1 + Math.exp(-z)), slope: (a) => a * (1 - a) },
  tanh: { f: Math.tanh, slope: (a) => 1 - a * a },
  ReLU: { f: (z) => Math.max(z, 0), slope: (a) => (a > 0 ? 1 : 0) },
};

export const OPTIMIZERS = ["SGD", "Adam"];
export const DEFAULTS = {
  data: "moons", layers: 1, units: 6, activation: "tanh", optimizer: "Adam", lr: 0.03, seed: 0,
};
export const PRESETS = {
  "XOR": { data: "XOR", layers: 1, units: 4, activation: "tanh", optimizer: "SGD", lr: 0.3 },
  "Spirals": { data: "spirals", layers: 2, units: 8, activation: "tanh", optimizer: "Adam", lr: 0.01 },
  "Too few units": { data: "circles", layers: 1, units: 2, activation: "tanh", optimizer: "Adam", lr: 0.03 },
  "Rate too large": { data: "moons", layers: 2, units: 8, activation: "ReLU", optimizer: "SGD", lr: 10 },
};

// --- the network: y = W x + b, an activation, and so on; one logit at the end

export function makeRun(settings) {
  const { x, y } = DATA[settings.data](uniform(1)); // the same points for every seed
  const draw = uniform(1000 + settings.seed);
  const sizes = [2, ...Array(settings.layers).fill(settings.units), 1];
  const layers = sizes.slice(1).map((out, k) => {
    const bound = 1 / Math.sqrt(sizes[k]);
    const numbers = (count) => Float64Array.from({ length: count }, () => bound * (2 * draw() - 1));
    return { in: sizes[k], out, W: numbers(out * sizes[k]), b: numbers(out) };
  });
  const moments = layers.map(({ W, b }) => [W, b].map((one) => [
    new Float64Array(one.length), new Float64Array(one.length),
  ]));
  const run = { settings, x, y, layers, moments, step: 0, losses: [], diverged: false };
  run.losses.push(lossOf(run, forward(run, x)));
  return run;
}

// The outputs of every layer for points [[x1, x2], ...]: one Float64Array (points * out) a layer.
export function forward({ layers, settings }, points) {
  const { f } = ACTIVATIONS[settings.activation];
  let input = Float64Array.from(points.flat());
  return layers.map(({ in: width, out, W, b }, k) => {
    const last = k === layers.length - 1;
    const output = new Float64Array(points.length * out);
    for (let n = 0; n < points.length; n++) {
      for (let o = 0; o < out; o++) {
        let z = b[o];
        for (let i = 0; i < width; i++) z += W[o * width + i] * input[n * width + i];
        output[n * out + o] = last ? z : f(z);
      }
    }
    input = output;
    return output;
  });
}

// Mean binary cross-entropy of logits: max(z, 0) - z y + log(1 + exp(-|z|)).
function lossOf({ y }, outputs) {
  const logits = outputs[outputs.length - 1];
  let total = 0;
  for (let n = 0; n < y.length; n++) {
    const z = logits[n];
    total += Math.max(z, 0) - z * y[n] + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return total / y.length;
}

// One step with all points: backwards through the layers, then the optimizer.
export function step(run) {
  if (run.diverged) return;
  const { x, y, layers, settings } = run;
  const { slope } = ACTIVATIONS[settings.activation];
  const outputs = forward(run, x);
  const logits = outputs[outputs.length - 1];
  let dz = Float64Array.from(y, (t, n) => (1 / (1 + Math.exp(-logits[n])) - t) / y.length);
  const gradients = [];
  for (let k = layers.length - 1; k >= 0; k--) {
    const { in: width, out, W } = layers[k];
    const input = k ? outputs[k - 1] : Float64Array.from(x.flat());
    const [dW, db] = [new Float64Array(out * width), new Float64Array(out)];
    const dInput = new Float64Array(x.length * width);
    for (let n = 0; n < x.length; n++) {
      for (let o = 0; o < out; o++) {
        const d = dz[n * out + o];
        db[o] += d;
        for (let i = 0; i < width; i++) {
          dW[o * width + i] += d * input[n * width + i];
          dInput[n * width + i] += d * W[o * width + i];
        }
      }
    }
    gradients[k] = [dW, db];
    dz = dInput.map((d, j) => d * (k ? slope(input[j]) : 1));
  }
  run.step += 1;
  layers.forEach(({ W, b }, k) => [W, b].forEach((p, j) => move(run, p, gradients[k][j], run.moments[k][j])));
  const loss = lossOf(run, forward(run, x));
  run.losses.push(loss);
  run.diverged = !Number.isFinite(loss) || loss > 1e6;
}

function move({ settings, step: t }, p, gradient, [m, v]) {
  const { lr, optimizer } = settings;
  for (let i = 0; i < p.length; i++) {
    if (optimizer === "SGD") {
      p[i] -= lr * gradient[i];
    } else {
      m[i] = 0.9 * m[i] + 0.1 * gradient[i];
      v[i] = 0.999 * v[i] + 0.001 * gradient[i] ** 2;
      const size = Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8;
      p[i] -= (lr * (m[i] / (1 - 0.9 ** t))) / size;
    }
  }
}

export function accuracy(run) {
  const outputs = forward(run, run.x);
  const logits = outputs[outputs.length - 1];
  return run.y.filter((t, n) => logits[n] > 0 === (t === 1)).length / run.y.length;
}

// Whether the last hidden layer is 0 for every point: no gradient gets through any more.
export function isDead(run) {
  const { layers, activation } = run.settings;
  return layers > 0 && activation === "ReLU" && forward(run, run.x)[layers - 1].every((a) => a === 0);
}

// --- in words

export function number(value) {
  if (!Number.isFinite(value)) return "∞";
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(1).replace(/-/g, "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

export function summary(run) {
  if (run.diverged) return `Diverged at step ${run.step}: the learning rate is too large.`;
  const right = Math.round(100 * accuracy(run));
  const dead = isDead(run) ? " Its ReLU units are dead: 0 for every point, so nothing changes." : "";
  const loss = number(run.losses[run.step]);
  return `Step ${run.step}: loss ${loss}, ${right} % of the points right.${dead}`;
}

export function describe(run) {
  const { data, layers, units, activation, optimizer, lr } = run.settings;
  const hidden = `${layers} hidden ${layers === 1 ? "layer" : "layers"} of ${units} ${activation} units`;
  return (
    `A network with ${hidden} learns ${data} with ${optimizer}, learning rate ${number(lr)}. ` +
    summary(run)
  );
}

// --- the pictures

const SIZE = 380; // CSS pixels along one side of a picture
const SCALE = Math.min(2, globalThis.devicePixelRatio ?? 1);
const MARGIN = { left: 46, right: 14, top: 10, bottom: 36 }; // of the losses
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

// The names of a map's axes, in its corners.
function nameAxes(context, across, up, theme) {
  context.fillStyle = theme.ink;
  context.font = "12px sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillText(`${across} →`, SIZE - 10, SIZE - 14);
  context.textAlign = "left";
  context.fillText(`${up} ↑`, 10, 14);
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
  context.setTransform(SCALE, 0, 0, SCALE, 0, 0);
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, SIZE, SIZE);
  context.fillStyle = theme.ink;
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  context.font = "12px sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.beginPath();
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
  context.save();
  context.translate(9, MARGIN.top + height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText("loss", 0, 0);
  context.restore();
  context.strokeStyle = theme.ink;
  context.strokeRect(MARGIN.left, MARGIN.top, width, height);
  context.save();
  context.beginPath();
  context.rect(MARGIN.left, MARGIN.top, width, height);
  context.clip();
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
    <canvas class="plane" role="img"></canvas>
    <canvas class="losses" role="img"></canvas>
  </div>
  <div class="units" role="img"></div>
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
  const hears = Object.keys(DEFAULTS).map((name) => [
    `change:${name}`,
    () => {
      const value = model.get(name);
      if (JSON.stringify(value) !== sent[name]) {
        sent[name] = JSON.stringify(value);
        if (value !== settings[name]) change({ [name]: value });
      }
    },
  ]);
  for (const [name, hear] of hears) model?.on?.(name, hear);

  let waiting = null;
  function look() {
    const colour = getComputedStyle(root).color.match(/[\d.]+/g);
    if (!colour) {
      waiting = requestAnimationFrame(look); // not in the document yet
      return;
    }
    const [red, green, blue] = colour.map(Number);
    const dark = 0.3 * red + 0.59 * green + 0.11 * blue > 128; // light letters
    theme = dark ? DARK : LIGHT;
    root.dataset.theme = dark ? "dark" : "light";
    wake();
  }
  const watcher = new MutationObserver(look);
  for (const element of [document.documentElement, document.body]) {
    watcher.observe(element, { attributes: true });
  }
  const media = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
  media?.addEventListener("change", look);

  showControls();
  look();
  return () => {
    cancelAnimationFrame(frame);
    cancelAnimationFrame(waiting);
    clearTimeout(timer);
    clearTimeout(speech);
    watcher.disconnect();
    media?.removeEventListener("change", look);
    for (const [name, hear] of hears) model?.off?.(name, hear);
  };
}

export default { render };
