package verify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"nixsink/graph"
	"nixsink/parse"
)

// Options say what is verified, and how much of it.
type Options struct {
	Configuration string                 // its name, for people
	In            []*graph.Configuration // the text's; nil: all
	Sample        int                    // try so many values; 0: all
	Until         time.Time              // begin no value after this; zero: no end
	State         string                 // a file that keeps what was tried; "": none
	Progress      func(done, all int, value string)
}

// Verify evaluates a configuration and holds the graph against it. An EvalError says that it does not evaluate as it is written.
func Verify(ctx context.Context, g *graph.Graph, n *Nix, opts Options) (*Result, error) {
	in := func(s *graph.ConfSet) bool {
		if opts.In == nil {
			return !s.Empty()
		}
		return slices.ContainsFunc(opts.In, func(c *graph.Configuration) bool { return c.Holds(s) })
	}
	var roots [][]string
	for _, r := range g.Roots {
		if !r.Argument {
			roots = append(roots, parse.PathNames(r.Path))
		}
	}
	if len(roots) == 0 {
		return nil, fmt.Errorf("no option namespace is tracked here, and module arguments cannot be changed from outside")
	}
	o := &observer{nix: n, roots: roots, seen: map[string]*observation{}}
	base, err := o.baseline(ctx)
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", opts.Configuration, err)
	}
	r := &Result{Schema: Schema, Configuration: opts.Configuration, Source: g.Source.NARHash, Values: len(base.Values)}
	r.Nix = Evaluator{Version: n.Version, Restricted: "paths", Network: !n.offline, Graph: base.Graph, Extends: base.Extends}
	if n.source.File == "" {
		r.Nix.Restricted = "pure"
	}
	for name, why := range o.blind {
		r.Unobserved = append(r.Unobserved, Reason{written([]string{name}), g.Conceal("", why)})
	}
	sortReasons(r.Unobserved)
	claims := claimsOf(g, in)
	var values []*graph.Value
	for _, v := range g.Values {
		if rooted(v, roots) {
			values = append(values, v)
		}
	}
	r.compareDeclared(g, base, n, in, values)
	r.compareFinals(g, base, in, values)
	r.compareImports(g, base, n, in)
	r.compareDefinitions(g, base, n, in)

	o.targets = targetsOf(claims, base)
	p := &prober{observer: o, values: values, claims: claims}
	// Once more, with what it needs to be compared with.
	if base.Extends && len(base.Values) > 0 {
		again, err := o.with(ctx, nil)
		if err != nil {
			return nil, fmt.Errorf("evaluate %s: %w", opts.Configuration, err)
		}
		base.Finals = again.Finals
	}
	p.base = base
	if err := p.all(ctx, r, opts, p.key(g, opts)); err != nil {
		return nil, err
	}
	r.Nix.Calls = n.Calls
	return r, nil
}

func rooted(v *graph.Value, roots [][]string) bool {
	return slices.ContainsFunc(roots, func(r []string) bool { return under(r, v.Segments) })
}

// all tries every leaf, or a sample, and gathers what came of it.
func (p *prober) all(ctx context.Context, r *Result, opts Options, key string) error {
	leaves := slices.Clone(p.base.Values)
	slices.SortStableFunc(leaves, func(a, b leaf) int { return strings.Compare(written(a.Loc), written(b.Loc)) })
	// A sample is spread over the values, and the same in every run.
	if opts.Sample > 0 && opts.Sample < len(leaves) {
		slices.SortStableFunc(leaves, func(a, b leaf) int { return strings.Compare(spread(a), spread(b)) })
		leaves = leaves[:opts.Sample]
		slices.SortStableFunc(leaves, func(a, b leaf) int { return strings.Compare(written(a.Loc), written(b.Loc)) })
	}
	s := loadState(opts.State, key)
	outcomes := map[string]*outcome{}
	for i, l := range leaves {
		name := written(l.Loc)
		if done := s.Outcomes[name]; done != nil {
			outcomes[name] = done
			continue
		}
		if !p.base.Extends || !opts.Until.IsZero() && time.Now().After(opts.Until) {
			continue
		}
		if opts.Progress != nil {
			opts.Progress(i, len(leaves), name)
		}
		out, err := p.try(ctx, l)
		if err != nil {
			return err
		}
		outcomes[name] = out
		if err := s.keep(name, out); err != nil {
			return err
		}
	}
	p.gather(r, leaves, outcomes)
	return nil
}

// spread orders values by chance, the same in every run.
func spread(l leaf) string {
	sum := sha256.Sum256([]byte(written(l.Loc)))
	return hex.EncodeToString(sum[:])
}

// gather makes the lists of what the leaves showed.
func (p *prober) gather(r *Result, leaves []leaf, outcomes map[string]*outcome) {
	best := map[[2]string]judged{}
	missed := &outcome{}
	for _, l := range leaves {
		name := written(l.Loc)
		out := outcomes[name]
		if out == nil {
			continue
		}
		r.Tried++
		if out.Why != "" {
			r.Unchangeable = append(r.Unchangeable, Reason{name, out.Why})
		} else if out.Note != "" {
			r.Unchangeable = append(r.Unchangeable, Reason{name, out.Note})
		}
		for _, j := range out.Claims {
			k := [2]string{j.From, j.To}
			if old, ok := best[k]; !ok || better(j.Verdict, old.Verdict) {
				best[k] = j
			}
		}
		for _, m := range out.Missed {
			missed.miss(m)
		}
	}
	r.Complete = r.Tried == len(p.base.Values)
	for _, v := range p.values {
		for _, c := range p.claims[v] {
			f := Flow{From: v.Path, To: c.flow.To, Kind: string(c.flow.Kind), File: c.flow.At.File, Line: c.flow.At.Line, Verdict: Untried}
			if j, ok := best[[2]string{v.Path, c.flow.To}]; ok {
				f.Verdict, f.When = j.Verdict, j.When
			}
			// Only what a confirmed flow needs is of interest.
			if f.Verdict != Confirmed {
				f.When = nil
			}
			r.Flows = append(r.Flows, f)
			switch f.Verdict {
			case Confirmed:
				r.Counts.Confirmed++
			case False:
				r.Counts.False++
			case Unseen:
				r.Counts.Unseen++
			default:
				r.Counts.Untried++
			}
		}
	}
	slices.SortStableFunc(r.Flows, func(a, b Flow) int { return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To)) })
	r.Missed = missed.Missed
	slices.SortFunc(r.Missed, func(a, b Missed) int { return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To)) })
	r.Counts.Missed, r.Counts.Unchangeable = len(r.Missed), len(r.Unchangeable)
	sortReasons(r.Unchangeable)
}

func sortReasons(all []Reason) {
	slices.SortFunc(all, func(a, b Reason) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Why, b.Why)) })
}
