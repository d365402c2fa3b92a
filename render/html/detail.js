// What stands below the picture: everything about the value, module or option that we look at.
const facts = (pairs) => h("dl", {}, pairs.filter((p) => p && p[1] !== "" && !(Array.isArray(p[1]) && p[1].length === 0)).map(([k, v]) => h("div", {}, h("dt", {}, k), h("dd", {}, v))));
const join = (list) => list.flatMap((x, i) => (i ? [", ", x] : [x]));

// A long list begins short.
const long = (list, show, tag = "div", first = 12) => {
  const box = h(tag, { class: "long" }, list.slice(0, first).map(show));
  if (list.length <= first) return box;
  const more = h("button", { type: "button", click: () => { const next = list.slice(first).map(show); box.append(...next); more.remove(); const a = box.querySelectorAll("a")[first]; if (a) a.focus(); } }, "Show " + (list.length - first).toLocaleString("en") + " more");
  return h("div", {}, box, more);
};

const readRow = (r, label) => h("article", { class: "read" },
  h("p", {}, label, " ", place(r.at), r.name && [" ", code(r.name)], " ", h("span", { class: "tag" }, r.kind), r.via && [" through ", code(r.via)],
    annotated && [" ", r.covered ? h("span", { class: "tag good" }, "source-id") : h("span", { class: "tag poor" }, "no source-id")]),
  excerpt(r.at));

// What a flow goes through may be a value or an option, or something that has no page here.
const named = (path) => (model.valueByName.has(path) ? h("a", { href: link("value", path) }, code(valueName(model.valueByName.get(path)))) : model.optionByPath.has(path) ? h("a", { href: link("option", path) }, code(path)) : code(path));
// The way through other values is made of the ways from one to the next. Where it goes through an option, its middle is not in the page.
const wayOf = (f) => {
  if (f.through.length === 0) return f.steps;
  const steps = [];
  let at = f.from;
  for (const t of [...f.through, target(f)]) {
    const leg = (model.flowsOf.get(at) || []).find((g) => g.through.length === 0 && target(g) === t);
    if (!leg) return [];
    steps.push(...leg.steps);
    at = model.valueByName.get(t);
  }
  return steps;
};
const step = (st) => {
  const text = lineText(st.at);
  return h("li", {}, st.what, " ", place(st.at), text && h("div", { class: "sourceline" }, h("code", { dir: "ltr" }, text)));
};
// A row tells of all flows between the same two, of one kind and by the same way, wherever they are.
const flowRow = (flows) => {
  const f = flows[0];
  // Where every flow begins or ends with what we look at, saying so at every line would only be noise.
  const here = (kind, index) => state.focus.kind === kind && state.focus.index === index;
  const from = !here("value", f.from) && h("a", { href: valueLink(f.from) }, code(valueName(f.from)));
  const to = !here("option", f.option) && !here("value", f.value) && (f.option >= 0 ? h("a", { href: optionLink(f.option) }, code(target(f))) : h("a", { href: valueLink(f.value) }, code(valueName(f.value))));
  const told = flows.map((x) => ({ at: x.at, steps: wayOf(x) })).filter((x) => x.steps.length > 1);
  return h("li", {}, from, from && to && " → ", to, " ", h("span", { class: "tag", title: kindHelp[f.kind] }, f.kind), " in ",
    flows.length === 1 ? place(f.at) : count(flows.length, "place", "places"), f.through.length > 0 && [" through ", join(f.through.map(named))],
    flows.length > 1 && told.length === 0 && h("ul", {}, flows.map((x) => h("li", {}, place(x.at)))),
    told.length > 0 && h("details", {}, h("summary", {}, told.length === 1 ? "the way" : "the ways"), told.map((x) => [told.length > 1 && h("p", { class: "way" }, place(x.at)), h("ol", {}, x.steps.map(step))])));
};

const stateTag = (a) => h("span", { class: "tag " + (a.state === "ok" ? "good" : settled.has(a.state) ? "" : "poor") }, a.state);
const section = (title, ...body) => h("section", {}, h("h3", {}, title), body);
const ways = (title, flows) => {
  const rows = [...group(flows, (f) => [f.from, f.option, f.value, f.kind, f.through.join()].join("\n")).values()];
  return rows.length > 0 && section(title + " (" + rows.length.toLocaleString("en") + ")", long(rows, flowRow, "ul", 20));
};

const undeclared = (i) => model.nowhere.has(i) ? h("strong", { class: "wrong" }, "nowhere") : "not in this tree";

const valueDetail = (i) => {
  const v = data.values[i], reads = (model.readsOf.get(i) || []).filter(readShown), flows = (model.flowsOf.get(i) || []).filter(flowShown);
  const into = (model.flowsInto.get(i) || []).filter(flowShown);
  return [
    v.description && h("p", {}, v.description),
    facts([["Path", code(written(i))], ["Ids", join(v.ids.map(code))], ["Type", v.type && code(v.type)], ["Default", v.default && code(v.default)],
      ["Known to be", join([...new Set(v.literals)].map(code))],
      ["Declared", v.declared.length ? join(v.declared.map((at) => place(at))) : undeclared(i)],
      ["Fan-out", count(v.reads, "read", "reads") + " in " + count(v.modules, "module", "modules") + ", " + count(v.sinks, "option", "options") + (v.reach > v.sinks ? " (" + v.reach.toLocaleString("en") + " with those through other values)" : "")]]),
    v.declared.length > 0 && section("Declared", long(v.declared, (at) => h("article", { class: "read" }, h("p", {}, place(at)), excerpt(at, 3)), "div", 3)),
    ways("Comes from", into),
    section("Read in (" + reads.length + ")", reads.length ? long(reads, (r) => readRow(r, "")) : h("p", {}, "Nobody reads it, as far as the filters show.")),
    ways("Ends up in", flows),
    fewerFlows && v.reach > flows.length && h("p", { class: "note" }, fewerFlows),
  ];
};

const findingList = (title, found) => found.length > 0 && section(title + " (" + found.length + ")",
  long(found, (x) => h("li", {}, x.severity !== "info" && [h("span", { class: "tag " + x.severity }, x.severity), " "], x.check, " ", place(x.at), " ", prose(x.message)), "ul"));

const moduleDetail = (i) => {
  const f = data.files[i], ms = data.modules.filter((m) => m.file === i), m = ms[0];
  const reads = (model.readsIn.get(i) || []).filter(readShown), flows = (model.flowsIn.get(i) || []).filter(flowShown);
  const declares = (model.declaredIn.get(i) || []).map((x) => x.i).sort((a, b) => data.values[b].reads - data.values[a].reads);
  const notes = model.notesIn.get(i) || [], open = data.unresolved.filter((u) => u.at[0] === i), found = data.findings.filter((x) => x.at[0] === i);
  return [
    m && (m.title || m.summary) && h("p", {}, h("strong", {}, m.title), m.title && m.summary ? ": " : "", m.summary),
    facts([["File", place([i, 0])], ["Layer", layerName(f.layer)], m && ["Lines", String(m.lines)], m && ["Role", m.role], m && ["Reached", m.reachable ? m.why || "yes" : h("strong", { class: "wrong" }, "not imported from any entry point")],
      m && ["Documented", m.documented ? "yes" : "no"], ["Instances", join(ms.filter((x) => x.instance).map((x) => code(x.instance)))]]),
    findingList("Findings", found.filter((x) => x.severity !== "info")),
    declares.length > 0 && section("Declares (" + declares.length + ")", long(declares, (v) => h("li", {}, h("a", { href: valueLink(v) }, code(valueName(v))), " ", count(data.values[v].reads, "read", "reads")), "ul", 20)),
    section("Reads (" + reads.length + ")", reads.length ? long(reads, (r) => readRow(r, h("a", { href: valueLink(r.value) }, code(valueName(r.value))))) : h("p", {}, "It reads no central value, as far as the filters show.")),
    ways("Defines with them", flows),
    notes.length > 0 && section("Annotations (" + notes.length + ")", long(notes, (a) => h("li", {}, place(a.at), " ", code(a.text), " ", stateTag(a), " ", a.why), "ul")),
    open.length > 0 && section("Not resolved (" + open.length + ")", long(open, (u) => h("li", {}, place(u.at), " ", code(u.path), ": ", u.reason), "ul")),
    findingList("Hints", found.filter((x) => x.severity === "info")),
  ];
};

const optionDetail = (i) => {
  const flows = (model.flowsTo.get(i) || []).filter(flowShown), places = [...new Map(flows.map((f) => [f.at.join(), f.at])).values()];
  return [
    facts([["Option", code(data.options[i].path)], data.options[i].service !== data.options[i].path && ["Service", h("a", { href: "#view=flows&find=" + encodeURIComponent(data.options[i].service) }, code(data.options[i].service))]]),
    section("Defined in", long(places, (at) => h("article", { class: "read" }, h("p", {}, place(at)), excerpt(at, 1)))),
    ways("Values in it", flows),
  ];
};
