package output

import (
	"encoding/json"
	"io"
	"maps"
	"slices"

	"nixsink/graph"
	"nixsink/internal/check"
)

// Finding is a finding as JSON shows it (design.md, "findings").
type Finding struct {
	Anchor        string    `json:"anchor"`
	Baselined     bool      `json:"baselined"`
	Check         string    `json:"check"`
	Column        int       `json:"column"`
	EndColumn     int       `json:"endColumn"`
	EndLine       int       `json:"endLine"`
	File          string    `json:"file"`
	Fixes         []Fix     `json:"fixes"`
	Line          int       `json:"line"`
	Message       string    `json:"message"`
	Related       []Related `json:"related"`
	Severity      string    `json:"severity"`
	Value         string    `json:"value"`
	Waived        bool      `json:"waived"`
	WaivedBecause string    `json:"waivedBecause"`
}

// Related is a further place.
type Related struct {
	Column    int    `json:"column"`
	EndColumn int    `json:"endColumn"`
	EndLine   int    `json:"endLine"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Message   string `json:"message"`
}

// Fix is a change that makes the finding go away.
type Fix struct {
	Edits   []Edit `json:"edits"`
	Message string `json:"message"`
}

// Edit replaces the bytes from Start to End (exclusive) of a file.
type Edit struct {
	End   int    `json:"end"`
	File  string `json:"file"`
	New   string `json:"new"`
	Start int    `json:"start"`
}

// Ratio is a coverage; the shares are null where there is nothing to cover.
type Ratio struct {
	Covered    int      `json:"covered"`
	LowerBound *float64 `json:"lowerBound"`
	Ratio      *float64 `json:"ratio"`
	Total      int      `json:"total"`
	Unresolved int      `json:"unresolved"`
}

type gateJSON struct {
	Failed    bool   `json:"failed"`
	How       string `json:"how"`
	Name      string `json:"name"`
	Threshold string `json:"threshold"`
	Value     string `json:"value"`
}

type deltaJSON struct {
	Fixed []Finding   `json:"fixed"`
	Moved []movedJSON `json:"moved"`
	New   []Finding   `json:"new"`
	Patch Ratio       `json:"patch"`
	Since string      `json:"since"`
}

// movedJSON is a renamed file.
type movedJSON struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type reportJSON struct {
	Changes    *deltaJSON       `json:"changes"`
	Coverage   map[string]Ratio `json:"coverage"`
	Findings   []Finding        `json:"findings"`
	Gates      []gateJSON       `json:"gates"`
	Incomplete string           `json:"incomplete"`
	NARHash    string           `json:"narHash"`
	Schema     string           `json:"schema"`
	Status     int              `json:"status"`
	Version    string           `json:"version"`
}

// Findings are findings as JSON shows them; `nixsink graph --format json` writes the same.
func Findings(fs []check.Finding) []Finding {
	out := make([]Finding, 0, len(fs))
	for _, f := range fs {
		j := Finding{
			Anchor: f.Anchor, Baselined: f.Baselined, Check: f.Check, File: f.At.File, Message: f.Message, Severity: f.Severity.String(),
			Line: f.At.Line, Column: f.At.Column, EndLine: f.At.EndLine, EndColumn: f.At.EndColumn,
			Value: f.Value, Waived: f.Waived, WaivedBecause: f.WaivedBecause, Related: []Related{}, Fixes: []Fix{},
		}
		for _, r := range f.Related {
			j.Related = append(j.Related, Related{
				File: r.At.File, Line: r.At.Line, Column: r.At.Column, EndLine: r.At.EndLine, EndColumn: r.At.EndColumn, Message: r.Message,
			})
		}
		for _, x := range f.Fixes {
			fix := Fix{Message: x.Message, Edits: []Edit{}}
			for _, e := range x.Edits {
				fix.Edits = append(fix.Edits, Edit{File: e.At.File, Start: int(e.At.Span.Start), End: int(e.At.Span.End), New: e.New})
			}
			j.Fixes = append(j.Fixes, fix)
		}
		out = append(out, j)
	}
	return out
}

func ratio(r graph.Ratio) Ratio {
	j := Ratio{Covered: r.Covered, Total: r.Total, Unresolved: r.Unresolved}
	if v, ok := r.Value(); ok {
		j.Ratio = &v
	}
	if v, ok := r.LowerBound(); ok {
		j.LowerBound = &v
	}
	return j
}

// jsonFormat writes everything that the other formats show.
func jsonFormat(w io.Writer, in Input) error {
	j := reportJSON{
		Schema: "nixsink-check/1", Version: in.Version, NARHash: in.Graph.Source.NARHash,
		Findings: Findings(in.severe(in.Report.Findings)), Gates: []gateJSON{}, Incomplete: in.Gate.Incomplete, Status: in.Gate.Status,
		Coverage: map[string]Ratio{},
	}
	for _, c := range ratios(in.Graph.Coverage) {
		j.Coverage[c.name] = ratio(c.Ratio)
	}
	for _, g := range in.Gate.Gates {
		j.Gates = append(j.Gates, gateJSON{Failed: g.Failed, How: g.How, Name: g.Name, Threshold: g.Threshold, Value: g.Value})
	}
	if d := in.Delta; d != nil {
		j.Changes = &deltaJSON{Since: d.Rev, New: Findings(in.severe(d.New)), Fixed: Findings(in.severe(d.Fixed)), Patch: ratio(d.Patch), Moved: []movedJSON{}}
		for _, from := range slices.Sorted(maps.Keys(d.Moved)) {
			j.Changes.Moved = append(j.Changes.Moved, movedJSON{from, d.Moved[from]})
		}
	}
	return writeJSON(w, j)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// named is a coverage with the name that gates and metrics call it by.
type named struct {
	name, words string
	graph.Ratio
}

// ratios are all coverages of a tree, the most important first.
func ratios(c graph.Coverage) []named {
	return []named{
		{"source-id-coverage", "source-id coverage", c.SourceID},
		{"declaration-coverage", "declarations with an id", c.Declaration},
		{"sink-coverage", "sink coverage", c.Sink},
		{"annotation-precision", "annotations that are right", c.Precision},
		{"module-documentation", "modules documented", c.DocModules},
		{"option-documentation", "options described", c.DocOptions},
	}
}

// ratios are those that a reader wants to hear of: where nobody annotates, only what is documented.
func (in Input) ratios(c graph.Coverage) []named {
	all := ratios(c)
	if in.Report.Silent {
		return all[len(all)-2:]
	}
	return all
}
