package rewrite

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// A held is a binding that declares or defines the value, or the name in an inherit that does.
type held struct {
	names   []parse.AttrName
	value   string     // what it is bound to
	inside  parse.Span // where that stands; empty for an inherit
	whole   parse.Span // what goes where the binding does
	alone   bool       // its set has nothing else
	atom    bool       // its value needs no parentheses as an argument
	inherit *parse.Inherit
	index   int // of the name in inherit
}

// binding gives a binding that declares or defines the value its new path.
func (r *renaming) binding(at graph.Place, what string) {
	f := r.g.Files[at.File]
	if f == nil {
		r.refuse(at, "this "+what+", and the file was not read")
		return
	}
	var chain []parse.Node
	parse.Around(f.Expr, at.Span, func(n parse.Node) { chain = append(chain, n) })
	h, depth := r.held(f, at.Span, chain)
	if h == nil {
		r.refuse(at, "this "+what+", and its name does not stand in a binding here")
		return
	}
	changed := len(r.from) - r.common
	n := min(changed, len(h.names))
	if !r.calledAs(h.names[len(h.names)-n:], r.from[len(r.from)-n:]) {
		r.refuse(at, "this "+what+", and its name does not stand in a binding here")
		return
	}
	if n < changed {
		r.move(f, at, what, h, chain[:depth], changed-n)
		return
	}
	if h.inherit != nil {
		r.uninherit(f, h.inherit, h.index, r.tail(r.common)+" = "+h.value+";")
		return
	}
	r.change(f.Name, parse.Span{Start: h.names[len(h.names)-n].Start, End: h.names[len(h.names)-1].End}, r.tail(r.common))
}

// held finds the binding at a place, and how many nodes are around it.
func (r *renaming) held(f *parse.File, at parse.Span, chain []parse.Node) (*held, int) {
	for i, n := range chain {
		switch x := n.(type) {
		case *parse.Attr:
			if last := x.Path[len(x.Path)-1]; x.Holds(at) && last.Static() && last.Name == r.old {
				atom := false
				switch x.Value.(type) {
				case *parse.Int, *parse.Float, *parse.String, *parse.Ident, *parse.Select, *parse.Set, *parse.List, *parse.Paren, *parse.Path:
					atom = true
				}
				return &held{names: x.Path, value: f.Text(x.Value.Range()), inside: x.Value.Range(), whole: x.Span, alone: onlyBinding(chain[:i]), atom: atom}, i
			}
		case *parse.Inherit:
			k := slices.IndexFunc(x.Names, func(n parse.AttrName) bool { return n.Span == at && n.Name == r.old && f.Text(n.Span) == r.old })
			if k < 0 {
				continue
			}
			h := &held{names: x.Names[k : k+1], value: r.old, inherit: x, index: k, atom: true, whole: x.Span, alone: len(x.Names) == 1 && onlyBinding(chain[:i])}
			if x.From != nil {
				h.value = f.Text(x.From.Range()) + "." + r.old
				switch x.From.(type) {
				case *parse.Ident, *parse.Select, *parse.Paren:
				default:
					h.value = "(" + f.Text(x.From.Range()) + ")." + r.old
				}
			}
			if len(x.Names) > 1 {
				h.whole = withBlanks(f.Src, x.Names[k].Span)
			}
			return h, i
		}
	}
	return nil, 0
}

// onlyBinding says whether the set that ends a chain has one binding.
func onlyBinding(chain []parse.Node) bool {
	for _, n := range slices.Backward(chain) {
		if s, ok := n.(*parse.Set); ok {
			return len(s.Bindings) == 1
		}
	}
	return false
}

// move takes a binding out of the sets that it stands in, and puts it beside the one that leads to them: of my.ports = { ssh = 22; }, ssh becomes my.net.ssh = 22.
// missing is how many changed names the bindings around it have.
func (r *renaming) move(f *parse.File, at graph.Place, what string, h *held, around []parse.Node, missing int) {
	value, atom := h.value, h.atom
	inner := r.take(f.Name, h.inside)
	for i := range inner {
		inner[i].Span.Start -= h.inside.Start
		inner[i].Span.End -= h.inside.Start
	}
	value = splice(value, inner)
	gone, alone := h.whole, h.alone
	for i, n := range slices.Backward(around) {
		switch x := n.(type) {
		case *parse.Set:
			if x.Rec || x.LegacyLet {
				r.refuse(at, "this "+what+" in a recursive set, whose names it may use")
				return
			}
			continue
		case *parse.Paren:
			continue
		case *parse.With:
			if x.Body.Range().Contains(at.Span) {
				value, atom = "with "+f.Text(x.Env.Range())+"; "+value, false
				continue
			}
		case *parse.Apply:
			if cond, ok := x.Fn.(*parse.Apply); ok && calledMkIf(cond.Fn) && x.Arg.Range().Contains(at.Span) {
				if !atom {
					value = "(" + value + ")"
				}
				value, atom = f.Text(cond.Span)+" "+value, false
				continue
			}
		case *parse.Attr:
			n := min(missing, len(x.Path))
			if !r.calledAs(x.Path[len(x.Path)-n:], r.from[r.common+missing-n:r.common+missing]) {
				r.refuse(at, "this "+what+", and its path does not stand here")
				return
			}
			missing -= n
			if missing > 0 {
				if alone {
					gone, alone = x.Span, onlyBinding(around[:i])
				}
				continue
			}
			r.place(f, x, len(x.Path)-n, value, h, gone, alone)
			return
		}
		r.refuse(at, "this "+what+" in something that it cannot be taken out of")
		return
	}
	r.refuse(at, "this "+what+", and its path does not stand here")
}

// place writes a binding that moves behind the one that it stood in, or in its place if that has nothing else. kept is how many names of that one lead to the new
// path, too.
func (r *renaming) place(f *parse.File, beside *parse.Attr, kept int, value string, h *held, gone parse.Span, alone bool) {
	path := r.tail(r.common)
	if kept > 0 {
		path = f.Text(parse.Span{Start: beside.Path[0].Start, End: beside.Path[kept-1].End}) + "." + path
	}
	text := path + " = " + value + ";"
	comments, lines := commentsOf(f.Src, gone)
	if h.inherit != nil && len(h.inherit.Names) > 1 && !alone {
		comments, lines = nil, gone
	}
	indent, own := indentOf(f.Src, beside.Start)
	for i := range comments {
		comments[i] = r.inNewWords(f.Name, comments[i])
	}
	text = r.inNewWords(f.Name, text)
	if own {
		text = strings.Join(append(comments, text), LineBreak(f.Src)+indent)
	}
	if alone {
		r.change(f.Name, beside.Span, text)
		return
	}
	r.change(f.Name, lines, "")
	sep, end := " ", beside.End
	if own {
		sep = LineBreak(f.Src) + indent
		// A comment behind it stays behind it.
		if line, _, _ := strings.Cut(f.Src[end:], "\n"); strings.HasPrefix(strings.TrimSpace(line), "#") {
			end += int32(len(strings.TrimRight(line, "\r")))
		}
	}
	r.change(f.Name, parse.Span{Start: end, End: end}, sep+text)
}

// take takes the changes out of the plan that lie in a span.
func (r *renaming) take(file string, span parse.Span) (out []Change) {
	if span.Len() == 0 {
		return nil
	}
	r.changes[file] = slices.DeleteFunc(r.changes[file], func(c Change) bool {
		if span.Contains(c.Span) {
			out = append(out, c)
			return true
		}
		return false
	})
	slices.SortStableFunc(out, func(a, b Change) int { return int(a.Span.Start - b.Span.Start) })
	return out
}

// inNewWords is text that moves, with ids as they are called then.
func (r *renaming) inNewWords(file, text string) string {
	for _, id := range r.ids {
		text = splice(text, renameWords(file, text, id[0], id[1]))
	}
	return text
}

// calledMkIf says whether a function is mkIf, by its name.
func calledMkIf(fn parse.Expr) bool {
	switch x := fn.(type) {
	case *parse.Ident:
		return x.Name == "mkIf"
	case *parse.Select:
		last := x.Path[len(x.Path)-1]
		return last.Static() && last.Name == "mkIf"
	}
	return false
}

// commentsOf are the comment lines right above a binding that has its lines to itself, with one behind it, and the span of all of it. A binding that shares its
// line has none.
func commentsOf(src string, span parse.Span) (comments []string, lines parse.Span) {
	_, own := indentOf(src, span.Start)
	end := int(span.End)
	behind := ""
	if i := strings.IndexByte(src[end:], '\n'); i >= 0 {
		behind = strings.TrimSpace(src[end : end+i])
		if behind == "" || strings.HasPrefix(behind, "#") {
			end += i + 1
		} else {
			own = false
		}
	}
	if !own {
		return nil, withBlanks(src, span)
	}
	if behind != "" {
		comments = append(comments, behind)
	}
	start := strings.LastIndexByte(src[:span.Start], '\n') + 1
	for start > 0 {
		above := strings.LastIndexByte(src[:start-1], '\n') + 1
		line := strings.TrimSpace(src[above:start])
		if !strings.HasPrefix(line, "#") {
			break
		}
		comments = append([]string{line}, comments...)
		start = above
	}
	return comments, parse.Span{Start: int32(start), End: int32(end)}
}

// indentOf is the blanks that a line begins with, and whether nothing else stands before a place in it.
func indentOf(src string, at int32) (indent string, own bool) {
	before := src[strings.LastIndexByte(src[:at], '\n')+1 : at]
	return before[:len(before)-len(strings.TrimLeft(before, " \t"))], strings.TrimSpace(before) == ""
}
