package render

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/internal/change"
)

// A comment has so many items of a section, and so many below one. GitHub takes 65,536 characters.
const (
	changeItemsPage = 20
	changeBelowPage = 6
)

// ChangeMarkdown writes what changed as a comment on a pull request: what matters first, details folded. It is empty where nothing changed.
func ChangeMarkdown(w io.Writer, c *change.Change, o Options) error {
	if c.Empty() {
		return nil
	}
	p := &page{bufio.NewWriter(w), o}
	fmt.Fprintf(p, "### What this change does\n\n%s → %s: %s.\n", mdCode(c.Then.Name), mdCode(c.Now.Name), md(changeHead(c)))
	differ, marked, same := rebuilt(c)
	if n := len(c.Rebuild); n > 0 && len(c.Files) > 0 {
		fmt.Fprintf(p, "\n**%s of %s** may be built differently", plural(len(differ)+len(marked), "host", "hosts"), count(n))
		if len(differ) > 0 && len(differ) <= 12 {
			names := make([]string, len(differ))
			for i, r := range differ {
				names[i] = r.Host
			}
			fmt.Fprintf(p, ": %s", mdNames(short(names)))
		}
		if len(marked) > 0 {
			fmt.Fprintf(p, "; %s only for the revision that %s asks for", mdNames(short(marked)), mdCode(commitPlace(c)))
		}
		fmt.Fprintln(p, ".")
		if len(same) > 0 && len(same) <= 12 {
			fmt.Fprintf(p, "The same: %s.\n", mdNames(short(same)))
		}
	}
	if len(c.Owners) > 0 {
		var names []string
		for _, who := range slices.Sorted(maps.Keys(c.Owners)) {
			names = append(names, mdCode(who)) // as code, it calls nobody
		}
		fmt.Fprintf(p, "\nOwners of what it touches: %s.\n", strings.Join(names, ", "))
	}
	if picture := changeMermaid(c, o); picture != "" {
		fmt.Fprintf(p, "\n```mermaid\n%s```\n", picture)
	}
	for _, part := range changeParts(c, changeItemsPage) {
		if part.fold {
			fmt.Fprintf(p, "\n<details><summary>%s (%s)</summary>\n\n", md(part.title), count(len(part.items)))
		} else {
			fmt.Fprintf(p, "\n**%s**\n\n", md(part.title))
		}
		for _, i := range part.items[:min(len(part.items), changeItemsPage)] {
			p.changeItem(i, "")
			shown := i.belowShown(changeBelowPage)
			for _, b := range i.below[:shown] {
				p.changeItem(b, "  ")
			}
			if more := len(i.below) - shown; more > 0 {
				fmt.Fprintf(p, "  - … and %s more\n", count(more))
			}
		}
		if more := len(part.items) - changeItemsPage; more > 0 {
			fmt.Fprintf(p, "- … and %s more\n", count(more))
		}
		if part.note != "" {
			fmt.Fprintf(p, "\n%s\n", md(part.note))
		}
		if part.fold {
			fmt.Fprint(p, "\n</details>\n")
		}
	}
	if c.Cut != "" {
		fmt.Fprintf(p, "\n%s\n", md(c.Cut))
	}
	return p.Flush()
}

// mdNames writes names as code.
func mdNames(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = mdCode(n)
	}
	return strings.Join(out, ", ")
}

// changeWords are the marks as words: a list item that begins with + or - would be a list in a list.
var changeWords = map[string]string{"+": "new", "-": "gone", "~": "", ">": "renamed"}

// changePlacesPage is in how many places a comment shows a text that differs in several.
const changePlacesPage = 3

// mdPlaces writes what became of a text, in each place in which it differs if it is long.
func mdPlaces(then, now string) (out []string) {
	const most = 80
	places := placesApart(then, now)
	if utf8.RuneCountInString(then) <= most && utf8.RuneCountInString(now) <= most || len(places) < 2 || min(utf8.RuneCountInString(then), utf8.RuneCountInString(now)) <= most {
		then, now = apartFrom(then, now, most)
		return []string{mdCode(then) + " → " + mdCode(now)}
	}
	for _, p := range places[:min(len(places), changePlacesPage)] {
		out = append(out, mdCode(aroundPlace(then, p.then, most))+" → "+mdCode(aroundPlace(now, p.now, most)))
	}
	if more := len(places) - changePlacesPage; more > 0 {
		out = append(out, "and in "+plural(more, "more place", "more places"))
	}
	return out
}

func (p *page) changeItem(i changeItem, indent string) {
	fmt.Fprintf(p, "%s- ", indent)
	if w := changeWords[i.mark]; w != "" {
		fmt.Fprintf(p, "*%s* ", w)
	}
	fmt.Fprint(p, mdCode(i.name))
	switch {
	case i.then != "" && i.now != "":
		for k, place := range mdPlaces(i.then, i.now) {
			fmt.Fprint(p, []string{": ", "; "}[min(k, 1)]+place)
		}
	case i.then != "" || i.now != "":
		fmt.Fprintf(p, ": %s", mdCode(cut(i.then+i.now, 120)))
	}
	if i.what != "" {
		fmt.Fprintf(p, ", %s", md(cut(oneLine(i.what), 300)))
	}
	if i.hosts != nil {
		fmt.Fprintf(p, " on %s", md(hostList(i.hosts)))
	}
	switch {
	case i.at.File == "":
	case i.old: // a link would lead to what is there now
		fmt.Fprintf(p, " (%s before)", mdCode(where(i.at)))
	default:
		fmt.Fprintf(p, " (%s)", p.link(i.at))
	}
	fmt.Fprintln(p)
}
