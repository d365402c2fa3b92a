// The picture as SVG. Its nodes are links, so that a keyboard and a screen reader walk it like any other text.
const pen = document.createElement("canvas").getContext("2d");
const wide = (text) => {
  pen.font = "12px Verdana, 'DejaVu Sans', sans-serif";
  return pen.measureText(text).width;
};
const fit = (text, width) => {
  if (wide(text) <= width) return text;
  // The end of a path tells more than its beginning.
  let from = 1;
  while (from < text.length - 4 && wide("…" + text.slice(from)) > width) from++;
  return "…" + text.slice(from);
};

const isFocus = (n) => Boolean(state.focus) && n.href === link(state.focus.kind, { value: data.values, module: data.files, option: data.options }[state.focus.kind][state.focus.index].path);

const draw = (p) => {
  const gap = 100, row = 24, head = 34;
  const scale = Math.min(6, 240 / Math.max(1, ...p.columns.map((c) => [...c.nodes.values()].reduce((t, n) => t + n.weight, 0))) * 4);
  let right = 10;
  for (const c of p.columns) {
    c.x = right;
    c.width = Math.min(320, Math.max(150, ...[...c.nodes.values()].map((n) => Math.max(wide(n.label) * (isFocus(n) ? 1.15 : 1) + 28, n.group ? wide(n.group) : 0))));
    right += c.width + gap;
  }
  let tall = 0;
  p.order.forEach((nodes, i) => {
    let y = head, last = "";
    for (const n of nodes) {
      if (n.group && n.group !== last) { y += last ? 10 : 0; n.heading = y + 11; y += 18; } else if (!n.group && last) y += 10;
      last = n.group;
      n.x = p.columns[i].x;
      n.y = y;
      n.height = Math.max(row, Math.min(70, n.weight * scale));
      y += n.height + 5;
    }
    p.columns[i].bottom = y;
    tall = Math.max(tall, y);
  });
  // A short column stands in the middle of its neighbours.
  p.order.forEach((nodes, i) => {
    const shift = (tall - p.columns[i].bottom) / 2;
    for (const n of nodes) { n.y += shift; if (n.heading) n.heading += shift; }
  });
  const view = { x: 0, y: 0, w: right - gap + 10, h: Math.max(tall + 12, 90) };
  const ribbons = s("g", {}), boxes = s("g", {});
  const offset = new Map();
  const total = (n, side) => Math.max(1, side === "a" ? n.out || 0 : n.in || 0);
  const port = (n, side, weight) => {
    const key = side + n.column + n.key, size = (weight / total(n, side)) * n.height, at = offset.get(key) || 0;
    offset.set(key, at + size);
    return [n.y + at + size / 2, size];
  };
  const drawn = new Set(), touching = new Map();
  const sorted = (side, other) => [...p.edges].sort((e, f) => e[side].y - f[side].y || e[other].y - f[other].y);
  const from = new Map(sorted("a", "b").map((e) => [e, port(e.a, "a", e.weight)]));
  const to = new Map(sorted("b", "a").map((e) => [e, port(e.b, "b", e.weight)]));
  for (const e of sorted("a", "b")) {
    const [y1, w1] = from.get(e), [y2, w2] = to.get(e);
    const x1 = e.a.x + p.columns[e.a.column].width, x2 = e.b.x, mid = (x1 + x2) / 2;
    const width = Math.max(1.5, Math.min(w1, w2, 26));
    const decides = e.kinds.size === 1 && e.kinds.has("control");
    const marks = [e.indirect && "indirect", annotated && e.uncovered > 0 && "uncovered", decides && "control"].filter(Boolean);
    marks.forEach((m) => drawn.add(m));
    const class_ = ["ribbon", tone(e.layer), ...marks].join(" ");
    const tip = e.a.label + " → " + e.b.label + (e.a.column === 0 ? (e.passed ? "\npassed on from another module" : "\n" + count(e.weight, "read", "reads") + (annotated && e.uncovered ? ", " + e.uncovered + " without a source-id" : "")) : "\n" + [...e.kinds].join(", ") + (e.indirect ? ", through other values" : ""));
    const ribbon = s("path", { class: class_, d: `M${x1},${y1}C${mid},${y1} ${mid},${y2} ${x2},${y2}`, "stroke-width": width.toFixed(1) }, s("title", {}, tip));
    ribbons.append(ribbon);
    for (const n of [e.a, e.b]) touching.set(n, [...(touching.get(n) || []), ribbon]);
  }
  p.order.forEach((nodes, i) => {
    boxes.append(s("text", { class: "column", x: p.columns[i].x, y: 18 }, p.columns[i].title));
    const boxWidth = p.columns[i].width;
    for (const n of nodes) {
      if (n.heading) boxes.append(s("text", { class: "group", x: n.x, y: n.heading }, fit(n.group, boxWidth)));
      const light = (on) => () => { svg.classList.toggle("lights", on); for (const r of touching.get(n) || []) r.classList.toggle("lit", on); };
      boxes.append(s("a", { href: n.href, class: "node " + n.kind + (n.bad ? " bad" : "") + (isFocus(n) ? " focused" : ""), pointerenter: light(true), pointerleave: light(false), focus: light(true), blur: light(false) },
        s("title", {}, n.kind + " " + n.tip),
        s("rect", { x: n.x, y: n.y, width: boxWidth, height: n.height, rx: 3 }),
        n.kind === "module" && s("rect", { class: "stripe " + tone(n.layer), x: n.x, y: n.y, width: 5, height: n.height, rx: 2 }),
        s("text", { x: n.x + 12, y: n.y + n.height / 2 + 4 }, fit(n.label, (boxWidth - 22) / (isFocus(n) ? 1.12 : 1)))));
    }
  });
  const svg = s("svg", { class: "flow", role: "group", tabindex: "0", "aria-label": "Picture of the ways from values through modules to options; its nodes are links. Plus and minus zoom, arrows move, 0 shows all.", viewBox: [view.x, view.y, view.w, view.h].join(" "), width: Math.round(view.w * 1.1) }, ribbons, boxes);
  return withZoom(svg, view, p, drawn);
};

const withZoom = (svg, whole, p, drawn) => {
  let view = { ...whole };
  const show = () => svg.setAttribute("viewBox", [view.x, view.y, view.w, view.h].map((v) => v.toFixed(1)).join(" "));
  const zoom = (factor, cx = view.x + view.w / 2, cy = view.y + view.h / 2) => {
    const w = Math.min(whole.w * 2, Math.max(whole.w / 12, view.w * factor)), k = w / view.w;
    view = { x: cx - (cx - view.x) * k, y: cy - (cy - view.y) * k, w, h: view.h * k };
    show();
  };
  const move = (dx, dy) => { view.x += dx * view.w; view.y += dy * view.h; show(); };
  const all = () => { view = { ...whole }; show(); };
  const keys = { "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), 0: all, ArrowLeft: () => move(-0.1, 0), ArrowRight: () => move(0.1, 0), ArrowUp: () => move(0, -0.1), ArrowDown: () => move(0, 0.1) };
  svg.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || !keys[e.key]) return;
    keys[e.key]();
    e.preventDefault();
  });
  // The wheel alone scrolls the page: with Ctrl it zooms, as everywhere.
  svg.addEventListener("wheel", (e) => {
    if (!e.ctrlKey && !e.metaKey) return;
    e.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(e.deltaY > 0 ? 1.15 : 0.87, view.x + ((e.clientX - box.left) / box.width) * view.w, view.y + ((e.clientY - box.top) / box.height) * view.h);
  }, { passive: false });
  let grip = null, moved = false;
  svg.addEventListener("pointerdown", (e) => { grip = [e.clientX, e.clientY]; moved = false; });
  svg.addEventListener("pointermove", (e) => {
    if (!grip || !(e.buttons & 1)) { grip = null; return; }
    if (!moved && Math.hypot(e.clientX - grip[0], e.clientY - grip[1]) < 5) return;
    moved = true;
    const box = svg.getBoundingClientRect();
    move((grip[0] - e.clientX) / box.width, (grip[1] - e.clientY) / box.height);
    grip = [e.clientX, e.clientY];
  });
  svg.addEventListener("click", (e) => { if (moved) e.preventDefault(); moved = false; }, true);
  svg.addEventListener("dragstart", (e) => e.preventDefault());
  const button = (label, text, act) => h("button", { type: "button", "aria-label": label, title: label, click: act }, text);
  return h("figure", { class: "picture" },
    h("div", { class: "tools" }, button("Zoom in", "+", () => zoom(0.8)), button("Zoom out", "−", () => zoom(1.25)), button("Fit all", "Fit", all),
      p.left.length > 0 && h("button", { type: "button", click: () => { state.all = true; render(); } }, "Show " + p.left.join(", "))),
    h("div", { class: "canvas" }, svg),
    h("figcaption", {}, "Widths by reads. ", drawn.has("uncovered") && h("span", { class: "key dash" }, "dashed: a read without source-id"), drawn.has("indirect") && h("span", { class: "key dots" }, "dotted: through other values"),
      drawn.has("control") && h("span", { class: "key faint" }, "faint: only decides"), h("span", { class: "how" }, " Drag to move, Ctrl and wheel to zoom.")));
};
