package graph

import (
	"slices"

	"nixsink/graph/eval"
	"nixsink/parse"
)

// A list of sets is one option: what its sets hold has no path of its own, so the evaluation says of whoever reads a field of one of them that
// it reads the list. The path of a secret in one field is none that is read as a file because another field is. Which it is, the names of the fields tell.

// fileReaders are functions that read a file whose path they are given.
var fileReaders = []string{"readFile", "fileContents", "importJSON", "importTOML", "hashFile", "import", "readDir", "scopedImport"}

// ofField reports whether what a file holds can be what an origin brings to a definition, where a list of sets has the path of it: some function that reads files is
// given the field of that name, in a file that the way goes through. Where the field is not told, nothing says so.
func (t *tracker) ofField(before *Track, d *eval.Definition, o eval.Origin) bool {
	list := t.listOf(before.definition)
	if list == nil {
		return true
	}
	field := t.fieldIn(before, list)
	if field == "" {
		return false
	}
	files := []*parse.File{d.File}
	if o.Read != nil {
		files = append(files, o.Read.File)
	}
	for _, w := range t.fl.ev.Way(o) {
		files = append(files, w.File)
	}
	return slices.ContainsFunc(files, func(f *parse.File) bool { return f != nil && t.namesRead(f)[field] })
}

// listOf is the list of sets that a definition is written as, nil if it is none, or not written where it is defined.
func (t *tracker) listOf(d *eval.Definition) (list *parse.List) {
	if d.File == nil || d.Names {
		return nil
	}
	if known, again := t.lists[d]; again {
		return known
	}
	parse.Walk(d.File.Expr, func(n parse.Node) bool {
		if a, ok := n.(*parse.Attr); ok && list == nil && a.Holds(d.Span) {
			list = listOfSets(a.Value)
		}
		span := n.Range()
		return list == nil && span.Start < d.Span.End && d.Span.Start < span.End
	})
	t.lists[d] = list
	return list
}

// listOfSets is an expression that is a list with sets in it, but for parentheses and functions around it (mkIf, mkForce); nil for any other.
func listOfSets(e parse.Expr) *parse.List {
	for {
		switch x := e.(type) {
		case *parse.Paren:
			e = x.X
		case *parse.Apply:
			e = x.Arg
		case *parse.List:
			if slices.ContainsFunc(x.Elems, func(e parse.Expr) bool { _, ok := e.(*parse.Set); return ok }) {
				return x
			}
			return nil
		default:
			return nil
		}
	}
}

// fieldIn is the name in a list's sets that holds what a track brings; "" if the text does not tell.
func (t *tracker) fieldIn(before *Track, list *parse.List) (field string) {
	file := before.definition.File
	inList := func(at Place) bool {
		return at.File == file.Name && list.Start <= at.Span.Start && at.Span.End <= list.End
	}
	for i := len(before.Steps) - 2; i >= 0; i-- {
		at := before.Steps[i].At
		if !inList(at) {
			continue
		}
		parse.Walk(list, func(n parse.Node) bool {
			span := n.Range()
			if span.Start > at.Span.Start || span.End < at.Span.End {
				return false
			}
			if a, ok := n.(*parse.Attr); ok && len(a.Path) > 0 {
				field = a.Path[len(a.Path)-1].Name
			}
			return true
		})
		if field != "" {
			return field
		}
	}
	return ""
}

// namesRead are the names in what functions that read files are given in a file.
func (t *tracker) namesRead(f *parse.File) map[string]bool {
	names, again := t.read[f]
	if again {
		return names
	}
	names = map[string]bool{}
	parse.Walk(f.Expr, func(n parse.Node) bool {
		switch n := n.(type) {
		case *parse.Apply:
			for e := parse.Expr(n); ; {
				a, ok := e.(*parse.Apply)
				if !ok {
					if isReader(e) {
						namesIn(n, names)
					}
					break
				}
				if isReader(a.Arg) { // map readFile (…)
					namesIn(n, names)
					break
				}
				e = a.Fn
			}
		case *parse.Binary:
			if isReader(n.X) || isReader(n.Y) { // p.path |> readFile
				namesIn(n, names)
			}
		}
		return true
	})
	t.read[f] = names
	return names
}

// isReader reports whether an expression is the name of a function that reads files.
func isReader(e parse.Expr) bool {
	switch e := e.(type) {
	case *parse.Paren:
		return isReader(e.X)
	case *parse.Ident:
		return slices.Contains(fileReaders, e.Name)
	case *parse.Select:
		return len(e.Path) > 0 && slices.Contains(fileReaders, e.Path[len(e.Path)-1].Name)
	}
	return false
}

// namesIn adds the names that are read in an expression.
func namesIn(n parse.Node, names map[string]bool) {
	parse.Walk(n, func(n parse.Node) bool {
		switch n := n.(type) {
		case *parse.Ident:
			names[n.Name] = true
		case *parse.Select:
			for i := range n.Path {
				names[n.Path[i].Name] = true
			}
		}
		return true
	})
}
