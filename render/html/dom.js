// Elements are made here and nowhere else. Text is always a text node, and only href may hold a link, so no name can become markup.
const make = (ns) => (tag, attributes, ...children) => {
  const e = ns ? document.createElementNS(ns, tag) : document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) {
    if (v === undefined || v === null || v === false) continue;
    if (typeof v === "function") e.addEventListener(k, v);
    else e.setAttribute(k, v === true ? "" : v);
  }
  for (const c of children.flat(Infinity)) if (c !== null && c !== undefined && c !== false) e.append(c);
  return e;
};
const h = make("");
const s = make("http://www.w3.org/2000/svg");
const $ = (id) => document.getElementById(id);
const say = (text) => { $("status").textContent = text; };

// A long name may go on in the next line, but only where one of its parts ends: not at a hyphen, as a browser would have it.
const whole = (part) => (part.includes("-") && part.length < 30 ? h("span", { class: "whole" }, part) : part);
const parts = (text) => (text.length < 16 ? whole(text) : text.split(/(?<=[./:_])(?=[^./:_])/).map((part, i) => (i ? [h("wbr", {}), whole(part)] : whole(part))));
const code = (text) => h("code", { dir: "ltr" }, parts(text));

// Messages hold code between backticks.
const words = (text) => text.split(/(?<=\s)/).map((w) => (w.length < 20 ? w : parts(w)));
const prose = (text) => text.split(/`([^`]+)`/).map((t, i) => (i % 2 ? h("code", { dir: "ltr" }, words(t)) : words(t)));

// A place links to the source if the page was made with --link, and to the module here otherwise.
const place = ([file, line], text) => {
  if (file < 0) return "(nowhere)";
  const f = data.files[file];
  const href = f.href ? f.href.replaceAll("{line}", String(Math.max(line, 1))) : fileLink(file);
  return h("a", { href, rel: f.href ? "noreferrer" : null }, code(text || (line ? f.path + ":" + line : f.path)));
};
