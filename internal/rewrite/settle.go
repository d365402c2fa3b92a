package rewrite

import (
	"cmp"
	"slices"
	"sort"

	"nixsink/parse"
)

// written is an inserted text with what it was written for.
type written struct {
	change int // index in changes
	slots  []*slot
	sink   bool
}

// settled reads the changed text again and moves every slot outwards whose line does not stand at its target. It reports whether
// nothing had to move.
func (f *fileWriter) settled(lines []written) bool {
	if len(f.changes) == 0 {
		return true // what was written before is as it should be: most files of a second look
	}
	order := make([]int, len(f.changes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.changes[a].Span.Start, f.changes[b].Span.Start) })
	sorted := make([]Change, len(order))
	newAt := make([]int32, len(order)) // offset of a change's text in the new source
	shift := make([]int32, len(order)) // by how much what stands behind a change moves
	delta, done := int32(0), int32(0)
	for i, o := range order {
		sorted[i] = f.changes[o]
		newAt[o] = sorted[i].Span.Start + delta
		if sorted[i].Span.Start >= done {
			delta += int32(len(sorted[i].New)) - int32(sorted[i].Span.Len())
			done = sorted[i].Span.End
		}
		shift[i] = delta
	}
	moved := func(at int32) int32 { // where an old offset is now
		n := sort.Search(len(sorted), func(i int) bool { return sorted[i].Span.Start > at })
		if n == 0 {
			return at
		}
		return at + shift[n-1]
	}
	next := parse.Parse(f.name, splice(f.src.Src, sorted))
	annotations, _, _ := next.Annotations()
	ok := true
	for _, l := range lines {
		c := f.changes[l.change]
		text := parse.Span{Start: newAt[l.change], End: newAt[l.change] + int32(len(c.New))}
		// A trailing comment that pushes at its own end would move the code before it.
		for _, s := range l.slots {
			if s.dead {
				continue
			}
			t := parse.Span{Start: moved(s.target.Start), End: moved(s.target.End-1) + 1}
			found, stands, names := 0, true, true
			first := sort.Search(len(annotations), func(i int) bool { return annotations[i].Start >= text.Start })
			for _, a := range annotations[first:] { // in the order of offsets
				if a.Start >= text.End {
					break
				}
				if !text.Contains(a.Span) {
					continue
				}
				found++
				stands = stands && a.Anchor.Contains(t) && (a.Anchor.Kind != parse.AnchorFile || s.candidate().whole)
				names = names && a.Malformed == "" && (!l.sink || len(a.Paths) > 0 && !a.Prose)
			}
			if found > 0 && stands && names {
				continue
			}
			ok = false
			if l.sink {
				s.noSink = true
				continue
			}
			if s.place+1 < len(s.places) && (found == 0 || !stands) && len(s.declares) == 0 {
				s.place++
			} else {
				s.dead = true
			}
		}
	}
	return ok
}
