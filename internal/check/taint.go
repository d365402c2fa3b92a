package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

// Taint is a repository's own rule of what must not become part of what. Its words are those of taint mode in Semgrep and of taint tracking in
// CodeQL: what starts at a source and gets to a sink without passing a sanitizer is a finding (docs/checks.md, "Taint").
type Taint struct {
	Name       string       `toml:"name"`
	Summary    string       `toml:"summary"`
	Sources    []OptionGlob `toml:"sources"`    // options
	Sanitizers []OptionGlob `toml:"sanitizers"` // options behind which nothing of a source counts
	Sinks      []OptionGlob `toml:"sinks"`      // options
	Parts      []string     `toml:"parts"`      // of what a source holds: partNames; none: what it holds, and what the file does that it names
	Message    string       `toml:"message"`    // {source}, {sink} and {part} are filled in
	Severity   Severity     `toml:"severity"`   // Off (not given): Warning
}

// partNames are what people call the parts of a source.
var partNames = [...]string{graph.PartValue: "value", graph.PartContents: "contents", graph.PartDigest: "hash", graph.PartExistence: "existence"}

// compile turns a rule into a check.
func (r Taint) compile() (Check, error) {
	switch {
	case r.Name == "":
		return Check{}, errors.New("it has no name")
	case len(r.Sources) == 0:
		return Check{}, errors.New("it has no sources")
	case len(r.Sinks) == 0:
		return Check{}, errors.New("it has no sinks")
	}
	parts := map[graph.Part]bool{}
	for _, name := range r.Parts {
		part := slices.Index(partNames[:], name)
		if part < 0 {
			return Check{}, fmt.Errorf("parts: there are value, contents, hash and existence, not %q", name)
		}
		parts[graph.Part(part)] = true
	}
	if len(r.Parts) == 0 {
		parts[graph.PartValue], parts[graph.PartContents] = true, true
	}
	severity := r.Severity
	if severity == Off {
		severity = Warning
	}
	if r.Message == "" {
		r.Message = "{sink} is made of {source}"
	}
	summary := r.Summary
	if summary == "" {
		summary = strings.NewReplacer("{source}", globText(r.Sources), "{sink}", globText(r.Sinks), "{part}", "a part").Replace(r.Message)
	}
	return Check{
		Name: r.Name, Summary: summary, Default: severity, InForce: true,
		Doc: fmt.Sprintf("A taint rule of this repository's configuration.\n\n    sources: %s\n    sanitizers: %s\n    sinks: %s\n", globText(r.Sources), globText(r.Sanitizers), globText(r.Sinks)),
		Run: func(p *Pass) []Finding { return r.run(p, parts) },
	}, nil
}

func globText(globs []OptionGlob) string {
	if len(globs) == 0 {
		return "-"
	}
	var out []string
	for _, g := range globs {
		out = append(out, g.String())
	}
	return strings.Join(out, ", ")
}

func (r Taint) run(p *Pass, parts map[graph.Part]bool) []Finding {
	tests := p.testsOnly()
	tracks := p.Graph.Track(func(path []string) bool { return anyMatch(r.Sources, path) && !anyMatch(r.Sanitizers, path) })
	type key struct {
		source string
		at     graph.Place
	}
	var out []Finding
	at := map[key]int{}
	first := map[*graph.Track]int{} // the finding that a track belongs to
	clean := map[*graph.Track]bool{}
	for _, t := range tracks {
		// Those that a track goes on from come before it.
		if clean[t] = t.Before != nil && clean[t.Before] || anyMatch(r.Sanitizers, t.Segments); clean[t] || t.Source.File != "" {
			continue
		}
		i, again := first[t.Before]
		if again = again && t.Before != nil; again {
			first[t] = i
		}
		if t.Argument || tests(t.In) || !parts[t.Part] || !anyMatch(r.Sinks, t.Segments) {
			continue
		}
		if again {
			out[i].Related = append(out[i].Related, Related{At: t.At, Message: "and so becomes part of " + t.Option})
			continue
		}
		source := strings.Join(secrets.Local(t.Source.Path), ".")
		k := key{source, t.At}
		if i, ok := at[k]; ok {
			first[t] = i
			continue
		}
		f := Finding{At: t.At, Value: source, Message: strings.NewReplacer("{source}", source, "{sink}", t.Option, "{part}", partNames[t.Part]).Replace(r.Message)}
		if t.Own {
			f.Severity = Info // what a flake makes of it is not known to be built
		}
		for _, s := range t.Steps[:len(t.Steps)-1] {
			f.Related = append(f.Related, Related{At: s.At, Message: s.What})
		}
		f.Way = len(f.Related)
		at[k], first[t] = len(out), len(out)
		out = append(out, f)
	}
	return out
}
