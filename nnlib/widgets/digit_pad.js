// The digit pad's page: strokes go to Python as bytes, the answer comes back as ten numbers.

const SIDE = 140; // pixels that Python gets, along one side
const SCALE = 2; // pixels of the canvas for each of them
const PEN = 20; // width of a stroke, in pixels of the canvas
const STEP = 7; // how far an arrow key moves the pen
const PAUSE = 80; // ms between two messages to Python

const PAGE = `
  <div>
    <h4>Draw a digit here</h4>
    <div class="frame">
      <canvas class="drawing" width="${SIDE * SCALE}" height="${SIDE * SCALE}" tabindex="0"
        role="img" data-lm-suppress-shortcuts="true"
        aria-label="Pad to draw on. Arrow keys move the pen, the space bar puts it down and lifts
        it, Delete clears the pad."></canvas>
      <div class="pen"></div>
    </div>
    <button class="clear" type="button">Clear</button>
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
    <p>It must always choose among the ten digits. It has no answer for “this is no digit”: draw a
    scribble or a letter, and it still gives you a digit, often a confident one.</p>
    <div class="alert" role="alert"></div>
  </div>`;

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "nnlib-pad";
  root.innerHTML = PAGE;
  el.appendChild(root);
  const find = (name) => root.querySelector(name);
  const canvas = find(".drawing");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";

  // --- to Python
  let untouched = true; // the example is still there: the first stroke takes it off
  let lastInk = null; // the bytes that this page has sent
  let lastTime = 0;
  let timer = null;

  function send() {
    if (timer !== null) return;
    timer = setTimeout(push, Math.max(0, lastTime + PAUSE - performance.now()));
  }

  function push() {
    timer = null;
    lastTime = performance.now();
    lastInk = inkOf(context);
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
    event.stopPropagation();
    if (pen.down) {
      if (untouched) wipe();
      stroke(before, pen);
    }
    showPen();
  });

  function clear() {
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
    const seen = bytes(model.get("seen"));
    if (seen.length === 28 * 28) paint(find(".seen"), seen);
  }

  const rows = Array.from({ length: 10 }, (_, digit) => makeBar(find(".bars"), digit));
  function showChances() {
    const chances = model.get("chances");
    const best = chances.indexOf(Math.max(...chances));
    const colours = model.get("colours");
    rows.forEach(({ row, fill, percent }, digit) => {
      const chance = chances[digit] ?? 0;
      row.classList.toggle("best", digit === best);
      row.setAttribute("aria-label", `${digit}: ${(100 * chance).toFixed(0)} percent`);
      fill.style.width = `${100 * chance}%`;
      fill.style.background = digit === best ? colours.best : colours.bar;
      percent.textContent = chances.length ? `${(100 * chance).toFixed(0)} %` : "";
    });
  }

  function showWords() {
    find(".answer").textContent = model.get("sentence");
    find(".alert").textContent = model.get("alert");
    root.dataset.frames = model.get("frames");
  }

  const shows = {
    "change:ink": showInk,
    "change:seen": showSeen,
    "change:chances": showChances,
    "change:sentence change:alert change:frames": showWords,
  };
  wipe();
  showPen();
  for (const [names, show] of Object.entries(shows)) {
    model.on(names, show);
    show();
  }
  return () => {
    clearTimeout(timer);
    for (const [names, show] of Object.entries(shows)) model.off(names, show);
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

function makeBar(parent, digit) {
  const row = document.createElement("div");
  row.className = "bar";
  row.setAttribute("role", "img");
  row.innerHTML = `<span>${digit}</span><div class="track"><div class="fill"></div></div>
    <span class="percent"></span>`;
  parent.appendChild(row);
  return { row, fill: row.querySelector(".fill"), percent: row.querySelector(".percent") };
}

function bytes(value) {
  return value?.buffer
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(0);
}

function same(one, other) {
  return other !== null && one.length === other.length && one.every((v, i) => v === other[i]);
}

export default { render };
