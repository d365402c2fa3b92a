// What the page knows, with indexes to walk it. Files, values and options are named by their place in a list.
const data = JSON.parse(document.getElementById("data").textContent);
data.flows = data.flows.map(([from, option, value, kind, file, line, through, steps, within]) => ({
  from, option, value, kind: data.kinds[kind], at: [file, line], through: through.map((i) => data.names[i]), steps: steps.map(([what, ...at]) => ({ what: data.texts[what], at })), in: within,
}));
data.references = data.references.map(([value, file, line, kind, covered, via, name, within]) => ({ value, at: [file, line], kind, covered: covered === 1, via, name, in: within }));
data.options = data.options.map(([path, service]) => ({ path, service: typeof service === "number" ? path.slice(0, service) : service }));
data.values = data.values.map(([path, ids, declared, type, fallback, description, literals, reads, modules, sinks, reach, critical]) => ({
  path, ids, declared, type, default: fallback, description, literals, reads, modules, sinks, reach, critical: critical === 1,
}));

data.findings = data.findings.map(([check, severity, ...rest]) => ({ check: data.checks[check], severity, at: rest.slice(0, 2), message: rest[2] }));

const group = (list, key) => {
  const out = new Map();
  for (const x of list) {
    const k = key(x);
    if (!out.has(k)) out.set(k, []);
    out.get(k).push(x);
  }
  return out;
};
const model = {
  readsOf: group(data.references, (r) => r.value),
  readsIn: group(data.references, (r) => r.at[0]),
  flowsOf: group(data.flows, (f) => f.from),
  flowsIn: group(data.flows, (f) => f.at[0]),
  flowsTo: group(data.flows.filter((f) => f.option >= 0), (f) => f.option),
  flowsInto: group(data.flows.filter((f) => f.value >= 0), (f) => f.value),
  nowhere: new Set(data.nowhere),
  declaredIn: group([...data.values.keys()].flatMap((i) => [...new Set(data.values[i].declared.map((at) => at[0]))].map((file) => ({ file, i }))), (x) => x.file),
  portsOf: group(data.ports, (p) => p.number),
  notesIn: group(data.annotations, (a) => a.at[0]),
  valueByName: new Map(),
  fileByPath: new Map(data.files.map((f, i) => [f.path, i])),
  optionByPath: new Map(data.options.map((o, i) => [o.path, i])),
};
data.values.forEach((v, i) => v.ids.forEach((id) => model.valueByName.set(id, i)));
data.values.forEach((v, i) => model.valueByName.set(v.path, i));

// How a module writes a value: config.my.domain, or vars.domain where it is passed as an argument.
const written = (i) => (data.roots.some((r) => r.argument && (data.values[i].path + ".").startsWith(r.path + ".")) ? "" : "config.") + data.values[i].path;
const valueName = (i) => data.values[i].ids[0] || data.values[i].path;
const valueLink = (i) => link("value", data.values[i].path);
const fileLink = (i) => link("module", data.files[i].path);
const optionLink = (i) => link("option", data.options[i].path);
const link = (kind, name) => "#" + kind + "=" + encodeURIComponent(name);
const target = (f) => (f.option >= 0 ? data.options[f.option].path : data.values[f.value].path);
const layerOf = (file) => (file < 0 ? -1 : data.files[file].layer);
const layerName = (l) => (l < 0 ? "(no layer)" : data.layers[l]);
const tone = (l) => (l < 0 ? "ln" : "l" + (data.colors[l] % data.tones));
const count = (n, one, many) => n.toLocaleString("en") + " " + (n === 1 ? one : many);
// What is not all is never rounded up to 100 %, nor what is something down to 0 %.
const share = (covered, total) => {
  if (!total) return "n/a";
  const s = (100 * covered / total).toFixed(1);
  return (covered < total && s === "100.0" ? "99.9" : covered > 0 && s === "0.0" ? "0.1" : s).replace(/\.0$/, "") + "\u00a0%";
};

// Where nobody annotates anything, that a read has no source-id is no news: it is neither drawn nor said.
const annotated = data.annotations.length > 0;
const fewerFlows = data.allFlows > data.flows.length && "Of " + data.allFlows.toLocaleString("en") + " flows the " + count(data.flows.length, "shortest is", "shortest are")
  + " in this page, those of the most read values first: 'nixsink trace ID' and '--format json' tell the others.";
const fewerFindings = data.allFinds > data.findings.length && "Of " + data.allFinds.toLocaleString("en") + " findings the " + data.findings.length.toLocaleString("en") + " most severe are in this page: 'nixsink check --format json' tells them all.";
