package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	progressAfter = time.Second            // shorter runs show nothing
	progressEvery = 100 * time.Millisecond // a terminal need not see every file
)

// progress is a line on a terminal that says how far a long run is.
type progress struct {
	w     io.Writer
	on    bool // w is a terminal that can rewrite a line
	now   func() time.Time
	start time.Time

	mu      sync.Mutex
	last    time.Time
	shown   bool
	stopped bool
}

func newProgress(w io.Writer) *progress {
	return &progress{w: w, on: isTerminal(w) && os.Getenv("TERM") != "dumb", now: time.Now, start: time.Now()}
}

// update is called from any goroutine, for every file.
func (p *progress) update(done, total int) { p.tell(done, total, "files") }

// tell is update of anything that is counted.
func (p *progress) tell(done, total int, what string) {
	if p.on {
		p.show(fmt.Sprintf("%d of %d %s", done, total, what))
	}
}

// show puts a line in place of the one before, unless that is too new to have been read.
func (p *progress) show(line string) {
	if !p.on {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.stopped || now.Sub(p.start) < progressAfter || now.Sub(p.last) < progressEvery {
		return
	}
	p.last, p.shown = now, true
	fmt.Fprintf(p.w, "\r\x1b[Knixsink: %s", line)
}

// clear takes the line away, so that something else can be printed.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// stop clears for good.
func (p *progress) stop() {
	p.clear()
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
}

// isTerminal reports whether a stream is a person's terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// wantsColor reports whether what is written to standard output may hold escape sequences.
func (a *app) wantsColor() bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	return isTerminal(a.out.w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// width is the number of columns of the terminal, 0 if there is none.
func (a *app) width() int {
	if f, ok := a.out.w.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}
