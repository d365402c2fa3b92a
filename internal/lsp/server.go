// Package lsp is a language server for central values: an editor asks over JSON-RPC, and gets what the graph knows (Language Server Protocol 3.17).
//
// It stands beside a server for the Nix language (nil, nixd), and answers only what speaks of values, options and annotations: at any other place it
// says nothing. Each answer comes from the newest state of the tree (package resident) and is led to the text as it is in the editor by now, so that
// no request waits for an analysis but those that must not be wrong: rename, and diagnostics that are asked for.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"
	"github.com/creachadair/jrpc2/handler"

	"nixsink/internal/fault"
	"nixsink/internal/resident"
)

// Options tell the server what it works on.
type Options struct {
	Version string
	// Open makes the model of the tree at a folder.
	Open func(dir string) (*resident.Model, error)
	// Root finds the tree that a file belongs to that is in no folder of the editor; "" if it belongs to none.
	Root func(file string) string
	// Fault hears of faults of our own, of one as often as it happens.
	Fault func(*fault.Fault)
}

// Server answers one editor.
type Server struct {
	opts Options
	rpc  *jrpc2.Server
	ctx  context.Context
	end  func() // reads nothing further

	asked    atomic.Bool   // initialize has come
	ready    chan struct{} // closed when the editor has said what it can do
	mu       sync.Mutex
	enc      encoding
	client   initializeParams
	settings settings
	trees    []*folderTree
	docs     map[string]*document // by URI
	work     sync.WaitGroup       // what goes on beside requests
	telling  sync.Mutex           // one publishes faults of a configuration
	busy     atomic.Int32         // requests that are being answered
}

// folderTree is a folder that is kept in memory.
type folderTree struct {
	dir       string // as the editor names it
	real      string // without symbolic links, as the analysis names it
	model     *resident.Model
	stop      context.CancelFunc
	mu        sync.Mutex
	index     *index
	kept      *kept             // what is shown while a file does not parse
	published map[string]string // what was last told of each file, as JSON
	failed    string            // what was last told of why there is no state
}

// document is a file that is open in the editor.
type document struct {
	tree    *folderTree // nil: it belongs to none
	name    string      // relative to the tree
	version int
	text    *text
}

// New makes a server.
func New(opts Options) *Server {
	return &Server{opts: opts, enc: utf16Units, docs: map[string]*document{}, ready: make(chan struct{})}
}

// What a request gets that a change has overtaken, and one that cannot be met (specification, "Implementation Considerations").
const (
	codeContentModified = jrpc2.Code(-32801)
	codeRequestFailed   = jrpc2.Code(-32803)
)

// Run talks until the editor ends it or ctx ends. An editor that goes without a word is an end as well.
func (s *Server) Run(ctx context.Context, in io.Reader, out io.WriteCloser) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.ctx = ctx
	s.rpc = jrpc2.NewServer(assigner{s, s.methods()}, &jrpc2.ServerOptions{AllowPush: true, DisableBuiltin: true, Concurrency: maxRequests, NewContext: func() context.Context { return ctx }})
	// The end comes by the end of what is read. (Server.Stop of jrpc2 1.3.6 panics if a message comes in meanwhile.)
	read, write := io.Pipe()
	go func() {
		_, err := io.Copy(write, in)
		s.idle() // what was asked before the end is answered
		_ = write.CloseWithError(err)
	}()
	s.end = func() { _ = write.Close() }
	stop := context.AfterFunc(ctx, s.end)
	defer stop()
	s.rpc.Start(channel.LSP(read, out))
	status := s.rpc.WaitStatus()
	cancel()
	s.work.Wait()
	if err := status.Err; err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("talk to the editor: %w", err)
	}
	return nil
}

// patience is how long an end waits for answers that are being made.
const patience = 5 * time.Second

// idle waits until all that was asked is answered, as long as patience lasts.
func (s *Server) idle() {
	const pause = 20 * time.Millisecond
	for quiet, begin := 0, time.Now(); quiet < 3 && time.Since(begin) < patience; time.Sleep(pause) {
		if quiet++; s.busy.Load() > 0 {
			quiet = 0
		}
	}
}

// maxRequests is how many requests are answered at once; those that wait for an analysis do not stand in the way of others.
const maxRequests = 256

// notInitialized is the protocol's answer to a request that comes before initialize.
const notInitialized jrpc2.Code = -32002

// assigner counts the requests that are being answered, in the order in which they come.
type assigner struct {
	s       *Server
	methods handler.Map
}

// Assign implements jrpc2.Assigner.
func (a assigner) Assign(_ context.Context, method string) jrpc2.Handler {
	h := a.methods[method]
	if h == nil || method == "exit" {
		return h
	}
	if method == "initialize" {
		a.s.asked.Store(true)
	} else if !a.s.asked.Load() {
		return func(context.Context, *jrpc2.Request) (any, error) {
			return nil, jrpc2.Errorf(notInitialized, "%s comes before initialize", method)
		}
	}
	a.s.busy.Add(1)
	return func(ctx context.Context, r *jrpc2.Request) (any, error) {
		defer a.s.busy.Add(-1)
		if method != "initialize" {
			select { // what the editor can do is known first
			case <-a.s.ready:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		return h(ctx, r)
	}
}

// guarded answers a request; a fault of our own costs the answer, not the server.
func guarded[P any](s *Server, name string, do func(context.Context, *P) (any, error)) jrpc2.Handler {
	return handler.New(func(ctx context.Context, params *P) (out any, err error) {
		if f := fault.Catch("answer "+name, "", func() { out, err = do(ctx, params) }); f != nil {
			s.fault(f)
			return nil, jrpc2.Errorf(jrpc2.InternalError, "%v", f)
		}
		return out, err
	})
}

// none is a request without parameters of interest.
type none struct{}

func (s *Server) methods() handler.Map {
	m := handler.Map{
		"initialize":  guarded(s, "initialize", s.initialize),
		"initialized": guarded(s, "initialized", s.initialized),
		"shutdown":    guarded(s, "shutdown", func(context.Context, *none) (any, error) { return nil, nil }),
		"exit": handler.New(func(context.Context, *none) error {
			go func() { s.idle(); s.end() }() // not from within a handler, which it waits for
			return nil
		}),
		"$/cancelRequest": handler.New(func(ctx context.Context, p *struct {
			ID json.RawMessage `json:"id"`
		}) error {
			jrpc2.ServerFromContext(ctx).CancelRequest(string(p.ID))
			return nil
		}),
		"$/setTrace":                          guarded(s, "$/setTrace", func(context.Context, *none) (any, error) { return nil, nil }),
		"textDocument/didOpen":                guarded(s, "didOpen", s.didOpen),
		"textDocument/didChange":              guarded(s, "didChange", s.didChange),
		"textDocument/didClose":               guarded(s, "didClose", s.didClose),
		"textDocument/didSave":                guarded(s, "didSave", s.didSave),
		"workspace/didChangeWatchedFiles":     guarded(s, "didChangeWatchedFiles", s.filesChanged),
		"workspace/didChangeWorkspaceFolders": guarded(s, "didChangeWorkspaceFolders", s.foldersChanged),
		"workspace/didChangeConfiguration":    guarded(s, "didChangeConfiguration", s.configured),
	}
	for name, h := range s.requests() {
		m[name] = h
	}
	return m
}

func (s *Server) initialize(_ context.Context, p *initializeParams) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.ready:
		return nil, jrpc2.Errorf(jrpc2.InvalidRequest, "initialize is sent once")
	default:
	}
	defer close(s.ready)
	s.client = *p // nobody changes it from here on
	if p.InitializationOptions != nil {
		s.settings = *p.InitializationOptions
	}
	// Bytes cost least; UTF-16 is what everybody speaks.
	for _, enc := range []encoding{utf8Units, utf32Units} {
		if slices.Contains(p.Capabilities.General.PositionEncodings, string(enc)) {
			s.enc = enc
			break
		}
	}
	folders := p.WorkspaceFolders
	if len(folders) == 0 && p.RootURI != "" {
		folders = []folder{{URI: p.RootURI}}
	}
	for _, f := range folders {
		if dir, ok := pathOf(f.URI); ok {
			s.addTree(dir)
		}
	}
	caps := map[string]any{
		"positionEncoding":          s.enc,
		"textDocumentSync":          map[string]any{"openClose": true, "change": 2, "save": map[string]any{}},
		"hoverProvider":             true,
		"definitionProvider":        true,
		"declarationProvider":       true,
		"referencesProvider":        true,
		"implementationProvider":    true,
		"documentHighlightProvider": true,
		"documentSymbolProvider":    true,
		"workspaceSymbolProvider":   true,
		"callHierarchyProvider":     true,
		"renameProvider":            map[string]any{"prepareProvider": true},
		"completionProvider":        map[string]any{"triggerCharacters": []string{"."}},
		"codeLensProvider":          map[string]any{},
		"inlayHintProvider":         true,
		"codeActionProvider":        map[string]any{"codeActionKinds": []string{"quickfix", "source.fixAll.nixsink"}},
		"documentLinkProvider":      map[string]any{},
		"foldingRangeProvider":      true,
		"semanticTokensProvider":    map[string]any{"legend": legend, "full": true},
		"diagnosticProvider":        map[string]any{"identifier": "nixsink", "interFileDependencies": true, "workspaceDiagnostics": false},
		"workspace":                 map[string]any{"workspaceFolders": map[string]any{"supported": true, "changeNotifications": true}},
	}
	return map[string]any{"capabilities": caps, "serverInfo": map[string]any{"name": "nixsink", "version": s.opts.Version}}, nil
}

// initialized asks the editor to tell of files that change.
func (s *Server) initialized(context.Context, *none) (any, error) {
	if !s.client.Capabilities.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		return nil, nil
	}
	watchers := []map[string]string{}
	for _, glob := range []string{"**/*.nix", "**/*.json", "**/.nixsink.toml", "**/flake.lock", "**/.gitignore"} {
		watchers = append(watchers, map[string]string{"globPattern": glob})
	}
	s.later(func() {
		_, _ = s.rpc.Callback(s.ctx, "client/registerCapability", map[string]any{"registrations": []any{map[string]any{
			"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": map[string]any{"watchers": watchers}}}})
	})
	return nil, nil
}

// fault tells of faults of our own.
func (s *Server) fault(faults ...*fault.Fault) {
	for _, f := range faults {
		if f != nil && s.opts.Fault != nil {
			s.opts.Fault(f)
		}
	}
}

// later does something that asks the editor, which no handler may wait for.
func (s *Server) later(do func()) {
	s.work.Go(func() {
		s.fault(fault.Catch("talk to the editor", "", do))
	})
}

// addTree begins to keep a folder. The server is locked.
func (s *Server) addTree(dir string) *folderTree {
	for _, t := range s.trees {
		if t.dir == dir {
			return t
		}
	}
	model, err := s.opts.Open(dir)
	if err != nil {
		s.later(func() { s.show(1, fmt.Sprintf("nixsink: %v", err)) })
		return nil
	}
	real := dir
	if r, err := filepath.EvalSymlinks(dir); err == nil {
		real = r
	}
	ctx, stop := context.WithCancel(s.ctx)
	t := &folderTree{dir: dir, real: real, model: model, stop: stop, published: map[string]string{}}
	s.trees = append(s.trees, t)
	s.work.Go(func() {
		end := s.progress(ctx, t)
		model.Run(ctx, func(st *resident.State, err error) {
			end(st)
			s.fault(fault.Catch("tell the editor", "", func() { s.made(ctx, t, st, err) }))
		})
	})
	return t
}

// progress tells that a folder is looked at for the first time.
func (s *Server) progress(ctx context.Context, t *folderTree) (end func(*resident.State)) {
	if !s.client.Capabilities.Window.WorkDoneProgress {
		return func(*resident.State) {}
	}
	token := "nixsink " + t.dir
	tell := func(v map[string]any) {
		_ = s.rpc.Notify(ctx, "$/progress", map[string]any{"token": token, "value": v})
	}
	begun := make(chan struct{})
	s.later(func() {
		defer close(begun)
		if _, err := s.rpc.Callback(ctx, "window/workDoneProgress/create", map[string]any{"token": token}); err == nil {
			tell(map[string]any{"kind": "begin", "title": "nixsink", "message": "follows the values of " + filepath.Base(t.dir)})
		}
	})
	var once sync.Once
	return func(st *resident.State) {
		once.Do(func() {
			s.later(func() {
				<-begun
				done := map[string]any{"kind": "end"}
				if st != nil && st.Graph != nil {
					done["message"] = fmt.Sprintf("%d values in %d files", len(st.Graph.Values), st.Graph.Source.Files)
				}
				tell(done)
			})
		})
	}
}

// show shows a message to the person: 1 an error, 2 a warning, 3 information.
func (s *Server) show(kind int, msg string) {
	_ = s.rpc.Notify(s.ctx, "window/showMessage", map[string]any{"type": kind, "message": msg})
}

func (s *Server) foldersChanged(_ context.Context, p *foldersParams) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range p.Event.Removed {
		dir, ok := pathOf(f.URI)
		if !ok {
			continue
		}
		s.trees = slices.DeleteFunc(s.trees, func(t *folderTree) bool {
			if t.dir == dir {
				t.stop()
				for _, d := range s.docs {
					if d.tree == t {
						d.tree = nil
					}
				}
			}
			return t.dir == dir
		})
	}
	for _, f := range p.Event.Added {
		if dir, ok := pathOf(f.URI); ok {
			s.addTree(dir)
		}
	}
	for uri, d := range s.docs {
		if d.tree == nil {
			s.place(uri, d)
		}
	}
	return nil, nil
}

func (s *Server) configured(_ context.Context, p *configurationParams) (any, error) {
	if n := p.Settings.Nixsink; n != nil {
		s.mu.Lock()
		s.settings = *n
		s.mu.Unlock()
	}
	return nil, nil
}

func (s *Server) filesChanged(context.Context, *none) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.trees {
		t.model.Touch()
	}
	return nil, nil
}

// place finds the tree that a document belongs to. The server is locked.
func (s *Server) place(uri string, d *document) {
	file, ok := pathOf(uri)
	if !ok {
		return
	}
	find := func() bool {
		best := 0
		for _, t := range s.trees {
			for _, root := range []string{t.dir, t.real} {
				rel, err := filepath.Rel(root, file)
				if err == nil && filepath.IsLocal(rel) && len(root) > best {
					best = len(root)
					d.tree, d.name = t, filepath.ToSlash(rel)
				}
			}
		}
		return best > 0
	}
	if find() || s.opts.Root == nil {
		return
	}
	if dir := s.opts.Root(file); dir != "" && s.addTree(dir) != nil {
		find()
	}
}

func (s *Server) didOpen(_ context.Context, p *openParams) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &document{version: p.TextDocument.Version, text: newText(p.TextDocument.Text)}
	s.place(p.TextDocument.URI, d)
	s.docs[p.TextDocument.URI] = d
	s.hand(d)
	s.tellFaults(p.TextDocument.URI)
	return nil, nil
}

// hand gives a document's text to its model.
func (s *Server) hand(d *document) {
	if d.tree != nil && strings.HasSuffix(d.name, ".nix") {
		d.tree.model.Edit(d.name, d.text.src)
	}
}

func (s *Server) didChange(_ context.Context, p *changeParams) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.docs[p.TextDocument.URI]
	if d == nil {
		return nil, nil
	}
	d.text = d.text.edited(p.ContentChanges, s.enc)
	if p.TextDocument.Version != nil {
		d.version = *p.TextDocument.Version
	}
	s.hand(d)
	s.tellFaults(p.TextDocument.URI)
	return nil, nil
}

func (s *Server) didClose(_ context.Context, p *ofParams) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.docs[p.TextDocument.URI]; d != nil && d.tree != nil {
		d.tree.model.Close(d.name)
	}
	delete(s.docs, p.TextDocument.URI)
	s.tellFaults(p.TextDocument.URI)
	return nil, nil
}

func (s *Server) didSave(_ context.Context, p *ofParams) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.docs[p.TextDocument.URI]; d != nil && d.tree != nil {
		d.tree.model.Touch() // a file that was new is part of the tree by now
	}
	return nil, nil
}
