package suggest

import (
	"math"
	"math/bits"
	"slices"
	"strings"
)

// Paths finds the path that a mistyped one was meant to be among many.
type Paths struct {
	all    []string
	masks  []uint64 // of all: the letters that each has
	bySpan []int    // indices of all by length
	first  []int    // in bySpan, by length: where the paths of that length begin
	ends   map[string][]int
	work   int // letters compared so far
	ended  func() bool
	cut    bool // ended stopped a comparison
}

// maxWork bounds what is compared for all questions together, a second or so: from there on only names that end alike are found, so
// that thousands of slips in a tree with thousands of names do not take minutes. What is offered is a courtesy.
const maxWork = 200_000_000

// NewPaths prepares the names to choose from.
func NewPaths(names []string) *Paths {
	p := &Paths{all: slices.Compact(slices.Sorted(slices.Values(names))), ends: map[string][]int{}}
	longest := 0
	for i, name := range p.all {
		p.masks = append(p.masks, letters(name))
		p.bySpan = append(p.bySpan, i)
		longest = max(longest, len(name))
		for end := range endings(name) {
			p.ends[end] = append(p.ends[end], i)
		}
	}
	slices.SortStableFunc(p.bySpan, func(a, b int) int { return len(p.all[a]) - len(p.all[b]) })
	for n, i := 0, 0; n <= longest+1; n++ {
		for i < len(p.bySpan) && len(p.all[p.bySpan[i]]) < n {
			i++
		}
		p.first = append(p.first, i)
	}
	return p
}

// Until has the search end when ended says so: from there on nothing is near. Cut tells whether that happened.
func (p *Paths) Until(ended func() bool) { p.ended = ended }

// Cut tells whether a name may have been missed because the search was ended.
func (p *Paths) Cut() bool { return p.cut }

// endings are the last segments of a path: all of them, all but the first, …, the last.
func endings(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for yield(path) {
			_, rest, more := strings.Cut(path, ".")
			if !more {
				return
			}
			path = rest
		}
	}
}

// Nearest is the name that somebody most likely meant by path, "" if none is near: one that ends in the same segments
// (my.identity.user for my.configs.identity.user), else one that is spelled alike.
func (p *Paths) Nearest(path string) string {
	slip := max(2, len(path)/10) // letters that are a slip of the pen
	for end := range endings(path) {
		if same := p.ends[end]; len(same) > 0 {
			if strings.Contains(end, ".") {
				return p.best(path, same, math.MaxInt)
			}
			// One equal segment is enough where nothing else differs but what stands between; a bare `enable` proves nothing.
			limit := slip
			if end != "enable" {
				limit = max(limit, len(path)/2)
			}
			if best := p.best(path, same, limit); best != "" {
				return best
			}
		}
	}
	var near []int
	mask := letters(path)
	for n := max(0, len(path)-slip); n <= len(path)+slip && n+1 < len(p.first); n++ {
		for _, i := range p.bySpan[p.first[n]:p.first[n+1]] {
			if apart(mask, p.masks[i]) <= slip {
				near = append(near, i)
			}
		}
	}
	slices.Sort(near)
	return p.best(path, near, slip)
}

// best is the nearest of some names, the first of equals; "" if none is within the limit.
func (p *Paths) best(path string, names []int, limit int) string {
	best := ""
	for _, i := range names {
		if p.work > maxWork || limit < 0 {
			break
		}
		if p.ended != nil && p.ended() {
			p.cut = true
			break
		}
		name := p.all[i]
		within := min(limit, len(path)+len(name))
		p.work += 8 + min(len(path), len(name))*min(len(name), 2*within+1)/2
		if d := distance(path, name, within); d <= within {
			best, limit = name, d-1
		}
	}
	return best
}

// letters has a bit for every letter that is in s; a few share one.
func letters(s string) (mask uint64) {
	for i := range len(s) {
		mask |= 1 << (s[i] % 64)
	}
	return mask
}

// apart is how many letters two names differ in at least.
func apart(a, b uint64) int { return max(bits.OnesCount64(a&^b), bits.OnesCount64(b&^a)) }
