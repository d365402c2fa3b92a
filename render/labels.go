package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
)

// distinguish gives every node the text that is written on it. Where shortening makes one text of several, what these have in common is
// left out in place of what sets them apart. heads are the names that stand above nodes, where that is known.
func (p *picture) distinguish(heads map[*node]string) {
	type place struct {
		kind   kind
		column int
		group  string // whose name stands above
	}
	columns := map[place][]*node{}
	for _, n := range p.nodes {
		k := place{kind: n.kind, column: n.column}
		switch {
		case heads != nil:
			k.group = heads[n]
		case n.kind == moduleNode || n.kind == optionNode:
			k.group = n.group
		}
		columns[k] = append(columns[k], n)
	}
	for _, nodes := range columns {
		texts := map[string][]*node{}
		for _, n := range nodes {
			n.shown = n.shortenedTo(p.labels())
			texts[n.shown] = append(texts[n.shown], n)
		}
		for _, same := range texts {
			tellApart(same, p.labels())
		}
		// What was told apart may be called like others now: those are told apart together.
		texts = map[string][]*node{}
		for _, n := range nodes {
			texts[n.shown] = append(texts[n.shown], n)
		}
		var still []*node
		for _, n := range nodes {
			if len(texts[n.shown]) > 1 {
				still = append(still, n)
			}
		}
		tellApart(still, p.labels())
	}
}

// tellApart gives nodes that would be called alike texts of so many characters that differ.
func tellApart(nodes []*node, limit int) {
	if len(nodes) < 2 {
		return
	}
	full := make([]string, len(nodes))
	for i, n := range nodes {
		full[i] = n.full()
		if n.kind == moduleNode && n.group != "" {
			full[i] = strings.TrimPrefix(full[i], n.group+"/") // which stands above
		}
	}
	for i, text := range toldApart(full, limit) {
		nodes[i].shown = text
	}
}

// shortened is a node's label, cut to what a box has room for, without a look at the others.
func (n *node) shortened() string { return n.shortenedTo(labelLimit) }

// shortenedTo cuts the label to so many characters; an option's path has more room.
func (n *node) shortenedTo(limit int) string {
	if n.kind == optionNode {
		return elideNames(plain(n.label), limit+8, 2)
	}
	return elideNames(plain(n.short()), limit, 1)
}

// labels is how many characters a label of this picture has at most.
func (p *picture) labels() int {
	if p.room == 0 {
		return labelLimit
	}
	return p.room
}

// toldApart shortens texts to so many characters so that those that differ still do: what all begin with is left out, up to the name in
// which they part; where that does not do, all but the names that set each apart.
func toldApart(texts []string, limit int) []string {
	out := afterCommon(texts, limit)
	for _, say := range []func([]string, int) []string{byParting, numbered} {
		of := map[string][]int{}
		for i, s := range out {
			of[s] = append(of[s], i)
		}
		var same []int
		for i, s := range out {
			if slices.ContainsFunc(of[s], func(j int) bool { return texts[j] != texts[i] }) {
				same = append(same, i)
			}
		}
		if len(same) == 0 {
			break
		}
		var again []string
		for _, i := range same {
			again = append(again, texts[i])
		}
		for k, text := range say(again, limit) {
			out[same[k]] = text
		}
	}
	return out
}

// byParting shortens texts to their last name and those in which each differs from another one first.
func byParting(texts []string, limit int) []string {
	names := make([][]string, len(texts))
	for i, s := range texts {
		sep := func(r rune) bool { return r == '.' || r == '#' }
		if strings.Contains(s, "/") {
			sep = func(r rune) bool { return r == '/' || r == '#' }
		}
		for rest := s; rest != ""; {
			n := strings.IndexFunc(rest, sep) + 1
			if n == 0 {
				n = len(rest)
			}
			names[i] = append(names[i], rest[:n])
			rest = rest[n:]
		}
	}
	out := make([]string, len(texts))
	for i, own := range names {
		shown := map[int]bool{len(own) - 1: true}
		for _, other := range names {
			n := 0
			for n < len(own) && n < len(other) && own[n] == other[n] {
				n++
			}
			if n < len(own) {
				shown[n] = true
			}
		}
		room := max(4, limit/len(shown)-1)
		gap := false
		for n, name := range own {
			if !shown[n] {
				gap = true
				continue
			}
			if gap {
				out[i] += "…"
			}
			gap = false
			out[i] += clip(plain(name), room)
		}
	}
	return out
}

// numbered is the last resort: the beginning, and a number.
func numbered(texts []string, limit int) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = clip(plain(s), limit-3) + fmt.Sprintf(" %d", slices.Index(texts, s)+1)
	}
	return out
}

func afterCommon(texts []string, limit int) []string {
	out := make([]string, len(texts))
	common := texts[0]
	for _, s := range texts {
		n := 0
		for n < len(common) && n < len(s) && common[n] == s[n] {
			n++
		}
		common = common[:n]
	}
	from := strings.LastIndexAny(common, "./") + 1
	for _, s := range texts {
		if len(s) == from && from > 0 {
			// One is what the others lie in: its own name stays.
			from = strings.LastIndexAny(common[:from-1], "./") + 1
			break
		}
	}
	for i, s := range texts {
		rest := plain(s[from:])
		if from > 0 {
			rest = "…" + rest
		}
		if utf8.RuneCountInString(rest) > limit {
			rest = string([]rune(rest)[:limit-1]) + "…"
		}
		out[i] = rest
	}
	// Some may begin alike beyond what all have in common: they are told apart among themselves.
	for i := range out {
		var same []int
		for j := range out {
			if out[j] == out[i] {
				same = append(same, j)
			}
		}
		if len(same) < 2 {
			continue
		}
		if len(same) == len(out) {
			// Names are too long to show where they part: what is left out comes before that.
			head := []rune(plain(common))
			for k, s := range texts {
				rest := []rune(plain(s))
				out[k] = clip("…"+string(rest[max(0, min(len(head), len(rest)-1)-limit/3):]), limit)
			}
			return out
		}
		var again []string
		for _, j := range same {
			again = append(again, texts[j])
		}
		if slices.Equal(again, texts) {
			continue
		}
		for k, text := range afterCommon(again, limit) {
			out[same[k]] = text
		}
	}
	return out
}

// optionLabels are what options are called where no name stands above them, told apart.
func (p *picture) optionLabels() map[*node]string {
	out := map[*node]string{}
	same := map[string][]*node{}
	for _, n := range p.nodes {
		if n.kind == optionNode {
			out[n] = elidePath(n.full())
			same[out[n]] = append(same[out[n]], n)
		}
	}
	for _, nodes := range same {
		if len(nodes) < 2 {
			continue
		}
		full := make([]string, len(nodes))
		for i, n := range nodes {
			full[i] = n.full()
		}
		for i, text := range toldApart(full, labelLimit+8) {
			out[nodes[i]] = text
		}
	}
	return out
}

// sayOnce puts options of one home-manager user, or of all, below the name that their paths begin with.
func (p *picture) sayOnce() {
	homes := map[string][]*node{}
	for _, n := range p.nodes {
		if parts := graph.SplitPath(n.label); n.kind == optionNode && len(parts) > 3 && parts[0] == "home-manager" && parts[1] == "users" {
			home := strings.Join(parts[:3], ".")
			homes[home] = append(homes[home], n)
		}
	}
	for home, nodes := range homes {
		if len(nodes) < 2 {
			continue
		}
		for _, n := range nodes {
			n.group, n.prefix = home, home+"."
			n.label = strings.TrimPrefix(n.label, n.prefix)
		}
	}
}

// shorten cuts the labels of a column to so many characters, but for those that would be called like another one then.
func shorten(column []*cluster, limit int) {
	taken := map[string]int{}
	for _, c := range column {
		for _, b := range c.boxes {
			taken[b.shown]++
		}
	}
	for _, c := range column {
		for _, b := range c.boxes {
			heads := 1
			if b.kind == optionNode {
				heads = 2
			}
			if short := elideNames(b.shown, limit, heads); taken[short] == 0 {
				taken[short]++
				b.shown = short
			}
		}
	}
}

// headValues writes what the names of a cluster's values begin with once, above them.
func (c *cluster) headValues() {
	if len(c.boxes) < 2 || c.boxes[0].kind != valueNode {
		return
	}
	common := c.boxes[0].label
	for _, b := range c.boxes {
		if b.holds > 0 || b.shown != b.label {
			return
		}
		for !strings.HasPrefix(b.label, common) {
			common = common[:len(common)-1]
		}
	}
	n := strings.LastIndex(common, ".")
	if n < 6 {
		return
	}
	c.head, c.name = true, common[:n]
	for _, b := range c.boxes {
		b.shown = b.label[n+1:]
	}
}

// joinAlike puts clusters that are headed alike into one: the values of a namespace that stand in namespaces of their own below it.
func joinAlike(column []*cluster) (out []*cluster) {
	headed := map[string]*cluster{}
	for _, c := range column {
		first := headed[c.name]
		if !c.head || c.boxes[0].kind != valueNode || first == nil {
			if c.head {
				headed[c.name] = c
			}
			out = append(out, c)
			continue
		}
		for _, b := range c.boxes {
			b.cluster = first
		}
		first.boxes = append(first.boxes, c.boxes...)
		slices.SortStableFunc(first.boxes, func(a, b *box) int { return strings.Compare(a.key, b.key) })
	}
	return out
}
