package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
)

// maxUses is how many uses of one secret a list shows.
const maxUses = 12

// Secrets is a list of a tree's secrets with who uses them. None of it holds a secret's text.
type Secrets struct {
	All []*check.Secret
	g   *graph.Graph
}

// NewSecrets gathers the secrets of a tree.
func NewSecrets(g *graph.Graph, cfg check.Config) *Secrets {
	return &Secrets{check.Secrets(g, cfg), g}
}

// head is "12 secrets: 10 by sops-nix, 2 by agenix".
func (s *Secrets) head() string {
	var tools []string
	n := map[string]int{}
	for _, x := range s.All {
		if n[x.Tool]++; n[x.Tool] == 1 {
			tools = append(tools, x.Tool)
		}
	}
	slices.SortStableFunc(tools, func(a, b string) int { return cmp.Or(n[b]-n[a], strings.Compare(a, b)) })
	var parts []string
	for _, t := range tools {
		parts = append(parts, count(n[t])+" by "+t)
	}
	return plural(len(s.All), "secret", "secrets") + ": " + strings.Join(parts, ", ")
}

// access is what the text says of who may read a secret: "nginx:nginx 0440"; "" where it says nothing.
func access(x *check.Secret) string {
	field := func(f check.Field, dflt string) string {
		switch {
		case f.Text != "":
			return f.Text
		case f.Set:
			return "*"
		}
		return dflt
	}
	if !x.Owner.Set && !x.Group.Set && !x.Mode.Set {
		return ""
	}
	who := field(x.Owner, "root")
	if group := field(x.Group, ""); group != "" {
		who += ":" + group
	}
	return strings.TrimSpace(who + " " + field(x.Mode, ""))
}

// use tells one use in words.
func use(u check.SecretUse) string {
	what := u.Option
	switch {
	case u.Unit != "" && u.User != "":
		what += fmt.Sprintf(" (%s of %s, which runs as %s)", u.By, u.Unit, u.User)
	case u.Unit != "":
		what += fmt.Sprintf(" (%s of %s)", u.By, u.Unit)
	}
	return what
}

// uses are the uses of a secret, each option and unit once, and how many are left out.
func uses(all []check.SecretUse) (out []check.SecretUse, left int) {
	seen := map[string]bool{}
	for _, u := range all {
		if key := u.Option + "\x00" + u.Unit + "\x00" + u.At.File; !seen[key] {
			seen[key] = true
			out = append(out, u)
		}
	}
	if len(out) > maxUses {
		return out[:maxUses], len(out) - maxUses
	}
	return out, 0
}

// options names the options of some uses: "services.a.key, services.b.key and 3 more"; "" for none.
func options(all []check.SecretUse) string {
	var names []string
	for _, u := range all {
		if !slices.Contains(names, u.Option) {
			names = append(names, u.Option)
		}
	}
	const most = 3
	if n := len(names) - most; n > 0 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}

// Text writes the list for a terminal.
func (s *Secrets) Text(w io.Writer, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	if len(s.All) == 0 {
		fmt.Fprintln(t, "No tool brings a secret here that the text tells of (sops-nix, agenix, vaultix, clan, colmena keys, opnix).")
		return t.Flush()
	}
	fmt.Fprintln(t, t.style(bold, plain(s.head())))
	tool := ""
	for _, x := range s.All {
		if x.Tool != tool {
			tool = x.Tool
			t.section(plain(tool))
		}
		line := "  " + t.style(blue, plain(x.Name))
		if a := access(x); a != "" {
			line += "  " + plain(a)
		}
		if x.File != "" {
			line += t.style(dim, "  from "+plain(x.File))
		}
		line += t.style(dim, "  "+plain(where(x.At)))
		if note := hostNote(s.g, x.In); note != "" {
			line += t.style(dim, "  "+plain(note))
		}
		fmt.Fprintln(t, line)
		ways, left := uses(x.Goes())
		around, more := uses(x.Around)
		may := options(x.May())
		n := len(ways) + len(around)
		if may != "" {
			n++
		}
		if n == 0 {
			fmt.Fprintln(t, "    nobody is seen to use it")
			continue
		}
		row := func(i int, text, at string) {
			fmt.Fprintf(t, "    %s %s%s\n", turn(i, n), text, t.style(dim, "  "+plain(at)))
		}
		for i, u := range ways {
			row(i, plain(use(u)), where(u.At))
		}
		for i, u := range around {
			row(len(ways)+i, t.style(red, "contents, perhaps into the store: ")+plain(use(u)), where(u.At))
		}
		if may != "" {
			fmt.Fprintf(t, "    %s perhaps, by a name that is computed: %s\n", turn(n-1, n), plain(may))
		}
		if left+more > 0 {
			fmt.Fprintf(t, "       and %s\n", plural(left+more, "more use", "more uses"))
		}
	}
	return t.Flush()
}

// Markdown writes the list as a page.
func (s *Secrets) Markdown(w io.Writer, o Options) error {
	p := &page{bufio.NewWriter(w), o}
	fmt.Fprint(p, "# Secrets\n\n")
	if len(s.All) == 0 {
		fmt.Fprintln(p, "No tool brings a secret here that the text tells of.")
		return p.Flush()
	}
	fmt.Fprintf(p, "%s. Nothing here holds a secret's text.\n\n", md(s.head()))
	rows := [][]string{{"Secret", "Tool", "File", "Owner, group, mode", "Used by", "Hosts"}}
	for _, x := range s.All {
		var by []string
		ways, left := uses(x.Goes())
		for _, u := range ways {
			by = append(by, mdCell(u.Option))
		}
		around, more := uses(x.Around)
		for _, u := range around {
			by = append(by, "**perhaps in the store:** "+mdCell(u.Option))
		}
		if may := options(x.May()); may != "" {
			by = append(by, "perhaps, by a name that is computed: "+mdCell(may))
		}
		if left+more > 0 {
			by = append(by, plural(left+more, "more", "more"))
		}
		rows = append(rows, []string{mdCell(x.Name), md(x.Tool), mdCell(x.File), mdCell(access(x)), strings.Join(by, "<br>"), md(strings.Trim(hostNote(s.g, x.In), "[]"))})
	}
	p.table(rows)
	return p.Flush()
}

// JSON writes the list for programs.
func (s *Secrets) JSON(w io.Writer) error {
	uses := func(all []check.SecretUse) any {
		return list(all, func(u check.SecretUse) any {
			return inside(s.g, u.In, located(u.At, object{"option": u.Option, "what": string(u.What), "unit": u.Unit, "by": u.By, "user": u.User, "perhaps": u.Perhaps,
				"steps": list(u.Way, func(st graph.Step) any { return located(st.At, object{"what": st.What}) })}))
		})
	}
	return encode(w, object{"schema": Schema, "secrets": list(s.All, func(x *check.Secret) any {
		return inside(s.g, x.In, located(x.At, object{"name": x.Name, "tool": x.Tool, "home": x.Home, "template": x.Template, "source": x.File,
			"owner": x.Owner.Text, "group": x.Group.Text, "mode": x.Mode.Text, "path": x.Path.Text, "restarts": x.Restarts,
			"uses": uses(x.Uses), "around": uses(x.Around)}))
	})})
}
