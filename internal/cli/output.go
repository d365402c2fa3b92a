package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"nixsink/internal/door"
	"nixsink/internal/fault"
	"nixsink/internal/suggest"
)

// outFile is one thing to write: a format, and where it goes.
type outFile struct {
	format string
	file   string // "" is standard output
}

// outputs reads --format NAME[=FILE] (repeatable) and -o FILE. names are the formats there are, guess gives the format of a file name's
// extension ("" if it tells none), and fallback is the format where nothing is said.
func outputs(formats []string, file string, names []string, guess func(ext string) string, fallback string) ([]outFile, error) {
	known := func(name string) error {
		for _, n := range names {
			if n == name {
				return nil
			}
		}
		if err := rastered(name, names); err != nil {
			return err
		}
		msg := fmt.Sprintf("no format is called %q", name)
		if near := suggest.Nearest(name, names); near != "" {
			msg += fmt.Sprintf("; did you mean %q?", near)
		}
		return usagef("%s (there are %s)", msg, strings.Join(names, ", "))
	}
	var outs []outFile
	toStdout := -1
	for _, f := range formats {
		name, to, given := strings.Cut(f, "=")
		if err := known(name); err != nil {
			return nil, err
		}
		if given && to == "" {
			return nil, usagef("--format %s names no file after =", f)
		}
		if to == "-" {
			to = ""
		}
		if to == "" {
			if toStdout >= 0 {
				return nil, usagef("the formats %s and %s both go to standard output: give one of them a file, as in --format %s=FILE", outs[toStdout].format, name, name)
			}
			toStdout = len(outs)
		}
		for _, o := range outs {
			if to != "" && o.file == to {
				return nil, usagef("two formats go to %s", to)
			}
		}
		outs = append(outs, outFile{name, to})
	}
	switch {
	case file == "" || file == "-":
	case toStdout >= 0:
		outs[toStdout].file = file
		return outs, nil
	case len(outs) > 0:
		return nil, usagef("-o %s: every --format has a file of its own already", file)
	default:
		name := guess(strings.ToLower(filepath.Ext(file)))
		if name == "" {
			if err := rastered(strings.TrimPrefix(filepath.Ext(file), "."), names); err != nil {
				return nil, err
			}
			return nil, usagef("-o %s: its name does not tell the format; add --format (%s)", file, strings.Join(names, ", "))
		}
		return []outFile{{name, file}}, nil
	}
	if len(outs) == 0 {
		outs = append(outs, outFile{format: fallback})
	}
	return outs, nil
}

// rastered says what makes pixels or paper of a picture: no renderer in Go draws our SVG as it is.
func rastered(name string, names []string) error {
	if name = strings.ToLower(name); slices.Contains(names, "svg") && slices.Contains([]string{"png", "pdf"}, name) {
		return usagef("nixsink writes SVG, which a browser, GitHub and GitLab show; a %s is made of it with 'rsvg-convert --format %[1]s --zoom 2 -o FILE.%[1]s FILE.svg' (of librsvg), or with Inkscape", name)
	}
	return nil
}

// emit writes every output. Each is made whole before a byte of it goes anywhere; files come first, so that a reader of standard output
// that stops reading cannot keep them from being written.
func (a *app) emit(outs []outFile, write func(o outFile, w io.Writer) error) error {
	var stdout *spool
	var faults []error // each costs an output, not the others
	for _, o := range outs {
		s := &spool{}
		defer s.remove()
		var err error
		if f := fault.Catch("write "+o.format, o.file, func() { err = write(o, s) }); f != nil {
			faults = append(faults, f)
			continue
		}
		if err != nil {
			return err
		}
		if o.file == "" {
			stdout = s
			continue
		}
		r, err := s.reader()
		if err == nil {
			err = a.writeFrom(o.file, r)
		}
		if err != nil {
			return err
		}
	}
	if stdout != nil {
		r, err := stdout.reader()
		if argv := a.pager(); err == nil && argv != nil {
			a.progress.stop()
			if showPaged(argv, r, a.out.w, a.err) {
				return errors.Join(faults...)
			}
			r, err = stdout.reader()
		}
		if err == nil {
			_, err = io.Copy(a.out, r) // it keeps its own error
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(faults...)
}

// writeFile replaces a file that a person named, wherever that leads, in one step: a reader sees the old one or the new one, never half of it.
// A pipe or device is written to as it is.
func (a *app) writeFile(path string, data []byte) error {
	return a.writeFrom(path, bytes.NewReader(data))
}

// writeFrom is writeFile with bytes that are read.
func (a *app) writeFrom(path string, data io.Reader) error {
	return a.put(func() (string, error) { return door.ReplaceFrom(path, data) })
}

// writeNear is writeFile for what lies below the tree, or its repository: there no link leads out.
func (a *app) writeNear(t *tree) func(path string, data []byte) error {
	return func(path string, data []byte) error {
		return a.put(func() (string, error) {
			top, err := door.Top(t.dir)
			if err != nil {
				return "", err
			}
			return door.WriteBelow(top, path, data)
		})
	}
}

// put writes a file, which an interrupt waits for, and tells what of the old one could not be kept.
func (a *app) put(write func() (note string, err error)) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	note, err := write()
	if err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	if note != "" {
		a.say("%s", note)
	}
	return nil
}

// readNear reads a file that a person named. Below the repository that we are in, or that is analysed, no link leads out of it.
func (a *app) readNear(name string, limit int64) ([]byte, error) {
	top, err := door.Top(cmp.Or(a.tree.dir, "."))
	if err != nil {
		return nil, err
	}
	return door.ReadBelow(top, name, limit)
}
