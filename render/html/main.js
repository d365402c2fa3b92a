// The page: tabs, filters, list of values, and in the middle what the address asks for.
const titles = { explore: "Explore", values: "Values", modules: "Modules", references: "References", flows: "Flows", findings: "Findings" };
const figures = { values: data.values.length, modules: data.modules.length, references: data.references.length, flows: data.flows.length, findings: data.findings.length };

const tabs = () => views.filter((v) => v !== "findings" || data.findings.length).map((v) => h("li", {},
  h("a", { href: address({ view: v, focus: null, find: "" }), "aria-current": state.view === v && !state.focus ? "page" : null }, titles[v], v in figures && h("span", { class: "figure" }, figures[v].toLocaleString("en")))));

const toggle = (set, x) => { const out = new Set(set); if (!out.delete(x)) out.add(x); return out; };
const check = (label, on, change, class_) => h("label", { class: class_ || null }, h("input", { type: "checkbox", checked: on, change }), h("span", {}, label));

const filters = () => {
  const used = new Set(data.flows.map((f) => f.kind)), bare = data.files.some((f) => f.layer < 0);
  const layers = [...data.layers.keys(), ...(bare && data.layers.length ? [-1] : [])];
  return h("details", { id: "filters", open: state.filtersOpen !== false, toggle: (e) => { state.filtersOpen = e.target.open; } }, h("summary", {}, "Filters"),
    layers.length > 0 && h("fieldset", {}, h("legend", {}, "Only these layers"), layers.map((l) => check(layerName(l), state.layers.has(l), () => go({ layers: toggle(state.layers, l) }), "swatch " + tone(l)))),
    h("fieldset", {}, h("legend", {}, "Only these kinds of flow"), kinds.filter((k) => used.has(k)).map((k) => check(k + ": " + kindHelp[k], state.kinds.has(k), () => go({ kinds: toggle(state.kinds, k) }))),
      check("through other values too", state.indirect, () => go({ indirect: !state.indirect }))),
    h("fieldset", {}, h("legend", {}, "Reads"), [["all", "all"], ["covered", "with a source-id"], ["uncovered", "without a source-id"]].map(([c, label]) =>
      h("label", {}, h("input", { type: "radio", name: "coverage", checked: state.coverage === c, change: () => go({ coverage: c }) }), h("span", {}, label)))),
    (state.layers.size > 0 || state.kinds.size > 0 || state.coverage !== "all" || !state.indirect) && h("button", { type: "button", click: () => go({ layers: new Set(), kinds: new Set(), coverage: "all", indirect: true }) }, "Clear the filters"));
};

const valueList = () => {
  const list = [...data.values.keys()].sort((a, b) => data.values[b].reads - data.values[a].reads || order.compare(valueName(a), valueName(b))).slice(0, 60);
  return h("nav", { "aria-label": "Most read values" }, h("h2", {}, "Most read values"),
    h("ul", {}, list.map((i) => h("li", {}, h("a", { href: address({ view: "explore", find: "", focus: { kind: "value", index: i } }), "aria-current": state.focus && state.focus.kind === "value" && state.focus.index === i ? "true" : null, title: data.values[i].path }, code(valueName(i)), h("span", { class: "figure" }, String(data.values[i].reads)))))),
    data.values.length > list.length && h("a", { href: "#view=values" }, "All " + data.values.length.toLocaleString("en") + " values"));
};

const plainTable = (caption, head, rows) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, head.map((x) => h("th", { scope: "col" }, x)))),
  h("tbody", {}, rows.map((r) => h("tr", {}, r.map((x, i) => h(i ? "td" : "th", { scope: i ? null : "row", class: x === "missed" ? "wrong" : null }, x)))))));

const overviewPage = () => [
  h("h2", {}, "Where central values end up"),
  h("p", {}, count(data.values.length, "central value", "central values") + ", " + count(data.references.length, "read", "reads") + " in " + count(data.modules.length, "module", "modules") + ", " + count(data.flows.length, "flow", "flows") + ". Tracked: ", join(data.roots.map(code)), ". Choose a value, a layer or a service to see its ways."),
  draw(picture()),
  h("div", { class: "pair" }, plainTable("Metrics", ["Metric", "Value", "Benchmark", "Verdict", "Note"], data.metrics), plainTable("Coverage", ["Coverage", "Share", "Covered", "Note"], data.coverage)),
  h("p", { class: "hash" }, "Source ", code(data.hash || "unknown")),
];

const focusPage = () => {
  const { kind, index } = state.focus, p = picture();
  const name = kind === "value" ? valueName(index) : kind === "module" ? data.files[index].path : data.options[index].path;
  document.title = name + " · " + data.title;
  const detail = { value: valueDetail, module: moduleDetail, option: optionDetail }[kind](index);
  return [h("p", { class: "crumb" }, h("a", { href: address({ focus: null, view: "explore" }) }, "Overview"), " › " + kind), h("h2", { id: "focus" }, code(name)),
    p.edges.length > 0 ? draw(p) : h("p", { class: "note" }, "No way to draw here with these filters."), detail];
};

const render = () => {
  document.title = data.title;
  $("tabs").replaceChildren(...tabs());
  // Rebuilding must not take the focus from somebody who walks the filters by keyboard.
  const inputs = () => [...$("side").querySelectorAll("input")], held = inputs().indexOf(document.activeElement);
  $("side").replaceChildren(filters(), valueList());
  if (held >= 0 && inputs()[held]) inputs()[held].focus();
  const body = state.focus ? focusPage() : state.view === "explore" ? overviewPage() : tableView(state.view);
  $("main").replaceChildren(...[
    data.incomplete && h("p", { class: "note wrong" }, "Incomplete: some files could not be read or parsed; what they read and define is not shown."),
    data.empty && h("p", { class: "note" }, "Nothing to show: " + data.empty),
    state.missing && h("p", { class: "note wrong" }, "There is no " + state.missing + " here."),
    ...body.flat(Infinity)].filter(Boolean));
};

$("title").textContent = data.title;
document.querySelector(".skip").addEventListener("click", (e) => { e.preventDefault(); $("main").focus(); });
let focusBefore = "";
const arrive = () => {
  readAddress();
  const focus = JSON.stringify([state.focus, state.view]);
  if (focus !== focusBefore) state.all = false;
  render();
  if (focusBefore && focus !== focusBefore) {
    scrollTo(0, 0);
    $("main").focus({ preventScroll: true });
    say(document.title);
  }
  focusBefore = focus;
};
addEventListener("hashchange", arrive);
startSearch();
arrive();
if (data.live) new EventSource(data.live).addEventListener("change", () => location.reload());
document.documentElement.dataset.ready = "yes";
