// Package owners tells who a file belongs to.
//
// In goes a repository's CODEOWNERS and what modules say of themselves in their headers; out come names as they are written there. What is done
// with them is not known here.
package owners

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hmarr/codeowners"

	"nixsink/graph"
	"nixsink/internal/door"
)

// places are where GitHub, GitLab and Forgejo look for the file, in their order (GitHub's documentation, "About code owners").
var places = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".forgejo/CODEOWNERS", ".gitea/CODEOWNERS"}

// Owners knows who files belong to.
type Owners struct {
	rules  codeowners.Ruleset
	prefix string // of the tree in its repository, with a slash at the end
	heads  map[string]string
}

// Load reads the CODEOWNERS of the repository whose root is top, and the headers of g's modules. prefix is where the tree lies in the repository, "" at
// its root. The error speaks of a file that is there and cannot be read or understood.
func Load(top, prefix string, g *graph.Graph) (*Owners, error) {
	o := &Owners{prefix: prefix, heads: map[string]string{}}
	for _, m := range g.Modules {
		if m.Header != nil && m.Header.Owner != "" {
			o.heads[m.Path] = m.Header.Owner
		}
	}
	for _, name := range places {
		text, err := door.ReadBelow(top, filepath.Join(top, filepath.FromSlash(name)), door.MaxData)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			o.rules, err = codeowners.ParseFile(bytes.NewReader(text), codeowners.WithOwnerMatchers(anybody))
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		break
	}
	return o, nil
}

// anybody takes what is written for an owner, whichever service it is for.
var anybody = []codeowners.OwnerMatcher{codeowners.OwnerMatchFunc(func(s string) (codeowners.Owner, error) {
	return codeowners.Owner{Value: s, Type: codeowners.UsernameOwner}, nil
})}

// Of are the owners of a file of the tree: those of the last rule that fits it, and its header's. nil if there are none.
func (o *Owners) Of(file string) []string {
	var out []string
	if rule, err := o.rules.Match(o.prefix + file); err == nil && rule != nil {
		for _, w := range rule.Owners {
			out = append(out, w.Value)
		}
	}
	if h := o.heads[file]; h != "" && !slices.ContainsFunc(out, func(w string) bool { return strings.EqualFold(strings.TrimPrefix(w, "@"), strings.TrimPrefix(h, "@")) }) {
		out = append(out, h)
	}
	return out
}

// By turns files round: owner → files, each sorted.
func (o *Owners) By(files []string) map[string][]string {
	out := map[string][]string{}
	for _, f := range files {
		for _, w := range o.Of(f) {
			if !slices.Contains(out[w], f) {
				out[w] = append(out[w], f)
			}
		}
	}
	for _, fs := range out {
		slices.Sort(fs)
	}
	return out
}
