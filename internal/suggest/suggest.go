// Package suggest finds what a mistyped name was meant to be.
package suggest

import (
	"slices"
	"strings"
)

// Nearest returns the name that got was probably meant to be, "" if none is near enough to be named.
func Nearest(got string, names []string) string {
	if near := List(got, names, 1); len(near) > 0 {
		return near[0]
	}
	return ""
}

// List returns up to limit names near to got, nearest first and alphabetical among equals. Case does not count. A name is near if at most
// a third of the letters differ, or if got is its last part (ssh for CFG.ports.ssh).
func List(got string, names []string, limit int) []string {
	type candidate struct {
		name string
		cost int
	}
	low := strings.ToLower(got)
	var near []candidate
	for _, name := range names {
		l := strings.ToLower(name)
		allowed := max(len(low), len(l)) / 3
		switch cost := distance(low, l, allowed); {
		case cost <= allowed:
			near = append(near, candidate{name, cost})
		case low != "" && strings.HasSuffix(l, "."+low):
			near = append(near, candidate{name, allowed + 1})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		if a.cost != b.cost {
			return a.cost - b.cost
		}
		return strings.Compare(a.name, b.name)
	})
	var out []string
	for _, c := range near {
		// Beside a slip of one letter, names that need three more are no help.
		if len(out) == limit || c.cost > near[0].cost+1 {
			break
		}
		if !slices.Contains(out, c.name) {
			out = append(out, c.name)
		}
	}
	return out
}

// Within reports whether two names are as many letters apart as a limit says, or fewer.
func Within(a, b string, limit int) bool { return distance(a, b, limit) <= limit }

// distance is the number of letters inserted, deleted, replaced or swapped with their neighbour between a and b (optimal string
// alignment). It stops early and returns limit+1 when it cannot stay within limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	// What is equal at either end changes nothing.
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 {
		return min(max(len(a), len(b)), limit+1)
	}
	var few [3 * 96]int
	rows := few[:]
	if n := 3 * (len(b) + 1); n > len(rows) {
		rows = make([]int, n)
	}
	n := len(b) + 1
	before, prev, cur := rows[:n], rows[n:2*n], rows[2*n:3*n]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		// Beyond limit letters from the diagonal nothing is within limit.
		first, last := max(1, i-limit), min(len(b), i+limit)
		cur[first-1] = limit + 1
		if first == 1 {
			cur[0] = i
		}
		if last < len(b) {
			cur[last+1] = limit + 1
		}
		best := cur[first-1]
		for j := first; j <= last; j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
			best = min(best, cur[j])
		}
		if best > limit {
			return limit + 1
		}
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(b)], limit+1)
}
