package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	consoleBlock = regexp.MustCompile("(?ms)^```console\n\\$ nixsink ([^\n]*)\n(.*?)^```$")
	relativeLink = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
)

// What the README shows of a terminal is what the program prints, in the example's folder.
func TestReadmeShowsTheTruth(t *testing.T) {
	readme, err := filepath.Abs("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../../testdata/projects/homelab")
	n := 0
	got := consoleBlock.ReplaceAllStringFunc(string(text), func(block string) string {
		n++
		m := consoleBlock.FindStringSubmatch(block)
		var stdout, stderr bytes.Buffer
		if status := Main(strings.Fields(m[1]), nil, &stdout, &stderr); status != exitClean || stderr.Len() > 0 {
			t.Errorf("nixsink %s: status %d, %s", m[1], status, stderr.String())
		}
		if !*update && stdout.String() != m[2] {
			t.Errorf("nixsink %s prints\n%s\nthe README shows\n%s", m[1], stdout.String(), m[2])
		}
		return "```console\n$ nixsink " + m[1] + "\n" + stdout.String() + "```"
	})
	if n == 0 {
		t.Error("the README shows no command")
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(readme, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Every relative link of the project's own pages leads somewhere.
func TestLinksResolve(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "../../README.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range relativeLink.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, m[1])
			}
		}
	}
}
