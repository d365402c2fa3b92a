// Package serve shows a page to a browser on this machine and tells it when the files that it was made from have changed.
//
// In goes a folder and a function that makes the page; the package knows nothing of what is in it. It listens on loopback only and
// answers only to loopback's names, so that no other machine and no other site's script can read a private configuration.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Server holds the newest page.
type Server struct {
	build func(ctx context.Context, live string) ([]byte, Sources, error)
	say   func(format string, args ...any)

	mu      sync.Mutex
	page    []byte
	version int
	changed chan struct{} // closed when there is a newer page
}

// New makes a server. build makes the page, which listens to the address live, and tells what it was made from; say tells a person what
// happens.
func New(build func(ctx context.Context, live string) ([]byte, Sources, error), say func(format string, args ...any)) *Server {
	return &Server{build: build, say: say, changed: make(chan struct{})}
}

// Listen opens a port on loopback; 0 takes a free one.
func Listen(port int) (net.Listener, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)))
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// Run makes the page, answers on l and remakes the page when something of its sources changes, until ctx ends. dir is the folder that is
// shown: where another takes its place (a link that is turned, a folder that is swapped), that one is shown. matters tells which files
// of the folders count. A page that cannot be made is an error at first; later the old page stays, because people save files half done.
func (s *Server) Run(ctx context.Context, l net.Listener, dir string, matters func(path string) bool) error {
	defer l.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := watch(dir, matters, s.say)
	if err != nil {
		return err
	}
	defer w.close()
	from, err := s.update(ctx)
	if err != nil {
		return err
	}
	w.follow(from)
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	changes := make(chan error, 1)
	go func() {
		defer close(changes)
		for path := w.next(ctx); path != ""; path = w.next(ctx) {
			from, err := s.update(ctx)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				s.say("%s changed, but the page stays as it was: %v", path, err)
				continue
			}
			w.follow(from)
			s.say("%s changed: the page is new", path)
		}
	}()
	defer func() { cancel(); <-changes }() // before the watcher is closed
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-done:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve: %w", err)
	}
}

// update makes the page anew.
func (s *Server) update(ctx context.Context) (Sources, error) {
	// The page says which version it is, so that a change between its making and its listening is not lost.
	next := s.current() + 1
	page, from, err := s.build(ctx, fmt.Sprintf("events?since=%d", next))
	if err != nil {
		return Sources{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page, s.version = page, next
	close(s.changed)
	s.changed = make(chan struct{})
	return from, nil
}

func (s *Server) current() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// ServeHTTP answers with the page, or with the stream of events.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	switch {
	case !loopback(r.Host):
		// Another site's name that was made to point at this machine.
		http.Error(w, "this server answers to localhost only", http.StatusForbidden)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "there is nothing to change here", http.StatusMethodNotAllowed)
	case r.URL.Path == "/events":
		s.events(w, r)
	case r.URL.Path == "/":
		s.mu.Lock()
		page := s.page
		s.mu.Unlock()
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page) // a browser that has gone needs no page
	default:
		http.NotFound(w, r)
	}
}

func loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// events tells a page when there is a newer one.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	since := r.URL.Query().Get("since")
	flush := http.NewResponseController(w)
	fmt.Fprint(w, "retry: 1000\n\n")
	for flush.Flush() == nil {
		s.mu.Lock()
		newest, changed := fmt.Sprint(s.version), s.changed
		s.mu.Unlock()
		if newest != since {
			fmt.Fprint(w, "event: change\ndata: "+newest+"\n\n")
			_ = flush.Flush()
			since = newest
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
	}
}
