package check

import (
	"cmp"
	"slices"
	"strings"
)

// suggest is `, did you mean "x"?`, or "" where nothing is near.
func suggest(name string, known []string) string {
	best, dist := "", len(name)/3+2
	for _, k := range known {
		if d := distance(name, k); d < dist {
			best, dist = k, d
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean \"" + best + "\"?"
}

// nearestPath is the known path that somebody most likely meant by path, "" if none is near: one that ends in the same segments
// (my.identity.user for my.configs.identity.user), else one that is spelled alike.
func nearestPath(path string, known []string) string {
	segs := strings.Split(path, ".")
	type candidate struct {
		path   string
		common int // equal segments at the end
		dist   int
	}
	var cs []candidate
	for _, k := range known {
		ks := strings.Split(k, ".")
		common := 0
		for common < len(segs) && common < len(ks) && segs[len(segs)-1-common] == ks[len(ks)-1-common] {
			common++
		}
		d := distance(path, k)
		// One equal segment is enough where nothing else differs but what stands between; a bare `enable` proves nothing.
		if common >= 2 || common == 1 && segs[len(segs)-1] != "enable" && d <= len(path)/2 || d <= 2 || d <= len(path)/10 {
			cs = append(cs, candidate{k, common, d})
		}
	}
	if len(cs) == 0 {
		return ""
	}
	return slices.MinFunc(cs, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.common, a.common), cmp.Compare(a.dist, b.dist), cmp.Compare(a.path, b.path))
	}).path
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, diag+1)
		}
	}
	return row[len(b)]
}
