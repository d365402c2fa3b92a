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

// lead gives the options that aliases lead to what the aliases are set to, and the readers of the aliases what those options hold.
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
	used := map[*Renaming]bool{}
	read := map[*Path]bool{}
	for _, r := range ev.Reads {
		read[r.Path] = true
		for _, l := range leads(r.Path) {
			used[l.by] = true
		}
	}
	for _, d := range ev.Definitions {
		var more Origins
		for _, o := range d.origins {
			for _, l := range leads(ev.pathOf[o.rank>>aspectBits]) {
				o.rank = rankOf(l.to, o.asks())
				more = union(more, Origins{o})
			}
		}
		if len(more) > 0 {
			d.origins = union(d.origins, more)
		}
	}
	type arrival struct {
		from, to *Path
		names    bool
	}
	made := map[arrival]*Definition{}
	for _, d := range slices.Clone(ev.Definitions) {
		if d.Apply {
			continue
		}
		for _, l := range leads(d.Path) {
			used[l.by] = true
			k := arrival{d.Path, l.to, d.Names}
			if old := made[k]; old != nil {
				old.In = old.In.union(d.In)
				continue
			}
			asks := Whole
			if d.Names {
				asks = Names
			}
			var rd *Read
			if !read[d.Path] {
				read[d.Path] = true
				rd = &Read{Path: d.Path, File: l.by.at.file, Span: l.by.at.span, Consumed: true, In: l.by.In, id: uint32(len(ev.readOf))}
				ev.readOf, ev.Reads = append(ev.readOf, rd), append(ev.Reads, rd)
			}
			o := from(d.Path, asks, rd)
			if d.Names {
				o.kind = Key
			}
			x := &Definition{In: slices.Clone(d.In), Module: d.Module, Path: l.to, File: d.File, Span: d.Span, Names: d.Names, Priority: unknownPriority, Doubt: true, origins: Origins{o}}
			if !d.Names {
				x.Copies = d.Path
			}
			made[k] = x
			ev.Definitions = append(ev.Definitions, x)
		}
	}
	for i := range ev.Aliases {
		if a := &ev.Aliases[i]; used[a] {
			// Of what is below nothing is known: the type is that of the other option.
			ev.Declarations = append(ev.Declarations, &Declaration{In: a.In, Module: a.module, Path: a.From, File: a.at.file, Span: a.at.span, Kind: "attrs", Open: true})
		}
	}
	slices.SortStableFunc(ev.Reads, func(a, b *Read) int {
		return cmp.Or(cmp.Compare(a.File.Name, b.File.Name), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
}
