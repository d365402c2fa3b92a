// Package budget is what one run may spend, in memory and time, and the record of where it ended.
//
// In go limits; out comes a context that carries them through every stage. Each stage asks whether there is something left (Over), ends its
// work in order where there is not, and says what is missing (Cut); what it has found so far stays. That is the first, softer bound. A stage
// that does not ask runs into the second one (Spent): then whoever started the run ends it. The package knows nothing of the stages.
package budget

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
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

// Shares of a limit.
const (
	tight = 0.7  // of the memory: from here on the collector works harder before anything is given up
	soft  = 0.85 // stages end by themselves, so that what they found can still be shown
)

// every is how often the memory is looked at.
const every = 10 * time.Millisecond

// Budget is what one run may spend. A nil Budget has no limit.
type Budget struct {
	limits Limits
	over   atomic.Pointer[error] // why stages end
	ended  context.Context       // done when stages are to end
	end    context.CancelCauseFunc
	spent  chan error // receives why the run ends at once
	stop   chan struct{}
	once   sync.Once

	mu   sync.Mutex
	cuts []Cut
}

// Cut is a place where work ended before it was done.
type Cut struct {
	Stage   string // "evaluation"
	Place   string // the file, "" for none
	Missing string // what is not known because of it
}

type key struct{}

// Start begins to count. The context that it returns carries the budget; stop ends the counting.
func Start(ctx context.Context, l Limits) (_ context.Context, b *Budget, stop func()) {
	b = &Budget{limits: l, spent: make(chan error, 1), stop: make(chan struct{})}
	b.ended, b.end = context.WithCancelCause(context.WithoutCancel(ctx))
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
		b.weigh(float64(time.Since(begin))/float64(b.limits.Time), ErrTime)
	}
	if b.limits.Memory > 0 {
		b.weigh(float64(Held())/float64(b.limits.Memory), ErrMemory)
	}
}

// weigh holds what is used of a limit, 1 for all, against the bounds.
func (b *Budget) weigh(used float64, why error) {
	if used >= soft && b.over.CompareAndSwap(nil, &why) {
		b.end(why)
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

// Over says why stages are to end, nil while there is something left.
func (b *Budget) Over() error {
	if b == nil {
		return nil
	}
	if why := b.over.Load(); why != nil {
		return *why
	}
	return nil
}

// Within is a context that ends with ctx, and when stages are to end. release lets it go.
func Within(ctx context.Context) (within context.Context, release func()) {
	b := From(ctx)
	if b == nil {
		return ctx, func() {}
	}
	within, cancel := context.WithCancelCause(ctx)
	after := context.AfterFunc(b.ended, func() { cancel(context.Cause(b.ended)) })
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

// String tells a cut in one line.
func (c Cut) String() string {
	at := ""
	if c.Place != "" {
		at = c.Place + ": "
	}
	return fmt.Sprintf("%s%s ended early: %s", at, c.Stage, c.Missing)
}
