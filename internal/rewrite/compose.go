package rewrite

import (
	"cmp"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// part is a change with its place in the text between two plans.
type part struct {
	Change
	at     parse.Span
	second bool // of the second plan
}

// composed is one file's changes and then others on the result, as changes of the old text.
func composed(first, second *File) *File {
	var parts []part
	delta, done := int32(0), int32(0)
	for _, c := range first.Changes {
		if c.Span.Start < done {
			continue // splice left it out
		}
		done = c.Span.End
		start := c.Span.Start + delta
		parts = append(parts, part{c, parse.Span{Start: start, End: start + int32(len(c.New))}, false})
		delta += int32(len(c.New)) - int32(c.Span.Len())
	}
	done = 0
	for _, c := range second.Changes {
		if c.Span.Start >= done {
			done = c.Span.End
			parts = append(parts, part{c, c.Span, true})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.at.Start, b.at.Start) })
	out := &File{Name: first.Name, Old: first.Old, New: second.New}
	delta = 0 // of the first plan's changes before
	for i := 0; i < len(parts); {
		// What touches belongs together.
		j, all := i+1, parts[i].at
		for ; j < len(parts) && parts[j].at.Start <= all.End; j++ {
			all.End = max(all.End, parts[j].at.End)
		}
		group := parts[i:j]
		i = j
		if !slices.ContainsFunc(group, func(p part) bool { return p.second }) {
			for _, p := range group {
				out.Changes = append(out.Changes, p.Change)
				delta += int32(len(p.New)) - int32(p.Span.Len())
			}
			continue
		}
		c := joined(group, first.New, all)
		c.Span = parse.Span{Start: all.Start - delta}
		for _, p := range group {
			if !p.second {
				delta += int32(len(p.New)) - int32(p.Span.Len())
			}
		}
		c.Span.End = all.End - delta
		c.Line = 1 + strings.Count(first.Old[:c.Span.Start], "\n")
		if first.Old[c.Span.Start:c.Span.End] != c.New {
			out.Changes = append(out.Changes, c)
		}
	}
	return out
}

// joined is one change instead of several that touch, all of them within a span of the text between.
func joined(group []part, between string, all parse.Span) Change {
	out := group[0].Change
	out.Values, out.For = nil, nil
	var text strings.Builder
	at := all.Start
	for _, p := range group {
		if p.second {
			text.WriteString(between[at:p.at.Start])
			text.WriteString(p.New)
			at = p.at.End
		}
		for _, v := range p.Values {
			out.Values = appendNew(out.Values, v)
		}
		for _, place := range p.For {
			if !slices.Contains(out.For, place) {
				out.For = append(out.For, place)
			}
		}
	}
	text.WriteString(between[at:all.End])
	out.New = text.String()
	return out
}

// rebased speaks of the values of another graph of the same tree.
func rebased(changes []Change, values map[string]*graph.Value) []Change {
	out := slices.Clone(changes)
	for i := range out {
		var same []*graph.Value
		for _, v := range out[i].Values {
			if first := values[v.Path]; first != nil {
				same = append(same, first)
			}
		}
		out[i].Values = same
	}
	return out
}
