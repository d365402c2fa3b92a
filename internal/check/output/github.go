package output

import (
	"fmt"
	"io"
	"strings"

	"nixsink/internal/check"
	"nixsink/internal/escape"
)

// perKind is how many annotations of a kind GitHub shows for a step; it drops the rest without a word.
const perKind = 10

// github writes workflow commands, one a line: GitHub shows them in the diff and in the run's summary, ten of a kind for a step. So the
// verdict comes first, then what matters most, and a last line that is no command counts the rest.
func github(w io.Writer, in Input) error {
	b := &strings.Builder{}
	left := map[string]int{"error": perKind, "warning": perKind, "notice": perKind}
	if in.Gate.Incomplete != "" {
		fmt.Fprintf(b, "::error title=no verdict::%s\n", data(in.Gate.Incomplete))
		left["error"]--
	}
	if failed := in.Gate.Failed(); len(failed) > 3 {
		var names []string
		for _, g := range failed {
			names = append(names, fmt.Sprintf("%s: %s, asked for: %s", g.Name, g.Value, g.Threshold))
		}
		fmt.Fprintf(b, "::error title=%s::%s\n", property(fmt.Sprintf("%d gates", len(failed))), data(strings.Join(names, "\n")))
		left["error"]--
	} else {
		for _, g := range failed {
			fmt.Fprintf(b, "::error title=%s::%s\n", property("gate "+g.Name), data(fmt.Sprintf("%s, asked for: %s — %s", g.Value, g.Threshold, g.How)))
			left["error"]--
		}
	}
	more := 0
	for _, f := range worst(in.shown()) {
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
		if left[command]--; left[command] < 0 {
			more++
			continue
		}
		fmt.Fprintf(b, "::%s file=%s,line=%d,endLine=%d", command, property(in.Prefix+f.At.File), f.At.Line, max(f.At.EndLine, f.At.Line))
		// Columns are for one line only; GitHub refuses them otherwise.
		if f.At.EndLine == f.At.Line {
			fmt.Fprintf(b, ",col=%d,endColumn=%d", f.At.Column, f.At.EndColumn)
		}
		fmt.Fprintf(b, ",title=%s::%s\n", property(f.Check), data(f.Message))
	}
	if more > 0 {
		fmt.Fprintf(b, "nixsink: %s more: GitHub shows %d annotations of a kind for a step; --format text and --format sarif=FILE list them\n", counted(more, "finding"), perKind)
	}
	if below := in.below(); below != "" {
		fmt.Fprintf(b, "nixsink: %s\n", below)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// data escapes a command's message as actions/toolkit does.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(escape.Lines(s))
}

// property escapes a command's property, which may hold no colon and no comma either.
func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(escape.Terminal(s))
}
