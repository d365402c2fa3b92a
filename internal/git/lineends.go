package git

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// fewArguments bounds a command line.
const fewArguments = 500

// LineEnds tells which of the tracked files, by names relative to r.Dir, git keeps with LF whatever the working tree has (core.autocrlf,
// the attributes text and eol): a CR before LF is no difference there. So it is in a file that is as git has checked it out, whatever the
// configuration says by now.
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
		var unsure []string
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
			case attr == "" && index == "i/lf" && strings.HasPrefix(strings.TrimLeft(rest, " "), "w/crlf "):
				unsure = append(unsure, name)
			}
		}
		if err := r.untouched(ctx, unsure, kept); err != nil {
			return nil, err
		}
		names = names[n:]
	}
	return kept, nil
}

// untouched finds the files whose size and time are those that git noted when it wrote them. It asks for the notes, and compares itself:
// git's own comparison may start filters.
func (r *Repository) untouched(ctx context.Context, names []string, found map[string]bool) error {
	if len(names) == 0 {
		return nil
	}
	out, err := r.run(ctx, append([]string{"ls-files", "-z", "--debug", "--"}, names...)...)
	if err != nil {
		return err
	}
	// NAME<nul>, then five lines: "  mtime: SECONDS:NANOSECONDS" is the second, "  size: BYTES<tab>flags: 0" the last.
	parts := strings.Split(string(out), "\x00")
	for i := 1; i < len(parts); i++ {
		lines := strings.SplitN(parts[i], "\n", 6)
		if len(lines) < 6 {
			break
		}
		name := parts[i-1]
		parts[i] = lines[5] // the next name
		seconds, nanoseconds, _ := strings.Cut(strings.TrimPrefix(lines[1], "  mtime: "), ":")
		bytes, _, _ := strings.Cut(strings.TrimPrefix(lines[4], "  size: "), "\t")
		info, err := os.Lstat(filepath.Join(r.Dir, filepath.FromSlash(name)))
		if err != nil {
			continue
		}
		at := info.ModTime()
		// A git that was built without nanoseconds notes none.
		if strconv.FormatInt(info.Size(), 10) == bytes && strconv.FormatInt(at.Unix(), 10) == seconds && (nanoseconds == "0" || strconv.Itoa(at.Nanosecond()) == nanoseconds) {
			found[name] = true
		}
	}
	return nil
}
