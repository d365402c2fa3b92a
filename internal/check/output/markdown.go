package output

import (
	"fmt"
	"io"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
)

// most is how many findings Markdown lists of one severity: a comment holds 65,536 characters.
const most = 50

// markdown writes a pull request comment or job summary: the verdict, coverage then and now, the findings, details folded. Its first line is
// a marker by which a bot finds its own comment again.
func markdown(w io.Writer, in Input) error {
	b := &strings.Builder{}
	b.WriteString("<!-- nixsink check -->\n")
	switch {
	case in.Gate.Incomplete != "":
		fmt.Fprintf(b, "## nixsink: no verdict\n\n%s\n", md(in.Gate.Incomplete))
	case len(in.Gate.Failed()) > 0:
		fmt.Fprintf(b, "## nixsink: %s failed\n", counted(len(in.Gate.Failed()), "gate"))
	default:
		b.WriteString("## nixsink: all gates passed\n")
	}
	fmt.Fprintf(b, "\n%s.\n", md(in.summary(false)))
	if len(in.Gate.Gates) > 0 {
		b.WriteString("\n| gate | value | asked for | | cheapest way to meet it |\n|---|---|---|---|---|\n")
		for _, g := range in.Gate.Gates {
			mark := "✅"
			if g.Failed {
				mark = "❌"
			}
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", md(g.Name), md(g.Value), md(g.Threshold), mark, md(g.How))
		}
	}
	in.coverageTable(b)
	for _, s := range []check.Severity{check.Error, check.Warning, check.Info} {
		var fs []check.Finding
		for _, f := range in.shown() {
			if f.Severity == s && !f.Waived && !f.Baselined {
				fs = append(fs, f)
			}
		}
		in.findingList(b, s, fs)
	}
	var waived []check.Finding
	for _, f := range in.severe(in.Report.Findings) {
		if f.Waived {
			waived = append(waived, f)
		}
	}
	if len(waived) > 0 {
		fmt.Fprintf(b, "\n<details><summary>%d waived</summary>\n\n", len(waived))
		for i, f := range waived {
			if i == most {
				fmt.Fprintf(b, "- and %d more\n", len(waived)-most)
				break
			}
			fmt.Fprintf(b, "- %s `%s`: %s — *%s*\n", in.link(f.At), f.Check, md(f.Message), md(f.WaivedBecause))
		}
		b.WriteString("\n</details>\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// coverageTable shows coverage, with what it was before where that is known.
func (in Input) coverageTable(b *strings.Builder) {
	now := in.ratios(in.Graph.Coverage)
	if in.Delta == nil {
		b.WriteString("\n| coverage | now | |\n|---|---|---|\n")
		for _, c := range now {
			fmt.Fprintf(b, "| %s | %s | %d of %d |\n", c.words, share(c.Ratio), c.Covered, c.Total+c.Unresolved)
		}
		return
	}
	was := in.ratios(in.Delta.Before)
	fmt.Fprintf(b, "\n| coverage | at %s | now | |\n|---|---|---|---|\n", md(in.Delta.Rev))
	for i, c := range now {
		a, okA := was[i].LowerBound()
		z, okZ := c.LowerBound()
		mark := ""
		switch {
		case !okA || !okZ:
		case z > a:
			mark = fmt.Sprintf("▲ %.1f points", (z-a)*100)
		case z < a:
			mark = fmt.Sprintf("▼ %.1f points", (a-z)*100)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", c.words, share(was[i].Ratio), share(c.Ratio), mark)
	}
	if !in.Report.Silent {
		fmt.Fprintf(b, "| what changed | | %s | |\n", patchWords(in.Delta.Patch))
	}
}

func share(r graph.Ratio) string {
	v, ok := r.LowerBound()
	if !ok {
		return "n/a"
	}
	return percent(v)
}

func (in Input) findingList(b *strings.Builder, s check.Severity, fs []check.Finding) {
	if len(fs) == 0 {
		return
	}
	title := counted(len(fs), map[check.Severity]string{check.Error: "error", check.Warning: "warning", check.Info: "information"}[s])
	if s == check.Error {
		fmt.Fprintf(b, "\n### %s\n\n", title)
	} else {
		fmt.Fprintf(b, "\n<details><summary>%s</summary>\n\n", title)
	}
	for i, f := range fs {
		if i == most {
			fmt.Fprintf(b, "- and %d more: `nixsink check` lists them all\n", len(fs)-most)
			break
		}
		fmt.Fprintf(b, "- %s `%s`: %s\n", in.link(f.At), f.Check, md(f.Message))
	}
	if s != check.Error {
		b.WriteString("\n</details>\n")
	}
}

// link is a place as a link to its line, or as text where there is no pattern for links.
func (in Input) link(at graph.Place) string {
	name := in.Prefix + at.File
	label := fmt.Sprintf("%s:%d", name, at.Line)
	target := fmt.Sprintf("%s#L%d", uri(name), at.Line)
	if in.Link != "" {
		target = strings.NewReplacer("{file}", uri(name), "{line}", fmt.Sprint(at.Line)).Replace(in.Link)
	}
	return fmt.Sprintf("[%s](<%s>)", md(label), strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "%0A").Replace(target))
}

// md escapes text from the repository for Markdown: it neither formats, nor links, nor mentions anybody, nor leaves its table cell.
// Spans between backquotes, which our own messages use for what to type, stay code.
func md(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	parts := strings.Split(s, "`")
	var b strings.Builder
	for i, p := range parts {
		if i%2 == 1 && i < len(parts)-1 {
			b.WriteString("`" + strings.ReplaceAll(p, "|", "\\|") + "`")
			continue
		}
		if i%2 == 1 {
			b.WriteString("\\`") // one without its partner
		}
		b.WriteString(mdEscape.Replace(p))
	}
	return b.String()
}

var mdEscape = strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "|", "\\|", "&", "&amp;",
	"@", "@\u200b", "#", "\\#", "~", "\\~", "://", ":\u200b//")
