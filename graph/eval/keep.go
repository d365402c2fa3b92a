package eval

import (
	"slices"
	"strings"
)

// keep is a value that an option holds and that is more than data: a function, a module.
type keep struct {
	path *Path
	val  Val
	by   *Summary
	ctl  Origins
}

// keeps notes that the summary at work gives an option a value that is used as a whole elsewhere.
func (ev *Evaluator) keepValue(p *Path, v Val, ctl Origins) {
	if ev.cur == nil {
		return
	}
	k := keep{p, v, ev.cur, ctl}
	ev.cur.keeps = append(ev.cur.keeps, k)
	if ev.kept == nil {
		ev.kept = map[*Path][]keep{}
	}
	ev.kept[p] = append(ev.kept[p], k)
}

// keptAt are the functions and modules that the option at p holds in the configuration at work.
func (ev *Evaluator) keptAt(p *Path) []keep {
	ks := ev.keptOf(p)
	ev.ask(question{kind: whatIsKept, path: p, name: ev.keptText(p, ev.cur)})
	return ks
}

func (ev *Evaluator) keptOf(p *Path) []keep {
	var out []keep
	all := ev.seesAll()
	for _, k := range ev.kept[p] {
		if k.by.dead || !all && !k.by.In.Has(ev.within.Number()) {
			continue
		}
		out = append(out, k)
	}
	return out
}

// keptText tells which values keptOf gives, for comparing. Those that the asking source gives itself are the same whenever it is followed
// with the same answers, so that they are no answer that sets one configuration apart from another.
func (ev *Evaluator) keptText(p *Path, s *Summary) string {
	var ids []string
	for _, k := range ev.keptOf(p) {
		if s != nil && k.by.key == s.key {
			ids = append(ids, "own")
		} else {
			ids = append(ids, intText(int64(k.by.id)))
		}
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " ")
}

// held is what the option that a value reads holds, if that is a function or a module of the tree.
func (ev *Evaluator) held(v Val) (Val, bool) {
	r, ok := v.shape.(*refShape)
	if !ok {
		return Val{}, false
	}
	ks := ev.keptAt(r.path)
	if len(ks) == 0 {
		return Val{}, false
	}
	vs := make([]Val, len(ks))
	for i, k := range ks {
		vs[i] = k.val.with(union(v.org, k.ctl.atMost(Control)))
	}
	if r.read != nil {
		r.read.Consumed = true
	}
	return ev.join(vs...), true
}

// keptBelow says whether some option below p holds such a value.
func (ev *Evaluator) keptBelow(p *Path) bool {
	for _, k := range p.kids {
		if len(ev.kept[k]) > 0 || ev.keptBelow(k) {
			return true
		}
	}
	return false
}
