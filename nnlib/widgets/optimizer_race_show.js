// A race of optimizers that this page computes and draws by itself: no kernel is asked.
//
// In Jupyter anywidget calls render({ model, el }) of the default export. A web page can do the
// same with render({ el }), or with a model that has some of the methods get, set, on, off,
// save_changes. The function that render returns ends it.

export const SIDE = 5; // x and y are drawn from -5 to 5
export const MOST = 100; // steps
export const LIMIT = 1e4; // a coordinate beyond this has diverged, and the optimizer is stopped

// --- what is computed: the formulas of optimizer_race.py, in the same order

const square = (value) => value * value; // ** 2 can be off in the last digit
const tilted = (x, y) => (square(x + y) + 50 * square(y - x)) / 40;
function tiltedGradient(x, y) {
  const along = (x + y) / 20;
  const across = 2.5 * (y - x);
  return [along - across, along + across];
}

export const SURFACES = {
  bowl: {
    formula: "x² + 3y²",
    loss: (x, y) => square(x) + 3 * square(y),
    gradient: (x, y) => [2 * x, 6 * y],
    lowest: [[0, 0]],
  },
  "long valley": {
    formula: "(x² + 50y²) / 20",
    loss: (x, y) => (square(x) + 50 * square(y)) / 20,
    gradient: (x, y) => [x / 10, 5 * y],
    lowest: [[0, 0]],
  },
  "tilted valley": {
    formula: "((x + y)² + 50(y − x)²) / 40",
    loss: tilted,
    gradient: tiltedGradient,
    lowest: [[0, 0]],
  },
  bend: {
    formula: "(x − 2)² / 4 + (y − x² / 2)²",
    loss: (x, y) => square(x - 2) / 4 + square(y - square(x) / 2),
    gradient(x, y) {
      const above = y - square(x) / 2;
      return [(x - 2) / 2 - 2 * x * above, 2 * above];
    },
    lowest: [[2, 2]],
  },
  saddle: {
    formula: "x² / 2 + (y² − 9)² / 36",
    loss: (x, y) => square(x) / 2 + square(square(y) - 9) / 36,
    gradient: (x, y) => [x, (y * (square(y) - 9)) / 9],
    lowest: [[0, -3], [0, 3]],
  },
  plateau: {
    formula: "q / (1 + q), q the tilted valley",
    loss: (x, y) => tilted(x, y) / (1 + tilted(x, y)),
    gradient(x, y) {
      const [dx, dy] = tiltedGradient(x, y);
      const flatter = square(1 + tilted(x, y));
      return [dx / flatter, dy / flatter];
    },
    lowest: [[0, 0]],
  },
};

// Each makes a function from one coordinate's slope and the step (1, 2, ...) to its change.
export const OPTIMIZERS = {
  SGD: (lr) => (g) => -lr * g,
  momentum(lr, mu) {
    let velocity = 0;
    return (g) => {
      velocity = mu * velocity + g;
      return -lr * velocity;
    };
  },
  RMSProp(lr, _, alpha = 0.99, eps = 1e-8) {
    let v = 0;
    return (g) => {
      v = alpha * v + (1 - alpha) * g * g;
      return (-lr * g) / (Math.sqrt(v) + eps);
    };
  },
  Adam(lr, beta1, beta2 = 0.999, eps = 1e-8) {
    let m = 0;
    let v = 0;
    return (g, t) => {
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const size = Math.sqrt(v / (1 - beta2 ** t)) + eps;
      return (-lr * (m / (1 - beta1 ** t))) / size;
    };
  },
};
const NAMES = Object.keys(OPTIMIZERS);

// Where an optimizer goes: [[x, y], ...], the start first; it ends at the first beyond LIMIT.
export function trajectory(surface, name, lr, momentum, start, steps = MOST) {
  const { gradient } = SURFACES[surface];
  const moves = [OPTIMIZERS[name](lr, momentum), OPTIMIZERS[name](lr, momentum)];
  let [x, y] = start;
  const path = [[x, y]];
  for (let t = 1; t <= steps && Math.abs(x) <= LIMIT && Math.abs(y) <= LIMIT; t++) {
    const [dx, dy] = gradient(x, y);
    x += moves[0](dx, t);
    y += moves[1](dy, t);
    path.push([x, y]);
  }
  return path;
}

export function diverged(path) {
  const [x, y] = path[path.length - 1];
  return !(Math.abs(x) <= LIMIT && Math.abs(y) <= LIMIT);
}

// The races of a state: { name: { path, losses, end } }; end is the step it was stopped at, or null.
export function race({ surface, runners, rates, momentum, start }) {
  const found = {};
  for (const name of NAMES.filter((one) => runners.includes(one))) {
    const path = trajectory(surface, name, rates[name], momentum, start);
    const losses = path.map(([x, y]) => SURFACES[surface].loss(x, y));
    found[name] = { path, losses, end: diverged(path) ? path.length - 1 : null };
  }
  return found;
}

const same = (rate) => Object.fromEntries(NAMES.map((name) => [name, rate]));
const SETTINGS = { runners: NAMES, momentum: 0.9 };
export const DEFAULTS = {
  ...SETTINGS, surface: "bowl", start: [4, 3], rates: same(0.1), step: 20,
};
export const PRESETS = {
  "Adam loses": { ...DEFAULTS },
  "Adam wins": {
    ...SETTINGS, surface: "plateau", start: [-4, 2], step: 100,
    rates: { SGD: 10 ** 0.1, momentum: 10 ** -0.2, RMSProp: 10 ** -1.5, Adam: 10 ** -0.3 },
  },
  "Momentum helps": {
    ...SETTINGS, surface: "tilted valley", start: [-4.5, -2], step: 60, momentum: 0.8,
    rates: { SGD: 10 ** -0.5, momentum: 10 ** -0.5, RMSProp: 0.1, Adam: 10 ** -0.5 },
  },
  "Rate too large": {
    ...SETTINGS, surface: "bowl", start: [4, 3], step: 30, rates: same(10 ** -0.15),
  },
};

// --- in words

export function number(value) {
  if (!Number.isFinite(value)) return "∞";
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size < 1e-4 || size >= 1e5) return value.toExponential(1).replace(/-/g, "−");
  return String(Number(value.toPrecision(size >= 0.1 ? 3 : 2))).replace("-", "−");
}

const standing = ({ losses, end }, step) =>
  end !== null && step >= end ? `diverged at step ${end}` : number(losses[step]);

export function summary(found, step) {
  const names = Object.keys(found);
  if (!names.length) return "Nobody runs. Tick an optimizer.";
  const gone = names.filter((name) => found[name].end !== null && step >= found[name].end);
  const left = names.filter((name) => !gone.includes(name));
  const words = [];
  if (step === 0) {
    words.push("All stand at the start.");
  } else if (left.length) {
    const lowest = Math.min(...left.map((name) => found[name].losses[step]));
    const first = left.filter((name) => found[name].losses[step] === lowest);
    words.push(`Lowest after step ${step}: ${first.join(" and ")}.`);
  }
  if (gone.length) {
    const each = gone.map((name) => `${name} stopped at step ${found[name].end}`);
    words.push(`Diverged, for the rate is too large: ${each.join(", ")}.`);
  }
  return words.join(" ");
}

export function describe(state, found) {
  const { surface, step } = state;
  const [x, y] = state.start.map((one) => String(Number(one.toFixed(2))).replace("-", "−"));
  const losses = Object.entries(found).map(
    ([name, one]) => `${name} with rate ${number(state.rates[name])}: ${standing(one, step)}`,
  );
  return (
    `A race on the surface ${surface}, ${SURFACES[surface].formula}, from (${x}, ${y}). ` +
    `Losses after ${step} steps: ${losses.join(", ") || "none"}. ${summary(found, step)}`
  );
}

// --- the pictures

const SIZE = 380; // CSS pixels along one side of a picture
const SCALE = Math.min(2, globalThis.devicePixelRatio ?? 1);
const MARGIN = { left: 46, right: 14, top: 10, bottom: 36 }; // of the losses
const BANDS = 14;
const DASHES = { SGD: [], momentum: [7, 3], RMSProp: [8, 3, 2, 3], Adam: [2, 3] };
const LIGHT = {
  ink: "#1f2328", paper: "#ffffff", grid: "#d9dde3", low: [150, 170, 190], high: [255, 255, 255],
  runners: { SGD: "#0072b2", momentum: "#d55e00", RMSProp: "#009e73", Adam: "#b65a91" },
};
const DARK = {
  ink: "#e6e9ee", paper: "#14171b", grid: "#3a4049", low: [100, 116, 138], high: [22, 25, 30],
  runners: { SGD: "#56b4e9", momentum: "#f08a3c", RMSProp: "#2cc79a", Adam: "#e39ac4" },
};

const across = (x) => ((x + SIDE) / (2 * SIDE)) * SIZE;
const down = (y) => ((SIDE - y) / (2 * SIDE)) * SIZE;

// The surface from above, in bands of equal loss, each a fixed factor above the one inside it.
function paintSurface(canvas, surface, theme) {
  const side = (canvas.width = canvas.height = SIZE * SCALE);
  const { loss } = SURFACES[surface];
  const heights = new Float64Array(side * side);
  let high = 0;
  for (let i = 0; i < side * side; i++) {
    const x = (((i % side) + 0.5) / side) * 2 * SIDE - SIDE;
    const y = SIDE - ((Math.floor(i / side) + 0.5) / side) * 2 * SIDE;
    heights[i] = loss(x, y);
    high = Math.max(high, heights[i]);
  }
  const band = (i) =>
    Math.max(0, Math.floor(BANDS * (1 + Math.log(heights[i] / high + 1e-300) / Math.log(5000))));
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const one = band(i);
    const share = Math.min(1, one / BANDS);
    const edge = (i % side && band(i - 1) !== one) || (i >= side && band(i - side) !== one);
    for (let k = 0; k < 3; k++) {
      const colour = theme.low[k] + share * (theme.high[k] - theme.low[k]);
      image.data[4 * i + k] = edge ? 0.6 * colour + 0.4 * 128 : colour;
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return high;
}

function mark(context, name, x, y, colour, rim) {
  const r = 6;
  context.beginPath();
  if (name === "SGD") context.arc(x, y, r, 0, 2 * Math.PI);
  if (name === "momentum") context.rect(x - r + 0.5, y - r + 0.5, 2 * r - 1, 2 * r - 1);
  if (name === "RMSProp") polygon(context, [[x, y - r - 1], [x + r, y + r - 1], [x - r, y + r - 1]]);
  if (name === "Adam") polygon(context, [[x, y - r - 1], [x + r, y], [x, y + r + 1], [x - r, y]]);
  context.fillStyle = colour;
  context.strokeStyle = rim;
  context.lineWidth = 1.2;
  context.setLineDash([]);
  context.fill();
  context.stroke();
}

function polygon(context, corners) {
  corners.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

// Lines through points (pixels), { name: points }: first a rim in the colour of the paper for all
// of them, so that they stand out and none hides another.
function drawLines(context, lines, theme) {
  context.lineJoin = "round";
  for (const rim of [true, false]) {
    for (const [name, points] of Object.entries(lines)) {
      context.beginPath();
      points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.setLineDash(rim ? [] : DASHES[name]);
      context.strokeStyle = rim ? theme.paper : theme.runners[name];
      context.lineWidth = rim ? 3.5 : 2;
      context.stroke();
    }
  }
}

// The points of a list up to a time between two steps; the last one lies between two of them.
function upTo(list, time) {
  const whole = Math.floor(time);
  const points = list.slice(0, whole + 1);
  const share = time - whole;
  if (share > 0 && whole + 1 < list.length) {
    points.push(list[whole].map((value, k) => value + share * (list[whole + 1][k] - value)));
  }
  return points;
}

function drawMap(context, background, state, found, time, theme, lowest) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(background, 0, 0);
  context.setTransform(SCALE, 0, 0, SCALE, 0, 0);
  nameAxes(context, "x", "y", theme);
  for (const [x, y] of lowest) star(context, across(x), down(y), theme);
  const lines = {};
  for (const [name, { path }] of Object.entries(found)) {
    lines[name] = upTo(path, time).map(([x, y]) => [across(x), down(y)]);
  }
  drawLines(context, lines, theme);
  for (const [name, points] of Object.entries(lines)) {
    context.fillStyle = theme.runners[name];
    context.beginPath();
    for (const [x, y] of points.slice(0, Math.floor(time) + 1)) {
      context.moveTo(x + 2.2, y);
      context.arc(x, y, 2.2, 0, 2 * Math.PI);
    }
    context.fill();
  }
  const [x, y] = [across(state.start[0]), down(state.start[1])];
  for (const [colour, width] of [[theme.paper, 7], [theme.ink, 3.5]]) {
    context.beginPath();
    context.setLineDash([]);
    context.moveTo(x - 8, y);
    context.lineTo(x + 8, y);
    context.moveTo(x, y - 8);
    context.lineTo(x, y + 8);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
  for (const [name, points] of Object.entries(lines)) {
    mark(context, name, ...points[points.length - 1], theme.runners[name], theme.ink);
  }
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

function star(context, x, y, theme) {
  context.beginPath();
  const corners = Array.from({ length: 10 }, (_, k) => {
    const [r, angle] = [k % 2 ? 4 : 9, (k * Math.PI) / 5 - Math.PI / 2];
    return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  });
  polygon(context, corners);
  context.setLineDash([]);
  context.fillStyle = "#f0e442";
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.fill();
  context.stroke();
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power = (k) =>
  `10${k < 0 ? "⁻" : ""}${[...String(Math.abs(k))].map((d) => SUPERSCRIPTS[d]).join("")}`;

function drawLosses(context, found, time, theme, high) {
  const [width, height] = [SIZE - MARGIN.left - MARGIN.right, SIZE - MARGIN.top - MARGIN.bottom];
  const [top, bottom] = [Math.log10(10 * high), Math.log10(1e-8 * high)];
  const place = ([step, loss]) => [
    MARGIN.left + (step / MOST) * width,
    // what is beyond the picture goes on a little way outside of it
    MARGIN.top +
      Math.min(1.1, Math.max(-0.1, (top - Math.log10(Math.max(loss, 1e-300))) / (top - bottom))) *
        height,
  ];
  context.setTransform(SCALE, 0, 0, SCALE, 0, 0);
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, SIZE, SIZE);
  context.fillStyle = theme.ink;
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.font = "12px sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.beginPath();
  for (let k = 2 * Math.ceil(bottom / 2); k <= top; k += 2) {
    const y = place([0, 10 ** k])[1];
    context.moveTo(MARGIN.left, y);
    context.lineTo(MARGIN.left + width, y);
    context.fillText(power(k), MARGIN.left - 5, y);
  }
  context.textAlign = "center";
  for (let step = 0; step <= MOST; step += 20) {
    const x = place([step, 1])[0];
    context.moveTo(x, MARGIN.top);
    context.lineTo(x, MARGIN.top + height);
    context.fillText(step, x, MARGIN.top + height + 10);
  }
  context.stroke();
  context.fillText("step", MARGIN.left + width / 2, SIZE - 8);
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
  const lines = {};
  for (const [name, { losses }] of Object.entries(found)) {
    lines[name] = upTo(losses.map((loss, step) => [step, loss]), time).map(place);
  }
  drawLines(context, lines, theme);
  context.restore();
  for (const [name, points] of Object.entries(lines)) {
    const [x, y] = points[points.length - 1];
    const inside = Math.min(MARGIN.top + height, Math.max(MARGIN.top, y));
    mark(context, name, x, inside, theme.runners[name], theme.ink);
  }
}

// --- the page

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
    <canvas class="losses" role="img"></canvas>
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
  const hears = Object.keys(DEFAULTS).map((name) => [
    `change:${name}`,
    () => {
      const value = model.get(name);
      if (JSON.stringify(value) !== sent[name]) {
        sent[name] = JSON.stringify(value);
        if (JSON.stringify(value) !== JSON.stringify(state[name])) change({ [name]: value });
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
    for (const name of NAMES) {
      const swatch = find(`[data-name=${name}] .swatch`);
      swatch.style.color = theme.runners[name];
    }
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

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export default { render };
