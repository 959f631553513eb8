// A graph of numbers that remember what they were made from: the formulas of models/values.py.
// A node is { name, op, parents, data, slopes, at }; parents come before what they made.

import { bracket, short } from "./base/kit/numbers.js";

const OPERATIONS = {
  "+": (a, b) => [a + b, [1, 1]],
  "−": (a, b) => [a - b, [1, -1]],
  "×": (a, b) => [a * b, [b, a]],
  tanh: (a) => [Math.tanh(a), [1 - Math.tanh(a) ** 2]],
  ReLU: (a) => [Math.max(a, 0), [a > 0 ? 1 : 0]],
};

export const leavesOf = (nodes) => nodes.filter((node) => !node.parents.length).map((node) => node.data);
export const isKnown = (nodes) => nodes.every(({ op, parents }) => !parents.length || op in OPERATIONS);

// { data, slopes }: the value of each node, and its slopes for its parents, from these leaves.
export function run(nodes, leaves) {
  const left = [...leaves];
  const [data, slopes] = [[], []];
  for (const node of nodes) {
    const made = OPERATIONS[node.op]?.(...node.parents.map((parent) => data[parent]));
    const [value, own] = node.parents.length ? made ?? [node.data, node.slopes] : [left.shift(), []];
    data.push(value);
    slopes.push(own);
  }
  return { data, slopes };
}

// Every step: ["start"], ["value", k] forwards, ["seed", last], then ["hand", k] backwards.
export function allSteps(nodes) {
  const made = nodes.flatMap((node, k) => (node.parents.length ? [k] : []));
  return [["start", 0], ...made.map((k) => ["value", k]), ["seed", nodes.length - 1], ...made.toReversed().map((k) => ["hand", k])];
}

// What has arrived at each node after this step; null where nothing has.
export function gradients(nodes, slopes, step) {
  const found = nodes.map(() => null);
  for (const [kind, k] of allSteps(nodes).slice(0, step + 1)) {
    if (kind === "seed") found[k] = 1;
    if (kind === "hand") nodes[k].parents.forEach((parent, i) => { found[parent] = (found[parent] ?? 0) + found[k] * slopes[k][i]; });
  }
  return found;
}

// A step in words: { head, formula, parts, reason }.
export function explain(nodes, { data, slopes }, step) {
  const [kind, k] = allSteps(nodes)[step];
  const { name, op, parents } = nodes[k];
  const number = (value) => bracket(short(value));
  const numbers = parents.map((parent) => number(data[parent]));
  const names = (list) => [...new Set(list)].map((one) => nodes[one].name).join(" and ");
  if (kind === "start") return { head: "The leaves are given", formula: "Everything else is made from them, in the order below.", parts: [], reason: "" };
  if (kind === "value") {
    const text = parents.length > 1 ? numbers.join(` ${op} `) : `${op}(${short(data[parents[0]])})`;
    return {
      head: `Forwards: ${name}`, formula: `made from ${names(parents)}`, parts: [`${text} = ${short(data[k])}`],
      reason: `It remembers ${parents.length > 1 ? "its parents, and the slopes" : "its parent, and the slope"} ${slopes[k].map(short).join(" and ")}.`,
    };
  }
  if (kind === "seed") return { head: `Backwards: ${name} begins`, formula: `how fast ${name} changes with itself`, parts: ["gradient = 1"], reason: "Now the order is walked from its end: nobody hands on before all has arrived." };
  const before = gradients(nodes, slopes, step - 1);
  const now = [...before];
  const parts = parents.map((parent, i) => {
    const sent = before[k] * slopes[k][i];
    const old = now[parent];
    now[parent] = (old ?? 0) + sent;
    const added = old === null ? "" : `, added up ${short(now[parent])}`;
    return `${nodes[parent].name} receives ${number(before[k])} × ${number(slopes[k][i])} = ${short(sent)}${added}`;
  });
  const twice = parents.filter((parent, i) => before[parent] !== null || parents.indexOf(parent) < i);
  return {
    head: `Backwards: ${name} hands on`, formula: "each parent receives gradient × slope", parts,
    reason: twice.length ? `${names(twice)} was used more than once: what arrives is added up.` : "",
  };
}
