package eval

// Renaming says that an option stands for another one: mkAliasOptionModule, mkRenamedOptionModule.
type Renaming struct{ From, To *Path }

type aliasShape struct{ from, to []string }

// resolveAliases lets every path speak of the option that it stands for.
func (ev *Evaluator) resolveAliases() {
	if len(ev.Aliases) == 0 {
		return
	}
	stands := map[*Path]*Path{}
	for _, a := range ev.Aliases {
		stands[a.From] = a.To
	}
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
