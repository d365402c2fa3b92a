package git

import (
	"context"
	"strings"
)

// fewArguments bounds a command line.
const fewArguments = 500

// LineEnds tells which of the tracked files, by names relative to r.Dir, git keeps with LF whatever the working tree has (core.autocrlf,
// the attributes text and eol): a CR before LF is no difference there.
func (r *Repository) LineEnds(ctx context.Context, names []string) (map[string]bool, error) {
	auto := false
	if out, err := r.run(ctx, "config", "--get", "core.autocrlf"); err == nil {
		switch strings.ToLower(strings.TrimSpace(string(out))) {
		case "true", "input", "yes", "on", "1":
			auto = true
		}
	}
	kept := map[string]bool{}
	for len(names) > 0 {
		n := min(len(names), fewArguments)
		out, err := r.run(ctx, append([]string{"ls-files", "-z", "--eol", "--"}, names[:n]...)...)
		if err != nil {
			return nil, err
		}
		for line := range strings.SplitSeq(string(out), "\x00") {
			// i/lf w/crlf attr/text=auto<tab>NAME
			head, name, ok := strings.Cut(line, "\t")
			index, rest, _ := strings.Cut(head, " ")
			_, attr, found := strings.Cut(rest, "attr/")
			if !ok || !found {
				continue
			}
			attr = strings.TrimSpace(attr)
			switch {
			case strings.HasPrefix(attr, "-text"):
			case attr == "text", strings.HasPrefix(attr, "text "):
				kept[name] = true
			case strings.HasPrefix(attr, "text=auto"), attr == "" && auto:
				// What is committed with CR LF stays so, and what looks like no text is none.
				kept[name] = index == "i/lf" || index == "i/none"
			}
		}
		names = names[n:]
	}
	return kept, nil
}
