package git

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxHashed is the size in bytes up to which a file of the working tree is hashed; what is larger is taken for what the index says.
const maxHashed = 64 << 20

// WorkingHashes gives the hashes of the blobs that the tracked files of the working tree would be, by names relative to r.Dir; those of files that are
// gone are left out. expected are the hashes that files may have: where a file's bytes do not give its one, it is looked at again without the
// carriage returns of the checkout, and what passes a filter counts as the index has it, since filters are programs, and none is run.
func (r *Repository) WorkingHashes(ctx context.Context, expected map[string]string) (map[string]string, error) {
	t, err := r.Tracked(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(t.hashes))
	var other []string
	for name, index := range t.hashes {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		if t.NotCheckedOut(name) || t.gitlinks[name] {
			out[name] = index
			continue
		}
		src, found := readTracked(filepath.Join(r.Dir, filepath.FromSlash(name)))
		switch {
		case !found:
			continue
		case src == nil:
			out[name] = index
			continue
		}
		out[name] = blobHash(src, len(index))
		if out[name] != expected[name] {
			other = append(other, name)
			if bare := bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")); len(bare) != len(src) && blobHash(bare, len(index)) == expected[name] {
				out[name] = expected[name]
			}
		}
	}
	for len(other) > 0 {
		n := min(len(other), fewArguments)
		filtered, err := r.filtered(ctx, other[:n])
		if err != nil {
			return nil, err
		}
		for _, name := range filtered {
			out[name] = t.hashes[name]
		}
		other = other[n:]
	}
	return out, nil
}

// readTracked gives what git would keep of a file: a link's target, a regular file's bytes; nil where that is too much. found is false where there is none.
func readTracked(path string) (src []byte, found bool) {
	info, err := os.Lstat(path)
	if err != nil || info.IsDir() {
		return nil, false
	}
	if info.Mode()&os.ModeSymlink != 0 {
		to, err := os.Readlink(path)
		return []byte(filepath.ToSlash(to)), err == nil
	}
	if !info.Mode().IsRegular() || info.Size() > maxHashed {
		return nil, true
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, true
	}
	defer f.Close()
	src, err = io.ReadAll(io.LimitReader(f, maxHashed))
	if err != nil {
		return nil, true
	}
	if src == nil {
		src = []byte{}
	}
	return src, true
}

// blobHash is git's name for contents, in the hash whose names have so many digits.
func blobHash(src []byte, digits int) string {
	var h hash.Hash = sha1.New()
	if digits == 2*sha256.Size {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", len(src))
	h.Write(src)
	return hex.EncodeToString(h.Sum(nil))
}

// filtered are those of some files that a filter turns into what git keeps (gitattributes(5), "filter").
func (r *Repository) filtered(ctx context.Context, names []string) ([]string, error) {
	out, err := r.run(ctx, append([]string{"check-attr", "-z", "filter", "--"}, names...)...)
	if err != nil {
		return nil, err
	}
	var found []string
	fields := strings.Split(string(out), "\x00")
	for i := 0; i+2 < len(fields); i += 3 { // NAME, filter, VALUE
		if v := fields[i+2]; v != "unspecified" && v != "unset" {
			found = append(found, fields[i])
		}
	}
	return found, nil
}
