package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
)

// A traceRow is a line of a trace's tree: what it begins with, what it is of, a word about it, where it is, notes.
type traceRow struct {
	stem, name, kind, at string
	notes                []string
	in                   *graph.ConfSet // the configurations that it holds in
	times                int            // so many alike are told as one; 0 for one
}

// leastColumn is how narrow a column of a trace may become: name, kind, place, notes.
var leastColumn = []int{24, 7, 20, 12}

// placesFirst writes rows with the place before the name, as reads are listed; otherwise the name stands first. They fit a terminal of 80
// columns. Of a place the end stays, of a name its beginning and its end.
func (t *terminal) traceRows(g *graph.Graph, rows []traceRow, placesFirst bool) {
	notes := make([]string, len(rows))
	wide := make([]int, 4) // stem and name, kind, place, notes
	measure := func(hosts func(*graph.Graph, *graph.ConfSet) string) {
		clear(wide)
		for i, r := range rows {
			all := slices.Clone(r.notes)
			if r.times > 1 {
				all = append([]string{fmt.Sprintf("×%d", r.times)}, all...)
			}
			if note := hosts(g, r.in); note != "" {
				all = append(all, plain(note))
			}
			notes[i] = strings.Join(all, ", ")
			wide[0] = max(wide[0], utf8.RuneCountInString(r.stem+r.name))
			if r.kind != "" {
				wide[1] = len(graph.Default) // the longest
			}
			wide[2] = max(wide[2], utf8.RuneCountInString(r.at))
			wide[3] = max(wide[3], utf8.RuneCountInString(notes[i]))
		}
	}
	measure(hostNote)
	room := t.width - 2*3
	if t.width > 0 && wide[0]+wide[1]+wide[2]+wide[3] > room {
		measure(hostWord)
		// What a row is of keeps its name as long as it can: of a place, the file's own name is enough.
		order := []int{2, 3, 0}
		if placesFirst {
			order = []int{0, 2, 3}
		}
		for _, c := range order {
			over := wide[0] + wide[1] + wide[2] + wide[3] - room
			wide[c] -= max(0, min(over, wide[c]-leastColumn[c]))
		}
	}
	for i, r := range rows {
		stem := utf8.RuneCountInString(r.stem)
		name, at, note := r.name, clipFront(r.at, wide[2]), clip(notes[i], wide[3])
		if placesFirst {
			at = r.stem + clipFront(r.at, wide[2])
			name = clipMiddle(name, wide[0]-stem)
			line := at + pad(at, utf8.RuneCountInString(r.stem)+wide[2]) + "   " + name
			if note != "" {
				line += pad(r.stem+name, wide[0]) + t.style(dim, "   "+note)
			}
			fmt.Fprintln(t, strings.TrimRight(line, " "))
			continue
		}
		name = clipMiddle(name, max(wide[0]-stem, 8))
		line := r.stem + t.style(blue, name) + pad(r.stem+name, wide[0]) + "  " + t.style(dim, r.kind+pad(r.kind, wide[1])) + "  " + at
		if note != "" {
			line += pad(at, wide[2]) + t.style(dim, "  "+note)
		}
		fmt.Fprintln(t, strings.TrimRight(line, " "))
	}
}

// narrow takes from the widest columns until they fit into a room; below least none becomes.
func narrow(wide []int, room, least int) {
	for {
		sum, widest := 0, 0
		for i, n := range wide {
			sum += n
			if n > wide[widest] {
				widest = i
			}
		}
		if sum <= room || wide[widest] <= least {
			return
		}
		wide[widest]--
	}
}

// clipMiddle shortens a text to n characters of its beginning and, more, of its end, where paths differ.
func clipMiddle(s string, n int) string {
	r := []rune(s)
	if len(r) <= n || n < 1 {
		return s
	}
	head := (n - 1) / 3
	return string(r[:head]) + "…" + string(r[len(r)-(n-1-head):])
}
