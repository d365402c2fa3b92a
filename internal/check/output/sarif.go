package output

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
)

// SARIF 2.1.0, as far as we have something to say. Field names are the standard's.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool                `json:"tool"`
		Invocations []sarifInvocation        `json:"invocations"`
		ColumnKind  string                   `json:"columnKind"`
		BaseIDs     map[string]sarifLocation `json:"originalUriBaseIds,omitempty"`
		Results     []sarifResult            `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string        `json:"id"`
		Short   sarifMessage  `json:"shortDescription"`
		Full    sarifMessage  `json:"fullDescription"`
		Help    sarifMarkdown `json:"help"`
		Default sarifDefault  `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifMarkdown struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool        `json:"executionSuccessful"`
		Notifications []sarifNote `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNote struct {
		Level   string       `json:"level"`
		Message sarifMessage `json:"message"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Flows        []sarifFlow       `json:"codeFlows,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Suppressions []sarifSuppress   `json:"suppressions,omitempty"`
		Baseline     string            `json:"baselineState,omitempty"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
	}
	sarifFlow struct {
		Threads []sarifThread `json:"threadFlows"`
	}
	sarifThread struct {
		Locations []sarifStep `json:"locations"`
	}
	sarifStep struct {
		Location sarifLocation `json:"location"`
	}
	sarifLocation struct {
		ID       *int           `json:"id,omitempty"`
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Message  *sarifMessage  `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int           `json:"startLine"`
		StartColumn int           `json:"startColumn"`
		EndLine     int           `json:"endLine"`
		EndColumn   int           `json:"endColumn"`
		Snippet     *sarifMessage `json:"snippet,omitempty"`
	}
	sarifSuppress struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
	sarifFix struct {
		Description sarifMessage  `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifByteRegion `json:"deletedRegion"`
		Inserted *sarifMessage   `json:"insertedContent,omitempty"`
	}
	sarifByteRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
)

// sarifSchema is the identifier that the standard gives its schema; nothing fetches it.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

func sarif(w io.Writer, in Input) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "nixsink", Version: in.Version, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
		Invocations: []sarifInvocation{{Successful: in.Gate.Incomplete == ""}},
	}
	if in.Gate.Incomplete != "" {
		run.Invocations[0].Notifications = []sarifNote{{Level: "error", Message: sarifMessage{in.Gate.Incomplete}}}
	}
	index := map[string]int{}
	for i, c := range in.Report.Checks {
		index[c.Name] = i
		summary := c.Summary
		if summary == "" {
			summary = c.Name
		}
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: c.Name, Short: sarifMessage{summary}, Full: sarifMessage{firstParagraph(c.Doc, summary)},
			Help: sarifMarkdown{Text: c.Doc + " ", Markdown: c.Doc}, Default: sarifDefault{level(c.Default)},
		})
	}
	isNew := map[string]int{}
	if in.Delta != nil {
		for _, f := range in.Delta.New {
			isNew[fingerprint(f, 0)]++
		}
	}
	nth := map[string]int{}
	for _, f := range worst(in.severe(in.Report.Findings)) {
		key := fingerprint(f, 0)
		r := sarifResult{
			RuleID: f.Check, RuleIndex: index[f.Check], Level: level(f.Severity), Message: sarifMessage{f.Message},
			Locations:    []sarifLocation{in.location(f.At, true)},
			Fingerprints: map[string]string{"nixsink/v1": fingerprint(f, nth[key])},
		}
		nth[key]++
		for i, rel := range f.Related {
			if rel.At.File == "" {
				continue
			}
			l := in.location(rel.At, false)
			l.ID, l.Message = &i, &sarifMessage{rel.Message}
			r.Related = append(r.Related, l)
		}
		r.Flows = in.flows(f)
		switch {
		case f.Waived:
			kind := "inSource"
			if f.WaivedOutside {
				kind = "external"
			}
			r.Suppressions = []sarifSuppress{{Kind: kind, Justification: f.WaivedBecause}}
		case f.Baselined:
			why := "in the baseline"
			if f.MovedFrom != "" {
				why += ", as of " + f.MovedFrom
			}
			r.Suppressions = []sarifSuppress{{Kind: "external", Justification: why}}
		}
		if in.Delta != nil {
			r.Baseline = "unchanged"
			if isNew[key] > 0 {
				isNew[key]--
				r.Baseline = "new"
			}
		}
		for _, x := range f.Fixes {
			r.Fixes = append(r.Fixes, in.sarifFix(x))
		}
		run.Results = append(run.Results, r)
	}
	if below := in.below(); below != "" {
		run.Invocations[0].note("note", below)
	}
	return run.write(w)
}

// flows is the way that a finding tells, if it tells one, as code scanning shows it step by step.
func (in Input) flows(f check.Finding) []sarifFlow {
	if f.Way == 0 {
		return nil
	}
	var steps []sarifStep
	for _, r := range append(slices.Clone(f.Related[:f.Way]), check.Related{At: f.At, Message: f.Message}) {
		if r.At.File == "" {
			continue
		}
		l := in.location(r.At, false)
		l.Message = &sarifMessage{r.Message}
		steps = append(steps, sarifStep{l})
	}
	return []sarifFlow{{[]sarifThread{{steps}}}}
}

// What code scanning takes of one run: 25,000 results, and 10 MB gzipped; a file beyond either is rejected whole.
const (
	maxResults = 25_000
	maxGzipped = 10_000_000
)

// write leaves out the results at the end, which matter least, as far as a reader of the log would not take them, and says so in it.
func (r sarifRun) write(w io.Writer) error {
	all := r.Results
	notes := r.Invocations[0].Notifications
	for n := min(len(all), maxResults); ; n -= (n + 3) / 4 {
		r.Results = all[:n]
		r.Invocations[0].Notifications = notes
		if n < len(all) {
			r.Invocations[0].note("warning", fmt.Sprintf(
				"%s of %d left out, those that matter least: a log holds %d results and %d MB gzipped. Raise --min-severity, turn checks off, or write a baseline",
				counted(len(all)-n, "result"), len(all), maxResults, maxGzipped/1_000_000))
		}
		var text bytes.Buffer
		if err := writeJSON(&text, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{r}}); err != nil {
			return err
		}
		if n == 0 || text.Len() <= maxGzipped || gzipped(text.Bytes()) <= maxGzipped {
			_, err := w.Write(text.Bytes())
			return err
		}
	}
}

// gzipped is the size in bytes of a text that is sent compressed.
func gzipped(text []byte) int {
	var n counter
	z := gzip.NewWriter(&n)
	_, _ = z.Write(text) // neither fails: a counter takes everything
	_ = z.Close()
	return int(n)
}

// counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// note adds a notification.
func (i *sarifInvocation) note(level, text string) {
	i.Notifications = append(slices.Clip(i.Notifications), sarifNote{Level: level, Message: sarifMessage{text}})
}

func (in Input) location(at graph.Place, snippet bool) sarifLocation {
	p := &sarifPhysical{Artifact: sarifArtifact{uri(in.Prefix + at.File)}}
	if at.Line > 0 {
		r := in.region(at)
		p.Region = &sarifRegion{StartLine: r.StartLine, StartColumn: r.StartColumn, EndLine: r.EndLine, EndColumn: r.EndColumn}
		if line, ok := sourceLine(in.Graph, at); snippet && ok && at.Line == at.EndLine {
			from, to := min(at.Column-1, len(line)), min(at.EndColumn-1, len(line))
			if from < to {
				p.Region.Snippet = &sarifMessage{strings.ToValidUTF8(line[from:min(to, from+maxSnippet)], "�")}
			}
		}
	}
	return sarifLocation{Physical: p}
}

// maxSnippet is how many bytes of a source line a log repeats.
const maxSnippet = 1000

// region counts columns in characters, as the log says it does; ours are bytes.
func (in Input) region(at graph.Place) sarifByteRegion {
	column := func(line, column int) int {
		text, ok := sourceLine(in.Graph, graph.Place{File: at.File, Line: line})
		if !ok || column < 1 || column-1 > len(text) {
			return max(column, 1)
		}
		return len([]rune(text[:column-1])) + 1
	}
	return sarifByteRegion{
		StartLine: at.Line, StartColumn: column(at.Line, at.Column),
		EndLine: max(at.EndLine, at.Line), EndColumn: column(max(at.EndLine, at.Line), at.EndColumn),
	}
}

func (in Input) sarifFix(x check.Fix) sarifFix {
	fix := sarifFix{Description: sarifMessage{x.Message}}
	for _, e := range x.Edits {
		r := sarifReplacement{Deleted: in.region(e.At)}
		if e.New != "" {
			r.Inserted = &sarifMessage{e.New}
		}
		fix.Changes = append(fix.Changes, sarifChange{Artifact: sarifArtifact{uri(in.Prefix + e.At.File)}, Replacements: []sarifReplacement{r}})
	}
	return fix
}

// fingerprint identifies a finding from run to run: by what it is and where, without lines; alike ones are numbered.
func fingerprint(f check.Finding, nth int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%d", f.Check, f.At.File, f.Value, f.Anchor, nth))
	return hex.EncodeToString(h[:16])
}

// uri escapes a path for a URI reference; a colon in the first segment would read as a scheme.
func uri(path string) string { return (&url.URL{Path: path}).String() }

func level(s check.Severity) string {
	switch s {
	case check.Error:
		return "error"
	case check.Warning:
		return "warning"
	}
	return "note"
}

func firstParagraph(doc, otherwise string) string {
	p, _, _ := strings.Cut(doc, "\n\n")
	if p = strings.TrimSpace(strings.ReplaceAll(p, "\n", " ")); p == "" {
		return otherwise
	}
	return p
}
