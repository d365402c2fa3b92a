// Package resident keeps a tree in memory, with its graph and findings, and makes them anew when something of it changes.
//
// In go a way to learn how the tree is to be analysed, texts that are not saved yet, and word of what changed on disk; out come states: finished
// graphs, each with the texts that it was made of. An editor's server and an agent's ask the newest one and wait for none but where they must. Files
// that hold what they held are not parsed again. The package knows no protocol and starts no watcher.
package resident

import (
	"context"
	"maps"
	"sync"
	"time"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/check"
	"nixsink/internal/fault"
)

// Settings say how a tree is analysed.
type Settings struct {
	Dir      string
	Options  graph.Options
	Check    check.Config
	Config   string          // the configuration file, "" if there is none
	Baseline *check.Baseline // findings that are known; nil: none
}

// State is a tree at one moment. Nobody changes it.
type State struct {
	Settings
	Graph   *graph.Graph
	Report  check.Report
	Texts   map[string]string // what was not saved, by file
	Version int               // of the change that it is made of; grows
	stamp   uint64            // of what lay in its folders before it was looked at
}

// Model is a tree that is kept.
type Model struct {
	settings func() (Settings, error)
	limits   budget.Limits // of one analysis
	cache    *graph.Cache

	mu      sync.Mutex
	texts   map[string]string
	version int           // of the newest change
	asked   chan struct{} // closed when something changed
	state   *State
	err     error         // why there is none of version tried
	tried   int           // the version that was analysed last, well or not
	done    chan struct{} // closed when an analysis has ended
	waiting int           // those who wait for a state: then nothing is put off
}

// New makes a model of a tree. settings is asked before each analysis, since a configuration file may change as well.
func New(settings func() (Settings, error), limits budget.Limits) *Model {
	return &Model{settings: settings, limits: limits, cache: graph.NewCache(), texts: map[string]string{}, version: 1, asked: make(chan struct{}), done: make(chan struct{})}
}

// settle is how long a model waits for further changes before it looks at the tree: nobody types faster than that on the whole.
const settle = 120 * time.Millisecond

// Edit lets a file of the tree, named relative to its root, hold a text that is not saved.
func (m *Model) Edit(name, text string) {
	m.change(func() bool {
		old, ok := m.texts[name]
		if !ok && m.state != nil && m.state.Graph.Files[name] != nil {
			old, ok = m.state.Graph.Files[name].Src, true // it was opened, and is what it was
		}
		m.texts[name] = text
		return !ok || old != text
	})
}

// Close lets a file hold again what it holds on disk.
func (m *Model) Close(name string) {
	m.change(func() bool {
		_, ok := m.texts[name]
		delete(m.texts, name)
		return ok
	})
}

// Touch says that something changed on disk.
func (m *Model) Touch() { m.change(func() bool { return true }) }

// Look compares what lies in the tree's folders with what lay there when it was analysed, by size and time, as git does: for those who are told of no
// changes.
func (m *Model) Look() {
	m.mu.Lock()
	s := m.state
	m.mu.Unlock()
	if s != nil && stampOf(s) != s.stamp {
		m.Touch()
	}
}

// Cache is where the trees of the model's files are kept, for other analyses of them.
func (m *Model) Cache() *graph.Cache { return m.cache }

func (m *Model) change(how func() bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if how() {
		m.version++
		close(m.asked)
		m.asked = make(chan struct{})
	}
}

// Any waits for the first state.
func (m *Model) Any(ctx context.Context) (*State, error) { return m.wait(ctx, 0) }

// Fresh waits for a state that has all changes so far.
func (m *Model) Fresh(ctx context.Context) (*State, error) {
	m.mu.Lock()
	version := m.version
	m.mu.Unlock()
	return m.wait(ctx, version)
}

func (m *Model) wait(ctx context.Context, version int) (*State, error) {
	m.mu.Lock()
	m.waiting++
	defer func() { m.waiting--; m.mu.Unlock() }()
	for {
		if s := m.state; s != nil && s.Version >= version {
			return s, nil
		}
		if m.err != nil && m.tried >= version {
			return nil, m.err
		}
		done := m.done
		m.mu.Unlock()
		var err error
		select {
		case <-done:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		m.mu.Lock()
		if err != nil {
			return nil, err
		}
	}
}

// Run analyses the tree, and again after each change, until ctx ends. told hears of each state, or of why there is none.
func (m *Model) Run(ctx context.Context, told func(*State, error)) {
	seen := 0
	for ctx.Err() == nil {
		m.mu.Lock()
		version, asked, hurry := m.version, m.asked, m.waiting > 0 || m.state == nil
		m.mu.Unlock()
		if version == seen {
			select {
			case <-asked:
			case <-ctx.Done():
			}
			continue
		}
		if !hurry {
			select {
			case <-asked: // one more: wait again
				continue
			case <-time.After(settle):
			case <-ctx.Done():
				return
			}
		}
		s, err := m.analyse(ctx)
		if ctx.Err() != nil {
			return
		}
		seen = m.end(s, err)
		told(s, err)
	}
}

// end makes a state the newest one.
func (m *Model) end(s *State, err error) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tried, m.err = s.Version, err
	if err == nil {
		m.state = s
	}
	close(m.done)
	m.done = make(chan struct{})
	return s.Version
}

// analyse looks at the tree as it is now.
func (m *Model) analyse(ctx context.Context) (*State, error) {
	m.mu.Lock()
	s := &State{Version: m.version, Texts: maps.Clone(m.texts)}
	m.mu.Unlock()
	return s, m.fill(ctx, s)
}

func (m *Model) fill(ctx context.Context, s *State) (err error) {
	ctx, _, stop := budget.Start(ctx, m.limits)
	defer stop()
	if f := fault.Catch("look at the tree", "", func() {
		if s.Settings, err = m.settings(); err != nil {
			return
		}
		if s.Graph, err = m.with(ctx, s.Settings, s.Texts); err != nil {
			return
		}
		s.stamp = stampOf(s)
		if s.Report, err = check.Run(ctx, s.Graph, s.Check); err == nil && s.Baseline != nil {
			s.Baseline.Apply(&s.Report)
		}
	}); f != nil {
		return f
	}
	return err
}

func (m *Model) with(ctx context.Context, by Settings, texts map[string]string) (*graph.Graph, error) {
	opts := by.Options
	opts.Texts, opts.Unhashed, opts.Cache = texts, true, m.cache
	return graph.Analyze(ctx, by.Dir, opts)
}

// If analyses the tree of a state as it would be if files held other texts, with the namespaces that it has.
func (m *Model) If(ctx context.Context, s *State, texts map[string]string) (*graph.Graph, error) {
	all := maps.Clone(s.Texts)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, texts)
	by := s.Settings
	by.Options.Roots, by.Options.ArgRoots = s.Graph.RootNames()
	ctx, _, stop := budget.Start(ctx, m.limits)
	defer stop()
	return m.with(ctx, by, all)
}
