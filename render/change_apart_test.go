package render

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestApartLines shows a long text in each place in which it differs.
func TestApartLines(t *testing.T) {
	long := strings.Repeat("the same words again ", 8)
	then := "{ a = 1; " + long + "port = 80; " + long + "host = \"é\"; " + long + "}"
	now := "{ a = 2; " + long + "port = 8080; " + long + "host = \"é\"; more = true; " + long + "}"
	const width = 90
	got := apartLines(then, now, width, 5)
	want := []string{
		"{ a = 1; the same words… → { a = 2; the same words…",
		"…ds again port = 80; the same words… → …ds again port = 8080; the same words…",
		"…again host = \"é\"; the same words… → …ain host = \"é\"; more = true; the same wor…",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if got := apartLines(then, now, width, 2); len(got) != 3 || got[2] != "… and in 1 more place" {
		t.Errorf("%q", got)
	}
	// One place is a line, whatever its length; no line is longer than it may be.
	for _, p := range [][2]string{{"a " + long, "b " + long}, {long, strings.ToUpper(long)}, {"", long}, {long, "x"}, {"x\ny" + long, "x\nz" + long + "ü"}} {
		for _, line := range apartLines(p[0], p[1], width, 9) {
			if utf8.RuneCountInString(line) > width {
				t.Errorf("%d characters: %s", utf8.RuneCountInString(line), line)
			}
		}
	}
}
