package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"nixsink/internal/change"
)

// Sizes of the picture of a change, in pixels.
const (
	changeWidth  = 980.0
	changeBoxW   = 330.0
	changeSinkW  = 400.0
	changeRow    = 26.0
	changeTop    = 76.0
	changeLegend = 46.0
)

// ChangeSVG draws what changed on a page: values on the left, with what they were and are set to, what they end up in on the right. What is new, gone, different, and
// what another value goes to are told apart by colour, by dash and by a sign.
func ChangeSVG(w io.Writer, c *change.Change, o Options) error {
	links, more := changeLinks(c, svgLinks)
	p := &canvas{opts: o}
	title := o.Title
	if title == "" {
		title = "What changed"
	}
	p.text("h1", margin, 34, title)
	p.text("t", margin, 54, c.Then.Name+" → "+c.Now.Name+": "+changeHead(c))
	if len(links) == 0 {
		p.text("t", margin, 84, "No value ends up elsewhere, and none is set otherwise.")
		return writeAll(w, p.document(title, "Nothing changed of where values end up.", changeWidth, 110, changeCSS()))
	}
	labels := changeLabels(c)
	// A value stands beside the middle of what it ends up in.
	type row struct {
		link changeLink
		y    float64
	}
	var rows []row
	var values []string
	y := changeTop
	for i, l := range links {
		if i == 0 || links[i-1].from != l.from {
			values = append(values, l.from)
			if i > 0 {
				y += 12
			}
			if labels[l.from] != "" && (i+1 == len(links) || links[i+1].from != l.from) {
				y += 8 // room for a box of two lines
			}
		}
		rows = append(rows, row{l, y})
		y += changeRow
	}
	height := y + changeLegend
	if more > 0 {
		height += 20
	}
	left := margin
	right := changeWidth - margin - changeSinkW
	for _, v := range values {
		first := slices.IndexFunc(rows, func(r row) bool { return r.link.from == v })
		last := first
		for last+1 < len(rows) && rows[last+1].link.from == v {
			last++
		}
		middle := (rows[first].y + rows[last].y + changeRow - 6) / 2
		h := 22.0
		if labels[v] != "" {
			h = 36
		}
		done := p.open("value", []string{v, labels[v]}, "", 0)
		p.rect("box", left, middle-h/2, changeBoxW, h, 11)
		at := middle + 4
		if labels[v] != "" {
			at = middle - 3
			p.text("t small", left+12, middle+12, fitText(labels[v], 10, changeBoxW-24))
		}
		p.text("t", left+12, at, fitText(elidePath(v), 11, changeBoxW-24))
		done()
		for _, r := range rows[first : last+1] {
			target := r.y + (changeRow-6)/2
			m := (left + changeBoxW + right) / 2
			fmt.Fprintf(p, `<path class="c%s" d="M%s %sC%s %s %s %s %s %s"/>`+"\n", changeClass(r.link.mark), px(left+changeBoxW), px(middle), px(m), px(middle), px(m), px(target), px(right), px(target))
			file, line := r.link.at.File, r.link.at.Line
			if r.link.old {
				file, line = "", 0
			}
			done := p.open("option", []string{r.link.to, where(r.link.at)}, file, line)
			p.rect("box", right, r.y, changeSinkW, changeRow-6, 3)
			p.text("t c"+changeClass(r.link.mark)+"t", right+8, r.y+14, changeSign(r.link.mark))
			p.text("t", right+24, r.y+14, fitText(elidePath(withinHome(r.link.to)), 11, changeSinkW-34))
			done()
		}
	}
	at := left
	ly := y + 20
	for _, k := range []struct{ mark, word string }{{"+", "new"}, {"-", "gone"}, {"~", "different"}, {"", "gets another value"}} {
		if !slices.ContainsFunc(links, func(l changeLink) bool { return l.mark == k.mark }) {
			continue
		}
		fmt.Fprintf(p, `<path class="c%s" d="M%s %sH%s"/>`+"\n", changeClass(k.mark), px(at), px(ly-4), px(at+34))
		p.text("t", at+42, ly, changeSign(k.mark)+" "+k.word)
		at += 62 + textWidth(k.word, 11) + 24
	}
	if more > 0 {
		p.text("t", left, ly+20, "and "+plural(more, "more way", "more ways")+": nixsink diff --long lists them")
	}
	desc := fmt.Sprintf("%s of %s that differ.", plural(len(links), "way", "ways"), plural(len(values), "value", "values"))
	return writeAll(w, p.document(title, desc, changeWidth, height, changeCSS()))
}

// withinHome writes an option of a home by its path there.
func withinHome(option string) string {
	if rest, ok := strings.CutPrefix(option, "home-manager.users."); ok {
		if user, path, ok := strings.Cut(rest, "."); ok && user == "*" {
			return path + " (homes)"
		}
	}
	return option
}

func changeClass(mark string) string {
	return map[string]string{"+": "new", "-": "gone", "~": "other", "": "set"}[mark]
}

func changeSign(mark string) string {
	return map[string]string{"+": "+", "-": "−", "~": "~", "": "•"}[mark]
}

// changeCSS is the look of the lines, light and dark.
func changeCSS() string {
	var light, dark strings.Builder
	for _, mark := range []string{"+", "-", "~", ""} {
		s, class := changeStyles[mark], changeClass(mark)
		dash := ""
		if s.dash != "" {
			dash = ";stroke-dasharray:" + s.dash
		}
		fmt.Fprintf(&light, ".c%s{fill:none;stroke:%s;stroke-width:2%s}\n.c%st{fill:%s;font-weight:bold}\n", class, s.stroke, dash, class, s.stroke)
		fmt.Fprintf(&dark, ".c%s{stroke:%s}.c%st{fill:%s}", class, s.dark, class, s.dark)
	}
	return light.String() + ".small{font-size:10px;opacity:.8}\n@media (prefers-color-scheme:dark){" + dark.String() + "}\n"
}
