// The page's side of a LivePicture: Python computes and draws, the page shows and listens.

import { MAKERS } from "./controls.js";
import { clamp } from "./numbers.js";
import { change, followTheme, keepKeys, make } from "./page.js";

const PATIENCE = 4000; // ms until the next message goes out although the last was not answered

function render({ model, el }) {
  const picture = make("img", { class: "nnlib-picture" });
  const alert = make("div", { class: "nn-alert", role: "alert" });
  const panel = make("div", { class: "nn-panel" });
  const frame = make("div", { class: "nn-frame" }, picture);
  const body = make("div", { class: "nn-body" }, frame, panel);
  const root = make("div", { class: "nn nnlib-explorer" }, body, alert);
  const controls = {};
  let address = "";

  // --- to Python: one message under way, and what was moved meanwhile goes with the next
  let number = model.get("answered");
  let sentAt = 0;
  let waiting = {};
  let timer = null;
  const busy = () =>
    model.get("answered") !== number && performance.now() - sentAt < PATIENCE;

  function send(message) {
    number += 1;
    sentAt = performance.now();
    model.send({ ...message, number });
  }
  function push() {
    clearTimeout(timer);
    if (busy()) timer = setTimeout(push, 200);
    else if (Object.keys(waiting).length) {
      const set = waiting;
      waiting = {};
      send({ set });
    }
  }
  function moved(name, value) {
    waiting[name] = value;
    push();
  }

  // --- from Python
  function showPicture() {
    const former = address;
    address = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/png" }));
    change(picture, { src: address, alt: model.get("description") });
    if (former) URL.revokeObjectURL(former);
  }
  function showControls() {
    const specs = model.get("controls");
    const values = model.get("values");
    for (const [name, control] of Object.entries(controls)) {
      control.fit(specs[name]);
      control.element.hidden = specs[name].hidden;
      // what is on its way from here is newer than what comes from Python
      if (name in values && !(name in waiting) && !busy()) control.show(values[name]);
    }
  }
  function showAlert() {
    alert.textContent = model.get("alert");
  }

  function makeControl(name) {
    const spec = model.get("controls")[name];
    const value = model.get("values")[name];
    const act = {
      button: () => send({ press: name }),
    }[spec.kind];
    const tell = (playing) => send({ playing: [name, playing] });
    const control = MAKERS[spec.kind](spec, act ?? ((v) => moved(name, v)), busy, tell);
    controls[name] = control;
    control.element.dataset.name = name;
    control.fit(spec);
    control.show(value);
    control.element.hidden = spec.hidden;
    return control.element;
  }
  const makeRow = (names) =>
    names.length === 1 ? makeControl(names[0]) : make("div", { class: "nn-row" }, ...names.map(makeControl));

  const [buttons, ...rows] = model.get("rows");
  panel.append(make("div", { class: "nn-buttons" }, ...buttons.map(makeControl)), ...rows.map(makeRow));
  const folded = model.get("folded");
  if (folded.length) {
    const inside = make("div", { class: "nn-more" }, ...folded.map(makeRow));
    const summary = keepKeys(make("summary", {}, "More settings"));
    panel.append(make("details", {}, summary, inside));
  }

  // --- the picture: its size, as many pixels as the screen has, clicks
  const [width, height] = [model.get("width"), model.get("height")];
  change(picture, { width, height });
  root.style.setProperty("--width", `${width}px`);
  root.dataset.wide = width > 600;
  let sharpness = 1;
  const watcher = new ResizeObserver(() => {
    const across = picture.clientWidth;
    if (!across) return;
    root.classList.toggle("nn-beside", body.clientWidth >= width + 290);
    const wanted = clamp((devicePixelRatio * across) / width, 1, 2);
    if (Math.abs(wanted - sharpness) < 0.05) return;
    sharpness = wanted;
    send({ sharpness });
  });
  if (model.get("clickable")) {
    picture.style.cursor = "crosshair";
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width;
      send({ click: [x, (event.clientY - box.top) / box.height, event.shiftKey] });
    });
  }

  const shows = {
    "change:picture": showPicture,
    "change:controls": showControls,
    "change:values": showControls,
    "change:alert": showAlert,
    "change:answered": () => {
      showControls();
      push();
    },
  };
  for (const [name, show] of Object.entries(shows)) model.on(name, show);
  showPicture();
  showAlert();
  el.append(root);
  watcher.observe(body);
  const forget = followTheme(root);
  return () => {
    for (const [name, show] of Object.entries(shows)) model.off(name, show);
    for (const control of Object.values(controls)) control.stop?.();
    clearTimeout(timer);
    watcher.disconnect();
    forget();
    URL.revokeObjectURL(address);
  };
}

export default { render };
