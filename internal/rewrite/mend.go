package rewrite

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// mended is what an annotation that is not understood is to say: its keyword, what it names that is true and what is lacking here, and its
// prose. "" takes it away; ok is false where only people know what is meant.
func (f *fileWriter) mended(a *graph.Annotation, open []name) (text string, ok bool) {
	before := f.src.Src[max(a.Comment.Start, lineStart(f.src.Src, a.Start)):a.Start]
	if strings.Trim(before, " \t#*/-|+>•") != "" {
		return "", false // in the middle of a sentence
	}
	ids, paths := words(strings.Trim(a.Text, " \t,/;&+"), a.Keyword)
	var keep []string
	said := a.Text
	switch a.Keyword {
	case parse.SourceID:
		for _, id := range ids {
			if slices.ContainsFunc(f.here(a), func(v *graph.Value) bool { return v.Path == id || f.w.namer.id(v) == id || speaksFor(v, id) }) {
				keep = append(keep, id)
			}
		}
		keep = slices.Concat(keep, braces(idsOf(open)))
		for _, id := range ids {
			said = strings.Replace(said, id, " ", 1)
		}
		if len(ids) == 0 && !strings.Contains(strings.TrimSpace(said), " ") {
			said = "" // one word that was to be an id
		}
	case parse.SinkKey:
		at, _ := f.w.sinksAt(f.name, a.Anchor.Span, f.here(a))
		for _, p := range paths {
			if slices.ContainsFunc(at, func(to string) bool { return along(p, to) }) {
				keep = append(keep, p)
			}
			said = strings.Replace(said, p, " ", 1)
		}
		if len(keep) == 0 {
			keep = shortened(at)
		}
	default:
		return "", false
	}
	said = trimmed(said)
	switch {
	case len(keep) == 0:
		return said, true
	case said != "":
		said = " — " + said
	}
	separator := f.habit.separator
	if separator == "" || a.Keyword != parse.SourceID {
		separator = ", "
	}
	keyword := f.habit.sourceID
	if a.Keyword == parse.SinkKey {
		keyword = f.habit.sink
	}
	return keyword + f.habit.colon + strings.Join(slices.Compact(keep), separator) + said, true
}

// here is the values that an annotation may name: read at its anchor or declared there.
func (f *fileWriter) here(a *graph.Annotation) []*graph.Value {
	values := slices.Clone(a.Actual)
	for _, v := range f.w.g.Values {
		if slices.ContainsFunc(v.Declared, func(p graph.Place) bool { return p.File == a.File && a.Anchor.Span.Contains(p.Span) }) {
			values = appendNew(values, v)
		}
	}
	return values
}

func speaksFor(v *graph.Value, id string) bool {
	return slices.ContainsFunc(v.IDs, func(have graph.ID) bool { return have.Name == id })
}

// words are the ids and paths that a text names behind a keyword.
func words(text string, keyword parse.Keyword) (ids, paths []string) {
	annotations, _, _ := parse.Parse("", "{\n  # "+string(keyword)+": "+text+"\n  a = 1;\n}\n").Annotations()
	for _, a := range annotations {
		if a.Malformed != "" {
			continue
		}
		for _, w := range a.IDs {
			ids = append(ids, w.Text)
		}
		for _, w := range a.Paths {
			paths = append(paths, w.Text)
		}
	}
	return ids, paths
}
