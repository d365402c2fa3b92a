package rewrite

import (
	"cmp"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// sinksAt are the options that values flow into by what stands in a span of a file: the reads there, or definitions. Data goes before
// what a value only decides; a value that goes into other central values only has those for sinks.
func (w *writer) sinksAt(file string, span parse.Span, values []*graph.Value) (paths []string, at []graph.Place) {
	var passing []*graph.Flow
	for _, v := range values {
		passing = append(passing, w.passing(v, file, span)...)
	}
	paths, at = w.sinksOf(passing)
	if len(paths) > 0 {
		return paths, at
	}
	// Of several reads in one definition a flow shows one way only: the definition around the read is its sink all the same.
	var inner *graph.Place
	for _, v := range values {
		for _, f := range w.g.Flows.DirectOf(v) {
			if f.At.File == file && f.At.Span.Contains(span) && (inner == nil || f.At.Span.Len() < inner.Span.Len()) {
				inner = &f.At
			}
		}
	}
	if inner == nil {
		return nil, nil
	}
	var same []*graph.Flow
	for _, v := range values {
		for _, f := range w.g.Flows.DirectOf(v) {
			if f.At == *inner {
				same = append(same, f)
			}
		}
	}
	return w.sinksOf(same)
}

// sinksOf are the options that values flow into by some of their flows, and where these define them.
func (w *writer) sinksOf(flows []*graph.Flow) (out []string, at []graph.Place) {
	type sink struct {
		to string
		at graph.Place
	}
	best := map[sink]int{}
	for _, f := range flows {
		rank := 0
		if f.Kind == graph.Control {
			rank = 1
		}
		if f.ToValue != nil {
			rank += 2
		}
		to := f.To
		if w.home[f.At.File] {
			to = graph.InHome(to)
		}
		if !slices.Contains(at, f.At) {
			at = append(at, f.At)
		}
		k := sink{to, f.At}
		if have, ok := best[k]; !ok || rank < have {
			best[k] = rank
		}
	}
	least := 4
	for _, r := range best {
		least = min(least, r)
	}
	byPlace := map[graph.Place][]string{}
	for k, r := range best {
		if r == least && !slices.Contains(byPlace[k.at], k.to) {
			byPlace[k.at] = append(byPlace[k.at], k.to)
		}
	}
	for _, paths := range byPlace {
		out = append(out, starred(paths)...)
	}
	return tidy(out), at
}

// starred has a * for the names in which the options of one definition differ: services.${name}.port defines what name is computed to be.
func starred(paths []string) []string {
	slices.Sort(paths)
	if len(paths) < few {
		return paths
	}
	star := graph.SplitPath(paths[0])
	for _, p := range paths[1:] {
		segments := graph.SplitPath(p)
		if len(segments) != len(star) || segments[0] != star[0] {
			return paths
		}
		for i, s := range segments {
			if s != star[i] {
				star[i] = "*"
			}
		}
	}
	return []string{strings.Join(star, ".")}
}

// tidy sorts paths and leaves out what another one leads to.
func tidy(paths []string) []string {
	slices.Sort(paths)
	paths = slices.Compact(paths)
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		return slices.ContainsFunc(paths, func(o string) bool { return o != p && leads(o, p) })
	})
}

// leads reports whether a path is one that another begins with; * is any name.
func leads(short, long string) bool {
	x, y := graph.SplitPath(short), graph.SplitPath(long)
	if len(x) > len(y) || len(x) == len(y) && strings.Count(short, "*") <= strings.Count(long, "*") {
		return false
	}
	for i := range x {
		if x[i] != y[i] && x[i] != "*" {
			return false
		}
	}
	return true
}

// stop is a place that a flow passes, or defines.
type stop struct {
	span parse.Span
	flow int // index among the value's direct flows
}

// passing are the direct flows of a value that have a stop within a span, or are defined in it. A value that is read all over the tree has
// many flows, so they are looked up by where they stop.
func (w *writer) passing(v *graph.Value, file string, span parse.Span) []*graph.Flow {
	flows := w.g.Flows.DirectOf(v)
	stops := w.stops[v]
	if stops == nil {
		stops = map[string][]stop{}
		for i, f := range flows {
			stops[f.At.File] = append(stops[f.At.File], stop{f.At.Span, i})
			for _, s := range f.Way() {
				stops[s.At.File] = append(stops[s.At.File], stop{s.At.Span, i})
			}
		}
		for _, of := range stops {
			slices.SortFunc(of, func(a, b stop) int {
				return cmp.Or(cmp.Compare(a.span.Start, b.span.Start), cmp.Compare(a.flow, b.flow))
			})
		}
		w.stops[v] = stops
	}
	of := stops[file]
	first, _ := slices.BinarySearchFunc(of, span.Start, func(s stop, at int32) int { return cmp.Compare(s.span.Start, at) })
	var found []int
	for _, s := range of[first:] {
		if s.span.Start > span.End {
			break
		}
		if span.Contains(s.span) {
			found = append(found, s.flow)
		}
	}
	slices.Sort(found)
	var out []*graph.Flow
	for _, i := range slices.Compact(found) {
		out = append(out, flows[i])
	}
	return out
}

// Bounds of what a comment says about sinks.
const (
	maxSinks = 3 // options named in full
	maxLines = 2 // lines of services or ids; more are told by what they have in common
)

// shortened names a few options in full, and more by what those of one service have in common: services.nginx.virtualHosts, services.nginx,
// boot.*.
func shortened(paths []string) []string {
	fits := func(paths []string, lines int) bool { return len(wrapped(paths)) <= lines }
	if len(paths) <= maxSinks && fits(paths, 1) {
		return paths
	}
	if short := grouped(paths, service, true); fits(short, 1) {
		return short
	}
	short := grouped(paths, service, false)
	if fits(short, maxLines) {
		return short
	}
	short = grouped(short, func(p string) string { first, _, _ := strings.Cut(p, "."); return first + ".*" }, false)
	if fits(short, maxLines) {
		return short
	}
	for i, p := range short {
		segments := graph.SplitPath(p)
		short[i] = strings.Join(segments[:min(2, len(segments))], ".")
	}
	return tidy(short)
}

// grouped has one path for those that key puts together: the key, or all that they have in common. One alone stays whole where all is asked for.
func grouped(paths []string, key func(string) string, common bool) []string {
	groups := map[string][]string{}
	for _, p := range paths {
		groups[key(p)] = append(groups[key(p)], p)
	}
	var out []string
	for k, group := range groups {
		if common {
			k = prefix(group)
		} else if k == "systemd.*" || k == "services.*" || len(group) == 1 && len(group[0]) < 40 {
			out = append(out, group...) // too little to say
			continue
		}
		out = append(out, k)
	}
	return tidy(out)
}

// prefix is what paths have in common.
func prefix(paths []string) string {
	first := graph.SplitPath(paths[0])
	for _, p := range paths[1:] {
		segments := graph.SplitPath(p)
		i := 0
		for i < min(len(first), len(segments)) && first[i] == segments[i] {
			i++
		}
		first = first[:i]
	}
	return strings.Join(first, ".")
}

// wrapped puts paths on lines.
func wrapped(paths []string) []string {
	var lines []string
	for _, p := range paths {
		if n := len(lines); n > 0 && len(lines[n-1])+2+len(p) <= widest-20 {
			lines[n-1] += ", " + p
			continue
		}
		lines = append(lines, p)
	}
	return lines
}

// service is the part of an option path that names what it configures: services.NAME, systemd.services.NAME.
func service(option string) string {
	segments := graph.SplitPath(option)
	n := 2
	switch segments[0] {
	case "systemd":
		n = 3
	case "home-manager": // home-manager.users.NAME.programs.git
		n = 5
	}
	return strings.Join(segments[:min(n, len(segments))], ".")
}

// toldAround reports whether a sink comment around a node says just this already.
func (f *fileWriter) toldAround(node parse.Span, lines []string, planned map[parse.Span][]string) bool {
	for span, told := range planned {
		if span != node && span.Contains(node) && slices.Equal(told, lines) {
			return true
		}
	}
	return slices.ContainsFunc(f.notes, func(a *graph.Annotation) bool {
		return a.Keyword == parse.SinkKey && a.State == graph.OK && a.Annotation.Anchor.Kind != parse.AnchorFile && a.Anchor.Span != node &&
			a.Anchor.Span.Contains(node) && len(lines) == 1 && a.Text == lines[0] && !f.removed(a)
	})
}
