// The digit pad: strokes become ink; Python reads it, or in a page without a kernel the page itself.

import { makeBars } from "./base/kit/bars.js";
import { bufferAt, followTheme, isStill, keepKeys, make } from "./base/kit/page.js";
import { bytes } from "./base/kit/pixels.js";
import { centred, inWords, read, unpacked } from "./reader.js";

const SIDE = 140; // pixels that are read, along one side
const SCALE = 2; // pixels of the canvas for each of them
const PEN = 20; // width of a stroke, in pixels of the canvas
const STEP = 7; // how far an arrow key moves the pen
const PAUSE = 80; // ms between two messages to Python
const EMPTY = "Draw a digit from 0 to 9.";

// What the pad draws by itself until a hand comes, as shares of its side.
const DEMONSTRATION = [
  [[0.28, 0.3], [0.4, 0.18], [0.6, 0.18], [0.68, 0.32], [0.5, 0.47], [0.68, 0.6], [0.66, 0.78],
    [0.48, 0.86], [0.3, 0.76]],
  [[0.27, 0.2], [0.74, 0.2], [0.6, 0.45], [0.46, 0.86]],
  [[0.5, 0.15], [0.33, 0.3], [0.29, 0.55], [0.38, 0.8], [0.55, 0.85], [0.69, 0.68], [0.71, 0.4],
    [0.62, 0.2], [0.5, 0.15]],
  [[0.3, 0.32], [0.42, 0.17], [0.62, 0.2], [0.66, 0.38], [0.5, 0.58], [0.28, 0.83], [0.74, 0.83]],
];

const PAGE = `
  <div>
    <h4>Draw a digit here</h4>
    <div class="frame">
      <canvas class="drawing" width="${SIDE * SCALE}" height="${SIDE * SCALE}" tabindex="0"
        role="img"
        aria-label="Pad to draw on. Arrow keys move the pen, the space bar puts it down and lifts
        it, Delete clears the pad."></canvas>
      <div class="pen"></div>
    </div>
    <button class="nn-button clear" type="button">Clear</button>
  </div>
  <div>
    <h4>What the network sees</h4>
    <canvas class="seen" width="28" height="28" role="img"
      aria-label="The drawing, centred and scaled to 28 by 28 pixels"></canvas>
    <p>28 × 28 pixels,<br>scaled and centred<br>as in MNIST</p>
  </div>
  <div>
    <h4>Its ten probabilities</h4>
    <div class="bars"></div>
  </div>
  <div class="words">
    <p class="answer" aria-live="polite"></p>
    <p class="note"></p>
    <p>It must always choose among the ten digits. It has no answer for “this is not a digit”: draw a
    scribble or a letter, and it still gives you a digit, often a confident one.</p>
    <div class="alert" role="alert"></div>
  </div>`;

// model: of anywidget, where Python reads; else `weights`, the address of those in docs/weights.py.
// note: what a page says of the network that reads there.
function render({ model = null, el, weights = "", note = "" }) {
  const root = make("div", { class: "nn nnlib-pad" });
  root.innerHTML = PAGE;
  el.append(root);
  const forget = followTheme(root);
  const find = (name) => root.querySelector(name);
  find(".note").textContent = note;
  find(".note").hidden = !note;
  const canvas = find(".drawing");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";

  keepKeys(canvas);

  // --- who reads: Python, or this page
  const here = { chances: [], sentence: EMPTY, alert: "", frames: 0, seen: new Uint8Array(784) };
  let layers = null;
  const get = (name) => (model ? model.get(name) : here[name]);

  function answer(ink) {
    const image = centred(ink, SIDE);
    here.seen = Uint8Array.from(image, (value) => Math.round(255 * value));
    const empty = !image.some((value) => value > 0);
    here.chances = empty || !layers ? [] : read(layers, image);
    here.sentence = empty || !layers ? EMPTY : inWords(here.chances);
    here.frames += 1;
    for (const show of [showSeen, showChances, showWords]) show();
  }

  let untouched = true; // the example is still there: the first stroke takes it off
  let lastInk = null; // the bytes that this page has sent
  let lastTime = 0;
  let timer = null;

  function send() {
    if (timer !== null) return;
    const pause = model ? PAUSE : 0;
    timer = setTimeout(push, Math.max(0, lastTime + pause - performance.now()));
  }

  function push() {
    timer = null;
    lastTime = performance.now();
    lastInk = inkOf(context);
    if (!model) return answer(lastInk);
    model.set("ink", new DataView(lastInk.buffer));
    model.save_changes();
  }

  function wipe() {
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    untouched = false;
  }

  function stroke(from, to) {
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    send();
  }

  // --- pointer: mouse, finger, stylus
  let last = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left - canvas.clientLeft) * canvas.width) / canvas.clientWidth,
      y: ((event.clientY - box.top - canvas.clientTop) * canvas.height) / canvas.clientHeight,
    };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || last !== null) return;
    stopShowing();
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    if (untouched) wipe();
    last = { ...place(event), pointer: event.pointerId };
    stroke(last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last === null || event.pointerId !== last.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const next = { ...place(one), pointer: last.pointer };
      stroke(last, next);
      last = next;
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId === last?.pointer) last = null;
    });
  }

  // --- keys
  const pen = { x: canvas.width / 2, y: canvas.height / 4, down: false };
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const clamp = (value) => Math.min(Math.max(value, PEN / 2), canvas.width - PEN / 2);
  function showPen() {
    const mark = find(".pen");
    mark.style.left = `${canvas.clientLeft + (pen.x * canvas.clientWidth) / canvas.width}px`;
    mark.style.top = `${canvas.clientTop + (pen.y * canvas.clientHeight) / canvas.height}px`;
    mark.classList.toggle("down", pen.down);
  }
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in moves || event.key === " ") stopShowing();
    const before = { ...pen };
    if (moves[event.key]) {
      const [dx, dy] = moves[event.key];
      pen.x = clamp(pen.x + dx * STEP);
      pen.y = clamp(pen.y + dy * STEP);
    } else if (event.key === " ") {
      pen.down = !pen.down;
    } else if (event.key === "Delete" || event.key === "Backspace") {
      clear();
    } else {
      return;
    }
    event.preventDefault();
    if (pen.down) {
      if (untouched) wipe();
      stroke(before, pen);
    }
    showPen();
  });

  function clear() {
    stopShowing();
    wipe();
    pen.down = false;
    showPen();
    send();
  }
  find(".clear").addEventListener("click", clear);

  // --- from Python
  function showInk() {
    const ink = bytes(model.get("ink"));
    if (ink.length !== SIDE * SIDE || same(ink, lastInk)) return;
    const small = document.createElement("canvas");
    small.width = small.height = SIDE;
    paint(small, ink);
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    untouched = true;
  }

  function showSeen() {
    const seen = bytes(get("seen"));
    if (seen.length === 28 * 28) paint(find(".seen"), seen);
  }

  const bars = makeBars(find(".bars"));
  const showChances = () => bars.show(get("chances"));

  function showWords() {
    find(".answer").textContent = get("sentence");
    find(".alert").textContent = get("alert");
    root.dataset.frames = get("frames");
  }

  // --- by itself, until a hand comes
  let showing = null;
  function stopShowing() {
    if (showing === null) return;
    cancelAnimationFrame(showing);
    showing = null;
    untouched = true;
  }
  function demonstrate() {
    const [drawing, rest] = [1300, 1500]; // ms for a digit, and until the next
    let [began, number, drawn] = [null, 0, 0];
    const frame = (now) => {
      began ??= now;
      const points = DEMONSTRATION[number % DEMONSTRATION.length];
      const place = (share) => {
        const at = Math.min(share, 1) * (points.length - 1);
        const k = Math.min(Math.floor(at), points.length - 2);
        const [from, to] = [points[k], points[k + 1]];
        const along = (axis) => canvas.width * (from[axis] + (at - k) * (to[axis] - from[axis]));
        return { x: along(0), y: along(1) };
      };
      const share = (now - began) / drawing;
      if (drawn === 0) wipe();
      if (drawn < 1) {
        stroke(place(drawn), place(share));
        drawn = Math.max(share, 1e-6);
      } else if (now - began > drawing + rest) {
        [began, number, drawn] = [now, number + 1, 0];
      }
      showing = requestAnimationFrame(frame);
    };
    showing = requestAnimationFrame(frame);
  }

  const shows = model && {
    "change:ink": showInk,
    "change:seen": showSeen,
    "change:chances": showChances,
    "change:sentence change:alert change:frames": showWords,
  };
  wipe();
  untouched = true;
  showPen();
  if (model) {
    for (const [names, show] of Object.entries(shows)) {
      model.on(names, show);
      show();
    }
  } else {
    answer(inkOf(context));
    bufferAt(weights).then((buffer) => {
      layers = unpacked(buffer);
      root.dataset.ready = "true";
      answer(inkOf(context));
      if (!isStill() && untouched) demonstrate();
    });
  }
  return () => {
    clearTimeout(timer);
    stopShowing();
    forget();
    for (const [names, show] of Object.entries(shows ?? {})) model.off(names, show);
  };
}

// The ink of the canvas, SIDE x SIDE bytes, 255 black: each the mean of SCALE x SCALE pixels.
function inkOf(context) {
  const width = SIDE * SCALE;
  const { data } = context.getImageData(0, 0, width, width);
  const ink = new Uint8Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      let light = 0;
      for (let i = 0; i < SCALE; i++) {
        for (let j = 0; j < SCALE; j++) {
          light += data[4 * ((row * SCALE + i) * width + column * SCALE + j)];
        }
      }
      ink[row * SIDE + column] = 255 - light / (SCALE * SCALE);
    }
  }
  return ink;
}

// Draw bytes of ink, row by row, on a canvas that has as many pixels.
function paint(canvas, ink) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  ink.forEach((value, i) => {
    image.data.fill(255 - value, 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  });
  context.putImageData(image, 0, 0);
}

function same(one, other) {
  return other !== null && one.length === other.length && one.every((v, i) => v === other[i]);
}

export default { render };
