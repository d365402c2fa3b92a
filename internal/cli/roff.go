package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manDate stands in the manual's footer. The day of the build would make every build of the same source differ.
const manDate = "November 2026"

// manPage writes the manual page of a command in the macros of man(7), from the texts of its help. cobra's own generator goes by way of
// Markdown, whose parser every start of the program would pay for.
func manPage(c *cobra.Command) []byte {
	c.InitDefaultHelpFlag()
	var m roff
	m.line(".TH", strings.ToUpper(manName(c)), "1", manDate, "nixsink "+build().Version, "nixsink")
	m.line(".SH", "NAME")
	m.text(manName(c) + ` \- ` + roffText(c.Short))
	m.line(".SH", "SYNOPSIS")
	m.text(`\fB` + roffText(c.CommandPath()) + `\fR` + roffText(strings.TrimPrefix(c.UseLine(), c.CommandPath())))
	m.line(".SH", "DESCRIPTION")
	if c.Long != "" {
		m.prose(c.Long)
	} else {
		m.prose(c.Short + ".")
	}
	if c.HasAvailableSubCommands() {
		m.line(".SH", "COMMANDS")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				m.line(".TP")
				m.text(`\fB` + roffText(strings.TrimPrefix(sub.UseLine(), c.Name()+" ")) + `\fR`)
				m.text(roffText(sub.Short))
			}
		}
	}
	m.flags("OPTIONS", c.NonInheritedFlags())
	m.flags("COMMON OPTIONS", c.InheritedFlags())
	if c.Example != "" {
		m.line(".SH", "EXAMPLES")
		m.example(c.Example)
	}
	if root := c.Root(); c != root {
		m.line(".SH", "SEE ALSO")
		m.text(`\fB` + roffText(root.Name()) + `\fR(1)`)
	}
	return []byte(m.String())
}

// roff is a page on its way.
type roff struct{ strings.Builder }

// line writes a request with its arguments.
func (m *roff) line(request string, args ...string) {
	m.WriteString(request)
	for _, a := range args {
		fmt.Fprintf(m, ` "%s"`, strings.ReplaceAll(roffText(a), `"`, `\(dq`))
	}
	m.WriteByte('\n')
}

// text writes a line of text that is escaped already.
func (m *roff) text(s string) {
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s // it would be a request
	}
	m.WriteString(s + "\n")
}

// prose writes paragraphs; lines that are set in are kept as they are.
func (m *roff) prose(s string) {
	for i, paragraph := range strings.Split(strings.Trim(s, "\n"), "\n\n") {
		if strings.HasPrefix(paragraph, "  ") {
			m.example(paragraph)
			continue
		}
		if i > 0 {
			m.line(".PP")
		}
		for line := range strings.Lines(paragraph) {
			m.text(roffText(strings.TrimSpace(line)))
		}
	}
}

// example writes lines as they are, less the blanks that all of them begin with.
func (m *roff) example(s string) {
	lines := strings.Split(strings.Trim(s, "\n"), "\n")
	least := len(s)
	for _, l := range lines {
		if trimmed := strings.TrimLeft(l, " "); trimmed != "" {
			least = min(least, len(l)-len(trimmed))
		}
	}
	m.line(".PP")
	m.line(".RS", "2")
	m.line(".EX")
	for _, l := range lines {
		m.text(roffText(strings.TrimRight(l[min(least, len(l)):], " ")))
	}
	m.line(".EE")
	m.line(".RE")
}

func (m *roff) flags(title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	m.line(".SH", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		m.line(".TP")
		name := `\fB` + roffText("--"+f.Name) + `\fR`
		if f.Shorthand != "" {
			name = `\fB` + roffText("-"+f.Shorthand) + `\fR, ` + name
		}
		switch {
		case value != "" && f.NoOptDefVal != "":
			name += `[=\fI` + roffText(value) + `\fR]`
		case value != "":
			name += `=\fI` + roffText(value) + `\fR`
		}
		m.text(name)
		switch f.DefValue {
		case "", "[]", "false", "0", "0s":
		default:
			usage += " (default: " + f.DefValue + ")"
		}
		m.text(roffText(usage))
	})
}

// escape makes text of what roff would read as its own.
func roffText(s string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
}
