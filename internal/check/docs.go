package check

import (
	"bytes"
	_ "embed"
	"fmt"
)

//go:generate go test -run TestDocs -update .

// rulesDoc explains rules; it ends docs/checks.md.
//
//go:embed rules.md
var rulesDoc string

// Docs is docs/checks.md: a table of the checks, the words of each, and how to write rules.
func Docs() []byte {
	var w bytes.Buffer
	w.WriteString(`<!-- Made by go generate ./internal/check from the checks' own documentation. Edit it there. -->

# Checks

` + "`nixsink check`" + ` runs them all, ` + "`nixsink explain CHECK`" + ` prints what stands here. The configuration file changes how much each matters:

` + "```toml" + `
[check.severity]
missing-source-id = "warning"   # error, warning, info or off
low-fan-out = "off"
` + "```" + `

Findings of severity error fail the gate, unless ` + "`[gate] fail-on`" + ` says otherwise. A comment waives a check at the binding below it (` + "`# nixsink:\nignore CHECK because REASON`" + `), at the end of a line for that line, in a file's header for the file; so does the configuration:

` + "```toml" + `
[[check.ignore]]
check = "hard-coded-copy"
file = "hosts/**"
reason = "hosts are generated"
` + "```" + `

In the examples, ` + "`# <- here`" + ` marks the lines that are reported, and ` + "`-- NAME --`" + ` begins a file.

| check | severity | |
|---|---|---|
`)
	for _, c := range All {
		fmt.Fprintf(&w, "| [%s](#%s) | %s | %s |\n", c.Name, c.Name, c.Default, c.Summary)
	}
	w.WriteString("| [rules of your own](#rules-of-your-own), [taint](#taint) | warning | whatever they say |\n")
	for _, c := range All {
		fmt.Fprintf(&w, "\n## %s\n\n*%s.* Severity: %s.\n\n%s", c.Name, c.Summary, c.Default, c.Doc)
	}
	w.WriteString("\n" + rulesDoc)
	return w.Bytes()
}
