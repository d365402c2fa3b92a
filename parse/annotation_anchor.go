package parse

import (
	"slices"
	"sort"
	"strings"
)

// Where comments stand. All queries of a file go down the tree together, in source order, so that each node is looked at
// once at most and only where a comment with an annotation lies within it.

// query asks for the anchor of one comment.
type query struct {
	at       Span // the comment; for a trailing one the last byte of code in front of it
	trailing bool
	line     int32 // trailing: where its line begins
	anchor   Anchor
}

// role is what a child is to its parent.
type role uint8

const (
	roleExpr role = iota
	roleBinding
	roleElement
	roleFormal
	roleName // of an inherit
	rolePart // ${…}
)

// item reports whether a person would name such a child as the thing that a comment stands at.
func (r role) item() bool { return r != roleExpr && r != rolePart }

type child struct {
	node Node
	role role
	in   *Lambda  // of a formal
	from *Inherit // of a name
}

// children appends what n consists of, in source order.
func children(n Node, out []child) []child {
	expr := func(e Expr) {
		if e != nil {
			out = append(out, child{node: e})
		}
	}
	parts := func(ps []Part) {
		for i := range ps {
			if ps[i].Expr != nil {
				out = append(out, child{node: &ps[i], role: rolePart})
			}
		}
	}
	path := func(ns []AttrName) {
		for i := range ns {
			if ns[i].Expr != nil {
				out = append(out, child{node: &ns[i], role: rolePart})
			}
		}
	}
	bindings := func(bs []Binding) {
		for _, b := range bs {
			out = append(out, child{node: b, role: roleBinding})
		}
	}
	switch x := n.(type) {
	case *String:
		parts(x.Parts)
	case *Path:
		parts(x.Parts)
	case *Part:
		expr(x.Expr)
	case *AttrName:
		expr(x.Expr)
	case *List:
		for _, e := range x.Elems {
			out = append(out, child{node: e, role: roleElement})
		}
	case *Set:
		bindings(x.Bindings)
	case *Let:
		bindings(x.Bindings)
		expr(x.Body)
	case *With:
		expr(x.Env)
		expr(x.Body)
	case *Assert:
		expr(x.Cond)
		expr(x.Body)
	case *If:
		expr(x.Cond)
		expr(x.Then)
		expr(x.Else)
	case *Lambda:
		if x.Formals != nil {
			for i := range x.Formals.List {
				out = append(out, child{node: &x.Formals.List[i], role: roleFormal, in: x})
			}
		}
		expr(x.Body)
	case *Formal:
		expr(x.Default)
	case *Apply:
		expr(x.Fn)
		expr(x.Arg)
	case *Select:
		expr(x.X)
		path(x.Path)
		expr(x.Default)
	case *HasAttr:
		expr(x.X)
		path(x.Path)
	case *Unary:
		expr(x.X)
	case *Binary:
		expr(x.X)
		expr(x.Y)
	case *Paren:
		expr(x.X)
	case *Attr:
		path(x.Path)
		expr(x.Value)
	case *Inherit:
		expr(x.From)
		for i := range x.Names {
			out = append(out, child{node: &x.Names[i], role: roleName, from: x})
		}
	}
	// A tree with gaps may hold a child out of order; what is looked up by halving must be sorted.
	if !slices.IsSortedFunc(out, byStart) {
		slices.SortStableFunc(out, byStart)
	}
	return out
}

func byStart(a, b child) int { return int(a.node.Range().Start) - int(b.node.Range().Start) }

// descent is the way from the file to where the queries are.
type descent struct {
	f    *File
	path []Expr // expressions around the place since the innermost item, outermost first; the rest of the slice is above that
}

// anchors answers the queries, which are sorted by place.
func (f *File) anchors(qs []query) {
	d := &descent{f: f}
	root := []child{{node: f.Expr}}
	d.split(nil, child{}, root, nil, -1, 0, qs)
}

// split shares the queries out among the children of n. siblings and index are n's own place, where n is the item.
func (d *descent) split(n Node, item child, kids, siblings []child, index, mark int, qs []query) {
	next := 0
	for i := 0; i < len(qs); {
		for next < len(kids) && kids[next].node.Range().End <= qs[i].at.Start {
			next++
		}
		if next == len(kids) {
			for ; i < len(qs); i++ {
				d.resolve(&qs[i], n, item, nil, siblings, index, mark)
			}
			return
		}
		k := kids[next].node.Range()
		if qs[i].at.Start < k.Start {
			d.resolve(&qs[i], n, item, &kids[next], siblings, index, mark)
			i++
			continue
		}
		in := i + sort.Search(len(qs)-i, func(j int) bool { return qs[i+j].at.Start >= k.End })
		d.enter(kids, next, item, siblings, index, mark, qs[i:in])
		i = in
	}
}

// enter goes into the child at position at of kids.
func (d *descent) enter(kids []child, at int, item child, siblings []child, index, mark int, qs []query) {
	c := kids[at]
	depth := len(d.path)
	if c.role.item() {
		item, siblings, index, mark = c, kids, at, depth
	}
	if e, ok := c.node.(Expr); ok && !c.role.item() {
		d.path = append(d.path, e)
	}
	d.split(c.node, item, children(c.node, nil), siblings, index, mark, qs)
	d.path = d.path[:depth]
}

// resolve answers one query that lies in n but in none of its children; next is the child after it.
func (d *descent) resolve(q *query, n Node, item child, next *child, siblings []child, index, mark int) {
	if q.trailing {
		q.anchor = d.trailing(q, item, siblings, index, d.path[mark:])
		return
	}
	q.anchor = d.anchor(item)
	if next == nil { // after the last binding or element: the construct around them
		return
	}
	switch x := n.(type) {
	case nil:
		q.anchor = d.f.fileAnchor() // above all code
		return
	case *Attr, *Formal, *AttrName, *Part:
		if next.role != roleExpr {
			return
		}
		if _, ok := n.(*Part); ok {
			q.anchor = d.anchor(*next)
		}
		return // port = /* … */ 80; is a comment on the binding
	case *Inherit:
		if next.role == roleName {
			q.anchor = d.anchor(*next)
		}
		return
	case *Let:
		if next.role == roleExpr && d.f.wordIn(q.at.End, next.node.Range().Start) {
			return // between the last binding and in
		}
	case *Binary:
		// a ++ (b ++ c): what stands in front of b speaks of b.
		if y, ok := next.node.(*Binary); ok && y.Op == x.Op {
			q.anchor = d.anchor(child{node: y.X})
			return
		}
	case *String, *Path:
		return
	case *Select, *HasAttr:
		if next.role == rolePart {
			return
		}
	}
	q.anchor = d.anchor(*next)
}

// trailing answers a query for the end of a line: the item that ends last on it, else the one that begins on it, else the
// expression that does.
func (d *descent) trailing(q *query, item child, siblings []child, index int, path []Expr) Anchor {
	if item.node != nil {
		s := item.node.Range()
		if s.Start >= q.line || s.End == q.at.End {
			a := d.anchor(item)
			if s.Start >= q.line && s.End == q.at.End {
				for i := index - 1; i >= 0 && siblings[i].role == item.role; i-- {
					t := siblings[i].node.Range()
					if t.Start < q.line {
						break
					}
					a.Start = t.Start
				}
			}
			return a
		}
	}
	// Going inwards, starts grow and ends shrink.
	begins := sort.Search(len(path), func(i int) bool { return path[i].Range().Start >= q.line })
	ends := sort.Search(len(path), func(i int) bool { return path[i].Range().End <= q.at.End })
	switch {
	case max(begins, ends) < len(path):
		return d.anchor(child{node: path[max(begins, ends)]})
	case begins < len(path):
		return d.anchor(child{node: path[begins]})
	}
	return d.anchor(item)
}

// anchor makes the anchor for a child; the file's for none.
func (d *descent) anchor(c child) Anchor {
	if c.node == nil || c.node == Node(d.f.Expr) {
		return d.f.fileAnchor()
	}
	a := Anchor{Span: c.node.Range(), Kind: AnchorBinding, Node: c.node}
	switch x := c.node.(type) {
	case *Attr:
		a.Name = d.f.PathText(x.Path)
		return a
	case *Inherit:
		var names strings.Builder
		for i := range x.Names {
			if i > 0 {
				names.WriteByte(' ')
			}
			names.WriteString(d.f.Text(x.Names[i].Span))
		}
		a.Name = names.String()
		return a
	case *AttrName:
		if c.role == roleName {
			a.Name, a.Node = d.f.Text(x.Span), c.from
			return a
		}
		a.Node = x.Expr
	case *Formal:
		a.Name, a.Node = x.Name, c.in
		if x.Default != nil {
			a.Node = x.Default
		}
	case *Part:
		a.Span, a.Node = x.Expr.Range(), x.Expr
	}
	a.Kind = AnchorExpr
	if c.role == roleElement {
		a.Kind = AnchorElement
	}
	return a
}

func (f *File) fileAnchor() Anchor { return Anchor{Span: Span{0, int32(len(f.Src))}} }

// wordIn reports whether the keyword in stands between the two offsets, where nothing else does but comments.
func (f *File) wordIn(from, to int32) bool {
	i := sort.Search(len(f.Comments), func(i int) bool { return f.Comments[i].Start >= from })
	for from < to {
		end := to
		if i < len(f.Comments) && f.Comments[i].Start < to {
			end = f.Comments[i].Start
		}
		if strings.Contains(f.Src[from:max(from, end)], "in") {
			return true
		}
		if end == to {
			return false
		}
		from = max(f.Comments[i].End, from)
		i++
	}
	return false
}
