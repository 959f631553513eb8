// Two digits as codes: their mixture in pixels, in the code, and what the decoder makes of it.

import { makeExplorer } from "./base/kit/explorer.js";
import { bufferAt, make } from "./base/kit/page.js";
import { bytes, ink, makePixels } from "./base/kit/pixels.js";
import { diverging, makeLine } from "./base/kit/showpiece.js";
import { decode, encode, mixed, saidOf, unpackedComponents } from "./codes_model.js";
import { digitImages, makeStrip } from "./digit_images.js";

export const DEFAULTS = { first: 0, second: 1, mix: 0.5 };
const PRESETS = {
  "A 7 becomes a 2": { first: 0, second: 1, mix: 0.5 },
  "A 4 becomes a 9": { first: 4, second: 9, mix: 0.5 },
  "Two 1s": { first: 2, second: 5, mix: 0.5 },
  "Too far": { first: 0, second: 1, mix: 3 },
};
const TITLES = ["First image", "Pixels mixed", "Code mixed", "The code, decoded", "Second image"];
const EDGE = 148; // pixels of a picture

// components: where a page without Python finds those of models/codes.py; note: what it says of them.
function render({ model = null, el, settings = {}, digits = "", components = "", note = "" }) {
  const again = () => tools?.refresh();
  const images = digitImages(model, digits, again);
  let tools = null;
  let parts = null;
  if (model) model.on("change:code change:decoded change:alert", again);
  else {
    bufferAt(components).then((buffer) => {
      parts = unpackedComponents(buffer);
      again();
    });
  }
  // the mixed code, and the image that the decoder makes of it
  function answer(first, second, mix) {
    if (model) {
      const decoded = bytes(model.get("decoded"));
      return [model.get("code"), new Float32Array(decoded.slice().buffer)];
    }
    const code = mixed(encode(parts, first), encode(parts, second), mix);
    return [code, decode(parts, code)];
  }
  const views = TITLES.map((name) => makePixels({ size: [EDGE, EDGE], name }));
  const said = make("div", { class: "nn-caption", role: "status" });
  const field = (label) => ({ kind: "number", label, min: 0, max: model ? 9999 : 99, step: 1, decimals: 0 });
  return makeExplorer({ model, el, settings }, {
    name: "codes", call: model?.get("call"), defaults: DEFAULTS, settings: Object.keys(DEFAULTS), presets: PRESETS,
    controls: {
      first: field("first image"), second: field("second image"),
      mix: { kind: "slider", label: "mix", min: -2, max: 3, step: 0.05, decimals: 2 },
    },
    changed: (patch) => Object.fromEntries(Object.entries(patch).map(([name, value]) => [name, name === "mix" ? value : Math.round(value)])),
    ended() {
      images.end();
      model?.off("change:code change:decoded change:alert", again);
    },
  }, (given) => {
    tools = given;
    const c = tools.elements;
    const strips = ["first", "second"].map((name) =>
      makeStrip(images, (number) => tools.set({ [name]: number }), `Choose the ${name} image`));
    function show(values, dark) {
      const ends = [values.first, values.second].map((number) => images.of(number));
      strips.forEach((strip, k) => strip.show([values.first, values.second][k], dark));
      tools.alert(model?.get("alert") ?? "");
      if (ends.includes(null) || !(model || parts)) return;
      const [first, second] = ends.map(({ pixels }) => Float64Array.from(pixels, (value) => value / 255));
      const pixels = mixed(first, second, values.mix);
      const [code, decoded] = answer(first, second, values.mix);
      const side = Math.ceil(Math.sqrt(code.length));
      const most = code.reduce((found, value) => Math.max(found, Math.abs(value)), 0) || 1;
      const square = Array.from({ length: side * side }, (_, k) => code[k] / most);
      const paper = (value) => ink(value, dark);
      [first, pixels, null, decoded, second].forEach((image, k) => image && views[k].paint(image, 28, paper));
      views[2].paint(square, side, (value) => (Number.isNaN(value) ? (dark ? [70, 75, 82] : [208, 212, 217]) : diverging(value, dark, true)));
      const [one, other] = ends.map(({ label }, k) => ({ number: [values.first, values.second][k], label }));
      said.textContent = saidOf(one, other, values.mix, code, pixels, decoded);
    }
    return {
      pictures: views.map((view, k) => make("div", { class: "codes-box" }, make("div", { class: "nn-title" }, TITLES[k]), view.element)),
      words: [said, make("div", { class: "nn-caption", hidden: !note }, note)],
      panel: [c.mix, makeLine(strips[0].element, c.first), makeLine(strips[1].element, c.second)],
      show,
    };
  });
}

export default { render };
