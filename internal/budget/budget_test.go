package budget

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

func TestTime(t *testing.T) {
	ctx, b, stop := Start(context.Background(), Limits{Time: 200 * time.Millisecond})
	defer stop()
	if b.Over(Evaluation) != nil || From(ctx) != b {
		t.Fatal("over before it began")
	}
	within, release := Within(ctx, Flows)
	defer release()
	begin := time.Now()
	select {
	case <-within.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("stages are never told to end")
	}
	if took := time.Since(begin); took < 100*time.Millisecond || !errors.Is(b.Over(Flows), ErrTime) || !errors.Is(context.Cause(within), ErrTime) {
		t.Errorf("after %v: %v, %v", took, b.Over(Flows), context.Cause(within))
	}
	if ctx.Err() != nil {
		t.Error("what was found cannot be shown any more")
	}
	if b.Over(Evaluation) == nil {
		t.Error("a part goes on after the one behind it")
	}
	select {
	case why := <-b.Spent():
		if !errors.Is(why, ErrTime) {
			t.Error(why)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the run never ends")
	}
}

func TestMemory(t *testing.T) {
	runtime.GC()
	_, b, stop := Start(context.Background(), Limits{Memory: 2*Held() + 64<<20})
	defer stop()
	var kept [][]byte
	for begin := time.Now(); b.Over(Rest) == nil && time.Since(begin) < 20*time.Second && len(kept) < 512; {
		block := make([]byte, 1<<20)
		for i := range block {
			block[i] = 1
		}
		kept = append(kept, block)
		time.Sleep(time.Millisecond)
	}
	if !errors.Is(b.Over(Rest), ErrMemory) {
		t.Errorf("%d MiB more than at the start: %v", len(kept), b.Over(Rest))
	}
	runtime.KeepAlive(kept)
}

func TestNone(t *testing.T) {
	var b *Budget
	b.Cut(Cut{})
	if b.Over(Evaluation) != nil || b.Ended() != nil || b.Cuts() != nil || From(context.Background()) != nil {
		t.Error("a budget that is none is used up")
	}
	ctx := context.Background()
	if within, release := Within(ctx, Rest); within != ctx {
		t.Error("another context")
	} else {
		release()
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "512MiB": "512MiB", "2GiB": "2GiB", "1.5g": "1.5GiB", "100m": "100MiB", "1000000": "976.6KiB", " 2 GB ": "1.9GiB", "64k": "64KiB"} {
		var s Size
		if err := s.Set(text); err != nil || s.String() != want {
			t.Errorf("%q is %s, %v; want %s", text, s, err, want)
		}
	}
	for _, text := range []string{"", "x", "-1", "nan", "inf", "1e300", "2 giga", "GiB"} {
		var s Size
		if err := s.Set(text); err == nil {
			t.Errorf("%q is %s", text, s)
		}
	}
	if m := Memory(); m < 64<<20 {
		t.Errorf("the default is %s", m)
	}
}

// The parts of a run end one after the other, so that each leaves something to those behind it.
func TestParts(t *testing.T) {
	_, b, stop := Start(context.Background(), Limits{Time: 600 * time.Millisecond})
	defer stop()
	for p := Evaluation; p < parts; p++ {
		for begin := time.Now(); b.Over(p) == nil; time.Sleep(time.Millisecond) {
			if time.Since(begin) > 10*time.Second {
				t.Fatalf("part %d never ends", p)
			}
		}
	}
	if b.Ended() != nil {
		t.Error("nothing was cut")
	}
	b.Cut(Cut{Stage: "the layout", Why: ErrTime, Missing: "there is no picture"})
	if got := b.Cuts()[0].String(); !errors.Is(b.Ended(), ErrTime) || got != "the layout ended early: its time is used up, so there is no picture" {
		t.Errorf("%v, %q", b.Ended(), got)
	}
}
