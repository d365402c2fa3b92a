package parse

import (
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	for _, c := range []struct {
		name, want string
		ok         bool
	}{
		{"a.b", "a.b", true},
		{"a.{b,c}", "a.b a.c", true},
		{"a.{b, c}.{x,y}.z", "a.b.x.z a.b.y.z a.c.x.z a.c.y.z", true},
		{"a.{b,c", "a.{b,c", true},
		{"a.{,}", "", true},
		{`a."{b,c}"`, `a."{b,c}"`, true},
		{"a" + strings.Repeat(".{b,c}", 6), "", true},
		{"a" + strings.Repeat(".{b,c}", 7), "a" + strings.Repeat(".{b,c}", 7), false},
		{"a" + strings.Repeat(".{b,c}", 1000), "a" + strings.Repeat(".{b,c}", 1000), false},
	} {
		got, ok := expand(c.name)
		if text := strings.Join(got, " "); ok != c.ok || text != c.want && (c.want != "" || len(got) != 0 && len(got) != maxExpansion) {
			t.Errorf("expand(%q) = %q, %v", c.name, text, ok)
		}
	}
}

// A line that stands for more ids than are read is not read in part: it says so.
func TestTooManyInBraces(t *testing.T) {
	groups := strings.Repeat(".{a,b}", 40)
	for _, key := range []string{"source-id", "sink", "sink-id"} {
		f := Parse("a.nix", "{\n  # "+key+": CFG"+groups+"\n  x = 1;\n}\n")
		as, _, _ := f.Annotations()
		if len(as) != 1 || !strings.Contains(as[0].Malformed, "more than 64 names") || len(as[0].IDs) > 0 {
			t.Errorf("%s: %+v", key, as)
		}
	}
}
