package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/git"
)

// readNames reads a list of names as git writes it: separated by NUL (-z), or one a line, in quotes where a name has odd characters.
func readNames(in io.Reader) ([]string, error) {
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read names from standard input: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var names []string
	if bytes.IndexByte(text, 0) >= 0 {
		for name := range strings.SplitSeq(string(text), "\x00") {
			if name != "" {
				names = append(names, name)
			}
		}
		return names, nil
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if name, quoted := git.Unquote(line); quoted {
			names = append(names, name)
			continue
		}
		// Blanks around a name are nobody's, unless a file is called so.
		if _, err := os.Lstat(line); err != nil {
			line = strings.TrimSpace(line)
		}
		if line != "" {
			names = append(names, line)
		}
	}
	return names, nil
}

// changes are the names that a person or git gives, sorted out.
type changes struct {
	g       *graph.Graph
	listed  bool // they come from git, which names files from its working tree's root
	repo    *git.Repository
	opened  bool
	files   []string // of the tree
	values  []*graph.Value
	foreign []string // are there, and no part of the tree
	deleted []string // were there
}

// repository is the one that the tree lies in, nil if there is none or no git.
func (c *changes) repository(ctx context.Context) *git.Repository {
	if !c.opened {
		c.opened = true
		if repo, err := git.Open(ctx, c.g.Dir); err == nil {
			c.repo = repo
		}
	}
	return c.repo
}

// add takes one name: of a file or folder, from the current folder, the tree's or the working tree's root; or of a value.
func (c *changes) add(ctx context.Context, name string) error {
	values := findValues(c.g, name)
	if len(values) > 0 && !c.listed {
		c.values = append(c.values, values...)
		return nil
	}
	if c.file(ctx, name) {
		return nil
	}
	if len(values) > 0 {
		c.values = append(c.values, values...)
		return nil
	}
	// A list has deleted files as well.
	if repo := c.repository(ctx); repo != nil && c.listed {
		top := *repo
		top.Dir = repo.Top
		if !filepath.IsAbs(name) && top.Knew(ctx, filepath.ToSlash(name)) {
			c.deleted = append(c.deleted, name)
			return nil
		}
	}
	if strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".nix") {
		return usagef("%s: no such file, and no value is called so", git.Quote(name))
	}
	return unknownValue(c.g, name)
}

// file takes a name as that of a file or folder, if there is one.
func (c *changes) file(ctx context.Context, name string) bool {
	bases := []string{"", c.g.Dir}
	if top := c.top(ctx, name); top != "" {
		if c.listed {
			bases = slices.Insert(bases, 0, top)
		} else {
			bases = append(bases, top)
		}
	}
	for _, base := range bases {
		at := filepath.FromSlash(name)
		if base != "" && !filepath.IsAbs(at) {
			at = filepath.Join(base, at)
		}
		if _, err := os.Lstat(at); err != nil {
			continue
		}
		c.take(name, at)
		return true
	}
	return false
}

// top is the root of the working tree, if a name may be meant from there.
func (c *changes) top(ctx context.Context, name string) string {
	if filepath.IsAbs(name) || !c.listed && existsAt("", name) || !git.Inside(c.g.Dir) {
		return ""
	}
	if repo := c.repository(ctx); repo != nil {
		return repo.Top
	}
	return ""
}

func existsAt(base, name string) bool {
	_, err := os.Lstat(filepath.Join(base, filepath.FromSlash(name)))
	return err == nil
}

// take puts what lies at a path where it belongs.
func (c *changes) take(name, at string) {
	n := len(c.files)
	// The thing itself may be a link into the tree, or lie behind one.
	for _, path := range []string{at, filepath.Join(filepath.Dir(at), ".")} {
		real, err := realPath(path)
		if err != nil {
			continue
		}
		if path != at {
			real = filepath.Join(real, filepath.Base(at))
		}
		rel, err := filepath.Rel(c.g.Dir, real)
		if err != nil {
			continue
		}
		rel = filepath.ToSlash(rel)
		for _, m := range c.g.Modules {
			if m.Path == rel || strings.HasPrefix(m.Path, rel+"/") || rel == "." {
				c.files = append(c.files, m.Path)
			}
		}
		if len(c.files) > n {
			return
		}
	}
	c.foreign = append(c.foreign, name)
}

// tell says what was passed over.
func (c *changes) tell(a *app) {
	for _, passed := range []struct {
		names    []string
		one, all string
	}{
		{c.foreign, "%s is not part of the analysed tree and is passed over", "%d names are not part of the analysed tree and are passed over: %s"},
		{c.deleted, "%s is deleted and is passed over", "%d deleted files are passed over: %s"},
	} {
		const few = 3
		switch n := len(passed.names); {
		case n == 1:
			a.say(passed.one, git.Quote(passed.names[0]))
		case n > 1:
			var shown []string
			for _, name := range passed.names[:min(n, few)] {
				shown = append(shown, git.Quote(name))
			}
			if n > few {
				shown = append(shown, "…")
			}
			a.say(passed.all, n, strings.Join(shown, ", "))
		}
	}
}

// named are the files of the tree, each once, and the values.
func (c *changes) named() ([]string, []*graph.Value) {
	slices.Sort(c.files)
	return slices.Compact(c.files), c.values
}
