// What is in a layer or in the image: the treemap, the crumbs above it and the table beside it.

const ROWS = 200;

function contents(state, announce, follow) {
  let folder = null;
  let more = ROWS;
  const trees = new Map();

  const map = treemap($("treemap"), $("tip"), {
    onZoom: (node) => (node.children ? zoom(node) : tell(node)),
    onSelect: tell,
    describe: (node) => description(node).map((line, index) => make("div", { class: index ? "muted" : "tip-name" }, line)),
    layerCount: () => (state.view ? state.view.layers.length : 1),
  });

  function rootOf(view) {
    if (!trees.has(view)) trees.set(view, unpack(view.tree, null));
    return trees.get(view);
  }

  function description(node) {
    const view = state.view;
    const lines = [pathOf(node) + (node.children && node.parent ? "/" : "")];
    if (node.children) {
      const lost = node.lost ? `, ${bytes(node.lost)} of it hidden` : "";
      lines.push(`${bytes(node.total)} in ${count(node.number, "file")}${lost}`);
      return lines;
    }
    const files = node.files > 1 ? `, about ${count(node.files, "file")}` : "";
    lines.push(`${short(node.bounds)}${files}, from ${layerName(view, node.layer)}`);
    if (low(node.bounds) !== high(node.bounds)) lines.push(range(node.bounds));
    if (node.state) lines.push(`hidden: ${KINDS[node.state]} by ${layerName(view, node.by)}`);
    return lines;
  }

  function tell(node) {
    $("said").textContent = description(node).join(" · ");
  }

  function zoom(node) {
    folder = node;
    more = ROWS;
    draw();
    tell(node);
  }

  function drawCrumbs() {
    const steps = [];
    for (let each = folder; each; each = each.parent) steps.unshift(each);
    $("crumbs").replaceChildren(make("ol", null, ...steps.map((each, index) => {
      const name = each.parent ? each.name : scopeName();
      return make("li", null, index === steps.length - 1
        ? make("span", { "aria-current": "location" }, name)
        : make("button", { type: "button", class: "link", onclick: () => zoom(each) }, name));
    })));
  }

  function scopeName() {
    const { view, layer } = state;
    if (layer === "all") return "Everything that ships";
    if (layer === "final") return "Final root file system";
    return layer ? `Layer ${layer}` : `Base ${view.base.reference}`;
  }

  function origin(node) {
    const record = node.layer ? state.view.layers[node.layer - 1] : null;
    const name = layerName(state.view, node.layer);
    return record && record.line ? make("a", { href: `#L${record.line}`, onclick: () => follow(record.line) }, name) : name;
  }

  function fate(node) {
    if (node.children) return node.lost ? [make("span", { class: "hidden some" }, bytes(node.lost))] : [];
    if (!node.state) return [];
    const by = node.by ? state.view.layers[node.by - 1] : null;
    const hider = by && by.line ? make("a", { href: `#L${by.line}`, onclick: () => follow(by.line) }, `line ${by.line}`) : layerName(state.view, node.by);
    return [make("span", { class: "hidden some" }, KINDS[node.state]), " by ", hider];
  }

  function entryRow(node, whole, bySize) {
    const name = bySize ? pathOf(node) : node.name + (node.children ? "/" : "");
    const label = node.children
      ? make("button", { type: "button", class: "link", onclick: () => { zoom(node); $("crumbs").scrollIntoView({ block: "nearest" }); } }, name)
      : name;
    const meter = make("span", { class: "meter", "aria-hidden": "true" }, make("span", { class: node.lost * 2 > node.total ? "lost" : "seen" }));
    meter.firstChild.style.width = `${whole ? Math.max(1, (node.total * 100) / whole) : 0}%`;
    const size = node.children ? bytes(node.total) : short(node.bounds);
    return make("tr", null,
      make("th", { scope: "row", class: "path" }, label, node.children || node.files > 1 ? make("span", { class: "muted" }, ` ${count(node.children ? node.number : node.files, "file")}`) : null),
      make("td", { class: "number", title: node.children ? false : range(node.bounds) || false }, size, meter),
      make("td", { class: "from" }, node.children ? "" : origin(node)),
      make("td", { class: "fate" }, ...fate(node)));
  }

  function drawTable() {
    const bySize = state.bySize;
    let rows = shownChildren(folder);
    let all = rows.length;
    if (bySize) [rows, all] = largestFiles(folder, more);
    else rows = rows.slice(0, more);
    const body = make("tbody", null, ...rows.map((node) => entryRow(node, folder.total, bySize)));
    if (all > rows.length) {
      body.append(make("tr", null, make("td", { colspan: 4 }, make("button", { type: "button", class: "link", onclick: () => { more += ROWS * 5; drawTable(); } }, `Show more of ${count(all, "row")}`))));
    }
    if (!rows.length) body.append(make("tr", null, make("td", { colspan: 4, class: "muted" }, "Nothing to show.")));
    const head = ["path", "size", "from", "hidden"].map((name) => make("th", { scope: "col", class: name === "size" ? "number" : name }, name));
    $("entries").replaceChildren(
      make("caption", { class: "for-readers" }, `${bySize ? "Largest files" : "Entries"} of ${pathOf(folder)}`),
      make("thead", null, make("tr", null, ...head)), body);
    $("entries-box").scrollTop = 0;
  }

  function draw() {
    drawCrumbs();
    drawTable();
    map.show(folder);
  }

  // Weigh anew for the scope, the search and the switch; stay in the folder if something of it is left.
  function refresh({ reset = false } = {}) {
    const { view, layer } = state;
    if (!view) return null;
    const root = rootOf(view);
    const matches = matcher(state.query);
    const searched = state.query.trim() !== "";
    weigh(root, "", (node, path) => {
      if (layer === "final" ? node.state : layer !== "all" && node.layer !== layer) return false;
      if (state.hiddenOnly && !node.state) return false;
      return !searched || matches(path);
    });
    let kept = folder;
    while (kept && kept.parent) kept = kept.parent;
    if (reset || kept !== root || (folder.parent && !folder.total)) { folder = root; more = ROWS; }
    $("hidden-only").disabled = layer === "final";
    draw();
    tell(folder);
    return root.number;
  }

  $("by-folder").addEventListener("click", () => table(false));
  $("by-size").addEventListener("click", () => table(true));
  function table(bySize) {
    state.bySize = bySize;
    $("by-folder").setAttribute("aria-pressed", String(!bySize));
    $("by-size").setAttribute("aria-pressed", String(bySize));
    more = ROWS;
    drawTable();
    announce(bySize ? "Largest files" : "Folders");
  }

  return { refresh, recolour: map.recolour };
}

// The choices of what is looked at: per view everything, what stays, the base, each layer.
function drawScopes(file, state) {
  const select = $("scope");
  const groups = file.views.map((view, side) => {
    const option = (layer, text) => make("option", { value: `${side} ${layer}`, selected: state.view === view && state.layer === layer }, text);
    const options = [option("all", "Everything that ships"), option("final", "Final root file system")];
    if (high(view.base.bytes) && !(view.kind === "image" && view.layers.some((layer) => !layer.line))) options.push(option(0, `Base ${view.base.reference}`));
    view.layers.forEach((layer, index) => {
      if (high(layer.bytes)) options.push(option(index + 1, `${layer.line ? `Line ${layer.line}` : `Layer ${index + 1}`}: ${layer.instruction.slice(0, 60)}`));
    });
    return file.views.length > 1 ? [make("optgroup", { label: view.kind === "image" ? "Image" : "Forecast" }, ...options)] : options;
  });
  select.replaceChildren(...groups.flat());
}
