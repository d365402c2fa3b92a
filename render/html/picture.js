// What the picture shows: three columns of nodes, and the edges between neighbours. Widths are reads, or flows.
const mostNodes = 40;

const newPicture = (...titles) => {
  const columns = titles.map((title) => ({ title, nodes: new Map() }));
  const edges = new Map();
  return {
    columns,
    edges,
    node(column, key, make) {
      const nodes = columns[column].nodes;
      if (!nodes.has(key)) nodes.set(key, { key, column, weight: 0, aside: true, ...make() });
      return nodes.get(key);
    },
    edge(a, b, weight, more) {
      const key = a.column + "\n" + a.key + "\n" + b.key;
      if (!edges.has(key)) edges.set(key, { a, b, weight: 0, uncovered: 0, kinds: new Set(), indirect: true, passed: true, layer: -1 });
      const e = edges.get(key);
      e.weight += weight;
      if (!more.indirect) a.aside = b.aside = false;
      e.uncovered += more.uncovered || 0;
      if (more.kind) e.kinds.add(more.kind);
      e.indirect = e.indirect && Boolean(more.indirect);
      e.passed = e.passed && Boolean(more.passed);
      e.layer = more.layer;
    },
  };
};

const valueNode = (p, column, i) => p.node(column, "v" + i, () => ({
  kind: "value", label: valueName(i), href: valueLink(i), group: "", order: -data.values[i].reads, layer: -1,
  bad: model.nowhere.has(i), tip: written(i) + (model.nowhere.has(i) ? "\ndeclared nowhere" : ""),
}));
const moduleNode = (p, file) => p.node(1, "m" + file, () => ({
  kind: "module", label: data.files[file].path, href: fileLink(file), group: data.layers.length ? layerName(layerOf(file)) : "",
  order: layerOf(file) < 0 ? data.layers.length : layerOf(file), layer: layerOf(file), tip: data.files[file].path,
}));
const endNode = (p, f, folded) => {
  if (f.value >= 0) return Object.assign(valueNode(p, 2, f.value), { group: "other values" });
  const o = data.options[f.option];
  if (folded) return p.node(2, "s" + o.service, () => ({
    kind: "service", label: o.service + ".*", href: "#view=flows&find=" + encodeURIComponent(o.service), group: "", order: 0, layer: -1, tip: "all options of " + o.service,
  }));
  return p.node(2, "o" + f.option, () => ({ kind: "option", label: o.path, short: o.path.startsWith(o.service + ".") ? o.path.slice(o.service.length + 1) : o.path, href: optionLink(f.option), group: o.service, order: 0, layer: -1, tip: o.path }));
};

// picture chooses what to draw for what we look at.
const picture = () => {
  const p = newPicture("Values", "Modules", "Options");
  let reads = data.references, flows = data.flows;
  const f = state.focus;
  if (f && f.kind === "value") {
    reads = model.readsOf.get(f.index) || [];
    flows = model.flowsOf.get(f.index) || [];
    valueNode(p, 0, f.index);
  } else if (f && f.kind === "module") {
    reads = model.readsIn.get(f.index) || [];
    flows = model.flowsIn.get(f.index) || [];
    moduleNode(p, f.index);
  } else if (f) {
    flows = model.flowsTo.get(f.index) || [];
    const sources = new Set(flows.map((x) => x.from)), files = new Set(flows.map((x) => x.at[0]));
    reads = data.references.filter((r) => sources.has(r.value) && files.has(r.at[0]));
  }
  reads = reads.filter(readShown);
  flows = flows.filter(flowShown);
  if (!f) return overview(reads, flows);
  const folded = new Set(flows.map(target)).size > mostNodes && f.kind !== "option";
  const has = new Set();
  for (const r of reads) {
    has.add(r.value + " " + r.at[0]);
    p.edge(valueNode(p, 0, r.value), moduleNode(p, r.at[0]), 1, { uncovered: r.covered ? 0 : 1, layer: layerOf(r.at[0]) });
  }
  for (const x of flows) {
    const from = valueNode(p, 0, x.from), m = moduleNode(p, x.at[0]);
    if (!has.has(x.from + " " + x.at[0])) p.edge(from, m, 0.5, { passed: true, layer: layerOf(x.at[0]), indirect: x.through.length > 0 });
    p.edge(m, endNode(p, x, folded), 1, { kind: x.kind, indirect: x.through.length > 0, layer: layerOf(x.at[0]) });
  }
  return trim(p);
};

// folderOf cuts a file's folder at a depth.
const folderOf = (file, depth) => data.files[file].path.split("/").slice(0, -1).slice(0, depth).join("/") || "(top)";

// The overview: the most read values, layers (or folders) between, services at the end.
const overview = (reads, flows) => {
  // Layers tell little where hardly any reader belongs to one, or all belong to the same: then folders do, as deep as they have to go.
  const heaviest = (key) => Math.max(0, ...[...group(reads, key).values()].map((rs) => rs.length));
  const layered = data.layers.length > 0 && reads.filter((r) => layerOf(r.at[0]) >= 0).length * 2 >= reads.length
    && (state.layers.size > 0 || heaviest((r) => layerOf(r.at[0])) * 4 <= reads.length * 3);
  let depth = 1;
  while (!layered && depth < 6 && heaviest((r) => folderOf(r.at[0], depth)) * 2 > reads.length) depth++;
  const p = newPicture("Most read values", layered && data.ordered ? "Layers" : "Folders", "Services");
  const middle = (file) => {
    const l = layerOf(file);
    const name = layered ? layerName(l) : folderOf(file, depth);
    const href = layered ? "#view=modules&layer=" + encodeURIComponent(l < 0 ? "" : name) : "#view=modules&find=" + encodeURIComponent(name === "(top)" ? "" : name + "/");
    return p.node(1, name, () => ({ kind: "module", label: name, href, group: "", order: layered ? (l < 0 ? data.layers.length : l) : 0, layer: l, tip: "all of " + name }));
  };
  const top = [...group(reads, (r) => r.value).entries()].sort((a, b) => b[1].length - a[1].length || a[0] - b[0]).slice(0, 25);
  const chosen = new Set(top.map((t) => t[0]));
  for (const r of reads) if (chosen.has(r.value)) p.edge(valueNode(p, 0, r.value), middle(r.at[0]), 1, { uncovered: r.covered ? 0 : 1, layer: layerOf(r.at[0]) });
  for (const x of flows) if (chosen.has(x.from) && x.option >= 0 && x.through.length === 0) p.edge(middle(x.at[0]), endNode(p, x, true), 1, { kind: x.kind, layer: layerOf(x.at[0]) });
  return trim(p, 25);
};

// trim weighs the nodes, puts them in order, and leaves out the lightest of a column that is too long, saying how many. What is
// there only through other values goes first.
const trim = (p, most = mostNodes) => {
  for (const e of p.edges.values()) {
    e.a.out = (e.a.out || 0) + e.weight;
    e.b.in = (e.b.in || 0) + e.weight;
  }
  p.left = [];
  p.columns.forEach((c) => {
    let nodes = [...c.nodes.values()];
    for (const n of nodes) n.weight = Math.max(n.in || 0, n.out || 0, 1);
    const limit = state.all ? Infinity : most;
    if (nodes.length > limit) {
      nodes.sort((a, b) => a.aside - b.aside || b.weight - a.weight || (a.key < b.key ? -1 : 1));
      p.left.push((nodes.length - limit).toLocaleString("en") + " more " + c.title.toLowerCase().replace("most read ", ""));
      nodes = nodes.slice(0, limit);
    }
    c.nodes = new Map(nodes.map((n) => [n.key, n]));
  });
  p.edges = [...p.edges.values()].filter((e) => p.columns[e.a.column].nodes.has(e.a.key) && p.columns[e.b.column].nodes.has(e.b.key));
  const place = (nodes) => nodes.forEach((n, i) => { n.at = i; });
  const mean = (n, side, other) => {
    let sum = 0, w = 0;
    for (const e of p.edges) if (e[side] === n) { sum += e[other].at * e.weight; w += e.weight; }
    return w ? sum / w : 0;
  };
  const order = p.columns.map((c) => [...c.nodes.values()].sort((a, b) => a.order - b.order || (a.label < b.label ? -1 : 1)));
  order.forEach(place);
  for (let sweep = 0; sweep < 3; sweep++) {
    for (const [i, side, other] of [[1, "b", "a"], [2, "b", "a"], [1, "a", "b"], [0, "a", "b"]]) {
      for (const n of order[i]) n.mean = mean(n, side, other);
      const groups = group(order[i], (n) => n.group);
      const groupMean = new Map([...groups].map(([g, ns]) => [g, ns.reduce((t, n) => t + n.mean, 0) / ns.length]));
      order[i].sort((a, b) => (i === 1 ? a.order - b.order : 0) || groupMean.get(a.group) - groupMean.get(b.group) || (a.group < b.group ? -1 : a.group > b.group ? 1 : 0) || a.mean - b.mean || (a.key < b.key ? -1 : 1));
      place(order[i]);
    }
  }
  // Options of one service stand below its name; one alone has it in its own.
  for (const nodes of group(order[2], (n) => n.group).values()) {
    for (const n of nodes) {
      if (n.kind !== "option") continue;
      if (nodes.length > 1) n.label = n.short;
      else n.group = "";
    }
  }
  p.order = order;
  return p;
};
