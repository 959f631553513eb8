// Test images: a hundred in the page, the others from Python; and a strip of them to choose from.

import { bufferAt, change, draw, keepKeys, make } from "./base/kit/page.js";
import { bytes, ink, paintPixels } from "./base/kit/pixels.js";

const ONE_IMAGE = 784;
const ALL = 10_000;

// { most, of(number), end }: of() gives { pixels, label } or null for one that has not arrived yet.
// arrived() is called when more have; address: where a page without Python finds the hundred.
export function digitImages(model, address, arrived) {
  let packed = new Uint8Array(0);
  const images = { most: model ? ALL - 1 : 0, count: 0 };
  function unpack(given) {
    packed = given;
    images.count = packed.length / (ONE_IMAGE + 1);
    if (!model) images.most = images.count - 1;
  }
  images.of = (number) => {
    if (number < images.count) {
      const pixels = packed.subarray(ONE_IMAGE * number, ONE_IMAGE * (number + 1));
      return { pixels, label: packed[ONE_IMAGE * images.count + number] };
    }
    const sent = model?.get("sent")[number];
    return sent ? { pixels: bytes(sent.image), label: sent.label } : null;
  };
  if (model) {
    unpack(bytes(model.get("images")));
    model.on("change:sent", arrived);
  } else {
    bufferAt(address).then((buffer) => {
      unpack(new Uint8Array(buffer));
      arrived();
    });
  }
  images.end = () => model?.off("change:sent", arrived);
  return images;
}

const SHOWN = 20; // in the strip
const THUMB = 28;

// A strip of the first test images: a click or the arrow keys choose one. { element, show(number, dark) }
export function makeStrip(images, chosen, name = "Choose a test image") {
  const canvas = make("canvas", { width: SHOWN * THUMB, height: THUMB, "aria-hidden": "true" });
  const mark = draw("rect", { y: 0.5, width: THUMB - 1, height: THUMB - 1, class: "digits-mark" });
  const over = draw("svg", { viewBox: `0 0 ${SHOWN * THUMB} ${THUMB}`, "aria-hidden": "true" }, mark);
  const element = keepKeys(make("div", { class: "digits-strip", tabindex: "0", role: "slider", "aria-valuenow": "0", "aria-label": name, "aria-valuemin": 0 }, canvas, over));
  let now = 0;
  let painted = "";
  const pick = (number) => chosen(Math.min(Math.max(number, 0), images.most));
  element.addEventListener("pointerdown", (event) => {
    const box = canvas.getBoundingClientRect();
    pick(Math.floor(((event.clientX - box.left) / box.width) * SHOWN));
  });
  element.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    pick(now + way);
  });
  function show(number, dark) {
    now = number;
    if (images.count && painted !== `${dark}`) {
      painted = `${dark}`;
      const row = new Float32Array(SHOWN * ONE_IMAGE);
      for (let k = 0; k < SHOWN; k++) {
        images.of(k).pixels.forEach((value, i) => {
          row[Math.floor(i / THUMB) * SHOWN * THUMB + k * THUMB + (i % THUMB)] = value / 255;
        });
      }
      paintPixels(canvas, row, SHOWN * THUMB, (value) => ink(value, dark));
    }
    change(mark, { x: number * THUMB + 0.5, visibility: number < SHOWN ? "visible" : "hidden" });
    const label = images.of(number)?.label;
    change(element, { "aria-valuenow": number, "aria-valuemax": images.most, "aria-valuetext": `test image ${number}${label === undefined ? "" : `, a ${label}`}` });
  }
  return { element, show };
}
