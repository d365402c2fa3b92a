package eval

import (
	"cmp"
	"context"
	"path"
	"slices"

	"nixsink/parse"
)

// Run evaluates the tree: from the entries first, then what they do not reach, then whatever code nobody asked for,
// since a read counts wherever it stands.
func (ev *Evaluator) Run(ctx context.Context, entries []string, files []*parse.File) {
	ev.ctx = ctx
	for _, e := range entries {
		f := ev.host.File(e)
		if f == nil {
			continue
		}
		if path.Base(e) == "flake.nix" {
			ev.guard(f, func() { ev.flake(f) })
		} else {
			ev.loadEntry(f)
		}
		ev.drain()
	}
	around := ev.neighbours()
	for _, f := range files {
		if ev.files[f] == nil && looksLikeModule(f) {
			base, home := around.of(f.Name)
			switch {
			case home || hasFormal(f, "osConfig") || hasFormal(f, "nixosConfig"):
				base, home = ev.anyHome(), true
			case base == nil:
				base = ev.Config
			}
			m := &Module{File: f, Base: base, Home: home, Why: "no entry point imports it"}
			ev.instances[intText(int64(base.id))+"\x00"+f.Name] = m
			ev.queue = append(ev.queue, m)
			ev.Modules = append(ev.Modules, m)
			ev.drain()
		}
	}
	for _, f := range files {
		if ev.files[f] == nil {
			ev.refuel(fuelPerModule)
			ev.guard(f, func() { ev.fileValue(f) })
		}
	}
	for arg, p := range ev.argRoots {
		if t := ev.special[arg]; t != nil {
			ev.refuel(fuelPerModule)
			ev.define(&Module{File: files[0], Base: nil, Reachable: true}, p, ev.force(t), nil, site{files[0], parse.Span{}}, false, 0)
		}
	}
	ev.sweep()
	ev.resolveAliases()
	ev.hide()
	slices.SortStableFunc(ev.Reads, func(a, b *Read) int {
		return cmp.Or(cmp.Compare(a.File.Name, b.File.Name), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
}

func (ev *Evaluator) loadEntry(f *parse.File) {
	ev.systems++
	key := intText(int64(ev.Config.id)) + "\x00" + f.Name
	if ev.instances[key] != nil {
		return
	}
	m := &Module{File: f, Base: ev.Config, Reachable: true, Why: "entry point"}
	ev.instances[key] = m
	ev.queue = append(ev.queue, m)
	ev.Modules = append(ev.Modules, m)
}

// sweep evaluates what nothing asked for: bindings nobody uses, functions nobody calls. Only reads come of it.
func (ev *Evaluator) sweep() {
	for len(ev.pending) > 0 || len(ev.closures) > 0 {
		ev.guard(nil, ev.sweepSome)
	}
}

func (ev *Evaluator) sweepSome() {
	const fuelPerThunk = 20_000
	none := &Module{Base: ev.Config}
	for len(ev.pending) > 0 || len(ev.closures) > 0 {
		for len(ev.pending) > 0 {
			t := ev.pending[len(ev.pending)-1]
			ev.pending = ev.pending[:len(ev.pending)-1]
			if t.state != 0 {
				continue
			}
			if t.expr != nil && t.env != nil && ev.marks(t.env.file)[t.expr.Range().Start]&visitedThunk != 0 {
				continue
			}
			if t.fn != nil && t.of != nil {
				if c, ok := ev.force(t.of).shape.(*closure); !ok || ev.marks(c.env.file)[c.fn.Start]&visitedBody != 0 {
					continue
				}
			}
			ev.refuel(fuelPerThunk)
			ev.force(t)
		}
		cs := ev.closures
		ev.closures = nil
		for _, c := range cs {
			f := c.env.file
			if ev.marks(f)[c.fn.Start]&visitedBody != 0 {
				continue
			}
			none.File = f
			ev.refuel(fuelPerThunk)
			arg := ready(Val{})
			if c.fn.Formals != nil {
				arg = ev.argsOf(&Module{File: f, Base: ev.Config})
			}
			ev.enter(c, arg)
		}
	}
	ev.queue = nil
}
