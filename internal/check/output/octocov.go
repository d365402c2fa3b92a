package output

import (
	"io"

	"nixsink/internal/check"
)

type (
	octocovSet struct {
		Key     string          `json:"key"`
		Name    string          `json:"name"`
		Metrics []octocovMetric `json:"metrics"`
	}
	octocovMetric struct {
		Key   string  `json:"key"`
		Name  string  `json:"name"`
		Value float64 `json:"value"`
		Unit  string  `json:"unit,omitempty"`
	}
)

// octocov writes a set of custom metrics, one for each coverage that there is something to measure for, and the numbers of findings.
func octocov(w io.Writer, in Input) error {
	set := octocovSet{Key: "nixsink", Name: "nixsink", Metrics: []octocovMetric{}}
	for _, c := range ratios(in.Graph.Coverage) {
		if v, ok := c.LowerBound(); ok {
			set.Metrics = append(set.Metrics, octocovMetric{Key: c.name, Name: c.words, Value: float64(int(v*1000+1e-9)) / 10, Unit: "%"})
		}
	}
	for _, s := range []check.Severity{check.Error, check.Warning, check.Info} {
		set.Metrics = append(set.Metrics, octocovMetric{Key: s.String() + "s", Name: s.String() + "s", Value: float64(in.Report.Count(s))})
	}
	return writeJSON(w, set)
}
