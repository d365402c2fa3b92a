package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/change"
)

// A changeLink joins a value and what it ends up in, in the picture of a change.
type changeLink struct {
	mark     string // +, - or ~; "" for a way that stays, on which another value goes
	from, to string
	at       graph.Place
	old      bool
}

// changeLinks are the lines of the picture, most links: flows that differ, and where values end up that are set otherwise. more is how many are left out.
func changeLinks(c *change.Change, most int) (links []changeLink, more int) {
	for _, v := range changedFlows(c.Flows) {
		for _, b := range v.below {
			links = append(links, changeLink{b.mark, v.name, b.name, b.at, b.old})
		}
	}
	drawn := map[[2]string]bool{}
	for _, l := range links {
		drawn[[2]string{l.from, l.to}] = true
	}
	for _, v := range c.Values {
		for _, to := range v.Reach[:min(len(v.Reach), reachShown)] {
			if !drawn[[2]string{v.Path, to}] {
				links = append(links, changeLink{from: v.Path, to: to, at: declaredAt(v.Now)})
			}
		}
		more += max(0, len(v.Reach)-reachShown)
	}
	// New and gone ways say more than those on which something else comes.
	slices.SortStableFunc(links, func(a, b changeLink) int {
		return strings.Index("+-~", cmp.Or(a.mark, "~")) - strings.Index("+-~", cmp.Or(b.mark, "~"))
	})
	if len(links) > most {
		more += len(links) - most
		links = links[:most]
	}
	slices.SortStableFunc(links, func(a, b changeLink) int { return strings.Compare(a.from, b.from) })
	return links, more
}

// changeLabels are what stands in the values' boxes: their names, and what they were and are.
func changeLabels(c *change.Change) map[string]string {
	out := map[string]string{}
	for _, v := range c.Values {
		for _, f := range v.Facts {
			if f.What == "default" || f.What == "set" {
				then, now := apartFrom(cmp.Or(f.Then, "unset"), cmp.Or(f.Now, "unset"), 18)
				out[v.Path] = then + " → " + now
				break
			}
		}
	}
	return out
}

const (
	mermaidLinks = 14
	svgLinks     = 24
)

// Colours of a picture of a change: each has its dash, and its sign beside the option.
var changeStyles = map[string]struct{ stroke, dark, dash string }{
	"+": {"#1a7f37", "#3fb950", ""},
	"-": {"#cf222e", "#ff6b63", "5 4"},
	"~": {"#9a6700", "#d29922", "1 3"},
	"":  {"#9a6700", "#d29922", "9 3"},
}

// changeMermaid is a small picture of what changed; "" where no way differs.
func changeMermaid(c *change.Change, o Options) string {
	links, more := changeLinks(c, mermaidLinks)
	if len(links) == 0 {
		return ""
	}
	labels := changeLabels(c)
	var b strings.Builder
	b.WriteString(mermaidInit(6) + "flowchart LR\n")
	at := map[string]int{}
	values := map[string]bool{}
	for _, l := range links {
		values[l.from] = true
	}
	node := func(name string) int {
		if n, ok := at[name]; ok {
			return n
		}
		n := len(at)
		at[name] = n
		label, left, right := elidePath(name), "[/", "/]"
		if values[name] {
			left, right = "([", "])"
		}
		if extra := labels[name]; extra != "" {
			label += "  " + extra
		}
		fmt.Fprintf(&b, "  n%d%s%s%s\n", n, left, mermaidString(label), right)
		return n
	}
	styles := map[string][]string{}
	var lines []string
	for i, l := range links {
		from, to := node(l.from), node(l.to)
		arrow := "-->"
		if l.mark == "-" {
			arrow = "-.->"
		}
		label := map[string]string{"+": "|new|", "-": "|gone|", "~": "|different|"}[l.mark]
		lines = append(lines, fmt.Sprintf("  n%d %s%s n%d\n", from, arrow, label, to))
		styles[l.mark] = append(styles[l.mark], fmt.Sprint(i))
	}
	b.WriteString(strings.Join(lines, ""))
	for _, mark := range []string{"+", "-", "~", ""} {
		if ids := styles[mark]; len(ids) > 0 {
			s := changeStyles[mark]
			fmt.Fprintf(&b, "  linkStyle %s stroke:%s", strings.Join(ids, ","), s.stroke)
			if s.dash != "" {
				fmt.Fprintf(&b, ",stroke-dasharray:%s", s.dash)
			}
			b.WriteByte('\n')
		}
	}
	if more > 0 {
		fmt.Fprintf(&b, "  note[%s]\n  style note fill:none,stroke:none\n", mermaidString("and "+plural(more, "more way", "more ways")))
	}
	return b.String()
}
