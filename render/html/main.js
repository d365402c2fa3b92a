// The page: tabs, filters, list of values, and in the middle what the address asks for.
const titles = { explore: "Overview", values: "Values", modules: "Modules", references: "References", flows: "Flows", ports: "Ports", coverage: "Coverage", unresolved: "Not resolved", findings: "Findings" };
const figures = { values: data.values.length, modules: data.modules.length, references: data.references.length, flows: data.allFlows, ports: data.ports.length, unresolved: data.unresolved.length, findings: data.allFinds };

const tabs = () => views.filter((v) => !(v in figures) || figures[v] > 0 || state.view === v).map((v) => h("li", {},
  h("a", { href: address({ view: v, focus: null, find: "" }), "aria-current": state.view === v && !state.focus ? "page" : null }, titles[v], v in figures && h("span", { class: "figure" }, figures[v].toLocaleString("en")))));

const toggle = (set, x) => { const out = new Set(set); if (!out.delete(x)) out.add(x); return out; };
const check = (label, on, change, class_) => h("label", { class: class_ || null }, h("input", { type: "checkbox", checked: on, change }), h("span", {}, label));

const usedKinds = new Set(data.flows.map((f) => f.kind)), withoutLayer = data.files.some((f) => f.layer < 0);
const filters = () => {
  const layers = [...data.layers.keys(), ...(withoutLayer && data.layers.length ? [-1] : [])];
  const sets = [
    data.hosts.length > 0 && h("fieldset", {}, h("legend", {}, "Only in this host"), h("select", { "aria-label": "Only in this host", change: (e) => go({ host: Number(e.target.value) }) },
      h("option", { value: "-1", selected: state.host < 0 }, "all " + data.hosts.length + " hosts"), data.hosts.map((name, i) => h("option", { value: String(i), selected: state.host === i }, name)))),
    layers.length > 0 && h("fieldset", {}, h("legend", {}, data.ordered ? "Only these layers" : "Only these folders"), layers.map((l) => check(layerName(l), state.layers.has(l), () => go({ layers: toggle(state.layers, l) }), "swatch " + tone(l)))),
    data.flows.length > 0 && h("fieldset", {}, h("legend", {}, "Only these kinds of flow"), kinds.filter((k) => usedKinds.has(k)).map((k) => check(k + ": " + kindHelp[k], state.kinds.has(k), () => go({ kinds: toggle(state.kinds, k) }))),
      check("through other values too", state.indirect, () => go({ indirect: !state.indirect }))),
    annotated && h("fieldset", {}, h("legend", {}, "Reads"), [["all", "all"], ["covered", "with a source-id"], ["uncovered", "without a source-id"]].map(([c, label]) =>
      h("label", {}, h("input", { type: "radio", name: "coverage", checked: state.coverage === c, change: () => go({ coverage: c }) }), h("span", {}, label)))),
  ].filter(Boolean);
  return sets.length > 0 && h("details", { id: "filters", open: state.filtersOpen !== false, toggle: (e) => { state.filtersOpen = e.target.open; } }, h("summary", {}, "Filters"), sets,
    (state.host >= 0 || state.layers.size > 0 || state.kinds.size > 0 || state.coverage !== "all" || !state.indirect) && h("button", { type: "button", click: () => go({ host: -1, layers: new Set(), kinds: new Set(), coverage: "all", indirect: true }) }, "Clear the filters"));
};

const mostRead = [...data.values.keys()].sort((a, b) => data.values[b].reads - data.values[a].reads || order.compare(valueName(a), valueName(b))).slice(0, 60);
const valueList = () => mostRead.length > 0 && h("nav", { "aria-label": "Most read values" }, h("h2", {}, "Most read values"),
  h("ul", {}, mostRead.map((i) => h("li", {}, h("a", { href: address({ view: "explore", find: "", focus: { kind: "value", index: i } }), "aria-current": state.focus && state.focus.kind === "value" && state.focus.index === i ? "true" : null, title: data.values[i].path }, code(valueName(i)), h("span", { class: "figure" }, String(data.values[i].reads)))))),
  data.values.length > mostRead.length && h("a", { href: "#view=values" }, "All " + data.values.length.toLocaleString("en") + " values"));

const factList = () => data.facts.length > 0 && h("section", {}, h("h3", {}, "Worth knowing"), data.facts.map((f) => h("details", { class: "fact" }, h("summary", { class: f.bad ? "wrong" : null }, f.text),
  h("ul", {}, f.places.map((p) => h("li", {}, p.at[0] >= 0 && [place(p.at), " "], words(p.text))), f.more > 0 && h("li", {}, "and " + f.more.toLocaleString("en") + " more")))));

const overviewPage = () => {
  const p = picture();
  return [
    h("h2", {}, "Where central values end up"),
    h("p", {}, count(data.values.length, "central value", "central values") + ", " + count(data.references.length, "read", "reads") + " in " + count(model.readsIn.size, "module", "modules") + ", " + count(data.allFlows, "flow", "flows") + ". Tracked: ", join(data.roots.map((r) => (r.argument ? ["the module argument ", code(r.path)] : code("config." + r.path)))), p.edges.length > 0 && ". Choose a value, a layer or a service to see its ways."),
    p.edges.length > 0 ? draw(p) : data.values.length > 0 && h("p", { class: "note" }, "No way to draw with these filters."),
    factList(),
    h("div", { class: "pair" }, plainTable("Metrics", ["Metric", "Value", "Benchmark", "Verdict", "Note"], data.metrics), coverageTable()),
    h("p", { class: "hash" }, "Source ", code(data.hash || "unknown")),
  ];
};

const focusPage = () => {
  const { kind, index } = state.focus, p = picture();
  const name = kind === "value" ? valueName(index) : kind === "module" ? data.files[index].path : data.options[index].path;
  document.title = name + " · " + data.title;
  const detail = { value: valueDetail, module: moduleDetail, option: optionDetail }[kind](index);
  return [h("p", { class: "crumb" }, h("a", { href: address({ focus: null, view: "explore" }) }, "Overview"), " › " + kind), h("h2", { id: "focus" }, code(name)),
    p.edges.length > 0 ? draw(p) : h("p", { class: "note" }, "No way to draw here with these filters."), detail];
};

const render = () => {
  document.title = state.view === "explore" ? data.title : titles[state.view] + " · " + data.title;
  $("tabs").replaceChildren(...tabs());
  // Rebuilding must not take the focus from somebody who walks the filters by keyboard.
  const inputs = () => [...$("side").querySelectorAll("input, select")], held = inputs().indexOf(document.activeElement);
  const scrolled = $("side").scrollTop;
  $("side").replaceChildren(...[filters(), valueList()].filter(Boolean));
  $("side").scrollTop = scrolled;
  $("frame").classList.toggle("bare", !$("side").firstChild);
  if (held >= 0 && inputs()[held]) inputs()[held].focus();
  const body = state.focus ? focusPage() : state.view === "explore" ? overviewPage() : state.view === "coverage" ? coverageView() : tableView(state.view);
  $("main").replaceChildren(...[
    data.missing && h("p", { class: "note wrong" }, "Incomplete: " + data.missing + "; this page leaves that out."),
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
// What stays in sight below the header has to know how high it is.
const header = document.querySelector("header");
new ResizeObserver(() => document.documentElement.style.setProperty("--head", (getComputedStyle(header).position === "sticky" ? header.offsetHeight : 0) + "px")).observe(header);
startSearch();
arrive();
if (data.live) new EventSource(data.live).addEventListener("change", () => location.reload());
document.documentElement.dataset.ready = "yes";
