package check

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

var waiverWithoutReason = Check{
	Name:    "waiver-without-reason",
	Summary: "a waiver does not say why",
	Default: Warning,
	Doc: `A waiver, in a comment or in ` + "`[[check.ignore]]`" + ` of the configuration, gives no reason. It waives nothing until it does: write
` + "`# nixsink: ignore CHECK because REASON`" + `.

` + "```nix" + `
-- default.nix --
{
  # nixsink: ignore hard-coded-copy   # <- here
  networking.hostName = "tower";
}
` + "```" + `
`,
}

var unusedWaiver = Check{
	Name:    "unused-waiver",
	Summary: "a waiver waives nothing",
	Default: Warning,
	Doc: `The check that a waiver names finds nothing at that place (any more), or no check has that name. Remove the waiver: it would hide the
next finding there.

` + "```nix" + `
-- default.nix --
{
  # nixsink: ignore port-collision because the other one is a test machine   # <- here
  networking.hostName = "tower";
}
` + "```" + `
`,
}

// annotationChecks judge annotations, whose waivers the engine already knows.
var annotationChecks = []string{"mismatched-source-id", "unwanted-source-id", "orphaned-source-id", "ambiguous-source-id", "stale-sink"}

// waive marks what comments and the configuration waive, and adds findings about waivers that are at fault.
func (p *Pass) waive(found []Finding, checks []Check) []Finding {
	on := func(name string) (Check, bool) {
		i := slices.IndexFunc(checks, func(c Check) bool { return c.Name == name })
		if i < 0 {
			return Check{}, false
		}
		return checks[i], true
	}
	var faults []Finding
	fault := func(check string, f Finding) {
		if c, ok := on(check); ok {
			f.Check, f.Severity = c.Name, c.Default
			p.complete(&f)
			faults = append(faults, f)
		}
	}
	for _, a := range p.Graph.Annotations {
		if a.Keyword != parse.Waiver {
			continue
		}
		name := a.Annotation.Check
		_, enabled := on(name)
		_, builtin := Lookup(name)
		switch {
		case name == "":
			fault("waiver-without-reason", Finding{At: a.At, Message: "this waiver names no check: write `# nixsink: ignore CHECK because REASON`"})
			continue
		case a.Reason == "":
			fault("waiver-without-reason", Finding{At: a.At, Value: name, Message: "this waiver gives no reason: add `because …`"})
			continue
		case !enabled && !builtin:
			fault("unused-waiver", Finding{At: a.At, Value: name, Message: fmt.Sprintf("no check is called %s%s", name, didYouMean(name, checkNames(checks)))})
			continue
		case !enabled:
			continue // the check is off: nothing can be said of its waivers
		}
		used := false
		for i := range found {
			if f := &found[i]; f.Check == name && f.At.File == a.File && p.waivedBy(a, f) {
				f.Waived, f.WaivedBecause, used = true, a.Reason, true
			}
		}
		// An annotation that is waived has lost its state on the way; it stays visible as a waived finding.
		if slices.Contains(annotationChecks, name) {
			for _, o := range p.Graph.Annotations {
				if o.State == graph.Waived && o.Keyword != parse.Waiver && o.File == a.File && o.Annotation.Anchor.Span == a.Annotation.Anchor.Span ||
					o.State == graph.Waived && o.Keyword != parse.Waiver && o.File == a.File && a.Anchor.Span.Contains(o.At.Span) {
					f := Finding{Check: name, At: o.At, Value: idsOf(o), Message: because(idsOf(o)+" is not what the code says", o), Waived: true, WaivedBecause: a.Reason}
					c, _ := on(name)
					f.Severity = c.Default
					p.complete(&f)
					found, used = append(found, f), true
				}
			}
		}
		if !used {
			fault("unused-waiver", Finding{At: a.At, Value: name, Message: fmt.Sprintf("%s finds nothing here: remove this waiver", name), Fixes: p.removeLine(a)})
		}
	}
	for _, ig := range p.Config.Ignore {
		if _, enabled := on(ig.Check); !enabled {
			continue
		}
		if ig.Reason == "" {
			fault("waiver-without-reason", Finding{At: p.inConfig(ig.Check), Value: ig.Check, Message: fmt.Sprintf("the configuration ignores %s without a reason", ig.Check)})
			continue
		}
		used := false
		for i := range found {
			f := &found[i]
			if f.Check != ig.Check || ig.File != "" && !glob(ig.File, f.At.File) || ig.Value != "" && !glob(ig.Value, f.Value) {
				continue
			}
			if f.Waived {
				used = true // a comment has waived it already; the entry matches all the same
				continue
			}
			f.Waived, f.WaivedBecause, f.WaivedOutside, used = true, ig.Reason, true, true
		}
		if !used {
			fault("unused-waiver", Finding{At: p.inConfig(ig.Reason), Value: ig.Check, Message: fmt.Sprintf("the configuration ignores %s (%s), and nothing matches: remove the entry", ig.Check, ig.Reason)})
		}
	}
	return append(found, faults...)
}

// waivedBy reports whether a waiver's place covers a finding. Annotation findings stand at comments, which lie before the binding that
// both belong to; what stands at the file's first line is waived by a header.
func (p *Pass) waivedBy(a *graph.Annotation, f *Finding) bool {
	if a.Annotation.Anchor.Kind == parse.AnchorFile || a.Anchor.Span.Contains(f.At.Span) {
		return true
	}
	for _, o := range p.Graph.Annotations {
		if o.File == f.At.File && o.At.Span == f.At.Span && o.Annotation.Anchor.Span == a.Annotation.Anchor.Span {
			return true
		}
	}
	return false
}

// removeLine is a fix that takes an annotation's comment away, where the comment is a line of its own and says nothing else.
func (p *Pass) removeLine(a *graph.Annotation) []Fix {
	f := p.Graph.Files[a.File]
	if f == nil || int(a.Comment.End) > len(f.Src) || a.Comment.Len() == 0 || !strings.HasPrefix(f.Src[a.Comment.Start:], "#") {
		return nil
	}
	start := strings.LastIndexByte(f.Src[:a.Comment.Start], '\n') + 1
	if strings.TrimSpace(f.Src[start:a.Comment.Start]) != "" {
		return nil
	}
	end := len(f.Src)
	if i := strings.IndexByte(f.Src[a.Comment.End:], '\n'); i >= 0 {
		end = int(a.Comment.End) + i + 1
	}
	at := p.place(a.File, parse.Span{Start: int32(start), End: int32(end)})
	return []Fix{{Message: "remove the waiver", Edits: []Edit{{At: at}}}}
}

// inConfig is the line of the configuration file that a text stands on, its first line if it is not there.
func (p *Pass) inConfig(text string) graph.Place {
	at := graph.Place{File: p.Config.File, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
	if at.File == "" {
		at.File = ".nixsink.toml"
	}
	i := strings.Index(p.Config.Text, fmt.Sprintf("%q", text))
	if text == "" || i < 0 {
		return at
	}
	before := p.Config.Text[:i]
	at.Line = strings.Count(before, "\n") + 1
	at.Column = i - strings.LastIndexByte(before, '\n')
	at.EndLine, at.EndColumn = at.Line, at.Column+len(text)+2
	at.Span = parse.Span{Start: int32(i), End: int32(i + len(text) + 2)}
	return at
}
