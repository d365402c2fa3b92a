// The coverages, and every module as a cell whose colour tells how many of its reads have a source-id.
const heatOf = (covered, total) => { const i = data.heat.findIndex((upTo) => covered / total <= upTo); return i < 0 ? data.heat.length - 1 : i; };
const mostCells = 1000;

const plainTable = (caption, head, rows) => {
  // A column in which nothing stands is left out.
  const kept = head.map((_, i) => i).filter((i) => rows.some((r) => r[i] !== ""));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, kept.map((i) => h("th", { scope: "col" }, head[i])))),
    h("tbody", {}, rows.map((r) => h("tr", {}, kept.map((i) => h(i ? "td" : "th", { scope: i ? null : "row", class: r[i] === "missed" ? "wrong" : null }, typeof r[i] === "string" && r[i].includes("/") ? parts(r[i]) : r[i])))))));
};
const coverageTable = () => plainTable("Coverage", ["Coverage", "Share", "Covered", "Note"], data.coverage);

const cells = () => {
  let out = [...model.readsIn].filter(([file]) => layerShown(file)).map(([file, reads]) => ({ layer: layerOf(file), name: data.files[file].path, href: fileLink(file), modules: 1, total: reads.length, covered: reads.filter((r) => r.covered).length }));
  // Too many are folded into their folders, the deepest first.
  for (let depth = 6; depth > 0 && out.length > mostCells; depth--) {
    const folders = group(out, (c) => { const at = c.name.split("/"); return c.layer + "\n" + (at.length > depth ? at.slice(0, depth).join("/") + "/" : c.name); });
    out = [...folders].map(([key, cs]) => {
      const name = key.slice(key.indexOf("\n") + 1), sum = (of) => cs.reduce((n, c) => n + c[of], 0);
      return name.endsWith("/") ? { layer: cs[0].layer, name, href: "#view=modules&find=" + encodeURIComponent(name), modules: sum("modules"), total: sum("total"), covered: sum("covered") } : cs[0];
    });
  }
  return out.sort((a, b) => a.layer - b.layer || order.compare(a.name, b.name));
};

const coverageView = () => {
  const all = cells(), reads = data.references.filter((r) => layerShown(r.at[0])), covered = reads.filter((r) => r.covered).length;
  const layers = [...group(all, (c) => c.layer)].sort(([a], [b]) => (a < 0) - (b < 0) || a - b);
  const folded = all.some((c) => c.modules > 1);
  return [h("h2", {}, "Coverage"),
    h("p", {}, "Source-id coverage is the share of the reads of central values that a comment names: ", code("# source-id: …"), ". Here it is " + share(covered, reads.length) + " (" + covered.toLocaleString("en") + " of " + count(reads.length, "read", "reads") + ").",
      data.unresolved.length > 0 && [" ", h("a", { href: "#view=unresolved" }, count(data.unresolved.length, "reference", "references")), " could not be resolved."]),
    !annotated && h("p", { class: "note" }, "Nothing is annotated in this tree; 'nixsink annotate' writes what is missing."),
    coverageTable(),
    h("h3", {}, folded ? "By folder" : "By module"),
    h("p", { class: "legend" }, ["none", "up to a quarter", "up to half", "up to three quarters", "more", "all"].map((text, i) => [h("span", { class: "cell t" + i, "aria-hidden": "true" }, "\u00a0\u00a0"), h("span", {}, text)])),
    folded && h("p", { class: "how" }, "Modules are folded into folders: a click lists them."),
    layers.map(([l, cs]) => {
      const total = cs.reduce((n, c) => n + c.total, 0), with_ = cs.reduce((n, c) => n + c.covered, 0);
      return h("section", {}, data.layers.length > 0 && h("h4", { class: "swatch " + tone(l) }, h("span", {}, layerName(l)), " ", h("small", {}, share(with_, total) + ", " + with_.toLocaleString("en") + " of " + count(total, "read", "reads"))),
        h("ul", { class: "cells" }, cs.map((c) => h("li", {}, h("a", { class: "cell t" + heatOf(c.covered, c.total), href: c.href, title: share(c.covered, c.total) + ": " + c.covered + " of " + count(c.total, "read has", "reads have") + " a source-id" }, parts(c.name), " ", h("small", {}, c.covered + "/" + c.total))))));
    }),
    all.length === 0 && h("p", { class: "note" }, "No module reads a central value, as far as the filters show.")];
};
