package output

import (
	"fmt"
	"io"
	"strings"

	"nixsink/internal/escape"
)

// gnu writes a finding a line, FILE:LINE:COLUMN: SEVERITY: MESSAGE [CHECK], which is what editors take from compilers (GNU Coding Standards,
// "Formatting Error Messages"). Of the verdict it says what failed, without a place.
func gnu(w io.Writer, in Input) error {
	b := &strings.Builder{}
	for _, f := range in.shown() {
		if f.Waived || f.Baselined {
			continue
		}
		severity := f.Severity.String()
		if severity == "info" {
			severity = "note" // the word that readers of compilers know
		}
		at := ""
		if f.At.File != "" {
			at = escape.Terminal(in.Prefix+f.At.File) + ":"
			if f.At.Line > 0 {
				at += fmt.Sprintf("%d:%d:", f.At.Line, f.At.Column)
			}
			at += " "
		}
		fmt.Fprintf(b, "%s%s: %s [%s]\n", at, severity, escape.Terminal(strings.Join(strings.Fields(f.Message), " ")), f.Check)
	}
	if in.Gate.Incomplete != "" {
		fmt.Fprintf(b, "nixsink: no verdict: %s\n", escape.Terminal(in.Gate.Incomplete))
	}
	for _, g := range in.Gate.Failed() {
		fmt.Fprintf(b, "nixsink: %s: %s, asked for: %s\n", escape.Terminal(g.Name), escape.Terminal(g.Value), escape.Terminal(g.Threshold))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
