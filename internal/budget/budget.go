// Package budget is what one run may spend, in memory and time, and the record of where it ended.
//
// In go limits; out comes a context that carries them through every stage. Each stage asks whether there is something left for its part of
// the run (Over), ends its work in order where there is not, and says what is missing (Cut); what it has found so far stays, and the parts
// after it have something left to show it with. That is the first, softer bound. A stage that does not ask runs into the second one (Spent):
// then whoever started the run ends it. The package knows nothing of the stages but the order of their parts.
package budget

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// Limits are what a run may spend. Zero is no limit.
type Limits struct {
	Memory int64         // bytes that the program holds
	Time   time.Duration // by the clock
}

// Faults of a run.
var (
	ErrMemory = errors.New("its memory is used up")
	ErrTime   = errors.New("its time is used up")
)

// tight is the share of the memory from which on the collector works harder, before anything is given up.
const tight = 0.7

// Part is a part of a run, in their order.
type Part int

// The parts.
const (
	Evaluation Part = iota // reading, and following modules
	Flows                  // what is made of that: the graph, its flows, edits that are tried
	Rest                   // checks, pictures, pages
	parts
)

// softly is the share of the limits at which the stages of each part end by themselves. What comes after the evaluation of a large
// tree takes about a third of the time, and hardly more memory.
var softly = [parts]struct{ time, memory float64 }{{0.55, 0.8}, {0.7, 0.86}, {0.85, 0.93}}

// every is how often the memory is looked at.
const every = 10 * time.Millisecond

// Budget is what one run may spend. A nil Budget has no limit.
type Budget struct {
	limits Limits
	parts  [parts]part
	spent  chan error // receives why the run ends at once
	stop   chan struct{}
	once   sync.Once

	mu   sync.Mutex
	cuts []Cut
}

// part is the state of a part.
type part struct {
	ended context.Context // done when its stages are to end, with why
	end   context.CancelCauseFunc
}

// Cut is a place where work ended before it was done.
type Cut struct {
	Stage   string // "the evaluation"
	Place   string // the file, "" for none
	Why     error  // what is used up
	Missing string // what is not known because of it: a sentence without its end
}

type key struct{}

// Start begins to count. The context that it returns carries the budget; stop ends the counting.
func Start(ctx context.Context, l Limits) (_ context.Context, b *Budget, stop func()) {
	b = &Budget{limits: l, spent: make(chan error, 1), stop: make(chan struct{})}
	for i := range b.parts {
		b.parts[i].ended, b.parts[i].end = context.WithCancelCause(context.WithoutCancel(ctx))
	}
	before := int64(0)
	if l.Memory > 0 {
		before = debug.SetMemoryLimit(int64(float64(l.Memory) * tight))
	}
	begin := time.Now()
	b.look(begin)
	go b.watch(begin)
	return context.WithValue(ctx, key{}, b), b, func() {
		b.once.Do(func() {
			close(b.stop)
			if l.Memory > 0 {
				debug.SetMemoryLimit(before)
			}
		})
	}
}

// From is the budget that a context carries, nil if there is none.
func From(ctx context.Context) *Budget {
	b, _ := ctx.Value(key{}).(*Budget)
	return b
}

// watch looks at the clock and the memory until the run is over.
func (b *Budget) watch(begin time.Time) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-tick.C:
		}
		b.look(begin)
	}
}

func (b *Budget) look(begin time.Time) {
	if b.limits.Time > 0 {
		used := float64(time.Since(begin)) / float64(b.limits.Time)
		b.weigh(used, func(p Part) float64 { return softly[p].time }, ErrTime)
	}
	if b.limits.Memory > 0 {
		used := float64(Held()) / float64(b.limits.Memory)
		b.weigh(used, func(p Part) float64 { return softly[p].memory }, ErrMemory)
	}
}

// weigh holds what is used of a limit, 1 for all, against the bounds.
func (b *Budget) weigh(used float64, softly func(Part) float64, why error) {
	for i := range b.parts {
		if used >= softly(Part(i)) {
			b.parts[i].end(why) // the first reason stays
		}
	}
	if used >= 1 {
		select {
		case b.spent <- why:
		default:
		}
	}
}

// Held is how much memory the program holds, in bytes: what the system gave it and has not got back.
func Held() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64()) - int64(sample[1].Value.Uint64())
}

// Over says why the stages of a part are to end, nil while there is something left for it.
func (b *Budget) Over(p Part) error {
	if b == nil {
		return nil
	}
	return context.Cause(b.parts[p].ended)
}

// Within is a context that ends with ctx, and when the stages of a part are to end. release lets it go.
func Within(ctx context.Context, p Part) (within context.Context, release func()) {
	b := From(ctx)
	if b == nil {
		return ctx, func() {}
	}
	within, cancel := context.WithCancelCause(ctx)
	ended := b.parts[p].ended
	after := context.AfterFunc(ended, func() { cancel(context.Cause(ended)) })
	if ended.Err() != nil {
		cancel(context.Cause(ended)) // at once: the function above runs at its own time
	}
	return within, func() { after(); cancel(context.Canceled) }
}

// Spent receives why the run has to end at once: something was spent to the last, and stages did not end by themselves.
func (b *Budget) Spent() <-chan error { return b.spent }

// Cut records where work ended before it was done.
func (b *Budget) Cut(c Cut) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cuts = append(b.cuts, c)
}

// Cuts are the places where work ended, in the order in which it did.
func (b *Budget) Cuts() []Cut {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Cut(nil), b.cuts...)
}

// Ended says why a stage ended before it was done, nil if none did: then all is there, however little is left.
func (b *Budget) Ended() error {
	if cuts := b.Cuts(); len(cuts) > 0 {
		return cuts[0].Why
	}
	return nil
}

// String tells a cut in one line.
func (c Cut) String() string {
	at := ""
	if c.Place != "" {
		at = c.Place + ": "
	}
	return fmt.Sprintf("%s%s ended early: %v, so %s", at, c.Stage, c.Why, c.Missing)
}

// A CutError says that a run's budget ended a piece of work before all of it was done: what there is can be used.
type CutError struct{ Cut Cut }

func (e *CutError) Error() string { return e.Cut.String() }

func (e *CutError) Unwrap() error { return e.Cut.Why }
