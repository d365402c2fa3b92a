// The tables: sorted by a click on a column's head, narrowed by the filters and a text.
const order = new Intl.Collator("en", { numeric: true });
const firstRows = 200;
const sorts = {};

const anchor = (href, text) => h("a", { href }, code(text));
const tables = {
  values: {
    title: "Values", rows: () => data.values.map((v, i) => i).filter((i) => (state.layers.size === 0 || data.values[i].declared.some((d) => layerShown(d[0])))
      && (state.coverage === "all" || (model.readsOf.get(i) || []).some((r) => r.covered === (state.coverage === "covered")))),
    columns: [["Value", (i) => valueName(i) + "\n" + data.values[i].path, (i) => [anchor(valueLink(i), valueName(i)), valueName(i) !== data.values[i].path && h("small", {}, data.values[i].path)]],
      ["Default", (i) => data.values[i].default, (i) => data.values[i].default && code(data.values[i].default)], ["Reads", (i) => data.values[i].reads], ["Modules", (i) => data.values[i].modules],
      ["Options", (i) => data.values[i].sinks], ["Reach", (i) => data.values[i].reach],
      ["Declared", (i) => (data.values[i].declared.length ? data.files[data.values[i].declared[0][0]].path : ""), (i) => (data.values[i].declared.length ? place(data.values[i].declared[0]) : h("span", { class: "tag poor" }, "nowhere"))]],
    sort: [2, -1],
  },
  modules: {
    title: "Modules", rows: () => data.modules.filter((m) => layerShown(m.file)).map((m) => ({ m, reads: (model.readsIn.get(m.file) || []), flows: (model.flowsIn.get(m.file) || []) }))
      .filter((x) => state.coverage === "all" || x.reads.some((r) => r.covered === (state.coverage === "covered"))),
    columns: [["Module", (x) => data.files[x.m.file].path + (x.m.instance ? " " + x.m.instance : ""), (x) => [anchor(fileLink(x.m.file), data.files[x.m.file].path), x.m.instance && [" ", x.m.instance]]],
      ["Layer", (x) => layerName(layerOf(x.m.file))], ["Role", (x) => x.m.role], ["Lines", (x) => x.m.lines], ["Reads", (x) => x.reads.length], ["With source-id", (x) => x.reads.filter((r) => r.covered).length],
      ["Flows", (x) => x.flows.length], ["Reached", (x) => (x.m.reachable ? "yes" : "no")]],
    sort: [4, -1],
  },
  references: {
    title: "References", rows: () => data.references.filter(readShown),
    columns: [["Value", (r) => valueName(r.value), (r) => anchor(valueLink(r.value), valueName(r.value))], ["Where", (r) => data.files[r.at[0]].path + ":" + r.at[1], (r) => place(r.at)], ["Module", (r) => data.files[r.at[0]].path, (r) => anchor(fileLink(r.at[0]), data.files[r.at[0]].path)],
      ["Kind", (r) => r.kind], ["Name", (r) => r.name], ["Source-id", (r) => (r.covered ? "yes" : "no")]],
    sort: [1, 1],
  },
  flows: {
    title: "Flows", rows: () => data.flows.filter(flowShown),
    columns: [["From", (f) => valueName(f.from), (f) => anchor(valueLink(f.from), valueName(f.from))], ["To", target, (f) => (f.option >= 0 ? anchor(optionLink(f.option), target(f)) : anchor(valueLink(f.value), target(f)))],
      ["Kind", (f) => f.kind], ["Where", (f) => data.files[f.at[0]].path + ":" + f.at[1], (f) => place(f.at)], ["Through", (f) => f.through.join(", ")]],
    sort: [0, 1],
  },
  findings: {
    title: "Findings", rows: () => data.findings.filter((x) => layerShown(x.at[0])),
    columns: [["Severity", (x) => x.severity, (x) => h("span", { class: "tag " + x.severity }, x.severity)], ["Check", (x) => x.check], ["Where", (x) => (x.at[0] < 0 ? "" : data.files[x.at[0]].path + ":" + x.at[1]), (x) => place(x.at)], ["What", (x) => x.message]],
    sort: [0, 1],
  },
};

const tableView = (name) => {
  const t = tables[name], all = t.rows(), body = h("tbody", {}), how = h("p", { class: "how", "aria-live": "polite" }), heads = [];
  const texts = all.map((r) => t.columns.map((c) => c[1](r)).join("\n").toLowerCase());
  let sort = sorts[name] || t.sort, shown = firstRows;
  const input = h("input", { type: "search", "aria-label": "Show only rows with this text", placeholder: "Filter these rows", value: state.find, autocomplete: "off", spellcheck: "false" });
  const more = h("button", { type: "button", click: () => { shown = Infinity; fill(); } });
  const fill = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = all.filter((r, i) => words.every((w) => texts[i].includes(w)));
    const key = t.columns[sort[0]][1];
    rows.sort((a, b) => { const x = key(a), y = key(b); return sort[1] * (typeof x === "number" ? x - y : order.compare(x, y)); });
    body.replaceChildren(...rows.slice(0, shown).map((r) => h("tr", {}, t.columns.map(([, text, cell], i) => h(i ? "td" : "th", { scope: i ? null : "row", class: typeof text(r) === "number" ? "figure" : null }, cell ? cell(r) : String(text(r)))))));
    how.textContent = rows.length === all.length ? count(rows.length, "row", "rows") : rows.length.toLocaleString("en") + " of " + count(all.length, "row", "rows");
    more.hidden = rows.length <= shown;
    more.textContent = "Show all " + rows.length.toLocaleString("en");
    heads.forEach((th, i) => th.setAttribute("aria-sort", i === sort[0] ? (sort[1] > 0 ? "ascending" : "descending") : "none"));
  };
  let wait = 0;
  input.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => { shown = firstRows; state.find = input.value; history.replaceState(null, "", address({})); fill(); }, 80);
  });
  t.columns.forEach(([title], i) => heads.push(h("th", { scope: "col" }, h("button", { type: "button", click: () => { sort = sorts[name] = [i, sort[0] === i ? -sort[1] : 1]; fill(); } }, title))));
  fill();
  return [h("h2", {}, t.title), h("div", { class: "tools" }, input, how),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t.title + ", table" }, h("table", {}, h("thead", {}, h("tr", {}, heads)), body)), more];
};
