package main

import (
	"fmt"
	"strings"
)

// notesOf cuts the section of a version out of the changelog: what stands below "## VERSION" (a remark may follow), up to the next heading of its kind.
func notesOf(changelog, version string) (string, error) {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(changelog) {
		if title, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			name, _, _ := strings.Cut(title, ",")
			if inside = strings.Fields(name + " -")[0] == version; inside {
				continue
			}
			if b.Len() > 0 {
				break
			}
		}
		if inside {
			b.WriteString(line)
		}
	}
	text := strings.TrimSpace(b.String())
	if text == "" {
		return "", fmt.Errorf("CHANGELOG.md says nothing about %s: it needs a heading `## %s` with what has changed", version, version)
	}
	return text + "\n", nil
}
