// Elements, and what every explorer does with the page around it: theme, keys, motion.

const SVG = "http://www.w3.org/2000/svg";
// every explorer in a notebook loads its own copy of this file: the names differ all the same
const CALLED = Math.random().toString(36).slice(2, 8);
let madeNames = 0;

export function uniqueName(prefix) {
  madeNames += 1;
  return `${prefix}-${CALLED}-${madeNames}`;
}

// An element with attributes and children; onclick and the like are listeners, class is a string.
export function make(tag, attributes = {}, ...children) {
  return dressed(document.createElement(tag), attributes, children);
}

export function draw(tag, attributes = {}, ...children) {
  return dressed(document.createElementNS(SVG, tag), attributes, children);
}

function dressed(element, attributes, children) {
  change(element, attributes);
  element.append(...children);
  return element;
}

// Set attributes; null or false takes one away, true sets an empty one.
export function change(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

// Keep data-theme of an explorer at what the page shows; returns a function that ends it.
export function followTheme(root) {
  const look = () => {
    const jupyter = document.body.dataset.jpThemeLight;
    const site = document.documentElement.dataset.theme;
    const system = matchMedia("(prefers-color-scheme: dark)").matches;
    const dark = jupyter ? jupyter === "false" : site ? site === "dark" : system && SITE_FOLLOWS;
    root.dataset.theme = dark ? "dark" : "light";
  };
  look();
  const watcher = new MutationObserver(look);
  const attributeFilter = ["data-jp-theme-light", "data-theme"];
  watcher.observe(document.body, { attributes: true, attributeFilter });
  watcher.observe(document.documentElement, { attributes: true, attributeFilter });
  return () => watcher.disconnect();
}

// where neither Jupyter nor the site says which theme it has, paper is white
const SITE_FOLLOWS = false;

export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// JupyterLab and Notebook take the keys of a focused element for shortcuts unless they are told.
export function keepKeys(element) {
  element.dataset.lmSuppressShortcuts = "true";
  element.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && event.key !== "Escape") event.stopPropagation();
  });
  return element;
}

const buffers = new Map(); // by address, as text: two URLs of one address are two objects

// The bytes at an address, where zlib has packed them, an ArrayBuffer to come: fetched once for all
// explorers of a page.
export function bufferAt(address) {
  const key = String(address);
  if (!buffers.has(key)) buffers.set(key, fetch(key).then(inflated));
  return buffers.get(key);
}

const inflated = ({ body }) => new Response(body.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
