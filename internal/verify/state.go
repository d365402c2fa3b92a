package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"nixsink/graph"
	"nixsink/internal/door"
)

// A state is what earlier runs found out about the same configuration of the same tree.
type state struct {
	Key      string
	Outcomes map[string]*outcome // by the leaf's path

	file string
}

// mostState is the largest file that is read, in bytes.
const mostState = 64 << 20

// loadState reads a state, and begins anew where there is none, or one of something else.
func loadState(file, key string) *state {
	s := &state{}
	if file != "" {
		if data, err := door.Read(file, mostState); err == nil && json.Unmarshal(data, s) != nil {
			*s = state{}
		}
	}
	if s.Key != key || s.Outcomes == nil {
		s = &state{Key: key, Outcomes: map[string]*outcome{}}
	}
	s.file = file
	return s
}

// keep writes down what came of one leaf, so that it need not be tried again.
func (s *state) keep(name string, o *outcome) error {
	s.Outcomes[name] = o
	if s.file == "" {
		return nil
	}
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("keep what was verified: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(s.file), 0o700); err != nil {
		return fmt.Errorf("keep what was verified: %w", err)
	}
	if _, err := door.ReplaceFrom(s.file, bytes.NewReader(data)); err != nil {
		return fmt.Errorf("keep what was verified: %w", err)
	}
	return nil
}

// key names all that an outcome depends on: the tree's files, what evaluates it and how, and what the text says.
func (p *prober) key(g *graph.Graph, opts Options) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	var claims []string
	for v, all := range p.claims {
		for _, c := range all {
			claims = append(claims, v.Path+" "+c.flow.To)
		}
	}
	slices.Sort(claims)
	for _, part := range []any{askNix, fileNix, p.nix.source, p.nix.Version, p.roots, g.Source.NARHash, opts.Configuration, claims} {
		_ = enc.Encode(part) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}
