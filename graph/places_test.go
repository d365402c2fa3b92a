package graph_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/flowtest"
	"nixsink/parse"
)

// TestPlacesAreNodes holds every place that a graph tells against the file it names: it is that of an expression, a binding, a name, a
// comment or a fault of the text there, so that no span was put together with another file's name. NIXSINK_TREES names more trees.
func TestPlacesAreNodes(t *testing.T) {
	dirs := []string{"../testdata/projects/homelab", "../testdata/projects/hosts"}
	cases, err := flowtest.Load(flowCases)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		dir := t.TempDir()
		if err := c.Write(dir); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	dirs = append(dirs, filepath.SplitList(os.Getenv("NIXSINK_TREES"))...)
	places := 0
	for _, dir := range dirs {
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		g, err := graph.Analyze(t.Context(), dir, graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]map[parse.Span]bool{}
		check := func(p graph.Place, what string) {
			f := g.Files[p.File]
			if f == nil || p.Span.Len() == 0 { // a file that is told of and was not read, a whole file
				return
			}
			if known[p.File] == nil {
				known[p.File] = spansOf(f)
			}
			places++
			if !known[p.File][p.Span] && !slices.ContainsFunc(f.Comments, func(c parse.Comment) bool { return c.Span.Contains(p.Span) }) {
				t.Errorf("%s: %s: %s:%d:%d %d-%d is no node of the file", dir, what, p.File, p.Line, p.Column, p.Span.Start, p.Span.End)
			}
			if at := f.Position(p.Span.Start); at.Line != p.Line || at.Column != p.Column {
				t.Errorf("%s: %s: %s:%d:%d is %d:%d", dir, what, p.File, p.Line, p.Column, at.Line, at.Column)
			}
		}
		eachPlace(reflect.ValueOf(g).Elem(), "graph", map[any]bool{}, check)
		for f := range g.Flows.All() {
			check(f.At, "flow")
		}
	}
	if places < 1000 {
		t.Errorf("%d places: they are not found", places)
	}
}

// eachPlace finds all places that a value of package graph holds, whatever field they stand in.
func eachPlace(v reflect.Value, name string, seen map[any]bool, use func(graph.Place, string)) {
	if p, ok := valueOf(v).(graph.Place); ok {
		use(p, name)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || !ours(v.Type().Elem()) || !v.CanInterface() || seen[v.Interface()] {
			return
		}
		seen[v.Interface()] = true
		eachPlace(v.Elem(), name, seen, use)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				eachPlace(v.Field(i), name+"."+f.Name, seen, use)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachPlace(v.Index(i), name, seen, use)
		}
	}
}

func valueOf(v reflect.Value) any {
	if !v.CanInterface() {
		return nil
	}
	return v.Interface()
}

func ours(t reflect.Type) bool { return strings.HasPrefix(t.PkgPath(), "nixsink/graph") }

// spansOf are the spans of all that stands in a file: expressions, bindings, names and attribute paths.
func spansOf(f *parse.File) map[parse.Span]bool {
	spans := map[parse.Span]bool{{Start: 0, End: int32(len(f.Src))}: true}
	path := func(names []parse.AttrName) {
		for i := range names {
			for j := i; j < len(names); j++ {
				spans[parse.Span{Start: names[i].Start, End: names[j].End}] = true
			}
		}
	}
	parse.Walk(f.Expr, func(n parse.Node) bool {
		spans[n.Range()] = true
		switch n := n.(type) {
		case *parse.Attr:
			path(n.Path)
		case *parse.Inherit:
			path(n.Names)
		case *parse.Select:
			path(n.Path)
			for i := range n.Path {
				spans[parse.Span{Start: n.Start, End: n.Path[i].End}] = true
			}
		case *parse.HasAttr:
			path(n.Path)
		case *parse.String:
			for _, p := range n.Parts {
				spans[p.Span] = true
			}
		case *parse.Lambda:
			if n.Formals != nil {
				spans[n.Formals.Span] = true
				for _, formal := range n.Formals.List {
					spans[formal.Span], spans[formal.NameSpan] = true, true
				}
			}
		}
		return true
	})
	return spans
}
