// The tables: sorted by a click on a column's head, narrowed by the filters and a text.
const order = new Intl.Collator("en", { numeric: true });
const firstRows = 200, moreRows = 1000;
const sorts = {};

const anchor = (href, text) => h("a", { href }, code(text));
const worst = { error: 0, warning: 1, info: 2 };
const fileOf = (at) => (at[0] < 0 ? "" : data.files[at[0]].path);
const placeText = (at) => (at[0] < 0 ? "" : fileOf(at) + ":" + at[1]);

// A column is its head, the text (or number) of a row, by which it is sorted and found, and what is shown where that is not just the text.
const valueColumn = (title, index) => [title, (r) => valueName(index(r)) + "\n" + data.values[index(r)].path, (r) => [anchor(valueLink(index(r)), valueName(index(r))), valueName(index(r)) !== data.values[index(r)].path && h("small", {}, parts(data.values[index(r)].path))]];
const placeColumn = (title) => [title, (r) => placeText(r.at), (r) => place(r.at)];
const readCovered = (reads) => state.coverage === "all" || (reads || []).some((r) => r.covered === (state.coverage === "covered"));

const tables = {
  values: {
    title: "Values", rows: () => [...data.values.keys()].filter((i) => (state.layers.size === 0 || data.values[i].declared.some((d) => layerShown(d[0]))) && (state.host < 0 || (model.readsOf.get(i) || []).some(hostShown)) && readCovered(model.readsOf.get(i))),
    columns: [valueColumn("Value", (i) => i), ["Default", (i) => data.values[i].default, (i) => data.values[i].default && code(cut(data.values[i].default))],
      ["Reads", (i) => data.values[i].reads], ["Modules", (i) => data.values[i].modules], ["Options", (i) => data.values[i].sinks], ["Reach", (i) => data.values[i].reach],
      ["Declared", (i) => (data.values[i].declared.length ? placeText(data.values[i].declared[0]) : ""), (i) => (data.values[i].declared.length ? place(data.values[i].declared[0]) : model.nowhere.has(i) ? h("span", { class: "tag poor" }, "nowhere") : "not in this tree")]],
    about: "Options counts the options that a value ends up in directly; Reach counts those through other values too.",
    sort: [2, -1],
  },
  modules: {
    title: "Modules", rows: () => data.modules.filter((m) => hostShown(m) && layerShown(m.file)).map((m) => ({ m, reads: (model.readsIn.get(m.file) || []), flows: (model.flowsIn.get(m.file) || []) })).filter((x) => state.coverage === "all" || readCovered(x.reads)),
    columns: [["Module", (x) => data.files[x.m.file].path + (x.m.instance ? " " + x.m.instance : ""), (x) => [anchor(fileLink(x.m.file), data.files[x.m.file].path), x.m.instance && h("small", {}, x.m.instance)]],
      data.layers.length > 0 && ["Layer", (x) => layerName(layerOf(x.m.file))], ["Role", (x) => x.m.role], ["Lines", (x) => x.m.lines], ["Declares", (x) => (model.declaredIn.get(x.m.file) || []).length], ["Reads", (x) => x.reads.length],
      annotated && ["With source-id", (x) => x.reads.filter((r) => r.covered).length], ["Flows", (x) => x.flows.length], ["Reached", (x) => (x.m.reachable ? "yes" : "no")]],
    sort: ["Reads", -1],
  },
  references: {
    title: "References", rows: () => data.references.filter(readShown), facet: (r) => r.kind,
    columns: [valueColumn("Value", (r) => r.value), placeColumn("Where"), ["Name", (r) => r.name], ["Kind", (r) => r.kind], annotated && ["Source-id", (r) => (r.covered ? "yes" : "no")]],
    sort: [1, 1],
  },
  flows: {
    title: "Flows", rows: () => data.flows.filter(flowShown), note: () => fewerFlows,
    columns: [["From", (f) => valueName(f.from), (f) => anchor(valueLink(f.from), valueName(f.from))], ["To", target, (f) => (f.option >= 0 ? anchor(optionLink(f.option), target(f)) : anchor(valueLink(f.value), valueName(f.value)))],
      ["Kind", (f) => f.kind], placeColumn("Where"), data.flows.some((f) => f.through.length > 0) && ["Through", (f) => f.through.join(", "), (f) => join(f.through.map(named))]],
    sort: [0, 1],
  },
  ports: {
    title: "Ports", rows: () => data.ports.filter((p) => layerShown(p.at[0]) || p.readers.some(layerShown)),
    columns: [["Port", (p) => p.number, (p) => h("span", { class: model.portsOf.get(p.number).length > 1 ? "wrong" : null }, String(p.number))], valueColumn("Value", (p) => p.value),
      data.ports.some((p) => model.portsOf.get(p.number).length > 1) && ["Also given to", (p) => join(model.portsOf.get(p.number).filter((q) => q !== p).map((q) => valueName(q.value))).join(""), (p) => join(model.portsOf.get(p.number).filter((q) => q !== p).map((q) => anchor(valueLink(q.value), valueName(q.value))))],
      placeColumn("Set in"), ["Read by", (p) => p.readers.map((f) => data.files[f].path).join("\n"), (p) => (p.readers.length ? p.readers.map((f) => h("div", {}, anchor(fileLink(f), data.files[f].path))) : "nobody")]],
    sort: [0, 1],
  },
  unresolved: {
    title: "Not resolved", rows: () => data.unresolved.filter((u) => layerShown(u.at[0])), facet: (u) => u.reason,
    about: "Reads of central values whose name, or whose place in a file that could be read, is not known from the text. Gates count them as not covered.",
    columns: [["Read", (u) => u.path, (u) => code(u.path)], placeColumn("Where"), ["Reason", (u) => u.reason]],
    sort: [1, 1],
  },
  findings: {
    title: "Findings", rows: () => data.findings.filter((x) => layerShown(x.at[0])), facet: (x) => x.check, note: () => fewerFindings,
    columns: [["Severity", (x) => x.severity, (x) => h("span", { class: "tag " + x.severity }, x.severity)], ["Check", (x) => x.check], placeColumn("Where"), ["What", (x) => x.message, (x) => prose(x.message)]],
    by: { 0: (x) => worst[x.severity] ?? 3 },
    sort: [0, 1],
  },
};
const cut = (text) => (text.length > 80 ? text.slice(0, 79) + "…" : text);

const tableView = (name) => {
  const t = tables[name], columns = t.columns.filter(Boolean), all = t.rows(), body = h("tbody", {}), how = h("p", { class: "rows", "aria-live": "polite" }), heads = [];
  const texts = all.map((r) => columns.map((c) => c[1](r)).join("\n").toLowerCase());
  let sort = sorts[name] || [typeof t.sort[0] === "string" ? columns.findIndex((c) => c[0] === t.sort[0]) : t.sort[0], t.sort[1]];
  const input = h("input", { type: "search", "aria-label": "Show only rows with this text", placeholder: "Filter these rows", value: state.find, autocomplete: "off", spellcheck: "false" });
  // Rows are made as they are asked for: ten thousand at once would keep the browser busy for seconds.
  let rest = [];
  const row = (r) => h("tr", {}, columns.map(([, text, cell], i) => h(i ? "td" : "th", { scope: i ? null : "row", class: typeof text(r) === "number" ? "figure" : null }, cell ? cell(r) : String(text(r)))));
  const more = h("button", { type: "button", click: () => {
    const next = rest.slice(0, moreRows).map(row);
    rest = rest.slice(moreRows);
    body.append(...next);
    tell();
    const link = next[0].querySelector("a");
    if (more.hidden && link) link.focus();
  } });
  const tell = () => {
    how.textContent = (matching === all.length ? count(matching, "row", "rows") : matching.toLocaleString("en") + " of " + count(all.length, "row", "rows")) + (rest.length > 0 ? ", the first " + (matching - rest.length).toLocaleString("en") + " shown" : "");
    more.hidden = rest.length === 0;
    more.textContent = "Show " + Math.min(moreRows, rest.length).toLocaleString("en") + " more";
  };
  let matching = 0;
  const chips = t.facet ? [...group(all, t.facet)].sort((a, b) => (worst[a[1][0].severity] ?? 3) - (worst[b[1][0].severity] ?? 3) || b[1].length - a[1].length).slice(0, 20) : [];
  const chip = ([text, rows]) => h("button", { type: "button", class: "chip", "data-text": text.toLowerCase(), click: () => { input.value = input.value.trim().toLowerCase() === text.toLowerCase() ? "" : text; changed(); } }, text, " ", h("span", { class: "figure" }, rows.length.toLocaleString("en")));
  const bar = chips.length > 1 && h("div", { class: "chips", role: "group", "aria-label": "Show only" }, chips.map(chip));
  const fill = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = all.filter((r, i) => words.every((w) => texts[i].includes(w)));
    const key = t.by && t.by[sort[0]] || columns[sort[0]][1], keys = new Map(rows.map((r) => [r, key(r)]));
    rows.sort((a, b) => { const x = keys.get(a), y = keys.get(b); return sort[1] * (typeof x === "number" ? x - y : order.compare(x, y)); });
    matching = rows.length;
    body.replaceChildren(...rows.slice(0, firstRows).map(row));
    rest = rows.slice(firstRows);
    tell();
    heads.forEach((th, i) => th.setAttribute("aria-sort", i === sort[0] ? (sort[1] > 0 ? "ascending" : "descending") : "none"));
    if (bar) for (const b of bar.children) b.setAttribute("aria-pressed", String(b.dataset.text === input.value.trim().toLowerCase()));
  };
  const changed = () => { state.find = input.value; history.replaceState(null, "", address({})); fill(); };
  let wait = 0;
  input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(changed, 80); });
  columns.forEach(([title, text], i) => heads.push(h("th", { scope: "col", class: all.length && typeof text(all[0]) === "number" ? "figure" : null }, h("button", { type: "button", click: () => { sort = sorts[name] = [i, sort[0] === i ? -sort[1] : 1]; fill(); } }, title))));
  fill();
  return [h("h2", {}, t.title), t.about && h("p", { class: "about" }, t.about), t.note && t.note() && h("p", { class: "note" }, t.note()), h("div", { class: "tools" }, input, how), bar,
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t.title + ", table" }, h("table", { class: name }, h("thead", {}, h("tr", {}, heads)), body)), more];
};
