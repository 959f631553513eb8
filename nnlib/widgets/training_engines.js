// Who trains: this page, or Python for a network of the learner's own. Both give the same view.

import { addPoint, advance, look, makeRun } from "./training_model.js";

// { begin(settings, added), advance(count, settings, every), add(point), weights(), busy, end };
// the loss is measured every so many steps. seen(view) hears what there is to draw after each of the first three.
export function makeHere(side, own, seen) {
  let run = null;
  const tell = () => seen(look(run, side));
  return {
    begin(settings, added) {
      run = makeRun({ ...settings }, own, added);
      tell();
    },
    advance(count, { lr, weight_decay }, every) {
      Object.assign(run.settings, { lr, weight_decay });
      for (let left = count; left > 0; left -= every) advance(run, Math.min(every, left));
      tell();
    },
    add(point) {
      addPoint(run, point);
      tell();
    },
    weights: () => run.layers.flatMap(({ W, b }) => [[...W], [...b]]),
    busy: () => false,
    end() {},
  };
}

// The same in the kernel: one question under way, and the last one asked meanwhile goes next.
export function makeThere(model, seen, failed) {
  let [settings, added, waiting, next] = [{}, [], false, null];
  function ask(begin, count, every = 1) {
    const message = { begin: begin || Boolean(next?.begin), count, every, settings, added };
    if (waiting) next = message;
    else {
      waiting = true;
      model.send(message);
    }
  }
  function hear({ view, error }, pictures = []) {
    waiting = false;
    if (next) {
      const message = next;
      next = null;
      waiting = true;
      model.send(message);
      return;
    }
    if (error) return failed(error);
    const [chances, ...hidden] = pictures.map(
      ({ buffer, byteOffset, byteLength }) => new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
    seen({ ...view, chances, hidden: view.hidden.map((layer, k) => ({ ...layer, a: hidden[k] })) });
  }
  model.on("msg:custom", hear);
  return {
    begin(first, points) {
      [settings, added] = [first, points];
      ask(true, 0);
    },
    advance(count, now, every) {
      settings = now;
      ask(false, count, every);
    },
    add(point) {
      added = [...added, point];
      ask(false, 0);
    },
    weights: () => [],
    busy: () => waiting,
    end: () => model.off("msg:custom", hear),
  };
}
