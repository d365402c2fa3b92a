// Where we are, kept in the address so that every view can be linked to: #value=…, #module=…, #option=…, #view=flows&find=…, with the filters after it.
const kinds = ["data", "key", "control", "default"];
const kindHelp = { data: "part of the definition", key: "in an attribute's name", control: "decides with it", default: "through a default" };
const views = ["explore", "values", "modules", "references", "flows", "ports", "coverage", "unresolved", "findings"];
const state = { view: "explore", focus: null, find: "", host: -1, layers: new Set(), kinds: new Set(), coverage: "all", indirect: true };

const readAddress = () => {
  const p = new URLSearchParams(location.hash.slice(1));
  state.view = views.includes(p.get("view")) ? p.get("view") : "explore";
  state.focus = null;
  state.missing = "";
  const lookups = { value: model.valueByName, module: model.fileByPath, option: model.optionByPath };
  for (const [kind, index] of Object.entries(lookups)) {
    const name = p.get(kind);
    if (name === null) continue;
    if (index.has(name)) state.focus = { kind, index: index.get(name) };
    else state.missing = kind + " " + name;
  }
  state.find = p.get("find") || "";
  state.layers = new Set(p.getAll("layer").map((l) => data.layers.indexOf(l)));
  state.host = p.has("host") ? data.hosts.indexOf(p.get("host")) : -1;
  state.kinds = new Set(p.getAll("kind").filter((k) => kinds.includes(k)));
  state.coverage = ["covered", "uncovered"].includes(p.get("coverage")) ? p.get("coverage") : "all";
  state.indirect = p.get("indirect") !== "no";
};

const address = (change) => {
  const at = { ...state, ...change };
  const p = new URLSearchParams();
  if (at.focus) p.set(at.focus.kind, { value: data.values, module: data.files, option: data.options }[at.focus.kind][at.focus.index].path);
  else if (at.view !== "explore") p.set("view", at.view);
  if (at.find) p.set("find", at.find);
  for (const l of at.layers) p.append("layer", l < 0 ? "" : data.layers[l]);
  if (at.host >= 0) p.set("host", data.hosts[at.host]);
  for (const k of at.kinds) p.append("kind", k);
  if (at.coverage !== "all") p.set("coverage", at.coverage);
  if (!at.indirect) p.set("indirect", "no");
  return "#" + p.toString();
};
const go = (change) => { location.hash = address(change); };

// The filters: nothing chosen shows everything.
const layerShown = (file) => state.layers.size === 0 || state.layers.has(layerOf(file));
// What a read, flow or module is in: -1 is all hosts.
const hostShown = (x) => state.host < 0 || x.in < 0 || data.sets[x.in].includes(state.host);
const readShown = (r) => hostShown(r) && layerShown(r.at[0]) && (state.coverage === "all" || r.covered === (state.coverage === "covered"));
// With coverage chosen, only the ways that go through such a read remain.
const flowCovered = (f) => state.coverage === "all" || (model.readsOf.get(f.from) || []).some((r) => r.at[0] === f.at[0] && r.covered === (state.coverage === "covered"));
const flowShown = (f) => hostShown(f) && flowCovered(f) && layerShown(f.at[0]) && (state.kinds.size === 0 || state.kinds.has(f.kind)) && (state.indirect || f.through.length === 0);
