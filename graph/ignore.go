package graph

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/internal/door"
)

// maxIgnoreBytes bounds a .gitignore file: what is longer is not one.
const maxIgnoreBytes = 1 << 20

// ignoreList is the .gitignore of one folder, on top of those of the folders above it. The patterns follow
// gitignore(5) and git's own order: the deepest file speaks first, in a file the last pattern that fits. Each path is
// asked for itself only, since the walk never enters a folder that is ignored; that is also why a negation below an
// ignored folder has no effect, in git as here.
type ignoreList struct {
	above *ignoreList // nil at the top
	dir   string      // the folder, relative to the top, with a slash at its end; "" for the top
	rules []ignoreRule
}

// ignoreRule is one line of a .gitignore.
type ignoreRule struct {
	negated bool   // !pattern
	dirOnly bool   // pattern/
	name    string // a bare name without wildcards, by far the commonest kind; "" otherwise
	suffix  string // what follows the star of a pattern such as *.swp; "" otherwise
	glob    string // any other pattern, for doublestar, relative to the folder
}

// ignores reports whether the entry at path, relative to the top, is ignored.
func (l *ignoreList) ignores(path string, isDir bool) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	for ; l != nil; l = l.above {
		below := path[len(l.dir):]
		for i := len(l.rules) - 1; i >= 0; i-- {
			if l.rules[i].matches(below, base, isDir) {
				return !l.rules[i].negated
			}
		}
	}
	return false
}

func (r *ignoreRule) matches(path, base string, isDir bool) bool {
	switch {
	case r.dirOnly && !isDir:
		return false
	case r.name != "":
		return base == r.name
	case r.suffix != "":
		return strings.HasSuffix(base, r.suffix)
	}
	ok, _ := doublestar.Match(r.glob, path) // a malformed pattern matches nothing, as in git
	return ok
}

// parseIgnore reads the text of a .gitignore in folder dir.
func parseIgnore(text, dir string, above *ignoreList) *ignoreList {
	l := &ignoreList{above: above, dir: dir}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if r, ok := parseIgnoreRule(line); ok {
			l.rules = append(l.rules, r)
		}
	}
	if len(l.rules) == 0 {
		return above
	}
	return l
}

func parseIgnoreRule(line string) (r ignoreRule, ok bool) {
	if strings.HasPrefix(line, "#") {
		return r, false
	}
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	line, r.negated = strings.CutPrefix(line, "!")
	line, r.dirOnly = strings.CutSuffix(line, "/")
	if line == "" {
		return r, false
	}
	anchored := strings.Contains(line, "/")
	if !anchored {
		if !strings.ContainsAny(line, `*?[\`) {
			r.name = line
			return r, true
		}
		if rest := line[1:]; line[0] == '*' && rest != "" && !strings.ContainsAny(rest, `*?[\`) {
			r.suffix = rest
			return r, true
		}
		line = "**/" + line
	}
	line = strings.TrimPrefix(line, "/")
	if below, ok := strings.CutSuffix(line, "/**"); ok {
		// dir/** is what lies in dir, not dir itself; doublestar means both.
		line = below + "/**/*"
	}
	r.glob = escapeBraces(line)
	return r, true
}

// escapeBraces takes the meaning that doublestar gives to braces, and git does not, away from them.
func escapeBraces(pattern string) string {
	if !strings.ContainsAny(pattern, "{}") {
		return pattern
	}
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '\\':
			b.WriteByte(c)
			if i++; i < len(pattern) {
				b.WriteByte(pattern[i])
			}
		case '{', '}':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// readIgnore reads dir's .gitignore, if it has one that can be read.
func readIgnore(dir, rel string, above *ignoreList) *ignoreList {
	return parseIgnoreFile(filepath.Join(dir, ".gitignore"), rel, above)
}

func parseIgnoreFile(name, rel string, above *ignoreList) *ignoreList {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return above // git follows no link either
	}
	text, err := door.Read(name, maxIgnoreBytes)
	if err != nil {
		return above
	}
	return parseIgnore(string(text), rel, above)
}

// excludedIn is $GIT_DIR/info/exclude of the working tree at top: what one clone ignores, below all .gitignore files in rank. A
// linked working tree shares it with the others.
func excludedIn(top string) *ignoreList {
	dir := filepath.Join(top, ".git")
	if info, err := os.Lstat(dir); err == nil && info.Mode().IsRegular() {
		dir = pointedTo(dir, "gitdir: ")
		if common := pointedTo(filepath.Join(dir, "commondir"), ""); common != "" {
			dir = common
		}
	}
	if dir == "" {
		return nil
	}
	return parseIgnoreFile(filepath.Join(dir, "info", "exclude"), "", nil)
}

// pointedTo is the folder that a file of git's names behind a word, from the file's own folder; "" if there is none.
func pointedTo(file, word string) string {
	text, err := door.Read(file, maxIgnoreBytes)
	if err != nil {
		return ""
	}
	to, ok := strings.CutPrefix(strings.TrimSuffix(string(text), "\n"), word)
	switch {
	case !ok || to == "":
		return ""
	case filepath.IsAbs(to):
		return to
	}
	return filepath.Join(filepath.Dir(file), to)
}

// ignoresAbove collects the .gitignore files between dir and the top of the git working tree that dir is a part of,
// and gives dir's place in that tree ("modules/core/", or "" at its top). Where those files ignore dir itself they
// are left out: somebody asked for dir by name, and home directories under git with an ignore-all rule are common.
func ignoresAbove(dir string) (list *ignoreList, prefix string) {
	var names []string // of the folders from dir up to the top, dir first
	top := dir
	for {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			break
		}
		up := filepath.Dir(top)
		if up == top {
			return nil, "" // not a git working tree
		}
		names = append(names, filepath.Base(top))
		top = up
	}
	list = excludedIn(top)
	for i := len(names) - 1; i >= 0; i-- {
		list = readIgnore(top, prefix, list)
		prefix += names[i]
		if list.ignores(prefix, true) {
			return nil, ""
		}
		prefix += "/"
		top = filepath.Join(top, names[i])
	}
	return list, prefix
}

// excluder tells which paths Options.Exclude takes out. Globs are doublestar's, relative to the root; a folder that
// matches is not entered.
type excluder []string

func newExcluder(globs []string) (excluder, error) {
	var x excluder
	for _, g := range globs {
		clean := strings.TrimSuffix(strings.TrimPrefix(g, "./"), "/")
		if clean == "" || !doublestar.ValidatePattern(clean) {
			return nil, fmt.Errorf("exclude: %q is not a valid glob", g)
		}
		x = append(x, clean)
	}
	return x, nil
}

func (x excluder) excludes(path string) bool {
	for _, g := range x {
		if doublestar.MatchUnvalidated(g, path) {
			return true
		}
	}
	return false
}
