package graph

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"nixsink/parse"
)

// disabledImports finds the entries of import lists that are commented out:
//
//	imports = [
//	  ./a.nix
//	  # ./b.nix  # TODO-b: after the move
//	];
//
// A list is one of imports if it stands in a binding named imports or modules (of nixosSystem), or if a file is
// imported from within it. Comments that begin with anything but a path are talk.
func disabledImports(g *Graph, t *tree) []*Import {
	active := map[string][]parse.Span{}
	for _, i := range g.Imports {
		if !i.Disabled {
			active[i.At.File] = append(active[i.At.File], i.At.Span)
		}
	}
	var disabled []*Import
	for _, f := range t.files {
		if !slices.ContainsFunc(f.Comments, func(c parse.Comment) bool {
			text := f.Text(c.Span)
			return strings.Contains(text, "./") && disabledPath().MatchString(text)
		}) {
			continue // most files, by far
		}
		disabled = append(disabled, disabledIn(f, t, active[f.Name])...)
	}
	return disabled
}

// Patterns are compiled when they are first asked: most trees have no such comment.
var (
	// disabledPath is a comment that may hold an entry: a path behind its marker or at the start of one of its lines.
	disabledPath = pattern(`(?m)^[ \t]*(?:#+|/\*+|\*)?[ \t]*\(?(?:import[ \t]+)?\.\.?/`)
	// disabledEntry is one entry at the start of a comment's line, with what wraps it.
	disabledEntry = pattern(`^[ \t]*\(?(?:import[ \t]+)?(\.\.?/[\w.+/-]*[\w+-])(?:[ \t]*(?:\{[^{}]*\})?[ \t]*\))?(?:[ \t]|;|$)`)
)

func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

func disabledIn(f *parse.File, t *tree, active []parse.Span) []*Import {
	var found []*Import
	done := map[parse.Span]bool{}
	parse.Walk(f.Expr, func(n parse.Node) bool {
		a, named := n.(*parse.Attr)
		if named {
			last := &a.Path[len(a.Path)-1]
			if named = last.Static() && (last.Name == "imports" || last.Name == "modules"); !named {
				return true
			}
			parse.Walk(a.Value, func(n parse.Node) bool {
				switch x := n.(type) {
				case *parse.List:
					found = append(found, disabledInList(f, t, x, done)...)
				case *parse.Set, *parse.Lambda:
					return false // a module written in place, with lists of its own
				}
				return true
			})
			return true
		}
		if list, ok := n.(*parse.List); ok && slices.ContainsFunc(active, list.Contains) {
			found = append(found, disabledInList(f, t, list, done)...)
		}
		return true
	})
	return found
}

// disabledInList reads the comments that stand between the elements of one list.
func disabledInList(f *parse.File, t *tree, list *parse.List, done map[parse.Span]bool) []*Import {
	var found []*Import
	first, _ := slices.BinarySearchFunc(f.Comments, list.Start, func(c parse.Comment, at int32) int { return int(c.Start) - int(at) })
	for i := first; i < len(f.Comments) && f.Comments[i].End <= list.End; i++ {
		c := f.Comments[i]
		if done[c.Span] || slices.ContainsFunc(list.Elems, func(e parse.Expr) bool { return e.Range().Contains(c.Span) }) {
			continue
		}
		done[c.Span] = true
		found = append(found, entriesIn(f, t, c, reasonAbove(f, i))...)
	}
	return found
}

// entriesIn reads the entries of one comment, line by line.
func entriesIn(f *parse.File, t *tree, c parse.Comment, above string) []*Import {
	text := f.Text(c.Span)
	at := int(c.Start)
	if c.Kind == parse.LineComment {
		marker := len(text) - len(strings.TrimLeft(text, "#"))
		text, at = text[marker:], at+marker
	} else {
		marker := len(text) - len(strings.TrimLeft(text[1:], "*")) // /* or /**
		text, at = strings.TrimSuffix(text[marker:], "*/"), at+marker
	}
	var found []*Import
	for line := range strings.Lines(text) {
		offset := at
		at += len(line)
		rest := strings.TrimRight(line, " \t\r\n")
		if c.Kind != parse.LineComment {
			// Within a block a line may be commented out once more, or begin with a star.
			bare := strings.TrimLeft(rest, " \t*#")
			offset, rest = offset+len(rest)-len(bare), bare
		}
		from := len(found)
		for {
			m := disabledEntry().FindStringSubmatchIndex(rest)
			if m == nil {
				break
			}
			span := parse.Span{Start: int32(offset + m[2]), End: int32(offset + m[3])}
			found = append(found, disabledImport(f, t, span))
			offset, rest = offset+m[1], rest[m[1]:]
		}
		reason := strings.TrimLeft(rest, " \t#;:)-—–,")
		if in, ok := strings.CutPrefix(reason, "("); ok && strings.HasSuffix(in, ")") {
			reason = in[:len(in)-1]
		}
		if reason == "" {
			reason = above
		}
		for _, i := range found[from:] {
			i.Reason = reason
		}
	}
	return found
}

func disabledImport(f *parse.File, t *tree, span parse.Span) *Import {
	to := t.resolve(path.Join(path.Dir(f.Name), f.Text(span)))
	if _, ok := t.dirs[to]; ok {
		to = path.Join(to, "default.nix")
	}
	return &Import{
		From: f.Name, To: to, At: PlaceIn(f, span), Disabled: true,
		External: to == ".." || strings.HasPrefix(to, "../"),
		Missing:  t.byName[to] == nil && !strings.HasPrefix(to, "../"),
	}
}

// reasonAbove is the comment on the line above comment i, if it gives a reason: one that is marked as such.
func reasonAbove(f *parse.File, i int) string {
	if i == 0 {
		return ""
	}
	c, here := f.Comments[i-1], f.Comments[i]
	text := strings.TrimSpace(strings.TrimLeft(f.Text(c.Span), "#"))
	if c.Kind != parse.LineComment || f.Position(c.Start).Line+1 != f.Position(here.Start).Line || !announces(text) {
		return ""
	}
	return text
}

// announces reports whether a comment begins with a word that announces a reason.
func announces(text string) bool {
	for _, word := range []string{"todo", "fixme", "xxx", "hack", "disabled", "deaktiviert"} {
		if len(text) >= len(word) && strings.EqualFold(text[:len(word)], word) {
			next, _ := utf8.DecodeRuneInString(text[len(word):])
			return next != '_' && !unicode.IsLetter(next) && !unicode.IsDigit(next)
		}
	}
	return false
}
