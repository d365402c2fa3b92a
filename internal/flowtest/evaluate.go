package flowtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// An Effect is what evaluation showed: changing the value changed a definition, or another value.
type Effect struct {
	Value  []string
	Option []string // where the definition changed, appeared or vanished; a path stops at lists
	Host   string   // the configuration whose definition it is; "" where the case has one only
	Inner  bool     // Option is another central value
}

// Truth is what evaluation showed of a case.
type Truth struct {
	Effects []Effect
	Values  [][]string // the values that were changed
	Failed  int        // changes after which the modules did not evaluate; they show nothing
}

// Evaluate changes every value of the case in turn and notes what changed. The harness is the folder testdata/evalmodules.
func Evaluate(ctx context.Context, harness string, c Case) (Truth, error) {
	dir, err := os.MkdirTemp("", "flowtest")
	if err != nil {
		return Truth{}, fmt.Errorf("evaluate flow case: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := c.Write(dir); err != nil {
		return Truth{}, err
	}
	modules, err := json.Marshal(c.Modules())
	if err != nil {
		return Truth{}, fmt.Errorf("evaluate flow case: %w", err)
	}
	h := evaluator{harness: harness, dir: dir, modules: string(modules)}

	var t Truth
	var all []change
	if err := h.eval(ctx, &all, "all"); err == nil {
		t.add(all)
		return t, nil
	}
	// Some change makes evaluation fail: take the starting points one by one, and within a failing one the values.
	var starts [][][]string
	if err := h.eval(ctx, &starts, "starts"); err != nil {
		return Truth{}, err
	}
	for i := range starts {
		at := []string{"--arg", "start", strconv.Itoa(i)}
		var some []change
		if h.eval(ctx, &some, "atStart", at...) == nil {
			t.add(some)
			continue
		}
		var values [][]string
		if err := h.eval(ctx, &values, "values", at...); err != nil {
			if len(starts[i]) == 0 {
				return Truth{}, err // as it is written it must evaluate
			}
			t.Failed++
			continue
		}
		for v := range values {
			var one []change
			if h.eval(ctx, &one, "single", append(at, "--arg", "value", strconv.Itoa(v))...) != nil {
				t.Failed++
				continue
			}
			t.add(one)
		}
	}
	return t, nil
}

type change struct {
	Value        []string
	Defs, Values []struct {
		Loc  []string
		Host string
	}
}

func (t *Truth) add(changes []change) {
	for _, c := range changes {
		if !slices.ContainsFunc(t.Values, func(v []string) bool { return slices.Equal(v, c.Value) }) {
			t.Values = append(t.Values, c.Value)
		}
		for _, d := range c.Defs {
			t.effect(Effect{c.Value, d.Loc, d.Host, false})
		}
		for _, d := range c.Values {
			t.effect(Effect{c.Value, d.Loc, d.Host, true})
		}
	}
}

func (t *Truth) effect(e Effect) {
	if !slices.ContainsFunc(t.Effects, func(o Effect) bool {
		return slices.Equal(o.Value, e.Value) && slices.Equal(o.Option, e.Option) && o.Host == e.Host
	}) {
		t.Effects = append(t.Effects, e)
	}
}

// copied tells whether an effect is one on the member that the harness adds to a registry: it copies another one's
// definitions, and with them what they read.
func (t Truth) copied(e Effect) bool {
	at := slices.Index(e.Option, "added")
	if at < 0 || slices.Contains(e.Value, "added") {
		return false
	}
	return e.Inner || slices.ContainsFunc(t.Effects, func(o Effect) bool {
		return slices.Equal(o.Value, e.Value) && len(o.Option) > at && o.Option[at] != "added" && slices.Equal(o.Option[:at], e.Option[:at])
	})
}

type evaluator struct{ harness, dir, modules string }

func (h evaluator) eval(ctx context.Context, into any, attr string, args ...string) error {
	args = append([]string{"--eval", "--strict", "--json", h.harness + "/harness.nix", "-A", attr,
		"--argstr", "dir", h.dir, "--argstr", "modules", h.modules}, args...)
	cmd := exec.CommandContext(ctx, "nix-instantiate", args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("evaluate flow case: %w: %s", err, strings.TrimSpace(errs.String()))
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		return fmt.Errorf("evaluate flow case: %w", err)
	}
	return nil
}

// Check says where the case's want lines and evaluation disagree; nil if nowhere.
//
// Evaluation tells that a value reaches an option, not as what: a wanted edge is true if something changed at its
// path or below it, and want is complete if every change is at or below a wanted path. A data or control flow to a
// path above the change is taken where the path's own set is what flows.
func (t Truth) Check(c Case) []string {
	var diffs []string
	for _, w := range c.Flows {
		from, to := split(w.From), split(w.To)
		if !slices.ContainsFunc(t.Effects, func(e Effect) bool { return same(from, e.Value) && within(to, e.Option) }) {
			diffs = append(diffs, "evaluation does not show: "+w.String())
		}
		for host := range strings.FieldsSeq(w.In) {
			if !slices.ContainsFunc(t.Effects, func(e Effect) bool { return e.Host == host && same(from, e.Value) && within(to, e.Option) }) {
				diffs = append(diffs, "evaluation does not show in "+host+": "+w.String())
			}
		}
		if to[0] == "my" && w.Kind != "default" && w.Kind != "control" {
			diffs = append(diffs, "a flow between values is of kind default or control: "+w.String())
		}
	}
	for _, n := range c.None {
		if !slices.ContainsFunc(t.Values, func(v []string) bool { return same(split(n), v) }) {
			diffs = append(diffs, "no such value: "+n)
		}
	}
	for _, e := range t.Effects {
		if t.copied(e) || !c.Names(join(e.Value)) {
			continue
		}
		if !slices.ContainsFunc(c.Flows, func(w Flow) bool {
			return same(split(w.From), e.Value) && within(split(w.To), e.Option) && (w.In == "" || slices.Contains(strings.Fields(w.In), e.Host))
		}) {
			diff := "evaluation also shows: " + join(e.Value) + " -> " + join(e.Option)
			if e.Host != "" {
				diff += " [" + e.Host + "]"
			}
			diffs = append(diffs, diff)
		}
	}
	slices.Sort(diffs)
	return diffs
}
