package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"nixsink/graph"
)

func compare(rev string, before *graph.Graph, was Report, after *graph.Graph, is Report, moved map[string]string) Delta {
	d := Delta{Rev: rev, Before: before.Coverage, Moved: moved}
	d.New, d.Fixed = Between(was, is, moved)
	from := map[string]string{}
	for old, name := range moved {
		from[name] = old
	}
	changed := map[string]*lineSet{}
	for _, name := range slices.Sorted(maps.Keys(after.Files)) {
		src := after.Files[name].Src
		if after.CheckoutCRLF[name] {
			src = graph.WithoutCR(src)
		}
		old, f := "", before.Files[name]
		if f == nil {
			f = before.Files[from[name]]
		}
		if f != nil {
			old = f.Src
		}
		if set := changedLines(old, src); !set.empty() {
			changed[name] = set
			d.Files = append(d.Files, name)
		}
	}
	// A read is changed if its own lines are, or those of the binding's head that an annotation would stand at.
	touched := func(at, anchor graph.Place) bool {
		set := changed[at.File]
		return set != nil && (set.has(at.Line, at.EndLine) || anchor.Line > 0 && set.has(anchor.Line, anchor.Line))
	}
	for _, r := range after.References {
		if r.Kind == graph.Guard || !touched(r.At, r.ViaAt) {
			continue
		}
		d.Patch.Total++
		if r.Covered {
			d.Patch.Covered++
		} else {
			d.Missing = append(d.Missing, r.At)
		}
	}
	for _, u := range after.Unresolved {
		if touched(u.At, graph.Place{}) {
			d.Patch.Unresolved++
			d.Missing = append(d.Missing, u.At)
		}
	}
	slices.SortFunc(d.Missing, graph.ComparePlaces)
	return d
}

// Between is the findings that are new and those that are gone, waived ones left out. moved maps the old names of renamed files to their new ones.
func Between(was, is Report, moved map[string]string) (came, gone []Finding) {
	then := movedFindings(was.Findings, moved)
	return minus(is.Findings, then), minus(then, is.Findings)
}

// movedFindings are findings with the names that files have now.
func movedFindings(list []Finding, moved map[string]string) []Finding {
	if len(moved) == 0 {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		if name, ok := moved[out[i].At.File]; ok {
			out[i].At.File = name
		}
		if name, ok := moved[out[i].Value]; ok {
			out[i].Value = name
		}
	}
	return out
}

// minus are the findings of a that b has not, by identity and number: moved lines are not new. Waived ones are left out.
func minus(a, b []Finding) []Finding {
	left := map[Known]int{}
	for _, f := range b {
		if !f.Waived {
			left[f.known()]++
		}
	}
	var out []Finding
	for _, f := range a {
		if f.Waived {
			continue
		}
		if k := f.known(); left[k] > 0 {
			left[k]--
			continue
		}
		out = append(out, f)
	}
	return out
}

// lineSet is a set of lines of a file, as sorted ranges with both ends included.
type lineSet struct{ ranges [][2]int }

func (s *lineSet) empty() bool { return len(s.ranges) == 0 }

func (s *lineSet) has(from, to int) bool {
	return slices.ContainsFunc(s.ranges, func(r [2]int) bool { return from <= r[1] && r[0] <= to })
}

// changedLines are the lines of after that before has not.
func changedLines(before, after string) *lineSet {
	s := &lineSet{}
	if before == after {
		return s
	}
	shift := 0 // bytes that the edits so far have added
	for _, e := range udiff.Lines(before, after) {
		start := e.Start + shift
		shift += len(e.New) - (e.End - e.Start)
		if e.New == "" {
			continue
		}
		from := strings.Count(after[:start], "\n") + 1
		s.ranges = append(s.ranges, [2]int{from, from + strings.Count(strings.TrimSuffix(e.New, "\n"), "\n")})
	}
	return s
}
