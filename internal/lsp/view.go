package lsp

import (
	"context"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/creachadair/jrpc2"

	"nixsink/graph"
	"nixsink/internal/resident"
	"nixsink/parse"
)

// view is a tree as one request sees it: the newest state, and the texts of the editor.
type view struct {
	s     *Server
	t     *folderTree
	x     *index
	kept  *kept // not nil: places are those of its texts
	enc   encoding
	name  string // the file that is asked about, relative to the tree; "" for the tree
	texts map[string]*current
}

// current is a file as the editor has it.
type current struct {
	uri     string
	version *int // nil: it is not open
	text    *text
	shift   shift // from what was analysed
}

// view looks at the file that a request speaks of; nil if it belongs to no tree. It waits for the first state only.
func (s *Server) view(ctx context.Context, uri string) (*view, error) {
	s.mu.Lock()
	d := s.docs[uri]
	if d == nil {
		d = &document{}
		s.place(uri, d)
	}
	t, name := d.tree, d.name
	s.mu.Unlock()
	if t == nil {
		return nil, nil
	}
	x, err := t.newest(ctx)
	if err != nil {
		return nil, nil // why there is no state was told
	}
	return s.viewOf(t, x, name), nil
}

func (s *Server) viewOf(t *folderTree, x *index, name string) *view {
	s.mu.Lock()
	enc := s.enc
	s.mu.Unlock()
	return &view{s: s, t: t, x: x, enc: enc, name: name, texts: map[string]*current{}}
}

// newest is the index of the newest state.
func (t *folderTree) newest(ctx context.Context) (*index, error) {
	st, err := t.model.Any(ctx)
	if err != nil {
		return nil, err
	}
	return t.of(st), nil
}

// of is the index of a state, made once.
func (t *folderTree) of(st *resident.State) *index {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.index == nil || t.index.Version < st.Version {
		t.index = newIndex(st)
	}
	if t.index.Version > st.Version {
		return newIndex(st)
	}
	return t.index
}

// file is a file of the tree as the editor has it; nil if it is none.
func (v *view) file(name string) *current {
	if c, ok := v.texts[name]; ok {
		return c
	}
	src, known := v.analysed(name)
	c := &current{uri: uriOf(filepath.Join(v.t.dir, filepath.FromSlash(name)))}
	v.s.mu.Lock()
	for uri, d := range v.s.docs {
		if d.tree == v.t && d.name == name {
			version := d.version
			c.uri, c.version, c.text = uri, &version, d.text
		}
	}
	v.s.mu.Unlock()
	switch {
	case c.text == nil && !known:
		c = nil
	case c.text == nil:
		c.text = newText(src)
	case known:
		c.shift = newShift(src, c.text.src)
	}
	v.texts[name] = c
	return c
}

// analysed is the text of a file that places speak of.
func (v *view) analysed(name string) (string, bool) {
	if v.kept != nil {
		src, ok := v.kept.texts[name]
		return src, ok
	}
	if f := v.x.Graph.Files[name]; f != nil {
		return f.Src, true
	}
	return "", false
}

// offset is the place in the analysed text that a position in the editor means; false where that was typed since.
func (v *view) offset(p Position) (int, bool) {
	c := v.file(v.name)
	if c == nil || v.x.Graph.Files[v.name] == nil {
		return 0, false
	}
	return c.shift.back(c.text.offset(p, v.enc))
}

// at is what stands at a position.
func (v *view) at(p Position) (spot, bool) {
	off, ok := v.offset(p)
	if !ok {
		return spot{}, false
	}
	return v.x.at(v.name, off)
}

// rangeOf is a span of a file in the editor; false where it was edited since.
func (v *view) rangeOf(name string, at parse.Span) (Range, bool) {
	c := v.file(name)
	if c == nil {
		return Range{}, false
	}
	at, ok := c.shift.span(at)
	if !ok {
		return Range{}, false
	}
	return c.text.span(at, v.enc), true
}

// locations are spans of a file.
func (v *view) location(name string, at parse.Span) (Location, bool) {
	r, ok := v.rangeOf(name, at)
	if !ok {
		return Location{}, false
	}
	return Location{v.file(name).uri, r}, true
}

// places are locations without those that were edited, each once, by file and place.
func (v *view) places(at []graph.Place) []Location {
	at = slices.Clone(at)
	slices.SortStableFunc(at, graph.ComparePlaces)
	out := []Location{}
	for _, p := range slices.Compact(at) {
		if l, ok := v.location(p.File, p.Span); ok {
			out = append(out, l)
		}
	}
	return out
}

// uriOf is the URI of a file (RFC 8089).
func uriOf(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// pathOf is the file that a URI names.
func pathOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return "", false
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	return filepath.Clean(filepath.FromSlash(path)), path != ""
}

// request wraps what is asked of a place in a file. key, if any, answers for a configuration file.
func request(do func(*view, Position) any, key ...func(*view, Position) any) func(*Server) jrpc2.Handler {
	return func(s *Server) jrpc2.Handler {
		return guarded(s, "a request", func(ctx context.Context, p *atParams) (any, error) {
			if v := s.configuration(p.TextDocument.URI); v != nil {
				for _, do := range key {
					return do(v, p.Position), nil
				}
				return nil, nil
			}
			v, err := s.view(ctx, p.TextDocument.URI)
			if v == nil {
				return nil, err
			}
			return do(v, p.Position), nil
		})
	}
}

// ofFile wraps what is asked of a file.
func ofFile(do func(*view) any) func(*Server) jrpc2.Handler {
	return func(s *Server) jrpc2.Handler {
		return guarded(s, "a request", func(ctx context.Context, p *ofParams) (any, error) {
			v, err := s.view(ctx, p.TextDocument.URI)
			if v == nil {
				return nil, err
			}
			return do(v), nil
		})
	}
}
