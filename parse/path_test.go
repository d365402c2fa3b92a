package parse

import (
	"slices"
	"testing"
)

func TestPathNames(t *testing.T) {
	for path, want := range map[string][]string{
		"my.ports.ssh":     {"my", "ports", "ssh"},
		`a."b.c".d`:        {"a", "b.c", "d"},
		`a."b\"c".*`:       {"a", `b"c`, "*"},
		"":                 {""},
		`systemd."x-*".y.`: {"systemd", "x-*", "y", ""},
	} {
		if got := PathNames(path); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
