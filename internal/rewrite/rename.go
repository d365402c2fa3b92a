package rewrite

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/door"
	"nixsink/parse"
)

// ValidID says what is wrong with an id that shall be written, "" if nothing is.
func ValidID(id string) string {
	f := parse.Parse("", "{\n  # source-id: "+id+"\n  a = 1;\n}\n")
	annotations, _, _ := f.Annotations()
	switch {
	case len(annotations) != 1 || strings.ContainsAny(id, " \t\n{"):
		return fmt.Sprintf("%q is not an id: an id is a dotted name such as CFG.ports.ssh", id)
	case annotations[0].Malformed != "":
		return annotations[0].Malformed
	case len(annotations[0].IDs) != 1 || annotations[0].IDs[0].Text != id:
		return fmt.Sprintf("%q is not an id: an id is a dotted name such as CFG.ports.ssh", id)
	}
	return ""
}

// Rename plans the renaming of an id everywhere: in annotations and headers, in Markdown pages below the root, and in the files given
// beside them (the configuration file), which are named relative to the root.
func Rename(g *graph.Graph, from, to string, others ...string) (*Plan, error) {
	p := &Plan{Dir: g.Dir}
	for _, name := range slices.Sorted(maps.Keys(g.Files)) {
		f := g.Files[name]
		var changes []Change
		renamed := map[parse.Span]bool{}
		rename := func(words []parse.Word) {
			for _, w := range words {
				if w.Text != from || renamed[w.Span] {
					continue
				}
				renamed[w.Span] = true
				var ids []string // a.{b,c} is two words with one span
				for _, o := range words {
					if o.Span == w.Span {
						ids = append(ids, o.Text)
					}
				}
				text := to
				if len(ids) > 1 {
					text = renamedIn(f.Text(w.Span), ids, from, to)
				}
				changes = append(changes, Change{Kind: Renamed, File: name, Span: w.Span, New: text, Line: f.Position(w.Start).Line, Why: "renamed"})
			}
		}
		annotations, header, _ := f.Annotations()
		for _, a := range annotations {
			rename(a.IDs)
		}
		if header != nil {
			rename(header.IDs)
		}
		slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
		if len(changes) > 0 && (f.Errors.Syntax() || generated(f)) {
			why := "the file has syntax errors"
			if !f.Errors.Syntax() {
				why = "the file says that it is generated"
			}
			p.Skipped = append(p.Skipped, Skip{graph.Place{File: name, Span: changes[0].Span, Line: changes[0].Line, Column: f.Position(changes[0].Span.Start).Column}, why})
			continue
		}
		p.add(name, f.Src, changes)
	}
	pages, err := markdown(g.Dir)
	if err != nil {
		return nil, err
	}
	for _, name := range append(pages, others...) {
		text, err := door.ReadBelow(g.Dir, filepath.Join(g.Dir, filepath.FromSlash(name)), maxPage)
		if err != nil {
			return nil, fmt.Errorf("rename %s: %w", from, err)
		}
		p.add(name, string(text), renameWords(name, string(text), from, to))
	}
	slices.SortFunc(p.Files, func(a, b *File) int { return cmp.Compare(a.Name, b.Name) })
	return p, nil
}

// renamedIn is a.{b,c} with one of its ids renamed: a.{x,c} where only that name differs, else a.c / x.y.
func renamedIn(text string, ids []string, from, to string) string {
	before, rest, _ := strings.Cut(text, "{")
	list, behind, _ := strings.Cut(rest, "}")
	name, ok := strings.CutPrefix(to, before)
	if ok {
		name, ok = strings.CutSuffix(name, behind)
	}
	if ok && name != "" && !strings.ContainsAny(name+behind, ".{") {
		names := strings.Split(list, ",")
		for i, n := range names {
			if before+strings.TrimSpace(n)+behind == from {
				names[i] = strings.Replace(n, strings.TrimSpace(n), name, 1)
			}
		}
		return before + "{" + strings.Join(names, ",") + "}" + behind
	}
	var out []string
	for _, id := range ids {
		if id == from {
			id = to
		}
		out = append(out, id)
	}
	return strings.Join(braces(out), " / ")
}

// maxPage is the size from which a Markdown file is no page that people wrote.
const maxPage = 8 << 20

// markdown lists the pages below a folder; links and git's own folder are not followed.
func markdown(dir string) ([]string, error) {
	var pages []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == dir:
			return err
		case err != nil:
			return nil // a folder that may not be read holds no page of ours
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules"):
			return fs.SkipDir
		case !d.Type().IsRegular() || !strings.EqualFold(filepath.Ext(path), ".md"):
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > maxPage {
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		pages = append(pages, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for Markdown pages: %w", err)
	}
	return pages, nil
}

// renameWords renames an id in plain text, where it is not a piece of a longer name.
func renameWords(name, text, from, to string) []Change {
	inName := func(c byte) bool {
		return c == '_' || c == '-' || c == '\'' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
	}
	var out []Change
	for at := 0; ; {
		i := strings.Index(text[at:], from)
		if i < 0 {
			return out
		}
		i += at
		end := i + len(from)
		at = end
		if i > 0 && (inName(text[i-1]) && text[i-1] != '\'' || text[i-1] == '.') {
			continue
		}
		if end < len(text) && (inName(text[end]) && text[end] != '\'' || text[end] == '.' && end+1 < len(text) && inName(text[end+1])) {
			continue
		}
		out = append(out, Change{Kind: Renamed, File: name, Span: parse.Span{Start: int32(i), End: int32(end)}, New: to, Line: 1 + strings.Count(text[:i], "\n"), Why: "renamed"})
	}
}
