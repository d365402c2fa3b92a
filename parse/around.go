package parse

import "sort"

// Around visits the expressions and bindings that contain a span, from the outside in: the way that Walk would take to it. What has many
// children is searched, not walked, so that the way to each of many reads in one string is short.
func Around(n Node, s Span, visit func(Node)) {
	for n != nil && n.Range().Contains(s) {
		visit(n)
		var next Node
		switch x := n.(type) {
		case *String:
			next = partAround(x.Parts, s)
		case *Path:
			next = partAround(x.Parts, s)
		case *List:
			if i := lastBefore(len(x.Elems), s, func(i int) int32 { return x.Elems[i].Range().Start }); i >= 0 {
				next = x.Elems[i]
			}
		case *Set:
			next = bindingAround(x.Bindings, s)
		case *Let:
			if next = bindingAround(x.Bindings, s); next == nil || !next.Range().Contains(s) {
				next = x.Body
			}
		case *Lambda:
			next = x.Body
			if x.Formals != nil {
				list := x.Formals.List
				if i := lastBefore(len(list), s, func(i int) int32 { return list[i].Start }); i >= 0 && list[i].Span.Contains(s) && list[i].Default != nil {
					next = list[i].Default
				}
			}
		default:
			Walk(n, func(child Node) bool {
				if child == n {
					return true
				}
				if next == nil && child.Range().Contains(s) {
					next = child
				}
				return false
			})
		}
		n = next
	}
}

// lastBefore is the index of the last of some spans in source order that starts at or before s; -1 if there is none. As they do not
// overlap, no other can contain s.
func lastBefore(n int, s Span, start func(i int) int32) int {
	return sort.Search(n, func(i int) bool { return start(i) > s.Start }) - 1
}

func partAround(parts []Part, s Span) Node {
	if i := lastBefore(len(parts), s, func(i int) int32 { return parts[i].Start }); i >= 0 && parts[i].Expr != nil {
		return parts[i].Expr
	}
	return nil
}

func bindingAround(bindings []Binding, s Span) Node {
	if i := lastBefore(len(bindings), s, func(i int) int32 { return bindings[i].Range().Start }); i >= 0 {
		return bindings[i]
	}
	return nil
}
