// The treemap: drawn on a canvas, moved in by keys and pointer.  The table beside it is its alternative.

const MOST_CELLS = 20000;
const HEADER = 17;

function treemap(canvas, tip, { onZoom, onSelect, describe, layerCount }) {
  let root = null;
  let cells = [];
  let chosen = -1;
  let colours = null;
  const context = canvas.getContext("2d");

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    colours = {
      page: value("--page"), ink: value("--ink"), muted: value("--muted"), rule: value("--rule"),
      folder: value("--folder"), base: value("--base"), focus: value("--focus"), hatch: value("--hatch"), lost: value("--lost-ground"),
      hue: value("--layer-hue"), first: Number(value("--layer-first")), last: Number(value("--layer-last")),
    };
    const tile = document.createElement("canvas");
    tile.width = tile.height = 16;
    const lines = tile.getContext("2d");
    lines.strokeStyle = colours.hatch;
    lines.lineWidth = 3;
    for (const shift of [-16, 0, 16]) {
      lines.beginPath();
      lines.moveTo(shift - 2, 18);
      lines.lineTo(shift + 18, -2);
      lines.stroke();
    }
    colours.pattern = context.createPattern(tile, "repeat");
    colours.pattern.setTransform(new DOMMatrix().scale(0.5));
  }

  function colourOf(layer) {
    if (!layer) return colours.base;
    const most = Math.max(1, layerCount() - 1);
    const light = colours.first + ((colours.last - colours.first) * (layer - 1)) / most;
    return `hsl(${colours.hue} ${light.toFixed(1)}%)`;
  }

  function layOut(node, x, y, width, height, depth) {
    if (cells.length >= MOST_CELLS) return;
    const cell = { node, x, y, width, height, depth, header: 0, open: false };
    if (depth > 0) cells.push(cell);
    if (!node.children || Math.min(width, height) < 9) return;
    let inset = 0;
    if (depth > 0 && width > 52 && height > 40) { cell.header = HEADER; inset = 2; } else if (depth > 0) inset = 1;
    cell.open = true;
    const children = shownChildren(node);
    const inner = squarify(
      children.map((child) => child.total), x + inset, y + inset + cell.header,
      width - 2 * inset, height - 2 * inset - cell.header, 2,
    );
    inner.forEach((box, index) => layOut(children[index], box.x, box.y, box.width, box.height, depth + 1));
  }

  function largest(node) {
    let each = node;
    while (each.children) {
      const below = shownChildren(each);
      if (!below.length) break;
      each = below[0];
    }
    return each;
  }

  function fit(text, width) {
    if (context.measureText(text).width <= width) return text;
    const room = Math.floor((text.length * width) / context.measureText(text).width) - 1;
    return room > 1 ? `${text.slice(0, room)}…` : "";
  }

  function paint() {
    const box = canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(box.width * ratio));
    canvas.height = Math.max(1, Math.round(box.height * ratio));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colours.page;
    context.fillRect(0, 0, box.width, box.height);
    context.textBaseline = "middle";
    context.font = "11px system-ui, sans-serif";
    for (const cell of cells) drawCell(cell);
    if (!cells.length) {
      context.fillStyle = colours.muted;
      context.font = "13px system-ui, sans-serif";
      context.fillText("Nothing to show", 12, 20);
    }
    if (cells[chosen] && document.activeElement === canvas) {
      const { x, y, width, height } = cells[chosen];
      context.strokeStyle = colours.focus;
      context.lineWidth = 3;
      context.strokeRect(x + 1.5, y + 1.5, Math.max(0, width - 3), Math.max(0, height - 3));
    }
  }

  function drawCell(cell) {
    const { node, x, y, width, height } = cell;
    if (cell.open) {
      context.fillStyle = colours.folder;
      context.fillRect(x, y, width, height);
      context.strokeStyle = colours.rule;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
      if (cell.header) {
        context.fillStyle = colours.ink;
        context.fillText(fit(`${node.name}/  ${bytes(node.total)}`, width - 10), x + 5, y + HEADER / 2 + 2);
      }
      return;
    }
    const lost = node.lost * 2 > node.total;
    context.fillStyle = lost ? colours.lost : colourOf(largest(node).layer);
    context.fillRect(x, y, width, height);
    if (lost) {
      context.fillStyle = colours.pattern;
      context.fillRect(x, y, width, height);
    }
    if (width > 3 && height > 3) {
      context.strokeStyle = colours.page;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    }
    if (width > 44 && height > 18) drawLabel(cell);
  }

  function drawLabel({ node, x, y, width, height }) {
    const name = fit(node.name, width - 10);
    if (!name) return;
    const size = height > 36 ? fit(bytes(node.total), width - 10) : "";
    const wide = Math.max(context.measureText(name).width, context.measureText(size).width);
    if (node.lost * 2 > node.total) {
      // Text on a hatch has a ground of its own.
      context.fillStyle = colours.lost;
      context.fillRect(x + 2, y + 3, Math.min(width - 4, wide + 7), size ? 30 : 15);
    }
    context.fillStyle = colours.ink;
    context.fillText(name, x + 5, y + 11);
    if (size) {
      context.globalAlpha = 0.75;
      context.fillText(size, x + 5, y + 25);
      context.globalAlpha = 1;
    }
  }

  function draw() {
    if (!root) return;
    if (!colours) readColours();
    const box = canvas.getBoundingClientRect();
    const kept = cells[chosen] && cells[chosen].node;
    cells = [];
    if (root.total > 0) layOut(root, 0, 0, box.width, box.height, 0);
    chosen = kept ? cells.findIndex((cell) => cell.node === kept) : -1;
    paint();
  }

  const top = () => cells.map((cell, index) => [cell, index]).filter(([cell]) => cell.depth === 1);

  function choose(index, told) {
    chosen = index;
    paint();
    if (told && cells[index]) onSelect(cells[index].node);
  }

  // The nearest neighbour in a direction: by the gap between centres, across the direction counted twice.
  function move(across, down) {
    const found = top();
    if (!found.length) return;
    if (!cells[chosen]) { choose(found[0][1], true); return; }
    const from = cells[chosen];
    const [fromX, fromY] = [from.x + from.width / 2, from.y + from.height / 2];
    let best = -1;
    let least = Infinity;
    for (const [cell, index] of found) {
      if (index === chosen) continue;
      const gapX = cell.x + cell.width / 2 - fromX;
      const gapY = cell.y + cell.height / 2 - fromY;
      const along = gapX * across + gapY * down;
      const aside = Math.abs(gapX * down) + Math.abs(gapY * across);
      if (along > 0.5 && along + 2 * aside < least) { least = along + 2 * aside; best = index; }
    }
    if (best >= 0) choose(best, true);
  }

  function step(by) {
    const found = top();
    if (!found.length) return;
    const position = found.findIndex(([, index]) => index === chosen);
    const next = position < 0 ? 0 : Math.min(found.length - 1, Math.max(0, position + by));
    choose(found[next][1], true);
  }

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrows[event.key]) move(...arrows[event.key]);
    else if (event.key === "Home") step(-Infinity);
    else if (event.key === "End") step(Infinity);
    else if (event.key === "Enter" || event.key === " ") { if (cells[chosen]) onZoom(cells[chosen].node); else step(0); }
    else if ((event.key === "Escape" || event.key === "Backspace") && root.parent) onZoom(root.parent);
    else return;
    event.preventDefault();
  });
  canvas.addEventListener("focus", () => { if (chosen < 0) step(0); else paint(); });
  canvas.addEventListener("blur", paint);

  function under(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const hit = (cell) => x >= cell.x && x < cell.x + cell.width && y >= cell.y && y < cell.y + cell.height;
    return cells.findLast(hit);
  }

  // A pointer opens the outermost folder below it; a file is told.
  canvas.addEventListener("click", (event) => {
    let cell = under(event);
    if (!cell) return;
    let node = cell.node;
    while (node.parent && node.parent !== root) node = node.parent;
    if (node.children) onZoom(node);
    else choose(cells.findIndex((each) => each.node === node), true);
  });
  canvas.addEventListener("pointermove", (event) => {
    const cell = under(event);
    tip.hidden = !cell || event.pointerType === "touch";
    if (tip.hidden) return;
    tip.replaceChildren(...describe(cell.node));
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    tip.style.left = `${Math.max(0, Math.min(x + 14, box.width - tip.offsetWidth))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > box.height ? Math.max(0, y - tip.offsetHeight - 8) : y + 18}px`;
  });
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  new ResizeObserver(draw).observe(canvas);

  return {
    show(node) { root = node; chosen = -1; draw(); if (document.activeElement === canvas) step(0); },
    recolour() { colours = null; draw(); },
  };
}
