package render

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/internal/change"
)

// A change shows so many items of a section on a terminal, and of what is below one, unless all are asked for.
const (
	changeItemsText = 15
	changeBelowText = 8

	// A text that differs in several places is shown in so many.
	changePlacesText = 4
)

// ChangeText writes for a terminal what changed; long is all of it.
func ChangeText(w io.Writer, c *change.Change, long bool, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	if t.width == 0 {
		t.width = 120
	}
	fmt.Fprintf(t, "%s → %s: %s\n", t.style(bold, plain(c.Then.Name)), t.style(bold, plain(c.Now.Name)), changeHead(c))
	if c.Empty() {
		fmt.Fprintln(t, "Nothing changed that the analysis knows of.")
	}
	most, below, places := changeItemsText, changeBelowText, changePlacesText
	if long {
		most, below, places = math.MaxInt, math.MaxInt, math.MaxInt
	}
	for _, p := range changeParts(c, most) {
		t.section(p.title)
		for _, i := range p.items[:min(len(p.items), most)] {
			t.changeItem(i, "  ", places)
			shown := i.belowShown(below)
			if long {
				shown = len(i.below)
			}
			for _, b := range i.below[:shown] {
				t.changeItem(b, "      ", places)
			}
			if more := len(i.below) - shown; more > 0 {
				fmt.Fprintf(t, "      %s\n", t.style(dim, fmt.Sprintf("… and %s more", count(more))))
			}
		}
		if p.note != "" {
			fmt.Fprintf(t, "  %s\n", t.style(dim, p.note))
		}
		if more := len(p.items) - most; more > 0 {
			fmt.Fprintf(t, "  %s\n", t.style(dim, fmt.Sprintf("… and %s more (--long lists them)", count(more))))
		}
	}
	if c.Cut != "" {
		fmt.Fprintf(t, "\n%s\n", plain(c.Cut))
	}
	t.owners(c.Owners)
	t.rebuild(c, long)
	return t.Flush()
}

// changeItem writes a difference on a line, with its place at the end; code that does not fit stands below, in so many places as it differs, and at most places.
func (t *terminal) changeItem(i changeItem, indent string, places int) {
	color := map[string]string{"+": green, "-": red, "~": yellow, ">": yellow}[i.mark]
	line, length := indent, utf8.RuneCountInString(indent)
	put := func(code, s string) {
		line += t.style(code, plain(s))
		length += utf8.RuneCountInString(plain(s))
	}
	if i.mark != "" {
		put(color, i.mark+" ")
	}
	put(map[bool]string{true: bold, false: ""}[indent == "  "], i.name)
	tail := ""
	if i.hosts != nil {
		tail += "  [" + hostList(i.hosts) + "]"
	}
	if i.at.File != "" {
		tail += "  " + where(i.at)
		if i.old {
			tail += " (before)"
		}
	}
	room := t.width - length - 2 - utf8.RuneCountInString(plain(tail))
	whole := changedCode(i.then, i.now, 1<<20)
	below := whole != "" && utf8.RuneCountInString(plain(whole)) > room // then the code has a line of its own
	if whole != "" && !below {
		put("", "  "+whole)
	}
	if i.what != "" {
		put(dim, "  "+cut(oneLine(i.what), max(30, t.width-length-2-utf8.RuneCountInString(plain(tail)))))
	}
	put(dim, tail)
	fmt.Fprintln(t, strings.TrimRight(line, " "))
	if below {
		for _, line := range apartLines(i.then, i.now, max(40, t.width-len(indent)-4), places) {
			fmt.Fprintf(t, "%s    %s\n", indent, plain(line))
		}
	}
}

// hostList names hosts, or says how many they are.
func hostList(names []string) string {
	switch {
	case len(names) == 0:
		return "no host"
	case len(names) > fewHosts:
		return fmt.Sprintf("%d hosts", len(names))
	}
	return strings.Join(short(names), ", ")
}

// rebuild writes which hosts may be built differently.
func (t *terminal) rebuild(c *change.Change, long bool) {
	differ, marked, same := rebuilt(c)
	if len(c.Rebuild) == 0 || len(c.Files) == 0 {
		return
	}
	t.section(fmt.Sprintf("Hosts that may be built differently (%s of %s)", count(len(differ)+len(marked)), count(len(c.Rebuild))))
	for _, g := range alikeRebuilt(differ) {
		names := strings.Join(short(g.hosts), ", ")
		if len(g.hosts) == len(c.Rebuild) && len(g.hosts) > fewHosts {
			names = "all"
		}
		for i, line := range fill(strings.FieldsSeq(names), func(line string) bool { return utf8.RuneCountInString(line) <= t.width-4 }) {
			indent := "  "
			if i > 0 {
				indent = "    "
			}
			fmt.Fprintln(t, indent+plain(line))
		}
		most := fewReasons
		if long {
			most = len(g.why)
		}
		for _, w := range g.why[:min(len(g.why), most)] {
			fmt.Fprintf(t, "      %s\n", t.style(dim, cut(plain(w), max(30, t.width-6))))
		}
		if more := len(g.why) - most; more > 0 {
			fmt.Fprintf(t, "      %s\n", t.style(dim, "and "+plural(more, "more reason", "more reasons")))
		}
	}
	if len(differ) > 0 && len(marked)+len(same) > 0 {
		fmt.Fprintln(t)
	}
	t.hostLine("Built anew by every commit, since "+commitPlace(c)+" asks for the revision; nothing else of theirs changed: ", marked)
	t.hostLine("The same: ", same)
}

// fewReasons is how many reasons are told why a host may be built differently.
const fewReasons = 2

// hostLine writes names behind a heading, none if there are none.
func (t *terminal) hostLine(head string, names []string) {
	if len(names) == 0 {
		return
	}
	for i, line := range fill(slices.Values(append(strings.Fields(head), strings.Fields(strings.Join(short(names), ", "))...)), func(line string) bool { return utf8.RuneCountInString(line) <= t.width-4 }) {
		indent := "  "
		if i > 0 {
			indent = "    "
		}
		fmt.Fprintln(t, indent+plain(line))
	}
}
