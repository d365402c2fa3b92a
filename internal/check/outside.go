package check

import (
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// outsideReads are the options that a command in the text of the tree asks a configuration for from outside, as a script of a package does
// (nix eval .#nixosConfigurations.tower.config.my.vm), each with the first place that does.
type outsideReads map[string]graph.Place

// makeOutside finds them, in strings as in comments: what somebody has written down to be run is evidence enough that it is.
func (p *Pass) makeOutside() outsideReads {
	const set, config = "Configurations.", ".config."
	out := outsideReads{}
	for _, file := range p.files() {
		src := p.Graph.Files[file].Src
		for from := 0; ; {
			i := strings.Index(src[from:], set)
			if i < 0 {
				break
			}
			from += i + len(set)
			// .#nixosConfigurations."$host".config.my.vm --json: one word of a shell, with whatever stands for the host.
			word, _, _ := strings.Cut(src[from:], "\n")
			if end := strings.IndexAny(word, " \t"); end >= 0 {
				word = word[:end]
			}
			_, rest, ok := strings.Cut(word, config)
			if !ok {
				continue
			}
			end := 0
			for end < len(rest) && (isAlnum(rest[end]) || strings.IndexByte("_-'.", rest[end]) >= 0) {
				end++
			}
			path := strings.Trim(rest[:end], ".'")
			if _, again := out[path]; path != "" && !again {
				at := int32(from - len(set))
				out[path] = p.place(file, parse.Span{Start: at, End: int32(from)})
			}
		}
	}
	return out
}

// around is where a value is asked for, with the set that it lies in or by a part of it.
func (o outsideReads) around(v *graph.Value) (graph.Place, bool) {
	for n := len(v.Segments); n > 0; n-- {
		if at, ok := o[strings.Join(v.Segments[:n], ".")]; ok {
			return at, true
		}
	}
	return graph.Place{}, false
}
