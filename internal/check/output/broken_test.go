package output

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestBroken: lines fit the terminal, words stay whole, and nothing is lost.
func TestBroken(t *testing.T) {
	const text = "00-core/configs.nix (00-core) imports 20-infrastructure/vpn-live-config.nix of the higher layer 20-infrastructure [layer-violation]"
	got := broken(text, 20, 6, 60)
	for i, line := range strings.Split(got, "\n") {
		n := utf8.RuneCountInString(line)
		if i == 0 {
			n += 20
		} else if !strings.HasPrefix(line, "      ") {
			t.Errorf("%q is not indented", line)
		}
		if n > 60 {
			t.Errorf("%q is %d wide", line, n)
		}
	}
	if strings.Join(strings.Fields(got), " ") != text {
		t.Errorf("%q", got)
	}
	if broken(text, 20, 6, 0) != text {
		t.Error("what is no terminal has no width")
	}
}
