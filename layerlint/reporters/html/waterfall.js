// The layers as a table whose chart column is a waterfall: where the image stands before and after each step.

// Rows that a forecast and an image can be read side by side in.
function waterfallRows(views) {
  const rows = [];
  const at = new Map();
  views.forEach((view, side) => {
    let before = 0;
    let sofar = 0;
    const put = (key, facts, size, hidden, layer) => {
      let row = at.get(key);
      if (!row) {
        row = { ...facts, key, parts: [] };
        at.set(key, row);
        rows.push(row);
      }
      const known = row.parts[side];
      sofar = plus(sofar, size);
      row.parts[side] = {
        view, layer, before: known ? known.before : before,
        size: known ? plus(known.size, size) : size,
        hidden: known ? plus(known.hidden, hidden) : hidden,
        sofar, complete: facts.complete,
      };
      before += likely(size);
    };
    const base = { line: 0, instruction: `FROM ${view.base.reference}`, complete: true, stage: "", name: "base" };
    const listed = view.kind === "image" && view.layers.some((layer) => !layer.line);
    if (!listed && (view.kind === "forecast" ? view.base.source !== "scratch" : likely(view.base.bytes))) {
      put("base", base, view.base.bytes, view.baseHidden, 0);
    }
    view.layers.forEach((layer, index) => {
      const facts = { ...layer, name: String(index + 1) };
      // Beside a forecast, the base's own layers are one row, and so are those of one line.
      const key = views.length < 2 ? String(index) : layer.line ? `line ${layer.line}` : "base";
      put(key, key === "base" ? base : facts, layer.bytes, layer.hidden, index + 1);
    });
  });
  return rows;
}

// How many bytes the width of the chart stands for: ranges may be cut, likely amounts never.
function chartScale(rows) {
  let most = 1;
  let reach = 1;
  for (const row of rows) {
    for (const part of row.parts.filter(Boolean)) {
      most = Math.max(most, part.before + likely(part.size));
      if (high(part.size) !== Infinity) reach = Math.max(reach, part.before + high(part.size));
    }
  }
  return Math.max(most, Math.min(reach, most * 1.25)) * 1.02;
}

function bar(part, scale) {
  const box = make("div", { class: `bar ${part.view.kind}` });
  const percent = (amount) => `${Math.min(100, (amount * 100) / scale)}%`;
  const piece = (name, from, to) => {
    const element = make("span", { class: name });
    element.style.left = percent(from);
    element.style.width = `${Math.max(0, (Math.min(to, scale) - from) * 100 / scale)}%`;
    box.append(element);
    return element;
  };
  const end = part.before + likely(part.size);
  const lost = Math.min(likely(part.hidden), likely(part.size));
  if (part.before) piece("lead", 0, part.before);
  if (end === part.before) piece("none", part.before, part.before);
  else piece("seen", part.before, end - lost);
  if (lost) piece("lost", end - lost, end);
  if (low(part.size) !== high(part.size)) {
    const to = part.before + high(part.size);
    piece(to > scale ? "whisker open" : "whisker", part.before + low(part.size), Math.min(to, scale));
  }
  return box;
}

function drawWaterfall(file, state, pick) {
  const views = file.views;
  const table = $("waterfall");
  const rows = waterfallRows(views);
  const scale = chartScale(rows);
  const both = views.length > 1;
  table.classList.toggle("both", both);
  // An image without its Dockerfile has layers and no lines.
  const lined = rows.some((row) => row.line);
  const names = both
    ? ["line", "instruction", "so far", "forecast", "image", "hidden"]
    : ["line", "instruction", "so far", "adds", "hidden", "total"];
  const numeric = new Set(["adds", "hidden", "total", "forecast", "image"]);
  const headings = { "so far": "bytes so far", line: lined ? "line" : "layer" };
  const heads = names.map((name) =>
    make("th", { scope: "col", class: numeric.has(name) ? `number ${name}` : name.replace(" ", "-") }, headings[name] || name));
  const body = make("tbody");
  let stage = null;
  const stages = new Set(rows.map((row) => row.stage).filter(Boolean));
  for (const row of rows) {
    if (stages.size > 1 && row.stage && row.stage !== stage) {
      stage = row.stage;
      body.append(make("tr", { class: "stage" }, make("th", { colspan: names.length, scope: "rowgroup" }, `stage ${stage}`)));
    }
    body.append(waterfallRow(row, both, lined, scale, state, pick));
  }
  table.replaceChildren(
    make("caption", { class: "for-readers" }, "What each step adds to the image, and how much of it stays hidden in it"),
    make("thead", null, make("tr", null, ...heads)),
    body,
  );
  drawLegend(rows, both);
  drawUnknown(views);
}

// "above" or "below", where an amount is not in the range that was forecast.
function outside(forecast, found) {
  if (likely(found) > high(forecast)) return "above";
  return likely(found) < low(forecast) ? "below" : "";
}

function waterfallRow(row, both, lined, scale, state, pick) {
  const part = row.parts.find(Boolean);
  const number = (text, name, title) => make("td", { class: `number ${name}`, title: title || false }, text);
  const missing = make("span", { class: "muted" }, "–");
  const sized = (each, name) => (each ? number(short(each.size), name, range(each.size)) : make("td", { class: `number ${name}` }, missing.cloneNode(true)));
  const hidden = (each) => number(likely(each.hidden) || high(each.hidden) ? short(each.hidden) : "–", likely(each.hidden) ? "hidden some" : "hidden", range(each.hidden));
  const line = row.line
    ? make("a", { href: `#L${row.line}` }, String(row.line))
    : lined ? "base" : row.name;
  const last = row.parts.at(-1) || part;
  const button = make("button", {
    type: "button", class: "step", title: row.instruction, "aria-label": `${row.instruction}: show what is in it`,
    onclick: () => pick(last.view, last.layer),
  }, row.instruction);
  const cells = [
    make("td", { class: "line" }, line),
    make("th", { class: "instruction", scope: "row" }, button,
      row.complete === false ? make("span", { class: "partly", title: "Not fully understood: it may add more" }, "?", make("span", { class: "for-readers" }, " not fully understood")) : null),
    make("td", { class: "so-far" }, ...row.parts.filter(Boolean).map((each) => bar(each, scale))),
  ];
  if (both) {
    cells.push(sized(row.parts[0], "forecast"), sized(row.parts[1], "image"), hidden(last));
    const [one, other] = row.parts;
    const off = one && other ? outside(one.size, other.size) : "";
    if (off) {
      cells[4].title = `${off} the range of the forecast`;
      cells[4].append(make("span", { class: "outside", "aria-hidden": "true" }, off === "above" ? " ▲" : " ▼"), make("span", { class: "for-readers" }, ` ${cells[4].title}`));
    }
  } else {
    cells.push(sized(part, "adds"), hidden(part), number(short(part.sofar), "total", range(part.sofar)));
  }
  const picked = row.parts.some((each) => each && each.view === state.view && each.layer === state.layer);
  const empty = row.parts.every((each) => !each || !high(each.size));
  return make("tr", { class: [picked ? "picked" : "", empty ? "empty" : ""].join(" ").trim() || false, "data-text": row.instruction }, ...cells);
}

function drawLegend(rows, both) {
  const parts = rows.flatMap((row) => row.parts.filter(Boolean));
  const items = [];
  const item = (name, text) => items.push(make("li", null, make("span", { class: `swatch ${name}`, "aria-hidden": "true" }), text));
  if (both) { item("forecast", "forecast"); item("image", "image"); } else item("seen", "visible");
  if (parts.some((part) => likely(part.hidden))) item("lost", "hidden: ships, never seen");
  if (parts.some((part) => low(part.size) !== high(part.size))) item("range", "range");
  if (both && rows.some(({ parts: [one, other] }) => one && other && outside(one.size, other.size))) {
    items.push(make("li", null, make("span", { class: "outside", "aria-hidden": "true" }, "▲▼"), "outside the forecast"));
  }
  $("legend").replaceChildren(...items);
}

function drawUnknown(views) {
  const found = new Map();
  for (const view of views.filter((each) => each.kind === "forecast")) {
    for (const layer of view.layers) {
      for (const [line, command, reason] of layer.unmodelled) {
        const key = `${command}\n${reason}`;
        const known = found.get(key) || { command, reason, lines: new Set() };
        known.lines.add(line);
        found.set(key, known);
      }
    }
  }
  const items = [...found.values()].map(({ command, reason, lines }) =>
    make("li", null, make("code", null, command), ` in line ${[...lines].join(", ")}${reason ? `: ${reason}` : ""}`));
  const box = $("unknown");
  box.hidden = !items.length;
  box.replaceChildren(make("span", { class: "partly", "aria-hidden": "true" }, "?"), " May add more than shown, for their effects are not known:", make("ul", null, ...items));
}
