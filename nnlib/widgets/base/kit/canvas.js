// Pictures on a canvas: sizes, the frame of a picture of losses, and letters that follow the theme.

export const SIZE = 380; // CSS pixels along one side of a picture
export const SCALE = Math.min(2, globalThis.devicePixelRatio ?? 1);
export const MARGIN = { left: 46, right: 14, top: 10, bottom: 36 }; // of the losses

// The names of a map's axes, in its corners.
export function nameAxes(context, across, up, theme) {
  context.fillStyle = theme.ink;
  context.font = "12px sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillText(`${across} →`, SIZE - 10, SIZE - 14);
  context.textAlign = "left";
  context.fillText(`${up} ↑`, 10, 14);
}

// Empty paper, and everything set for thin lines and numbers left of them.
export function beginLosses(context, theme) {
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
}

// The frame and its name; what is drawn from here to context.restore() stays inside.
export function frameLosses(context, theme, width, height) {
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
}

// Call look(dark) now and whenever the letters of an element become light or dark.
export function followLetters(root, look) {
  let waiting = null;
  function see() {
    const colour = getComputedStyle(root).color.match(/[\d.]+/g);
    if (!colour) {
      waiting = requestAnimationFrame(see); // not in the document yet
      return;
    }
    const [red, green, blue] = colour.map(Number);
    const dark = 0.3 * red + 0.59 * green + 0.11 * blue > 128; // light letters
    root.dataset.theme = dark ? "dark" : "light";
    look(dark);
  }
  const watcher = new MutationObserver(see);
  for (const element of [document.documentElement, document.body]) {
    watcher.observe(element, { attributes: true });
  }
  const media = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
  media?.addEventListener("change", see);
  see();
  return () => {
    cancelAnimationFrame(waiting);
    watcher.disconnect();
    media?.removeEventListener("change", see);
  };
}

// Let a model's changes arrive that were not sent from here: change({ name: value }).
export function hearModel(model, state, names, sent, change) {
  const hears = names.map((name) => [
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
  return () => {
    for (const [name, hear] of hears) model?.off?.(name, hear);
  };
}
