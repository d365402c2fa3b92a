package render

import (
	"fmt"
	"slices"

	"nixsink/graph"
)

// text is what is written on a box.
func (b *box) text() string {
	if b.shown == "" {
		return b.mark.sign() + b.shortened()
	}
	return b.mark.sign() + b.shown
}

// textWidth allows for bold letters.
func (b *box) textWidth() float64 {
	w := textWidth(b.text(), fontSize)
	if b.bad || b.whole || b.mark != "" {
		w *= 1.16
	}
	if b.sub {
		w = max(w*1.16, textWidth(b.line2(), 10)+4, layerWidth)
	}
	return w
}

// line2 is what a layer's box says in small: how much it gives, or takes.
func (b *box) line2() string {
	values, sum := map[*graph.Value]bool{}, amount{}
	for _, r := range b.out {
		for v := range r.by {
			values[v] = true
		}
	}
	for _, r := range b.in {
		sum = sum.plus(amount{r.n, 0})
		if r.uncovered {
			sum.uncovered += r.n
		}
	}
	if b.imports {
		n := 0
		for _, r := range slices.Concat(b.in, b.out) {
			n += r.n
		}
		return plural(n, "import", "imports")
	}
	if len(b.in) == 0 {
		n := 0
		for _, r := range b.out {
			n += r.n
		}
		return plural(len(values), "value", "values") + ", " + plural(n, "read", "reads")
	}
	s := plural(sum.n, "read", "reads")
	switch {
	case !b.marks:
	case sum.uncovered == 0:
		s += ", all with source-id"
	default:
		s += fmt.Sprintf(", %s with source-id", percent(float64(sum.n-sum.uncovered)/float64(sum.n), true))
	}
	return s
}

// badge is the small number at a box's right end: a value's reads, or how many nodes are folded into it.
func (b *box) badge() string {
	switch {
	case b.holds > 0:
		return "×" + count(b.holds)
	case b.kind == valueNode:
		return count(b.reads)
	}
	return ""
}

func (b *box) badgeWidth() float64 {
	if s := b.badge(); s != "" {
		return textWidth(s, 10) + 8
	}
	return 0
}
