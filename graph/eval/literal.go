package eval

import "strings"

// literal is a value in Go's types, as far as it is known (see Definition.Value). The second result says that all of it is.
func (ev *Evaluator) literal(v Val, depth int) (any, bool) {
	const deepest = 8
	if depth > deepest {
		return nil, false
	}
	switch s := v.shape.(type) {
	case *strShape:
		if !known(s.s) || strings.Contains(s.s, SelfPrefix) {
			return nil, false // where the tree lies is not known
		}
		return s.s, true
	case *pathShape:
		return s.s, known(s.s)
	case *intShape:
		return s.n, true
	case *floatShape:
		return s.f, true
	case *boolShape:
		return s.b, true
	case *nullShape:
		return nil, true
	case *listShape:
		out := make([]any, 0, len(s.elems))
		all := s.exact
		for _, t := range s.elems {
			x, ok := ev.literal(ev.force(t), depth+1)
			if ok || x != nil {
				out = append(out, x)
			}
			all = all && ok
		}
		return out, all
	case *setShape:
		out := map[string]any{}
		all := s.base == nil && !s.dyn
		for i := range s.attrs {
			if x, ok := ev.literal(ev.force(s.attrs[i].val), depth+1); ok || x != nil {
				out[s.attrs[i].name] = x
				all = all && ok
			} else {
				all = false
			}
		}
		return out, all
	}
	return nil, false
}
