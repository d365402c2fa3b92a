package rewrite

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// habit is how people write annotations here: counted in the file, else in the tree, else the convention's own.
type habit struct {
	sourceID, sink string // keywords as spelled: "source-id", "Sink"
	lead           string // between # and the keyword
	colon          string // between the keyword and its text
	separator      string // between ids on one line; "" where each has a line of its own
	trailing       bool   // at the end of the line
	gap            string // before a comment there
}

// tally counts habits.
type tally map[string]map[string]int

func (t tally) add(what, how string) {
	if t[what] == nil {
		t[what] = map[string]int{}
	}
	t[what][how]++
}

// most is the commonest answer, the first in the alphabet among equals.
func (t tally) most(what string) (string, bool) {
	best, n := "", 0
	for how, count := range t[what] {
		if count > n || count == n && how < best {
			best, n = how, count
		}
	}
	return best, n > 0
}

// habitsOf counts how the given annotations are written.
func habitsOf(src func(file string) string, annotations []*graph.Annotation) tally {
	t := tally{}
	var last *graph.Annotation
	for _, a := range annotations {
		if a.Malformed != "" || a.Annotation.Anchor.Kind == parse.AnchorFile || a.None {
			continue
		}
		text := src(a.File)
		comment := text[a.Comment.Start:a.Comment.End]
		line := strings.HasPrefix(comment, "#")
		switch a.Keyword {
		case parse.SourceID:
			if !strings.HasSuffix(strings.ToLower(a.Spelling), "s") {
				t.add("source-id", a.Spelling)
			}
			if a.Trailing {
				t.add("place", "trailing")
				before := strings.TrimRight(text[:a.Comment.Start], " \t")
				if gap := text[len(before):a.Comment.Start]; len(gap) <= 2 { // more is a column
					t.add("gap", gap)
				}
			} else {
				t.add("place", "above")
			}
			if len(a.IDs) > 1 && a.IDs[0].End < a.IDs[1].Start {
				if sep := text[a.IDs[0].End:a.IDs[1].Start]; strings.Trim(sep, " /,+&|;") == "" {
					t.add("several", sep)
				}
			}
			if last != nil && last.Keyword == parse.SourceID && last.Anchor == a.Anchor && last.Comment != a.Comment {
				t.add("several", "")
			}
		case parse.SinkKey:
			if !strings.Contains(strings.ToLower(a.Spelling), "id") {
				t.add("sink", a.Spelling)
			}
		default:
			continue
		}
		last = a
		if !line {
			continue
		}
		if lead := text[a.Comment.Start+1 : a.Start]; strings.Trim(lead, " \t#") == "" {
			t.add("lead", lead)
		}
		if rest := text[a.Start+int32(len(a.Spelling)) : a.End]; strings.HasPrefix(rest, ":") && a.Text != "" {
			blanks := rest[1 : len(rest)-len(strings.TrimLeft(rest[1:], " \t"))]
			if len(blanks) <= 1 { // more is a table with what stands around it
				t.add("colon", ":"+blanks)
			}
		}
	}
	return t
}

// choose is the habit by the first of the tallies that knows, else the convention.
func choose(tallies ...tally) habit {
	get := func(what, otherwise string) string {
		for _, t := range tallies {
			if how, ok := t.most(what); ok {
				return how
			}
		}
		return otherwise
	}
	return habit{
		sourceID: get("source-id", "source-id"), sink: get("sink", "sink"), lead: get("lead", " "), colon: get("colon", ": "),
		separator: get("several", " / "), trailing: get("place", "above") == "trailing", gap: get("gap", " "),
	}
}

// widest is the column that a line of several ids shall not cross.
const widest = 110

// lines are the comments that name the ids: on one line or more, as is the habit.
func (h habit) lines(ids []string) []string {
	var out []string
	begin := "#" + h.lead + h.sourceID + h.colon
	for _, id := range ids {
		if n := len(out); n > 0 && h.separator != "" && len(out[n-1])+len(h.separator)+len(id) <= widest {
			out[n-1] += h.separator + id
			continue
		}
		out = append(out, begin+id)
	}
	return slices.Clip(out)
}

func (h habit) sinkLine(paths string) string { return "#" + h.lead + h.sink + h.colon + paths }
