package check_test

import (
	"reflect"
	"testing"

	"nixsink/graph"
	"nixsink/internal/check"
)

// FuzzBaseline: whatever the file holds, it is an error or a baseline that is written and read again as the same, and its numbers are numbers of gates.
func FuzzBaseline(f *testing.F) {
	for _, s := range []string{"", "version = 1", "version = 1\n[coverage]\nsource-id-coverage = 0.5", "version = 1\n[coverage]\nsink-coverage = nan",
		"version = 1\n[[known]]\ncheck = \"c\"\nfile = \"a\\u0000.nix\"\ncount = 3", "version = 1\n[[known]]\ncount = -1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		b, err := check.ParseBaseline([]byte(src))
		if err != nil {
			return
		}
		for name, v := range b.Coverage {
			if !(v.Float() >= 0 && v.Float() <= 1) {
				t.Errorf("%s = %v", name, v.Float())
			}
		}
		again, err := check.ParseBaseline(b.Bytes())
		if err != nil {
			t.Fatalf("%q: %v\n%s", src, err, b.Bytes())
		}
		if once, twice := again.Bytes(), b.Bytes(); !reflect.DeepEqual(once, twice) {
			t.Errorf("%q: written as\n%s\nand then as\n%s", src, twice, once)
		}
	})
}

// FuzzRule: an expression is an error, or it is held against definitions and ends.
func FuzzRule(f *testing.F) {
	for _, s := range []string{"", "true", "option.startsWith('a')", "value == 3", "1/0 == 1", "[1,2].all(a, a > 0)", "option.matches('(a+)+$')", "size(option) > value", "{'a': 1}.a", "x"} {
		f.Add(s, "", "{option}")
		f.Add("false", s, "{value}")
	}
	g := &graph.Graph{Definitions: []*graph.Definition{{Option: "services.a.b", Segments: []string{"services", "a", "b"}, At: graph.Place{File: "a.nix", Line: 1}}}}
	f.Fuzz(func(t *testing.T, expr, when, message string) {
		_, err := check.Run(t.Context(), g, check.Config{Rules: []check.Rule{{Name: "r", Expr: expr, When: when, Message: message}}})
		if err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
