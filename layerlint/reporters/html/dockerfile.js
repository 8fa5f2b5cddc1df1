// The Dockerfile: bytes on the left of the line that makes them, findings in the margin on its right.

const SEVERITIES = ["error", "warning", "info"];

function drawDockerfile(file) {
  $("source").hidden = !file.lines.length && !file.findings.length;
  const layers = new Map();
  for (const view of file.views) {
    for (const layer of view.layers) {
      if (!layer.line) continue;
      const known = layers.get(layer.line) || [];
      known.push({ layer, kind: view.kind });
      layers.set(layer.line, known);
    }
  }
  const most = Math.max(1, ...[...layers.values()].flat().map(({ layer }) => likely(layer.bytes)));
  const findings = new Map();
  const last = Math.max(1, file.lines.length);
  for (const finding of file.findings) {
    const line = Math.min(Math.max(1, finding.line), last);
    if (!findings.has(line)) findings.set(line, []);
    findings.get(line).push(finding);
  }
  const blocks = [];
  for (let line = 1; line <= last;) {
    // The lines of an instruction with a layer stand together, and so do their findings beside them.
    const end = Math.max(line, Math.min(last, ...(layers.get(line) || []).map(({ layer }) => layer.endLine)));
    const numbers = Array.from({ length: (layers.has(line) ? end : line) - line + 1 }, (_, index) => line + index);
    const notes = numbers.flatMap((number) => findings.get(number) || []);
    notes.sort((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));
    const rows = numbers.map((number) => sourceLine(number, file.lines[number - 1] || "", layers.get(number) || [], findings.get(number) || [], most));
    blocks.push(make("li", { class: "block" },
      make("div", { class: "rows" }, ...rows),
      make("div", { class: "margin" }, ...notes.map((finding) => note(finding, finding.line !== line)))));
    line += numbers.length;
  }
  $("lines").replaceChildren(...blocks);
  if (file.cut) $("lines").append(make("li", { class: "muted" }, "… the rest is left out"));
  drawSeverities(file);
}

function sourceLine(number, text, layers, findings, most) {
  const weights = layers.map(({ layer, kind }) => {
    const fill = make("span", { class: "meter", "aria-hidden": "true" }, make("span", { class: "seen" }), make("span", { class: "lost" }));
    const lost = Math.min(likely(layer.hidden), likely(layer.bytes));
    fill.children[0].style.width = `${((likely(layer.bytes) - lost) * 100) / most}%`;
    fill.children[1].style.width = `${(lost * 100) / most}%`;
    const kinds = layers.length > 1 ? `${kind} ` : "";
    const title = [`${kinds}${short(layer.bytes)}`, range(layer.bytes), lost ? `${short(layer.hidden)} hidden` : ""].filter(Boolean).join(", ");
    return make("span", { class: `weight ${kind}`, title }, short(layer.bytes), fill);
  });
  const worst = SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity));
  return make("div", { id: `L${number}`, class: worst ? `line-row has-${worst}` : "line-row", tabindex: -1 },
    make("span", { class: "weights" }, ...weights),
    make("a", { class: "line-number", href: `#L${number}`, "aria-label": `Line ${number}` }, String(number)),
    make("code", { class: "text" }, ...coloured(text)));
}

// A keyword at the start of a line, a comment: no more, for a half-right colouring misleads.
function coloured(text) {
  if (/^\s*#/.test(text)) return [make("span", { class: "comment" }, text)];
  const keyword = /^(\s*)(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)(?=\s)/i.exec(text);
  if (!keyword) return [text];
  return [keyword[1], make("span", { class: "keyword" }, keyword[2]), text.slice(keyword[0].length)];
}

function note(finding, placed) {
  const rule = finding.url ? make("a", { href: finding.url, rel: "noreferrer" }, finding.rule) : finding.rule;
  const related = finding.related.map(([line, message]) =>
    make("li", null, make("a", { href: `#L${line}` }, `line ${line}`), " ", ...marked(message)));
  const place = placed ? [" ", make("a", { href: `#L${finding.line}` }, `line ${finding.line}`)] : [];
  return make("div", { class: `note ${finding.severity}`, "data-severity": finding.severity, "data-text": `${finding.rule} ${finding.message}` },
    make("p", null, make("span", { class: "severity" }, finding.severity), ...place, " ", ...marked(finding.message), " ", make("span", { class: "rule" }, rule)),
    related.length ? make("ul", null, ...related) : null,
    finding.fix ? make("p", { class: "fix" }, `fix (${finding.fix[1]}): ${finding.fix[0]}`) : null);
}

// What stands between back quotes is code, where they are in pairs.
function marked(message) {
  const parts = message.split("`");
  return parts.length % 2 ? parts.map((part, index) => (index % 2 ? make("code", null, part) : part)) : [message];
}

function drawSeverities(file) {
  const box = $("severities");
  box.replaceChildren();
  for (const severity of SEVERITIES) {
    const number = file.findings.filter((finding) => finding.severity === severity).length;
    if (!number) continue;
    const input = make("input", { type: "checkbox", checked: true });
    input.addEventListener("change", () => $("lines").classList.toggle(`without-${severity}`, !input.checked));
    $("lines").classList.remove(`without-${severity}`);
    box.append(make("label", { class: `check ${severity}` }, input, ` ${count(number, severity === "info" ? "info" : severity).replace("infos", "info")}`));
  }
}
