package output

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"nixsink/internal/check"
)

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Error   *junitFailure `xml:"error,omitempty"`
		Skipped *junitSkipped `xml:"skipped,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// junit writes a suite for the checks, with a test for each check that names what it found, and a suite for the gates. Informations fail
// no test: a red test is one that somebody should do something about.
func junit(w io.Writer, in Input) error {
	checks := junitSuite{Name: "checks"}
	for _, c := range in.Report.Checks {
		k := junitCase{Name: c.Name, Class: "nixsink.checks"}
		var lines []string
		waived := 0
		for _, f := range in.shown() {
			if f.Check != c.Name {
				continue
			}
			if f.Waived || f.Baselined {
				waived++
				continue
			}
			if f.Severity > check.Info {
				lines = append(lines, fmt.Sprintf("%s:%d:%d: %s", in.Prefix+f.At.File, f.At.Line, f.At.Column, f.Message))
			}
		}
		switch {
		case len(lines) > 0:
			checks.Failures++
			k.Failure = &junitFailure{Message: clean(counted(len(lines), "finding") + ": " + c.Summary), Type: c.Default.String(), Text: plain(strings.Join(lines, "\n"))}
		case waived > 0:
			checks.Skipped++
			k.Skipped = &junitSkipped{Message: counted(waived, "finding") + " waived or in the baseline"}
		}
		checks.Cases = append(checks.Cases, k)
	}
	checks.Tests = len(checks.Cases)
	gates := junitSuite{Name: "gates"}
	for _, g := range in.Gate.Gates {
		k := junitCase{Name: g.Name, Class: "nixsink.gates"}
		if g.Failed {
			gates.Failures++
			k.Failure = &junitFailure{Message: clean(fmt.Sprintf("%s, asked for: %s", g.Value, g.Threshold)), Type: "gate", Text: plain(g.How)}
		}
		gates.Cases = append(gates.Cases, k)
	}
	if in.Gate.Incomplete != "" {
		gates.Errors++
		gates.Cases = append(gates.Cases, junitCase{Name: "verdict", Class: "nixsink.gates", Error: &junitFailure{Message: clean(in.Gate.Incomplete), Type: "incomplete"}})
	}
	gates.Tests = len(gates.Cases)
	return writeXML(w, junitSuites{
		Name: "nixsink", Tests: checks.Tests + gates.Tests, Failures: checks.Failures + gates.Failures, Errors: gates.Errors,
		Suites: []junitSuite{checks, gates},
	})
}

type (
	checkstyleReport struct {
		XMLName xml.Name         `xml:"checkstyle"`
		Version string           `xml:"version,attr"`
		Files   []checkstyleFile `xml:"file"`
	}
	checkstyleFile struct {
		Name   string            `xml:"name,attr"`
		Errors []checkstyleError `xml:"error"`
	}
	checkstyleError struct {
		Line     int    `xml:"line,attr"`
		Column   int    `xml:"column,attr"`
		Severity string `xml:"severity,attr"`
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
)

func checkstyle(w io.Writer, in Input) error {
	out := checkstyleReport{Version: "4.3"}
	for _, f := range in.shown() {
		if f.Waived || f.Baselined {
			continue
		}
		name := plain(in.Prefix + f.At.File)
		if n := len(out.Files); n == 0 || out.Files[n-1].Name != name {
			out.Files = append(out.Files, checkstyleFile{Name: name})
		}
		file := &out.Files[len(out.Files)-1]
		file.Errors = append(file.Errors, checkstyleError{
			Line: f.At.Line, Column: f.At.Column, Severity: f.Severity.String(), Message: plain(f.Message), Source: "nixsink." + f.Check,
		})
	}
	return writeXML(w, out)
}

func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// plain takes out what XML 1.0 cannot hold, even escaped.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}
