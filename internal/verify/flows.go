package verify

import (
	"context"
	"errors"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// A claim is a flow of the text, in the configuration that is verified.
type claim struct {
	value    *graph.Value
	flow     *graph.Flow
	to       []string
	controls []*graph.Value // other values that flow to the same option: they may decide whether it is defined
}

// claimsOf lists what the text says of the configurations that in holds for, by value.
func claimsOf(g *graph.Graph, in func(*graph.ConfSet) bool) map[*graph.Value][]*claim {
	out := map[*graph.Value][]*claim{}
	reached := map[string][]*graph.Value{} // by path
	for _, v := range g.Values {
		for _, f := range g.Flows.Of(v) {
			if in(f.In) {
				to := parse.PathNames(f.To)
				out[v] = append(out[v], &claim{value: v, flow: f, to: to})
				reached[strings.Join(to, "\x00")] = append(reached[strings.Join(to, "\x00")], v)
			}
		}
	}
	for v, claims := range out {
		for _, c := range claims {
			// What decides about a set decides about each of its parts.
			for i := range c.to {
				for _, other := range reached[strings.Join(c.to[:i+1], "\x00")] {
					if other != v && !slices.Contains(c.controls, other) {
						c.controls = append(c.controls, other)
					}
				}
			}
		}
	}
	return out
}

// mostTargets is how many options are looked at by what they come to.
const mostTargets = 1000

// targetsOf are the options of claims at or below which the tree has no definition of its own: defaults, what is within a module that is handed on, what
// something is coerced to.
func targetsOf(claims map[*graph.Value][]*claim, base *observation) (out [][]string) {
	seen := map[string]bool{}
	for _, all := range claims {
		for _, c := range all {
			key := strings.Join(c.to, "\x00")
			if c.flow.ToValue != nil || seen[key] {
				continue
			}
			seen[key] = true
			if !slices.ContainsFunc(base.Definitions, func(d definition) bool { in, above := within(c.to, d.Loc); return in && !above }) {
				out = append(out, c.to)
			}
		}
	}
	slices.SortFunc(out, slices.Compare)
	return out[:min(len(out), mostTargets)]
}

// An outcome is what changing one leaf showed. It is kept, so that a later run need not do it again.
type outcome struct {
	Why    string   // why it could not be changed; "" if it was
	Note   string   // what else is to be told: an assertion that failed
	Claims []judged // of the text's flows of this leaf
	Missed []Missed
}

// judged is what one leaf showed of one claim.
type judged struct {
	From, To string
	Verdict  Verdict
	When     []string
}

// mostStarts is how many other states of the configuration are looked at for one value whose flows do not show in the one that is written.
const mostStarts = 6

// mostPicks is how many other values one is set to before it counts as one that changes nothing.
const mostPicks = 4

// A prober changes one leaf after the other.
type prober struct {
	*observer
	base   *observation
	values []*graph.Value // in their order
	claims map[*graph.Value][]*claim
}

// try changes a leaf and judges the flows of its value.
func (p *prober) try(ctx context.Context, l leaf) (*outcome, error) {
	out := &outcome{}
	if said, broken := p.broken[written(l.Loc)]; broken {
		out.Why = "it does not evaluate as it is written: " + said
		return out, nil
	}
	if l.Others == 0 {
		out.Why = map[string]string{"function": "it is a function", "error": "it does not evaluate as it is written"}[l.Kind]
		if out.Why == "" {
			out.Why = "no other value of its type is known"
		}
		return out, nil
	}
	mine, more := p.about(l)
	pick := -1
	for i := range min(l.Others, mostPicks) {
		seen, why, err := p.change(ctx, nil, p.base, change{l.Loc, i})
		if err != nil {
			return nil, err
		}
		if seen == nil {
			if out.Why == "" {
				out.Why = why
			}
			continue
		}
		if pick < 0 {
			pick = i
		}
		if fails := newOnes(p.base.Failing, seen.Failing); len(fails) > 0 {
			out.Note = "an assertion fails: " + fails[0]
		}
		p.judge(out, mine, more, l, p.base, seen, nil)
		// Another number shows no more than one does; another text may be the one that something asks for.
		if l.Others <= 2 && (l.Kind == "int" || l.Kind == "float") || len(p.open(out, mine)) == 0 {
			break
		}
	}
	if pick < 0 {
		if out.Why == "" {
			out.Why = "it stays as it is: something outweighs every other definition, or what reads it ignores it"
		}
		return out, nil
	}
	out.Why = ""
	for _, start := range p.starts(out, mine, l) {
		before, err := p.with(ctx, start)
		if failed := (*EvalError)(nil); errors.As(err, &failed) {
			continue
		} else if err != nil {
			return nil, err
		}
		after, _, err := p.change(ctx, start, before, change{l.Loc, pick})
		if err != nil {
			return nil, err
		}
		if after != nil {
			p.judge(out, mine, more, l, before, after, start)
		}
		if len(p.open(out, mine)) == 0 {
			break
		}
	}
	return out, nil
}

// change observes one more change than a start has. nil if that cannot be, with the reason.
func (p *prober) change(ctx context.Context, start []change, before *observation, c change) (*observation, string, error) {
	seen, err := p.with(ctx, append(slices.Clone(start), c))
	if failed := (*EvalError)(nil); errors.As(err, &failed) {
		return nil, failed.Text, nil
	} else if err != nil {
		return nil, "", err
	}
	was, is := before.leafAt(c.Loc), seen.leafAt(c.Loc)
	switch {
	case was == nil:
		return nil, "it is not there", nil
	case is == nil && was.Kind != "list" && was.Kind != "null" && was.Kind != "set":
		return nil, "it is no longer there when it is changed", nil
	case is != nil && is.Kind == "error":
		why, err := p.why(ctx, c)
		return nil, why, err
	case is != nil && is.Hash == was.Hash:
		return nil, "", nil
	}
	return seen, "", nil
}

// about lists the claims that changing a leaf can show, and those that tell as well what it changes: of sets that it is part of, of members that are
// added with it.
func (p *prober) about(l leaf) (mine, more []*claim) {
	for _, v := range p.values {
		in, above := within(v.Segments, l.Loc)
		switch {
		case in && !above && len(v.Segments) == len(l.Loc):
			mine = append(mine, p.claims[v]...)
		case in && !above: // a set that the leaf is part of
			more = append(more, p.claims[v]...)
			if !p.hasLeaf(v) {
				mine = append(mine, p.claims[v]...)
			}
		case in: // what is below a registry, or a set that is one leaf
			more = append(more, p.claims[v]...)
			if l.Kind != "registry" {
				mine = append(mine, p.claims[v]...)
			}
		}
	}
	return mine, more
}

// hasLeaf tells whether a value is a leaf itself: a registry, or a set that is set as a whole.
func (p *prober) hasLeaf(v *graph.Value) bool {
	return slices.ContainsFunc(p.base.Values, func(l leaf) bool { return same(v.Segments, l.Loc) })
}

// judge holds the claims against what differs.
func (p *prober) judge(out *outcome, mine, more []*claim, l leaf, before, after *observation, start []change) {
	effects := differ(before, after, l.Loc)
	when := named(start)
	for _, c := range mine {
		if c.flow.ToValue != nil && len(c.to) > len(l.Loc) && l.Kind == "registry" {
			if in, _ := within(l.Loc, c.to); in {
				continue // that a registry has members cannot be told from what they are
			}
		}
		shown := slices.ContainsFunc(effects, func(e effect) bool {
			in, above := within(c.to, e.Loc)
			return in && e.Value == (c.flow.ToValue != nil) && (!e.Final || !above)
		})
		verdict := Unseen
		switch {
		case shown:
			verdict = Confirmed
		case c.flow.ToValue != nil && slices.ContainsFunc(before.Values, func(o leaf) bool { in, _ := within(c.to, o.Loc); return in && o.Kind != "error" }),
			before.defines(c.to), after.defines(c.to):
			verdict = refuted(c, l)
		}
		out.take(judged{c.value.Path, c.flow.To, verdict, when})
	}
	for _, e := range effects {
		if !e.Final && !told(mine, e) && !told(more, e) && p.knows(e) {
			out.miss(Missed{From: p.nameOf(l), To: starred(e.Loc), File: p.file(e.File), When: when})
		}
	}
}

// refuted is the verdict on a flow that a change did not show although the option is there. A condition may ask for one value of many, and what a
// registry is asked for may be one name of many: that says nothing.
func refuted(c *claim, l leaf) Verdict {
	if l.Kind == "registry" || c.flow.Kind == graph.Control && l.Kind != "bool" {
		return Unseen
	}
	return False
}

func told(claims []*claim, e effect) bool {
	return slices.ContainsFunc(claims, func(c *claim) bool { in, _ := within(c.to, e.Loc); return in })
}

// knows leaves out values of which the text says that they are no values: the old name of a renamed option.
func (p *prober) knows(e effect) bool {
	return !e.Value || slices.ContainsFunc(p.values, func(v *graph.Value) bool { return same(v.Segments, e.Loc) })
}

// nameOf is what the text calls a leaf.
func (p *prober) nameOf(l leaf) string {
	for _, v := range p.values {
		if same(v.Segments, l.Loc) {
			return v.Path
		}
	}
	return written(l.Loc)
}

func (p *prober) file(name string) string {
	rel, ok := p.nix.Relative(name)
	if !ok {
		return ""
	}
	return rel
}

// starred writes a path, with * for the member that was added.
func starred(loc []string) string {
	out := slices.Clone(loc)
	for i, s := range out {
		if strings.Contains(s, "nixsinkAdded") {
			out[i] = strings.ReplaceAll(s, "nixsinkAdded", "*")
		}
	}
	text := written(out)
	return strings.ReplaceAll(text, `"*"`, "*")
}

// open are the claims that no change has shown yet.
func (p *prober) open(out *outcome, mine []*claim) (open []*claim) {
	for _, c := range mine {
		if !slices.ContainsFunc(out.Claims, func(j judged) bool { return j.From == c.value.Path && j.To == c.flow.To && j.Verdict == Confirmed }) {
			open = append(open, c)
		}
	}
	return open
}

// starts are other states of the configuration in which a claim may show: what the text says decides about the option is otherwise there. First all
// switches that are off are on.
func (p *prober) starts(out *outcome, mine []*claim, l leaf) [][]change {
	var all []change
	var each [][]change
	seen := map[string]bool{}
	for _, c := range p.open(out, mine) {
		for _, v := range c.controls {
			for _, o := range p.base.Values {
				if !same(v.Segments, o.Loc) || o.Others == 0 || seen[written(o.Loc)] || under(l.Loc, o.Loc) || under(o.Loc, l.Loc) {
					continue
				}
				seen[written(o.Loc)] = true
				if o.Kind == "bool" && o.Word == "false" {
					all = append(all, change{o.Loc, 0})
				}
				for pick := range min(o.Others, 2) {
					if pick == 0 || o.Kind == "string" {
						each = append(each, []change{{o.Loc, pick}})
					}
				}
			}
		}
	}
	if len(all) > 1 {
		each = append([][]change{all}, each...)
	}
	return each[:min(len(each), mostStarts)]
}

func named(start []change) (out []string) {
	for _, c := range start {
		out = append(out, written(c.Loc))
	}
	return out
}

// take keeps the best that was seen of a claim.
func (o *outcome) take(j judged) {
	for i, old := range o.Claims {
		if old.From == j.From && old.To == j.To {
			if better(j.Verdict, old.Verdict) {
				o.Claims[i] = j
			}
			return
		}
	}
	o.Claims = append(o.Claims, j)
}

// better orders verdicts: one sight confirms, and what was looked at says more than what was not there.
func better(a, b Verdict) bool {
	order := []Verdict{Untried, Unseen, False, Confirmed}
	return slices.Index(order, a) > slices.Index(order, b)
}

func (o *outcome) miss(m Missed) {
	if !slices.ContainsFunc(o.Missed, func(x Missed) bool { return x.From == m.From && x.To == m.To }) {
		o.Missed = append(o.Missed, m)
	}
}

func newOnes(old, now []string) (out []string) {
	for _, s := range now {
		if !slices.Contains(old, s) {
			out = append(out, s)
		}
	}
	return out
}
