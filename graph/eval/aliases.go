package eval

import (
	"cmp"
	"slices"
)

// Renaming says that an option stands for another one: mkAliasOptionModule, mkRenamedOptionModule.
type Renaming struct {
	From, To *Path
	In       Set // the configurations that nothing encloses and that it holds in

	module *Module
	at     site
}

type aliasShape struct{ from, to []string }

// Link brings the definitions of all configurations together: options that stand for others, and what others hide. It is called
// once, after Run, when it is known which options are central values. Where both names of an alias are central, or neither is, every
// path speaks of the option that the old name stands for. Where only the old name is central it stays a value: what it is set to
// becomes part of the other option, and who reads it reads that one, too.
func (ev *Evaluator) Link(central func(*Path) bool) {
	stands := map[*Path]*Path{}
	kept := map[*Path][]*Renaming{}
	for i := range ev.Aliases {
		a := &ev.Aliases[i]
		if central(a.From) && !central(a.To) {
			kept[a.From] = append(kept[a.From], a)
		} else {
			stands[a.From] = a.To
		}
	}
	if len(stands) > 0 {
		ev.standFor(stands)
	}
	if len(kept) > 0 {
		ev.lead(kept)
	}
	ev.hide()
}

// standFor lets every path speak of the option that it stands for.
func (ev *Evaluator) standFor(stands map[*Path]*Path) {
	cache := map[*Path]*Path{}
	var resolve func(p *Path) *Path
	resolve = func(p *Path) *Path {
		if r := cache[p]; r != nil {
			return r
		}
		r := p
		if p.real != nil {
			if itself := resolve(p.real); itself != p.real {
				r = ev.inView(p, itself)
			}
			cache[p] = r
			return r
		}
		if to := stands[p]; to != nil {
			r = to
		} else if p.Parent != nil {
			if up := resolve(p.Parent); up != p.Parent {
				r = ev.child(up, p.Name)
			}
		}
		cache[p] = r
		return r
	}
	for _, d := range ev.Definitions {
		d.Path = resolve(d.Path)
		for i, o := range d.origins {
			d.origins[i].rank = rankOf(resolve(ev.pathOf[o.rank>>aspectBits]), o.asks())
		}
	}
	for _, r := range ev.Reads {
		r.Path = resolve(r.Path)
	}
}

// led is where a path that an alias is at or above leads, and which alias.
type led struct {
	to *Path
	by *Renaming
}

// lead makes a value of every path at or below an alias that a module sets or reads: what it is set to becomes part of the option that
// the alias leads to, and what that one holds is what is read.
func (ev *Evaluator) lead(kept map[*Path][]*Renaming) {
	cache := map[*Path][]led{}
	var leads func(p *Path) []led
	leads = func(p *Path) []led {
		out, known := cache[p]
		if known || p == nil {
			return out
		}
		for _, a := range kept[p] {
			out = append(out, led{a.To, a})
		}
		if len(out) == 0 {
			for _, l := range leads(p.Parent) {
				out = append(out, led{ev.child(l.to, p.Name), l.by})
			}
		}
		cache[p] = out
		return out
	}
	read, declared := map[*Path]bool{}, map[*Path]bool{}
	declare := func(p *Path, l led) {
		if !declared[p] {
			declared[p] = true
			ev.Declarations = append(ev.Declarations, &Declaration{In: l.by.In, Module: l.by.module, Path: p, File: l.by.at.file, Span: l.by.at.span})
		}
	}
	add := func(d *Definition, source *Path, rd *Read) {
		d.Priority, d.Doubt, d.Copies = unknownPriority, true, source
		d.origins = Origins{from(source, Whole, rd)}
		ev.Definitions = append(ev.Definitions, d)
	}
	defined := map[[2]*Path]*Definition{}
	given := ev.Definitions
	for _, r := range ev.Reads {
		if read[r.Path] || !r.Consumed && r.Selected {
			continue
		}
		read[r.Path] = true
		for _, l := range leads(r.Path) {
			declare(r.Path, l)
			add(&Definition{In: l.by.In, Module: l.by.module, Path: r.Path, File: l.by.at.file, Span: l.by.at.span, Apply: true}, l.to, nil)
		}
	}
	for _, d := range given {
		if d.Apply || d.Names {
			continue
		}
		for _, l := range leads(d.Path) {
			declare(d.Path, l)
			if old := defined[[2]*Path{d.Path, l.to}]; old != nil {
				old.In = old.In.union(d.In)
				continue
			}
			var rd *Read
			if !read[d.Path] {
				read[d.Path] = true
				rd = &Read{Path: d.Path, File: l.by.at.file, Span: l.by.at.span, Consumed: true, In: l.by.In, id: uint32(len(ev.readOf))}
				ev.readOf, ev.Reads = append(ev.readOf, rd), append(ev.Reads, rd)
			}
			x := &Definition{In: slices.Clone(d.In), Module: d.Module, Path: l.to, File: d.File, Span: d.Span}
			defined[[2]*Path{d.Path, l.to}] = x
			add(x, d.Path, rd)
		}
	}
	slices.SortStableFunc(ev.Reads, func(a, b *Read) int {
		return cmp.Or(cmp.Compare(a.File.Name, b.File.Name), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
}
