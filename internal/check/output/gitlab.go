package output

import (
	"io"

	"nixsink/internal/check"
)

type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// gitlab writes a Code Quality report (Code Climate's format, as far as GitLab reads it).
func gitlab(w io.Writer, in Input) error {
	out := []gitlabIssue{}
	nth := map[string]int{}
	for _, f := range in.severe(in.Report.Findings) {
		key := fingerprint(f, 0)
		print := fingerprint(f, nth[key])
		nth[key]++
		if f.Waived || f.Baselined {
			continue
		}
		severity := "info"
		switch f.Severity {
		case check.Error:
			severity = "critical"
		case check.Warning:
			severity = "minor"
		}
		out = append(out, gitlabIssue{
			Description: f.Message, CheckName: f.Check, Fingerprint: print, Severity: severity,
			Location: gitlabLocation{Path: in.Prefix + f.At.File, Lines: gitlabLines{Begin: max(f.At.Line, 1), End: max(f.At.EndLine, f.At.Line, 1)}},
		})
	}
	return writeJSON(w, out)
}
