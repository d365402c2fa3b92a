package parse

// BindingSpans are the places of one binding: in `my.ports.ssh = 22;` the path my.ports.ssh, its last name ssh, and the whole.
type BindingSpans struct{ Path, Last, Whole Span }

// BindingAt finds the binding that a place is the value of, or the whole of; of a name that is inherited, that name. false if there is none.
func BindingAt(f *File, at Span) (b BindingSpans, ok bool) {
	Around(f.Expr, at, func(n Node) {
		switch n := n.(type) {
		case *Attr:
			if n.Holds(at) {
				first, last := n.Path[0].Span, n.Path[len(n.Path)-1].Span
				b, ok = BindingSpans{Span{Start: first.Start, End: last.End}, last, n.Span}, true
			}
		case *Inherit:
			for i := range n.Names {
				if n.Names[i].Span == at || n.Span == at && len(n.Names) == 1 {
					b, ok = BindingSpans{n.Names[i].Span, n.Names[i].Span, n.Span}, true
				}
			}
		}
	})
	return b, ok
}

// LastName is the last name of a selection (ssh of config.my.ports.ssh, and of config ? my.ports.ssh); of anything else, the place itself.
func LastName(f *File, at Span) Span {
	out := at
	Around(f.Expr, at, func(n Node) {
		var path []AttrName
		switch n := n.(type) {
		case *Select:
			path = n.Path
		case *HasAttr:
			path = n.Path
		}
		for i := range path {
			if path[i].End == at.End {
				out = path[i].Span
			}
		}
	})
	return out
}
