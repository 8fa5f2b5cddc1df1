// The report, and what every part of the page needs of it.

const REPORT = JSON.parse(document.getElementById("data").textContent);
const KINDS = ["", "deleted", "overwritten", "metadata only", "moved", "type change"];
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

const $ = (id) => document.getElementById(id);

// An element with attributes; children are elements or text, never markup.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "onclick") element.addEventListener("click", value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// ---------------------------------------------------------------- sizes: a number, or [low, likely, high]

const low = (size) => (typeof size === "number" ? size : size[0]);
const likely = (size) => (typeof size === "number" ? size : size[1]);
const high = (size) => (typeof size === "number" ? size : size[2] === null ? Infinity : size[2]);

function plus(one, other) {
  const sum = [low(one) + low(other), likely(one) + likely(other), high(one) + high(other)];
  if (sum[0] === sum[2]) return sum[0];
  return [sum[0], sum[1], sum[2] === Infinity ? null : sum[2]];
}

function bytes(amount) {
  let unit = 0;
  while (unit < UNITS.length - 1 && amount >= 999.5 * 1024 ** unit) unit += 1;
  const value = amount / 1024 ** unit;
  return `${value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1)} ${UNITS[unit]}`;
}

// As the other formats write it: "38.2 MiB", "~38.2 MiB", "12–40 MiB", "≤ 40 MiB", "≥ 12 MiB", "12 MiB?", "?".
function short(size) {
  const [least, about, most] = [low(size), likely(size), high(size)];
  if (most === Infinity) return least ? `≥ ${bytes(least)}` : about ? `${bytes(about)}?` : "?";
  if (least === most) return bytes(least);
  if (about - least <= about * 0.1 && most - about <= about * 0.1) return `~${bytes(about)}`;
  const unit = bytes(most).split(" ")[1];
  const bound = (amount) => {
    const value = amount / 1024 ** UNITS.indexOf(unit);
    return value.toFixed(unit === "B" || value >= 9.95 ? 0 : 1);
  };
  const [from, to] = [bound(least), bound(most)];
  if (Number(from) === 0) return `≤ ${to} ${unit}`;
  return from === to ? `~${to} ${unit}` : `${from}–${to} ${unit}`;
}

// A sentence for a range, empty for an exact size.
function range(size) {
  if (low(size) === high(size)) return "";
  const most = high(size) === Infinity ? "no upper bound" : `at most ${bytes(high(size))}`;
  return `likely ${bytes(likely(size))}, at least ${bytes(low(size))}, ${most}`;
}

const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const share = (part, whole) => (whole > 0 ? `${Math.round((part * 100) / whole)} %` : "");

// ---------------------------------------------------------------- layers

// "base", or the number of a layer with its line.
function layerName(view, layer) {
  if (!layer) return "base";
  const record = view.layers[layer - 1];
  return record && record.line ? `line ${record.line}` : `layer ${layer}`;
}

// ---------------------------------------------------------------- the tree of paths

// Arrays to nodes that know their parent; layer 0 is the base, state 0 is visible.
function unpack(array, parent) {
  const below = array[1];
  if (typeof below === "number") {
    const [name, size, layer = 0, state = 0, by = 0, least = 0, most = 0, files = 0] = array;
    const bounds = least || most ? [least, size, most < 0 ? null : most] : size;
    return { name, parent, children: null, size, bounds, layer, state, by, files: files || 1, total: 0, lost: 0, number: 0 };
  }
  const node = { name: array[0], parent, children: [], size: 0, layer: 0, state: 0, total: 0, lost: 0, number: 0 };
  for (const each of below) {
    const child = unpack(each, node);
    node.children.push(child);
    node.size += child.size;
  }
  return node;
}

function pathOf(node) {
  const names = [];
  for (let each = node; each.parent; each = each.parent) names.unshift(each.name);
  return `/${names.join("/")}`;
}

// Sets what of every node passes: bytes in all, hidden bytes, files.
function weigh(node, path, passes) {
  if (!node.children) {
    const passing = passes(node, path);
    node.total = passing ? node.size : 0;
    node.lost = passing && node.state ? node.size : 0;
    node.number = passing ? node.files : 0;
    return;
  }
  node.total = node.lost = node.number = 0;
  for (const child of node.children) {
    weigh(child, `${path}/${child.name}`, passes);
    node.total += child.total;
    node.lost += child.lost;
    node.number += child.number;
  }
  node.sorted = null;
}

// Children that pass, the largest first.
function shownChildren(node) {
  if (!node.children) return [];
  node.sorted ||= node.children.filter((child) => child.total > 0).sort((one, other) => other.total - one.total);
  return node.sorted;
}

function largestFiles(node, most) {
  const found = [];
  const pending = [node];
  while (pending.length) {
    const each = pending.pop();
    if (each.children) pending.push(...shownChildren(each));
    else if (each.total > 0) found.push(each);
  }
  found.sort((one, other) => other.total - one.total || (one.name < other.name ? -1 : 1));
  return [found.slice(0, most), found.length];
}

// Every word of the query is in the text.
function matcher(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}
