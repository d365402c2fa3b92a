package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/docs"
	"nixsink/internal/door"
)

// agentsFile is what agents read of a repository (agents.md).
const agentsFile = "AGENTS.md"

// Marks of what is made in it; the rest of the file is its owner's.
const (
	agentsBegin = "<!-- nixsink agents -->"
	agentsEnd   = "<!-- /nixsink agents -->"
)

// initAgents tells agents in AGENTS.md when to ask nixsink what: as a diff, or written.
func (a *app) initAgents(ctx context.Context, t *tree, show, write bool) error {
	g, err := a.analyse(ctx, t)
	if err != nil {
		return err
	}
	section := agentsSection(g)
	if show {
		_, _ = a.out.Write([]byte(section))
		return nil
	}
	file := filepath.Join(t.dir, agentsFile)
	old, err := door.ReadBelow(t.dir, file, door.MaxPage)
	if errors.Is(err, fs.ErrNotExist) {
		old = nil
	} else if err != nil {
		return fmt.Errorf("read %s: %w", display(file), err)
	}
	text, err := withAgents(string(old), section)
	if err != nil {
		return fmt.Errorf("%s: %w", display(file), err)
	}
	switch {
	case old != nil && text == string(old):
		a.say("%s says it already", display(file))
		return nil
	case !write:
		fmt.Fprint(a.out, a.coloured(docs.Diff(".", []docs.Change{{Name: display(file), Old: old, New: []byte(text)}})))
		a.say("nothing is written yet: -w does it")
		return nil
	}
	if err := a.writeNear(t)(file, []byte(text)); err != nil {
		return err
	}
	a.say("wrote %s", display(file))
	return nil
}

// withAgents is a file with the section in place of the one that it has, or behind all else.
func withAgents(old, section string) (string, error) {
	if strings.Contains(old, "\r\n") {
		section = strings.ReplaceAll(section, "\n", "\r\n")
	}
	begin, end := strings.Index(old, agentsBegin), strings.Index(old, agentsEnd)
	switch {
	case begin >= 0 && end > begin:
		return old[:begin] + strings.TrimRight(section, "\r\n") + old[end+len(agentsEnd):], nil
	case begin >= 0 || end >= 0:
		return "", fmt.Errorf("one of %s and %s is missing, or they are the wrong way round", agentsBegin, agentsEnd)
	case old == "":
		return section, nil
	}
	gap := "\n"
	if strings.Contains(old, "\r\n") {
		gap = "\r\n"
	}
	if !strings.HasSuffix(old, "\n") {
		gap += gap
	}
	return old + gap + section, nil
}

// plainPath are paths that mean nothing to Markdown.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9_.'-]+$`)

// agentsSection is what an agent is told of a tree.
func agentsSection(g *graph.Graph) string {
	var roots, most []string
	for _, r := range g.Roots {
		if plainPath.MatchString(r.Path) {
			name := "`config." + r.Path + "`"
			if r.Argument {
				name = "the module argument `" + r.Path + "`"
			}
			roots = append(roots, name)
		}
	}
	values := slices.Clone(g.Values)
	slices.SortStableFunc(values, func(a, b *graph.Value) int { return b.FanOut.Reads - a.FanOut.Reads })
	for _, v := range values {
		if len(most) < 8 && v.FanOut.Reads > 0 && plainPath.MatchString(v.Path) {
			most = append(most, "`"+v.Path+"`")
		}
	}
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	w("%s", agentsBegin)
	w("## Central values")
	w("")
	if len(roots) > 0 && len(g.Values) > 0 {
		w("Central values of this repository are options under %s.", strings.Join(roots, ", "))
	}
	if len(most) > 0 {
		w("The most read: %s.", strings.Join(most, ", "))
	}
	w("nixsink follows them to the NixOS options that they land in, without running Nix. `nixsink mcp` has these as tools; on a command line they are commands of the same names:")
	w("")
	w("- Before you change a value: `nixsink impact --set PATH=VALUE` tells every option, line and host that follows; `nixsink impact FILE` which hosts a file touches.")
	w("- To learn where a value goes: `nixsink trace PATH`; what decides an option: `nixsink trace --to OPTION`.")
	w("- Read a value where it is declared, and do not write its literal again.")
	w("- After an edit: `nixsink check` (the tool `findings`), and `nixsink diff` for what it does. `nixsink explain CHECK` tells what a finding means.")
	w("- Hand on a secret as a path, never its contents: `nixsink secrets` tells which there are.")
	w("%s", agentsEnd)
	return b.String()
}
