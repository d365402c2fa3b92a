package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nixsink/internal/budget"
)

// defaultTimeout is enough for any tree that we know, a hundred times over.
const defaultTimeout = 10 * time.Minute

// endless are commands that serve as long as they are wanted, and those that take their time if there is much to do: history, facts, which bounds each
// repository instead, and verify, which has a --time of its own.
var endless = map[string]bool{"serve": true, "history": true, "lsp": true, "mcp": true, "facts": true, "verify": true}

// limits are what a run may spend.
type limits struct {
	memory budget.Size
	time   time.Duration
}

func (l *limits) flags(f *pflag.FlagSet) {
	l.memory, l.time = budget.Memory(), -1
	f.Var(&l.memory, "memory", "end in order when this much memory is in use (default: GOMEMLIMIT, or three quarters of what there is)")
	f.Lookup("memory").DefValue = ""
	f.DurationVar(&l.time, "timeout", -1, "end in order after this `time`, such as 90s or 5m; 0 for none (default: 10m, none for history, verify and servers)")
	f.Lookup("timeout").DefValue = ""
}

// start begins to count what a command spends.
func (a *app) start(cmd *cobra.Command) error {
	l := &a.limits
	switch {
	case !cmd.Flags().Changed("timeout"):
		if l.time = defaultTimeout; endless[cmd.Name()] {
			l.time = 0
		}
	case l.time < 0:
		return usagef("--timeout is a time from 0, not %v", l.time)
	}
	bounds := budget.Limits{Memory: int64(l.memory), Time: l.time}
	if cmd.Name() == "facts" && !cmd.Flags().Changed(jobFlag) {
		bounds = budget.Limits{} // they are each repository's, in a process of its own
	}
	ctx, b, stop := budget.Start(cmd.Context(), bounds)
	cmd.SetContext(ctx)
	done := context.AfterFunc(ctx, stop)
	a.ending = func() { done(); stop() }
	go func() {
		select {
		case why := <-b.Spent():
			a.spent <- why
		case <-ctx.Done():
		}
	}()
	return nil
}

// of tells the limit that an error speaks of.
func (l limits) of(why error) string {
	if errors.Is(why, budget.ErrMemory) {
		return l.memory.String()
	}
	return fmt.Sprint(l.time)
}
