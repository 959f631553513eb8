// What a showpiece shows: in Jupyter shared with Python, on a page kept in its address.

const PAUSE = 60; // ms between two messages to Python
const REST = 400; // ms of rest until the address follows
const keysTaken = new Map(); // how many explorers of a page have a key; the second is "training2"

function ownKey(key) {
  const count = (keysTaken.get(key) ?? 0) + 1;
  keysTaken.set(key, count);
  return count > 1 ? `${key}${count}` : key;
}

// defaults: { name: value }. key: what the address calls it. changed(state) is called at most once
// a frame. Returns { get, set, start, reset, settle, end }: start is where the explorer begins when
// no link says more, and reset goes back there.
export function makeState(defaults, changed, { model = null, key: kind = "" }) {
  const key = model || !kind ? kind : ownKey(kind);
  const start = { ...defaults, ...(model ? fromModel() : {}) };
  let state = { ...start, ...(model ? {} : fromAddress()) };
  let frame = null;
  let timer = null;
  let sentAt = -PAUSE;
  const unsent = new Set();

  function fromModel() {
    return Object.fromEntries(Object.keys(defaults).map((name) => [name, model.get(name)]));
  }
  function fromAddress() {
    try {
      const text = new URLSearchParams(location.hash.slice(1)).get(key);
      const found = text ? JSON.parse(text) : {};
      return Object.fromEntries(Object.entries(found).filter(([name]) => name in defaults));
    } catch {
      return {};
    }
  }
  function show() {
    frame ??= requestAnimationFrame(() => {
      frame = null;
      changed(state);
    });
  }
  // What waits for the next frame is drawn now: what a hand does next goes on from there.
  function settle() {
    if (frame === null) return;
    cancelAnimationFrame(frame);
    frame = null;
    changed(state);
  }
  function pass() {
    timer = null;
    if (model) {
      sentAt = performance.now();
      for (const name of unsent) model.set(name, state[name]);
      unsent.clear();
      model.save_changes();
    } else if (key) {
      const moved = Object.entries(state).filter(
        ([name, value]) => JSON.stringify(value) !== JSON.stringify(defaults[name]));
      // other explorers of the page have their own part of the address
      const others = [...new URLSearchParams(location.hash.slice(1))].filter(([name, value]) => name !== key && value);
      const hash = new URLSearchParams(others);
      if (moved.length) hash.set(key, JSON.stringify(Object.fromEntries(moved)));
      history.replaceState(null, "", `${location.pathname}${location.search}#${hash}`);
    }
  }
  function set(patch) {
    state = { ...state, ...patch };
    for (const name of Object.keys(patch)) unsent.add(name);
    if (model) timer ??= setTimeout(pass, Math.max(0, sentAt + PAUSE - performance.now()));
    else {
      clearTimeout(timer);
      timer = setTimeout(pass, REST);
    }
    show();
  }
  function hear() {
    const news = fromModel();
    for (const name of unsent) delete news[name]; // what is on its way from here is newer
    state = { ...state, ...news };
    show();
  }
  if (model) for (const name of Object.keys(defaults)) model.on(`change:${name}`, hear);
  show();
  return {
    get: () => state,
    set,
    start,
    reset: () => set(start),
    settle,
    end() {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      if (model) for (const name of Object.keys(defaults)) model.off(`change:${name}`, hear);
    },
  };
}
