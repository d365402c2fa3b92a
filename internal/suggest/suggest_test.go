package suggest

import (
	"slices"
	"testing"
)

func TestList(t *testing.T) {
	names := []string{"CFG.identity.domain", "CFG.identity.email", "CFG.ports.ssh", "CFG.ports.http", "my.ports.ssh"}
	tests := []struct {
		got  string
		want []string
	}{
		{"CFG.identity.domian", []string{"CFG.identity.domain"}},
		{"cfg.ports.shh", []string{"CFG.ports.ssh"}},
		{"ssh", []string{"CFG.ports.ssh", "my.ports.ssh"}},
		{"postgresql", nil},
		{"", nil},
	}
	for _, tt := range tests {
		if got := List(tt.got, names, 3); !slices.Equal(got, tt.want) {
			t.Errorf("List(%q) = %q, want %q", tt.got, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "xyz", 3}, {"domain", "domian", 1},
	}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b, 5); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
