package output

import (
	"fmt"
	"io"
	"strings"

	"nixsink/internal/check"
)

// github writes workflow commands, one a line: GitHub shows them in the diff and in the run's summary. What it cuts off after ten of a
// kind a step is still in the log.
func github(w io.Writer, in Input) error {
	b := &strings.Builder{}
	for _, f := range in.shown() {
		if f.Waived || f.Baselined {
			continue
		}
		command := "notice"
		switch f.Severity {
		case check.Error:
			command = "error"
		case check.Warning:
			command = "warning"
		}
		fmt.Fprintf(b, "::%s file=%s,line=%d,endLine=%d", command, property(in.Prefix+f.At.File), f.At.Line, max(f.At.EndLine, f.At.Line))
		// Columns are for one line only; GitHub refuses them otherwise.
		if f.At.EndLine == f.At.Line {
			fmt.Fprintf(b, ",col=%d,endColumn=%d", f.At.Column, f.At.EndColumn)
		}
		fmt.Fprintf(b, ",title=%s::%s\n", property(f.Check), data(f.Message))
	}
	for _, g := range in.Gate.Failed() {
		fmt.Fprintf(b, "::error title=%s::%s\n", property("gate "+g.Name), data(fmt.Sprintf("%s, asked for: %s — %s", g.Value, g.Threshold, g.How)))
	}
	if in.Gate.Incomplete != "" {
		fmt.Fprintf(b, "::error title=no verdict::%s\n", data(in.Gate.Incomplete))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// data escapes a command's message as actions/toolkit does.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// property escapes a command's property, which may hold no colon and no comma either.
func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
