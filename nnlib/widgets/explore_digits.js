// Test images to shift and turn by hand, and what the network makes of them.

import { makeBars } from "./base/kit/bars.js";
import { makeExplorer } from "./base/kit/explorer.js";
import { bufferAt, change, draw, make } from "./base/kit/page.js";
import { ink, makePixels } from "./base/kit/pixels.js";
import { makeHandle } from "./base/kit/plane.js";
import { makeFolded, makeMore } from "./base/kit/showpiece.js";
import { digitImages, makeStrip } from "./digit_images.js";
import { movedDigit } from "./moved_digit.js";
import { centred, inWords, read, unpacked } from "./reader.js";

export const DEFAULTS = { number: 0, right: 0, down: 0, degrees: 0, centre: false };
const MOST = 28; // pixels of a shift: then nothing is left in the frame
const TURN = 5; // degrees from one place of the handle to the next
const RING = 12.6; // pixels from the middle to the handle that turns
const PRESETS = {
  "Four pixels to the right": { right: 4, down: 0, degrees: 0, centre: false },
  "The same, centred": { right: 4, down: 0, degrees: 0, centre: true },
  "On its head": { right: 0, down: 0, degrees: 180, centre: false },
  "Out of the frame": { right: 28, down: 28, degrees: 0, centre: false },
};

// The image (784 numbers from 0 to 1) that the network sees of a test image.
export function seen(image, { right, down, degrees, centre }) {
  const moved = movedDigit(image, right, down, degrees);
  return centre ? centred(moved, 28, 1) : moved;
}

// What was done with the image, in words.
export function inShort({ right, down, degrees, centre }) {
  const moves = [right && `${right} pixels to the right`, down && `${down} pixels down`,
    degrees && `turned by ${degrees} degrees`, centre && "centred again"].filter(Boolean);
  return moves.join(", ").replaceAll("-", "−") || "as it is stored";
}

// note: what a page says of the network that reads there.
function render({ model = null, el, settings = {}, digits = "", weights = "", note = "" }) {
  const again = () => tools?.refresh();
  const images = digitImages(model, digits, again);
  let tools = null;
  let layers = null;
  if (model) model.on("change:chances change:alert", again);
  else {
    bufferAt(weights).then((buffer) => {
      layers = unpacked(buffer);
      again();
    });
  }
  const view = makePixels({ size: [250, 250], name: "What the network sees" });
  const body = draw("g", {}, draw("rect", { width: 28, height: 28, fill: "transparent" }),
    draw("rect", { x: 0.4, y: 0.4, width: 27.2, height: 27.2, class: "nn-halo" }));
  const stem = draw("path", { class: "digits-stem" });
  const knob = draw("g", {}, draw("circle", { r: 1.5, class: "nn-halo" }), draw("circle", { r: 0.75, class: "digits-knob" }));
  view.layer.append(body, stem, knob);
  const now = () => tools.get();
  const whole = (value, most) => Math.min(Math.max(Math.round(value), -most), most);
  const dial = { // the pointer's place as an angle, clockwise from the top
    xlim: [-180, 180],
    at(event) {
      const [x, y] = view.at(event);
      return [(Math.atan2(x - 14, 14 - y) * 180) / Math.PI, 0];
    },
  };
  const tells = [
    makeHandle(body, view, {
      name: "The digit", step: 1, at: () => [now().right, now().down],
      says: () => inShort(now()),
      moved: (x, y) => tools.set({ right: whole(x, MOST), down: whole(y, MOST) }),
    }),
    makeHandle(knob, dial, {
      name: "Turn the digit", step: TURN, at: () => [now().degrees, 0],
      says: () => `${now().degrees} degrees`,
      moved(x, y) {
        const turned = TURN * Math.round((x + y) / TURN);
        tools.set({ degrees: Math.abs(turned) <= 180 ? turned : ((turned + 540) % 360) - 180 });
      },
    }),
  ];
  const bars = makeBars();
  const caption = make("div", { class: "nn-caption" });
  const told = make("div", { class: "nn-caption", hidden: !note }, note);
  const said = make("div", { class: "nn-said", role: "status" });
  const shift = (label) => ({ kind: "slider", label, min: -MOST, max: MOST, step: 1, decimals: 0 });
  return makeExplorer({ model, el, settings }, {
    name: "digits", call: model?.get("own") ? "explore_digits(model)" : "explore_digits()",
    defaults: DEFAULTS, settings: Object.keys(DEFAULTS), presets: PRESETS,
    controls: {
      right: shift("shift right"), down: shift("shift down"),
      degrees: { kind: "slider", label: "turn (degrees)", min: -180, max: 180, step: TURN, decimals: 0 },
      centre: { kind: "toggle", label: "centre it again" },
      number: { kind: "slider", label: "test image", min: 0, max: 9999, step: 1, decimals: 0 },
    },
    ended() {
      images.end();
      model?.off("change:chances change:alert", again);
    },
  }, (given) => {
    tools = given;
    const c = tools.elements;
    const strip = makeStrip(images, (number) => tools.set({ number }));
    function show(values, dark) {
      const found = images.of(values.number);
      if (!found) return;
      const image = seen(Float64Array.from(found.pixels, (value) => value / 255), values);
      view.paint(image, 28, (value) => ink(value, dark));
      const angle = (values.degrees * Math.PI) / 180;
      const [x, y] = [14 + RING * Math.sin(angle), 14 - RING * Math.cos(angle)];
      change(knob, { transform: `translate(${x} ${y})` });
      change(stem, { d: `M${x} ${y}L${x - 2 * Math.sin(angle)} ${y + 2 * Math.cos(angle)}` });
      const chances = model ? model.get("chances") : layers ? read(layers, image) : [];
      bars.show(chances, found.label);
      caption.textContent = `Test image ${values.number}, a ${found.label}, ${inShort(values)}.`;
      said.textContent = chances.length ? inWords(chances) : "";
      tools.alert(model?.get("alert") ?? "");
      tools.controls.number.fit({ kind: "slider", min: 0, max: images.most, step: 1, decimals: 0 });
      strip.show(values.number, dark);
      for (const tell of tells) tell();
    }
    const box = (title, ...parts) => make("div", {}, make("div", { class: "nn-title" }, title), ...parts);
    return {
      pictures: [make("div", { class: "digits-row" },
        box("What the network sees", view.element, caption),
        box("Its ten probabilities", bars.element, make("div", { class: "nn-caption digits-label" }, "◀ the label"))),
      strip.element],
      words: [said, told],
      panel: [makeMore(c.right, c.down, c.degrees, c.centre), makeFolded("More settings", c.number)],
      show,
    };
  });
}

export default { render };
