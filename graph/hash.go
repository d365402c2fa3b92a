package graph

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nix-community/go-nix/pkg/wire"

	"nixsink/parse"
)

// narHash is what `nix hash path` prints for a folder with exactly the files that were analysed, in SRI form. It
// works from memory: the hash is of the bytes that the analysis saw, whatever has become of the files since,
// and is the same in a checkout with other line ends (crlf: the files whose CR LF are the checkout's).
//
// The archive is written with go-nix's wire format alone. Its nar.Writer takes names that begin with two dots for the
// parent folder, and passes every file between two goroutines.
func (t *tree) narHash(crlf map[string]bool) (string, error) {
	sum := sha256.New()
	buf := bufio.NewWriterSize(sum, 64<<10)
	if err := t.writeNAR(buf, crlf); err != nil {
		return "", fmt.Errorf("NAR hash: %w", err)
	}
	if err := buf.Flush(); err != nil {
		return "", fmt.Errorf("NAR hash: %w", err)
	}
	return "sha256-" + base64.StdEncoding.EncodeToString(sum.Sum(nil)), nil
}

// writeNAR writes the archive: nested parentheses of strings, the entries of a folder sorted by their bytes.
func (t *tree) writeNAR(w io.Writer, crlf map[string]bool) error {
	files := slices.Clone(t.files)
	// a/b comes before a.nix, though "/" sorts behind ".": folders are compared as a whole.
	slices.SortFunc(files, func(a, b *parse.File) int { return compareSegments(a.Name, b.Name) })
	nar := narWriter{w: w}
	nar.strings("nix-archive-1", "(", "type", "directory")
	var open []string // folders that are open, from the root down
	for _, f := range files {
		path := strings.Split(f.Name, "/")
		dirs, base := path[:len(path)-1], path[len(path)-1]
		same := 0
		for same < len(open) && same < len(dirs) && open[same] == dirs[same] {
			same++
		}
		for range open[same:] {
			nar.strings(")", ")")
		}
		for _, dir := range dirs[same:] {
			nar.strings("entry", "(", "name", dir, "node", "(", "type", "directory")
		}
		open = dirs
		nar.strings("entry", "(", "name", base, "node", "(", "type", "regular")
		if t.exec[f.Name] {
			nar.strings("executable", "")
		}
		src := f.Src
		if crlf[f.Name] {
			src = WithoutCR(src)
		}
		nar.strings("contents", src, ")", ")")
	}
	for range open {
		nar.strings(")", ")")
	}
	nar.strings(")")
	return nar.err
}

// narWriter keeps the first error, so that the grammar above reads without one at every word.
type narWriter struct {
	w   io.Writer
	err error
}

func (n *narWriter) strings(words ...string) {
	for _, s := range words {
		if n.err == nil {
			n.err = wire.WriteString(n.w, s)
		}
	}
}

// compareSegments compares slash-separated paths name by name.
func compareSegments(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] == b[i] {
			continue
		}
		switch {
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		case a[i] < b[i]:
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}
