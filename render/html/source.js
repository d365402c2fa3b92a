const settled = new Set(["ok", "unverifiable", "waived"]); // states of annotations that are no fault
// Source lines around a place. Annotated lines are marked with what their comment is worth.
const runAt = ([file, line]) => file >= 0 && data.files[file].excerpt.find((x) => x.from <= line && line < x.from + x.lines.length);
const lineText = (at) => { const run = runAt(at); return run ? run.lines[at[1] - run.from].trim() : ""; };
const excerpt = ([file, line], around = 2) => {
  const run = runAt([file, line]);
  if (!run) return null;
  const notes = new Map((model.notesIn.get(file) || []).map((a) => [a.at[1], a]));
  // A comment above belongs to the line, so it is shown as far as it goes.
  let first = Math.max(run.from, line - around);
  while (first > run.from && notes.has(first - 1)) first--;
  const last = Math.min(run.from + run.lines.length - 1, line + around);
  const rows = [];
  for (let n = first; n <= last; n++) {
    const a = notes.get(n);
    rows.push(h("span", { class: "line" + (n === line ? " here" : "") + (a ? " note " + (a.state === "ok" ? "good" : settled.has(a.state) ? "" : "poor") : "") },
      h("span", { class: "number" }, String(n)), h("span", { dir: "ltr" }, run.lines[n - run.from]),
      a && h("span", { class: "state", title: a.why || null }, a.state)), "\n");
  }
  return h("pre", { tabindex: "0", role: "region", "aria-label": "Source of " + data.files[file].path + " at line " + line }, rows);
};
