package config

import (
	"path"
	"path/filepath"
	"strings"
)

// below is dir relative to the configuration file's folder, slash-separated: "" for the folder itself. It reports false if dir does not
// lie below, where the file's paths mean nothing.
func (c *Config) below(dir string) (string, bool) {
	if c.Path == "" {
		return "", true
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(c.Dir(), abs)
	if err != nil {
		return "", false
	}
	rel = filepath.ToSlash(rel)
	if rel == "." {
		return "", true
	}
	return rel, rel != ".." && !strings.HasPrefix(rel, "../")
}

// rebaseGlobs turns globs that are relative to the file's folder into globs relative to dir; those that can match nothing there go.
func (c *Config) rebaseGlobs(globs []string, dir string) []string {
	sub, ok := c.below(dir)
	if !ok || sub == "" {
		return globs
	}
	var out []string
	for _, g := range globs {
		out = append(out, rebaseGlob(g, sub)...)
	}
	return out
}

// rebaseGlob returns what remains of a glob inside the folder sub. "**" may end at any depth of sub, so one glob can become several.
func rebaseGlob(glob, sub string) []string {
	return rebase(strings.Split(strings.TrimPrefix(glob, "./"), "/"), strings.Split(sub, "/"))
}

func rebase(glob, sub []string) []string {
	switch {
	case len(sub) == 0 && len(glob) == 0:
		return []string{"**"}
	case len(sub) == 0:
		return []string{strings.Join(glob, "/")}
	case len(glob) == 0:
		// The glob names a folder that sub lies in: all of sub is meant.
		return []string{"**"}
	case glob[0] == "**":
		// Either ** has swallowed all of sub and goes on below it, or what follows ** matches within sub.
		out := []string{strings.Join(glob, "/")}
		if len(glob) == 1 {
			return out
		}
		for i := range sub {
			out = append(out, rebase(glob[1:], sub[i:])...)
		}
		return out
	}
	if ok, err := path.Match(glob[0], sub[0]); err != nil || !ok {
		return nil
	}
	return rebase(glob[1:], sub[1:])
}

// rebasePaths does the same for plain paths.
func (c *Config) rebasePaths(paths []string, dir string) []string {
	sub, ok := c.below(dir)
	if !ok || sub == "" {
		return paths
	}
	var out []string
	for _, p := range paths {
		if rest, ok := strings.CutPrefix(path.Clean(p), sub+"/"); ok {
			out = append(out, rest)
		}
	}
	return out
}
