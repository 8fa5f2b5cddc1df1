// The page: which file is shown, its figures, search, colours and keys.

const state = { file: null, view: null, layer: "all", query: "", hiddenOnly: false, bySize: false };
const announce = (text) => { $("status").textContent = text; };

function follow(line) {
  const target = $(`L${line}`);
  if (!target) return;
  for (const each of document.querySelectorAll(".line-row.reached")) each.classList.remove("reached");
  target.classList.add("reached");
}

const inside = contents(state, announce, follow);

function pick(view, layer) {
  state.view = view;
  state.layer = layer;
  drawScopes(state.file, state);
  drawWaterfall(state.file, state, pick);
  inside.refresh({ reset: true });
  $("contents").scrollIntoView({ block: "start" });
  announce(`Contents: ${$("scope").selectedOptions[0]?.textContent || ""}`);
}

function figure(name, value, under) {
  return make("div", null, make("dt", null, name), make("dd", null, value, under ? make("small", null, under) : null));
}

function drawFigures(file) {
  const box = $("figures");
  box.replaceChildren();
  for (const view of file.views) {
    const side = view.kind === "image" ? "Image" : "Forecast";
    const name = (text) => (file.views.length > 1 ? `${side} ${text === "Image" ? "size" : text.toLowerCase()}` : text);
    box.append(
      figure(name("Image"), short(view.image), range(view.image) || `${count(view.layers.length, "layer")}`),
      figure(name("Visible"), short(view.visible), range(view.visible)),
      figure(name("Hidden"), likely(view.hidden) || high(view.hidden) ? short(view.hidden) : "nothing",
        likely(view.hidden) ? [share(likely(view.hidden), likely(view.image)), "of the image"].join(" ") : ""),
    );
    if (view.dive) {
      const percent = (value) => (value === null ? "–" : `${(value * 100).toFixed(2)} %`);
      box.append(figure("As dive counts", `${percent(view.dive.efficiency)} efficient`,
        `${bytes(view.dive.wastedBytes)} wasted, ${percent(view.dive.userWastedPercent)} of user bytes`));
    }
  }
  if (REPORT.linted) {
    const fixable = /(\d+) fixable/.exec(file.tally);
    box.append(figure("Findings", String(file.findings.length), fixable ? fixable[0] : ""));
  }
}

function drawNotes(file) {
  const notes = [...REPORT.notes, ...file.notes, ...file.views.flatMap((view) => view.notes)];
  if (!file.views.length && !file.lines.length) notes.push("No forecast: the file has no stage that could be run.");
  $("notes").hidden = !notes.length;
  $("notes").replaceChildren(...[...new Set(notes)].map((text) => make("li", null, text)));
}

function drawCopies(file) {
  const view = file.views.find((each) => each.duplicates && each.duplicates.length);
  $("copies").hidden = !view;
  if (!view) return;
  const rows = view.duplicates.map((each) => make("tr", null,
    make("td", { class: "number" }, bytes(each.wasted)), make("td", { class: "number" }, bytes(each.bytes)),
    make("td", { class: "path" }, make("ul", null, ...each.copies.map(([path, layer]) => make("li", null, path, make("span", { class: "muted" }, ` ${layerName(view, layer)}`))),
      each.copiesLeft ? make("li", { class: "muted" }, `and ${count(each.copiesLeft, "more")}`) : null))));
  const heads = ["could be saved", "of each", "copies"].map((name, index) => make("th", { scope: "col", class: index < 2 ? "number" : false }, name));
  const left = view.duplicatesLeft ? make("tr", null, make("td", { colspan: 3, class: "muted" }, `and ${count(view.duplicatesLeft, "more")}`)) : null;
  $("copies-table").replaceChildren(make("thead", null, make("tr", null, ...heads)), make("tbody", null, ...rows, ...(left ? [left] : [])));
}

function facts(file) {
  const parts = [];
  for (const view of file.views) {
    if (view.kind === "image") parts.push(view.reference === file.path ? view.form : view.reference);
    if (view.target && view.kind === "forecast") parts.push(`stage ${view.target}`);
    if (view.base.reference !== "scratch") parts.push(`on ${view.base.reference}${view.base.date ? ` (facts of ${view.base.date})` : ""}`);
    parts.push(view.platform);
  }
  return [...new Set(parts.filter(Boolean))].join(" · ") || file.tally;
}

function show(file) {
  state.file = file;
  state.view = file.views.at(-1) || null;
  state.layer = "all";
  const view = state.view;
  $("path").textContent = file.path;
  $("facts").textContent = facts(file);
  drawFigures(file);
  drawNotes(file);
  for (const id of ["layers", "contents"]) $(id).hidden = !view;
  if (view) {
    drawWaterfall(file, state, pick);
    drawScopes(file, state);
  }
  drawCopies(file);
  drawDockerfile(file);
  search();
  $("files").value = String(REPORT.files.indexOf(file));
}

function drawOverview() {
  const files = REPORT.files;
  if (files.length < 2) return;
  $("files").hidden = $("overview").hidden = false;
  $("files").replaceChildren(...files.map((file, index) => make("option", { value: index }, file.path)));
  $("files").addEventListener("change", () => show(files[Number($("files").value)]));
  const heads = ["file", "image", "hidden", ...(REPORT.linted ? ["findings"] : [])];
  const rows = files.map((file) => {
    const view = file.views.at(-1);
    return make("tr", null,
      make("th", { scope: "row", class: "path" }, make("button", { type: "button", class: "link", onclick: () => { show(file); $("main").scrollIntoView(); } }, file.path)),
      make("td", { class: "number" }, view ? short(view.image) : "–"),
      make("td", { class: "number" }, view && likely(view.hidden) ? short(view.hidden) : "–"),
      REPORT.linted ? make("td", { class: "number" }, String(file.findings.length)) : null);
  });
  $("overview-table").replaceChildren(
    make("thead", null, make("tr", null, ...heads.map((name, index) => make("th", { scope: "col", class: index ? "number" : false }, name)))),
    make("tbody", null, ...rows));
}

// The query narrows the tree, and leaves only those findings and layers that have its words.
function search() {
  const found = state.view ? inside.refresh() : 0;
  const matches = matcher(state.query);
  const searched = state.query.trim() !== "";
  let notes = 0;
  for (const each of document.querySelectorAll(".note")) {
    const hit = !searched || matches(each.dataset.text);
    each.classList.toggle("off", !hit);
    notes += hit ? 1 : 0;
  }
  let layers = 0;
  for (const each of document.querySelectorAll("#waterfall tr[data-text]")) {
    const hit = !searched || matches(each.dataset.text);
    each.classList.toggle("faint", !hit);
    layers += hit ? 1 : 0;
  }
  if (searched) announce(`${count(found || 0, "file")}, ${count(notes, "finding")} and ${count(layers, "layer")} with “${state.query.trim()}”`);
}

let waiting = 0;
$("search").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => { state.query = $("search").value; search(); }, 120);
});
$("search").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  $("search").value = state.query = "";
  search();
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  $("search").focus();
});
$("scope").addEventListener("change", () => {
  const [side, layer] = $("scope").value.split(" ");
  state.view = state.file.views[Number(side)];
  state.layer = /^\d+$/.test(layer) ? Number(layer) : layer;
  drawWaterfall(state.file, state, pick);
  inside.refresh({ reset: true });
});
$("hidden-only").addEventListener("change", () => {
  state.hiddenOnly = $("hidden-only").checked;
  inside.refresh();
});

const THEMES = [["", "Auto", "as the system"], ["light", "Light", "light"], ["dark", "Dark", "dark"]];
const systemDark = matchMedia("(prefers-color-scheme: dark)");
let theme = 0;
function paintTheme() {
  const [value, name, meaning] = THEMES[theme];
  document.documentElement.dataset.theme = value || (systemDark.matches ? "dark" : "light");
  $("theme").textContent = name;
  $("theme").setAttribute("aria-label", `Colours: ${meaning}`);
  inside.recolour();
}
$("theme").addEventListener("click", () => {
  theme = (theme + 1) % THEMES.length;
  paintTheme();
});
systemDark.addEventListener("change", paintTheme);
addEventListener("hashchange", () => { const line = /^#L(\d+)$/.exec(location.hash); if (line) follow(line[1]); });

$("foot").textContent = `layerlint ${REPORT.version}`.trim();
paintTheme();
drawOverview();
if (REPORT.files.length) show(REPORT.files[0]);
document.documentElement.dataset.ready = "";
