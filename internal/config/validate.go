package config

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// validate finds what the types alone do not forbid.
func (c *Config) validate(name string) ErrorList {
	var errs ErrorList
	fault := func(format string, args ...any) {
		errs = append(errs, &Error{File: name, Msg: fmt.Sprintf(format, args...)})
	}
	for _, r := range c.Roots {
		if r == "" || strings.HasPrefix(r, ".") || strings.HasSuffix(r, ".") {
			fault("roots: %q is no option path", r)
		}
		if strings.HasPrefix(r, "config.") {
			fault("roots: write %q without \"config.\"", r)
		}
	}
	globs := func(key string, list []string) {
		for _, g := range list {
			if !doublestar.ValidatePattern(g) {
				fault("%s: %q is no valid glob", key, g)
			}
			if path.IsAbs(g) || g == ".." || strings.HasPrefix(g, "../") {
				fault("%s: %q must be relative to the folder of %s", key, g, Name)
			}
		}
	}
	globs("exclude", c.Exclude)
	seen := map[string]bool{}
	for i, l := range c.Layers {
		switch {
		case l.Name == "":
			fault("layer %d: it has no name", i+1)
		case seen[l.Name]:
			fault("layer %q: there are two of that name", l.Name)
		case len(l.Globs) == 0:
			fault("layer %q: it has no globs, so nothing belongs to it", l.Name)
		}
		seen[l.Name] = true
		globs(fmt.Sprintf("layer %q", l.Name), l.Globs)
	}
	for i, r := range c.IDRules {
		if r.Prefix == "" || len(r.To) == 0 {
			fault("id-rule %d: it needs a prefix and at least one path in \"to\"", i+1)
		}
	}
	return errs
}
