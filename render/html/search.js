// The search box with completion. Ids, paths, modules and options are found by all the words typed, the best match first.
const things = [
  ...data.values.map((v, i) => ({ kind: "value", text: valueName(i), also: [v.path, ...v.ids].join(" ").toLowerCase(), href: valueLink(i), weight: v.reads })),
  ...data.files.map((f, i) => ({ kind: "module", text: f.path, also: f.path.toLowerCase(), href: fileLink(i), weight: (model.readsIn.get(i) || []).length })),
  ...data.options.map((o, i) => ({ kind: "option", text: o.path, also: o.path.toLowerCase(), href: optionLink(i), weight: (model.flowsTo.get(i) || []).length })),
];

const search = (text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const score = (t) => {
    const end = t.text.toLowerCase();
    if (end === words[0]) return 3;
    return end.split(/[./]/).some((part) => part === words[0]) ? 2 : end.split(/[./]/).some((part) => part.startsWith(words[0])) ? 1 : 0;
  };
  return things.filter((t) => words.every((w) => t.also.includes(w))).map((t) => [score(t), t])
    .sort(([a, t], [b, u]) => b - a || (t.kind === "value" ? 0 : 1) - (u.kind === "value" ? 0 : 1) || u.weight - t.weight || (t.text < u.text ? -1 : 1)).slice(0, 12).map(([, t]) => t);
};

const startSearch = () => {
  const input = $("search"), list = $("found");
  let found = [], at = -1;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const choose = (t) => { input.value = ""; close(); location.hash = t.href; };
  const mark = () => {
    [...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === at)));
    if (at >= 0) { input.setAttribute("aria-activedescendant", "found" + at); list.children[at].scrollIntoView({ block: "nearest" }); }
  };
  const open = () => {
    found = search(input.value);
    at = found.length ? 0 : -1;
    list.replaceChildren(...found.map((t, i) => h("li", { id: "found" + i, role: "option", "aria-selected": "false", mousedown: (e) => { e.preventDefault(); choose(t); } }, h("span", { class: "tag" }, t.kind), " ", code(t.text))));
    if (!found.length) { close(); if (input.value.trim()) say("Nothing found"); return; }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    say(count(found.length, "result", "results"));
    mark();
  };
  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  addEventListener("hashchange", close);
  input.addEventListener("keydown", (e) => {
    if (e.key === "Escape") { close(); return; }
    if (e.key === "Enter") { if (at >= 0 && found[at]) choose(found[at]); return; }
    if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
    e.preventDefault();
    if (list.hidden) { open(); return; }
    at = (at + (e.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    mark();
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName) && !e.ctrlKey && !e.metaKey) { e.preventDefault(); input.focus(); }
  });
};
