package config

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/graph"
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
	globs("secrets.files", c.Secrets.Files)
	globs("secrets.allow", c.Secrets.Allow)
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
	for i, l := range c.Loaders {
		if l.Function == "" && len(l.Hosts) == 0 {
			fault("loader %d: it needs the globs of its hosts, or the function that makes them", i+1)
		}
		if l.Class != "" && !slices.Contains(graph.LoaderClasses, l.Class) {
			fault("loader %d: class is %q; there are %s", i+1, l.Class, strings.Join(graph.LoaderClasses, ", "))
		}
		globs(fmt.Sprintf("loader %d: hosts", i+1), l.Hosts)
		globs(fmt.Sprintf("loader %d: modules", i+1), l.Modules)
		globs(fmt.Sprintf("loader %d: homes", i+1), l.Homes)
	}
	for i, r := range c.IDRules {
		if r.Prefix == "" || len(r.To) == 0 {
			fault("id-rule %d: it needs a prefix and at least one path in \"to\"", i+1)
		}
	}
	return errs
}
