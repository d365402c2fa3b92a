package rewrite

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// maxSinks is how many options a line names before they are shortened by service.
const maxSinks = 3

// sinksAt are the options that values flow into by what stands in a span of a file: the reads there, or definitions. Data goes before
// what a value only decides; a value that goes into other central values only has those for sinks.
func (w *writer) sinksAt(file string, span parse.Span, values []*graph.Value) []string {
	best := map[string]int{}
	for _, v := range values {
		for _, f := range w.flows[v] {
			if len(f.Through) > 0 || !passes(f, file, span) {
				continue
			}
			rank := 0
			if f.Kind == graph.Control {
				rank = 1
			}
			if f.ToValue != nil {
				rank += 2
			}
			to := f.To
			if w.home[f.At.File] {
				to = inHome(to)
			}
			if have, ok := best[to]; !ok || rank < have {
				best[to] = rank
			}
		}
	}
	if len(best) == 0 {
		return nil
	}
	least := 4
	for _, r := range best {
		least = min(least, r)
	}
	var out []string
	for to, r := range best {
		if r == least {
			out = append(out, to)
		}
	}
	slices.Sort(out)
	return out
}

// passes reports whether a flow has a stop within the span, or is defined around it.
func passes(f *graph.Flow, file string, span parse.Span) bool {
	if f.At.File == file && span.Contains(f.At.Span) {
		return true
	}
	return slices.ContainsFunc(f.Steps, func(s graph.Step) bool { return s.At.File == file && span.Contains(s.At.Span) })
}

// inHome is an option path as a home-manager module writes it.
func inHome(option string) string {
	if rest, ok := strings.CutPrefix(option, "home-manager.users."); ok {
		if i := strings.IndexByte(rest, '.'); i > 0 {
			return rest[i+1:]
		}
	}
	return option
}

// shortened names a few options in full, many by their service: services.nginx, systemd.services.nginx.
func shortened(paths []string) string {
	if line := strings.Join(paths, ", "); len(paths) == 1 || len(paths) <= maxSinks && len(line) <= widest-20 {
		return line
	}
	count := map[string]int{}
	for _, p := range paths {
		count[service(p)]++
	}
	var groups []string
	for g := range count {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	if len(groups) > maxSinks {
		return fmt.Sprintf("%s and %d more", strings.Join(groups[:maxSinks], ", "), len(groups)-maxSinks)
	}
	return strings.Join(groups, ", ")
}

// service is the part of an option path that names what it configures: services.NAME, systemd.services.NAME.
func service(option string) string {
	segments := graph.SplitPath(option)
	n := 2
	if segments[0] == "systemd" || segments[0] == "virtualisation" || segments[0] == "home-manager" {
		n = 3
	}
	return strings.Join(segments[:min(n, len(segments))], ".")
}
