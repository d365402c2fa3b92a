package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A question is what ask.nix reads.
type question struct {
	Roots   [][]string `json:"roots"`
	Tree    []string   `json:"tree"`
	Only    []string   `json:"only"` // nil: all
	Changes []change   `json:"changes"`
	Want    string     `json:"want"`
	Targets [][]string `json:"targets,omitempty"`
	Skip    [][]string `json:"skip,omitempty"`
	Bare    bool       `json:"bare,omitempty"`
}

// A change sets one value to another one of its type: the pick-th that can be thought of.
type change struct {
	Loc  []string `json:"loc"`
	Pick int      `json:"pick"`
}

// A leaf is a central value as it evaluates, the smallest part that can be set by itself.
type leaf struct {
	Loc    []string
	Kind   string // bool, int, float, string, path, list, null, function, set, registry; "error" where it does not evaluate
	Hash   string
	Word   string // a short value, as JSON; "" for others
	Others int    // how many other values it could have
}

// A definition is one of the tree's definitions of an option, as it takes part.
type definition struct {
	File string // as Nix calls it; "" where that is not known
	Loc  []string
	Hash string
}

// A declared is an option below a namespace.
type declared struct {
	Loc                  []string
	Type, TypeName       string
	Description, Default string
	HasDefault, ReadOnly bool
	Files, DefinedBy     []string
}

type edge struct{ From, To string }

// A final is what an option comes to.
type final struct {
	Loc  []string
	Hash string
}

// An observation is what evaluation showed of the configuration, with some values changed.
type observation struct {
	Values      []leaf
	Definitions []definition
	Finals      []final  // what the targets come to
	Failing     []string // assertions

	// Of the configuration as it is written.
	Names    []string
	Declared []declared
	Imports  []edge
	Graph    bool
	Extends  bool

	blind map[string]string // names of options that cannot be looked at, with why
}

// An observer asks about one configuration. What makes evaluation fail as it is written is not looked at again.
type observer struct {
	nix   *Nix
	roots [][]string
	names []string          // the first names of options that can be looked at
	blind map[string]string // those that cannot, with what evaluation says
	seen  map[string]*observation

	// Options that the text tells flows into and that no definition of the tree is at: what they come to is looked at.
	targets [][]string

	skip   [][]string        // values that make evaluation fail
	broken map[string]string // the same by path, with what evaluation says
}

// baseline observes the configuration as it is written.
func (o *observer) baseline(ctx context.Context) (*observation, error) {
	q := question{Roots: o.roots, Changes: []change{}, Want: "all"}
	var all observation
	err := o.nix.ask(ctx, q, &all)
	if failed := (*EvalError)(nil); errors.As(err, &failed) {
		// Something in it does not evaluate: which options that is, is found out by leaving some out.
		q.Only = []string{}
		err := o.nix.ask(ctx, q, &all)
		if errors.As(err, &failed) {
			if err = o.sieve(ctx); err != nil {
				return nil, err
			}
			q.Skip, q.Bare = o.skip, true
			err = o.nix.ask(ctx, q, &all)
		}
		if err != nil {
			return nil, err
		}
		o.blind = map[string]string{}
		if all.Definitions, err = o.apart(ctx, nil, all.Names, o.blind, len(all.Names)+8); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	for _, n := range all.Names {
		if _, blind := o.blind[n]; !blind {
			o.names = append(o.names, n)
		}
	}
	all.blind = o.blind
	return &all, nil
}

// mostSieved is how many questions it may cost to find the values that make evaluation fail.
const mostSieved = 200

// sieve finds the values with which evaluation fails beyond what it can catch itself: a missing attribute, a type error.
func (o *observer) sieve(ctx context.Context) error {
	var at struct{ Leaves [][]string }
	if err := o.nix.ask(ctx, question{Roots: o.roots, Only: []string{}, Changes: []change{}, Want: "leaves"}, &at); err != nil {
		return err
	}
	o.broken = map[string]string{}
	calls := mostSieved
	var try func(some, others [][]string) error
	try = func(some, others [][]string) error {
		if len(some) == 0 {
			return nil
		}
		if calls--; calls < 0 {
			return &EvalError{Text: "too many values do not evaluate"}
		}
		var out observation
		err := o.nix.ask(ctx, question{Roots: o.roots, Only: []string{}, Changes: []change{}, Want: "values", Skip: others}, &out)
		failed := (*EvalError)(nil)
		if err == nil || !errors.As(err, &failed) {
			return err
		}
		if len(some) == 1 {
			o.skip = append(o.skip, some[0])
			o.broken[written(some[0])] = failed.Text
			return nil
		}
		half := len(some) / 2
		if err := try(some[:half], slices.Concat(others, some[half:])); err != nil {
			return err
		}
		return try(some[half:], slices.Concat(others, some[:half]))
	}
	return try(at.Leaves, nil)
}

// apart observes definitions by halves, down to the names with which evaluation fails; blind takes those. calls is how many questions that may cost.
func (o *observer) apart(ctx context.Context, changes []change, names []string, blind map[string]string, calls int) ([]definition, error) {
	var out []definition
	var try func(names []string) error
	try = func(names []string) error {
		if len(names) == 0 {
			return nil
		}
		if calls--; calls < 0 {
			for _, n := range names {
				blind[n] = "not looked at: too many options beside it do not evaluate"
			}
			return nil
		}
		var some observation
		err := o.nix.ask(ctx, question{Roots: o.roots, Only: names, Changes: append([]change{}, changes...), Want: "observe", Skip: o.skip}, &some)
		failed := (*EvalError)(nil)
		switch {
		case err == nil:
			out = append(out, some.Definitions...)
			return nil
		case !errors.As(err, &failed):
			return err
		case len(names) == 1:
			blind[names[0]] = failed.Text
			return nil
		}
		if err := try(names[:len(names)/2]); err != nil {
			return err
		}
		return try(names[len(names)/2:])
	}
	err := try(names)
	return out, err
}

// with observes the configuration with some values changed. An EvalError says that these values cannot be had.
func (o *observer) with(ctx context.Context, changes []change) (*observation, error) {
	text, err := json.Marshal(changes)
	if err != nil {
		return nil, fmt.Errorf("observe changes: %w", err)
	}
	if seen, ok := o.seen[string(text)]; ok {
		return seen, nil
	}
	var out observation
	q := question{Roots: o.roots, Only: o.names, Changes: append([]change{}, changes...), Want: "observe", Targets: o.targets, Skip: o.skip}
	err = o.nix.ask(ctx, q, &out)
	if failed := (*EvalError)(nil); errors.As(err, &failed) {
		q.Want, q.Targets = "values", nil
		if err := o.nix.ask(ctx, q, &out); err != nil {
			return nil, err
		}
		out.blind = map[string]string{}
		if out.Definitions, err = o.apart(ctx, changes, o.names, out.blind, 24); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	// Starting points are asked for again and again, a value changed from them is not.
	if len(o.seen) < 64 {
		o.seen[string(text)] = &out
	}
	return &out, nil
}

// why is what evaluation says of a changed value that it refuses; "" where it refuses none.
func (o *observer) why(ctx context.Context, c change) (string, error) {
	var out any
	err := o.nix.ask(ctx, question{Roots: o.roots, Only: []string{}, Changes: []change{c}, Want: "force"}, &out)
	if failed := (*EvalError)(nil); errors.As(err, &failed) {
		return failed.Text, nil
	}
	return "", err
}

// An effect is what differs between two observations.
type effect struct {
	Loc   []string
	File  string // "" for a value
	Value bool   // Loc is another central value
	Final bool   // Loc is what an option comes to: it shows what the text tells, and not who defines it
}

// differ lists what differs between two observations, sorted. What one of them could not look at is left out, and so is loc itself.
func differ(a, b *observation, loc []string) []effect {
	var out []effect
	type place struct{ file, loc string }
	hashes := func(o *observation) (map[place][]string, map[place][]string) {
		by, locs := map[place][]string{}, map[place][]string{}
		for _, d := range o.Definitions {
			if _, blind := a.blind[d.Loc[0]]; blind {
				continue
			}
			if _, blind := b.blind[d.Loc[0]]; blind {
				continue
			}
			k := place{d.File, strings.Join(d.Loc, "\x00")}
			by[k] = append(by[k], d.Hash)
			locs[k] = d.Loc
		}
		for _, h := range by {
			slices.Sort(h) // definitions of one file that are the same but for their order
		}
		return by, locs
	}
	ha, la := hashes(a)
	hb, lb := hashes(b)
	for k, l := range la {
		if !slices.Equal(ha[k], hb[k]) {
			out = append(out, effect{Loc: l, File: k.file})
		}
	}
	for k, l := range lb {
		if _, both := ha[k]; !both {
			out = append(out, effect{Loc: l, File: k.file})
		}
	}
	finals := func(o *observation) map[string]final {
		by := map[string]final{}
		for _, f := range o.Finals {
			by[strings.Join(f.Loc, "\x00")] = f
		}
		return by
	}
	fa, fb := finals(a), finals(b)
	if len(a.Finals) > 0 && len(b.Finals) > 0 {
		for k, f := range fa {
			if fb[k].Hash != f.Hash {
				out = append(out, effect{Loc: f.Loc, Final: true})
			}
		}
		for k, f := range fb {
			if _, both := fa[k]; !both {
				out = append(out, effect{Loc: f.Loc, Final: true})
			}
		}
	}
	va := map[string]leaf{}
	for _, v := range a.Values {
		va[strings.Join(v.Loc, "\x00")] = v
	}
	changed := func(l []string) {
		if !under(loc, l) && !under(l, loc) {
			out = append(out, effect{Loc: l, Value: true})
		}
	}
	for _, v := range b.Values {
		if old, ok := va[strings.Join(v.Loc, "\x00")]; !ok || old.Hash != v.Hash {
			changed(v.Loc)
		}
		delete(va, strings.Join(v.Loc, "\x00"))
	}
	for _, gone := range va {
		changed(gone.Loc)
	}
	slices.SortFunc(out, func(x, y effect) int {
		return strings.Compare(written(x.Loc)+"\x00"+x.File, written(y.Loc)+"\x00"+y.File)
	})
	return out
}

// leafAt finds a value of an observation; nil if it is not there.
func (o *observation) leafAt(loc []string) *leaf {
	for i := range o.Values {
		if slices.Equal(o.Values[i].Loc, loc) {
			return &o.Values[i]
		}
	}
	return nil
}

// defines tells whether some definition of an observation is at or below a path, or a whole above it, and evaluates.
func (o *observation) defines(path []string) bool {
	return slices.ContainsFunc(o.Definitions, func(d definition) bool { in, _ := within(path, d.Loc); return in && d.Hash != "error" }) ||
		slices.ContainsFunc(o.Finals, func(f final) bool { in, above := within(path, f.Loc); return in && !above && f.Hash != "error" })
}
