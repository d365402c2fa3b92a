package verify

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"nixsink/internal/escape"
)

// JSON writes all of a result.
func (r *Result) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r.whole())
}

// whole is the result with empty lists where there are none, as programs want them.
func (r *Result) whole() *Result {
	c := *r
	fill(&c.Flows)
	fill(&c.Missed)
	fill(&c.Unchangeable)
	fill(&c.Unobserved)
	fill(&c.Finals)
	for _, a := range []*Agreement{&c.Imports, &c.Declared, &c.Types, &c.Defaults, &c.Described, &c.Definitions} {
		fill(&a.False)
		fill(&a.Miss)
	}
	return &c
}

func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}

// A row of the table: one thing that text and evaluation are held together on.
type row struct {
	what                    string
	same, wrong, miss, open string
}

func (r *Result) rows() []row {
	count := func(what string, a Agreement) row {
		if !a.Known {
			return row{what, "–", "–", "–", "this lib does not tell"}
		}
		return row{what, fmt.Sprint(a.Same), fmt.Sprint(len(a.False)), fmt.Sprint(len(a.Miss)), ""}
	}
	open := ""
	if r.Counts.Unseen > 0 {
		open = fmt.Sprintf("%d unseen", r.Counts.Unseen)
	}
	if r.Counts.Untried > 0 {
		open = strings.TrimPrefix(fmt.Sprintf("%s, %d untried", open, r.Counts.Untried), ", ")
	}
	known := func(text string) (n int) {
		for _, f := range r.Finals {
			if f.Text == text {
				n++
			}
		}
		return n
	}
	other := ""
	if n := known("other"); n > 0 {
		other = fmt.Sprintf("%d computed", n)
	}
	if n := known("unknown"); n > 0 {
		other = strings.TrimPrefix(fmt.Sprintf("%s, %d that the text does not tell", other, n), ", ")
	}
	flows := row{"flows", fmt.Sprint(r.Counts.Confirmed), fmt.Sprint(r.Counts.False), fmt.Sprint(r.Counts.Missed), open}
	if !r.Nix.Extends {
		flows = row{"flows", "–", "–", "–", "this lib cannot change a value (extendModules)"}
	}
	return []row{
		count("imports", r.Imports), count("declared values", r.Declared), count("types", r.Types), count("defaults", r.Defaults), count("descriptions", r.Described),
		count("definitions", r.Definitions), {"final values", fmt.Sprint(known("same")), "–", "–", other}, flows,
	}
}

// how tells how it was evaluated.
func (r *Result) how() string {
	network := "without a network"
	if r.Nix.Network {
		network = "the network was not taken from it, but nothing is fetched"
	}
	paths := "it could read this tree and the search path only"
	if r.Nix.Restricted == "pure" {
		paths = "purely"
	}
	return fmt.Sprintf("%s, %s, %s; nothing was built", r.Nix.Version, paths, network)
}

func (r *Result) values() string {
	s := fmt.Sprintf("%d of %d values tried", r.Tried, r.Values)
	if !r.Complete {
		s += "; the same command goes on with the others"
	}
	return s
}

// A list is some lines under a title.
type list struct {
	title string
	lines []string
}

func (r *Result) lists() []list {
	at := func(file string, line int) string {
		switch {
		case file == "":
			return ""
		case line == 0:
			return file + ": "
		}
		return fmt.Sprintf("%s:%d: ", file, line)
	}
	when := func(w []string) string {
		if len(w) == 0 {
			return ""
		}
		return ", when " + strings.Join(w, " and ") + " is otherwise"
	}
	flows := func(title string, v Verdict) list {
		l := list{title: title}
		for _, f := range r.Flows {
			if f.Verdict == v {
				l.lines = append(l.lines, fmt.Sprintf("%s%s -> %s (%s)", at(f.File, f.Line), f.From, f.To, f.Kind))
			}
		}
		return l
	}
	missed := list{title: "Missed flows: evaluation shows them, the text does not tell them"}
	for _, m := range r.Missed {
		missed.lines = append(missed.lines, fmt.Sprintf("%s%s -> %s%s", at(m.File, 0), m.From, m.To, when(m.When)))
	}
	out := []list{
		flows("False flows: the option stays as it is whatever the value", False), missed,
		flows("Unseen flows: no state that was looked at can tell", Unseen),
	}
	for _, a := range []struct {
		name string
		Agreement
	}{{"Imports", r.Imports}, {"Declared values", r.Declared}, {"Types", r.Types}, {"Defaults", r.Defaults}, {"Descriptions", r.Described}, {"Definitions", r.Definitions}} {
		wrong, miss := list{title: a.name + " that evaluation has otherwise"}, list{title: a.name + " that the text does not tell"}
		for _, d := range a.False {
			line := at(d.File, d.Line) + d.Name
			if d.Text != "" || d.Eval != "" {
				line += ": " + d.Text + ", evaluates to " + d.Eval
			}
			wrong.lines = append(wrong.lines, line)
		}
		for _, d := range a.Miss {
			miss.lines = append(miss.lines, at(d.File, d.Line)+d.Name)
		}
		out = append(out, wrong, miss)
	}
	reasons := func(title string, all []Reason) list {
		l := list{title: title}
		for _, u := range all {
			l.lines = append(l.lines, u.Name+": "+u.Why)
		}
		return l
	}
	return append(out, reasons("Values that cannot be changed", r.Unchangeable), reasons("Options that do not evaluate, so that nothing is known of them", r.Unobserved))
}

// Text writes the table and what differs, for a terminal. few is the number of lines of each list; 0: all.
func (r *Result) Text(w io.Writer, few int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n%s\n%s\n\n", escape.Terminal(r.Configuration), r.Sentence(), escape.Terminal(r.how()), r.values())
	fmt.Fprintf(&b, "%-16s %9s %6s %7s\n", "", "confirmed", "false", "missed")
	for _, x := range r.rows() {
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%-16s %9s %6s %7s  %s", x.what, x.same, x.wrong, x.miss, x.open), " "))
	}
	for _, l := range r.lists() {
		if len(l.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", l.title)
		for i, line := range l.lines {
			if few > 0 && i == few {
				fmt.Fprintf(&b, "  and %d more (-v)\n", len(l.lines)-i)
				break
			}
			fmt.Fprintf(&b, "  %s\n", escape.Terminal(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Markdown writes the same as a page.
func (r *Result) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s against evaluation\n\n%s. %s; %s.\n\n", escape.Markdown(r.Configuration), r.Sentence(), escape.Markdown(r.how()), r.values())
	b.WriteString("| | confirmed | false | missed | |\n|---|---:|---:|---:|---|\n")
	for _, x := range r.rows() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", x.what, x.same, x.wrong, x.miss, x.open)
	}
	for _, l := range r.lists() {
		if len(l.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", l.title)
		for _, line := range l.lines {
			fmt.Fprintf(&b, "- %s\n", escape.Markdown(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
