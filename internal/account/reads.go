package account

import (
	"slices"
	"strings"
)

// A Form is the way in which a read is written.
type Form string

const (
	Select  Form = "select"  // config.my.x
	Inherit Form = "inherit" // inherit (config.my) x
	With    Form = "with"    // with config.my;
	Guard   Form = "guard"   // config ? my.x
	Alias   Form = "alias"   // cfg.x, where cfg = config.my
	Outer   Form = "outer"   // node.config.my.x, of another configuration
)

// A Read is an occurrence in the text of something below a root.
type Read struct {
	File string
	Spot
	Last Spot     // where the expression's last token begins
	Path []string // my, x; * is a computed name
	Form Form
	Via  string // the let binding it reads through, "" if none
	Let  []Spot // that binding's source, and those of the bindings that it reads through itself
	Name string // what let binds it to, where the file binds that name more than once; its uses are not listed then
	Note string // what else the text shows: "in a string"
}

func (r Read) String() string { return strings.Join(r.Path, ".") }

// configs are the names that the module system and home-manager give to a configuration.
var configs = []string{"config", "osConfig", "nixosConfig", "darwinConfig"}

// A Root is a namespace: an option's path, or the name of a module's argument.
type Root struct {
	Path     []string
	Argument bool
}

// reader finds the reads of one file.
type reader struct {
	file  string
	roots []Root
	toks  []token
	depth []frame          // per token: the innermost bracket that it stands in
	names map[string][]int // per identifier: its tokens that bind it
	alias map[string]alias
	out   []Read
}

// alias is what let names so: part of a root.
type alias struct {
	path []string
	at   []Spot
}

// frame is the innermost opening that a token stands in: '{', '(', '[', 'l' for let, 'h' for ${.
type frame struct {
	open byte
	at   int // the opening token
	str  bool
}

// Reads lists every read of the roots in a file's text, in the order of the text. Names that are bound by let to
// part of a root are followed, as long as the file binds them once.
func Reads(file, src string, roots []Root) []Read {
	r := &reader{file: file, roots: roots, toks: lex(src), names: map[string][]int{}, alias: map[string]alias{}}
	r.frames()
	r.bindings()
	for _, c := range configs {
		r.alias[c] = alias{}
	}
	for _, root := range roots {
		if root.Argument && len(r.names[root.Path[0]]) == 1 && r.argument(r.names[root.Path[0]][0]) {
			r.alias[root.Path[0]] = alias{path: root.Path}
		}
	}
	// A name may be bound after its use, and to another such name.
	for {
		n := len(r.alias)
		r.learn()
		if len(r.alias) == n {
			break
		}
	}
	for i := range r.toks {
		r.read(i)
	}
	slices.SortStableFunc(r.out, func(a, b Read) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return r.out
}

func (r *reader) tok(i int) token {
	if i < 0 || i >= len(r.toks) {
		return token{}
	}
	return r.toks[i]
}

func (r *reader) is(i int, s string) bool {
	t := r.tok(i)
	return t.text == s && (t.kind == punct || t.kind == ident)
}

// frames finds for every token the bracket, let or interpolation that it stands in.
func (r *reader) frames() {
	stack := []frame{{open: 'f', at: -1}}
	for i, t := range r.toks {
		r.depth = append(r.depth, stack[len(stack)-1])
		str := stack[len(stack)-1].str
		switch {
		case t.kind == punct && (t.text == "{" || t.text == "(" || t.text == "["):
			stack = append(stack, frame{t.text[0], i, str})
		case t.kind == punct && t.text == "${":
			stack = append(stack, frame{'h', i, str || i > 0 && (r.toks[i-1].kind == text || r.toks[i-1].kind == open)})
		case t.kind == ident && t.text == "let" && !r.is(i+1, "{") && !r.is(i-1, "."):
			stack = append(stack, frame{'l', i, str})
		case t.kind == punct && (t.text == "}" || t.text == ")" || t.text == "]"), t.kind == ident && t.text == "in" && !r.is(i-1, "."):
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		}
	}
}

// bindings notes where the file binds which name: let and sets, arguments, @.
func (r *reader) bindings() {
	for i, t := range r.toks {
		if t.kind != ident || r.is(i-1, ".") {
			continue
		}
		switch {
		case r.is(i+1, "=") && r.first(i) && r.scope(i), r.is(i+1, ":"), r.is(i+1, "@"), r.is(i-1, "@"):
			r.names[t.text] = append(r.names[t.text], i)
		case r.depth[i].open == '{' && (r.is(i-1, "{") || r.is(i-1, ",")) && (r.is(i+1, ",") || r.is(i+1, "?") || r.is(i+1, "}")):
			r.names[t.text] = append(r.names[t.text], i)
		}
	}
}

// argument tells whether the name that token i binds is one of a function's arguments.
func (r *reader) argument(i int) bool { return !r.is(i+1, "=") }

// first tells whether a binding can begin at a token.
func (r *reader) first(i int) bool { return r.is(i-1, "{") || r.is(i-1, ";") || r.is(i-1, "let") }

// scope tells whether what is bound at a token is in scope elsewhere: in a let or a rec set.
func (r *reader) scope(i int) bool {
	f := r.depth[i]
	return f.open == 'l' || f.open == '{' && (r.is(f.at-1, "rec") || r.is(f.at-1, "let"))
}

// selection reads what follows the name at token i: .a.b, ."c", .${d}. It gives the names and the token behind.
func (r *reader) selection(i int) (segs []string, next int) {
	next = i + 1
	for r.is(next, ".") {
		seg, after, ok := r.attribute(next + 1)
		if !ok {
			break
		}
		segs, next = append(segs, seg), after
	}
	return segs, next
}

// attribute reads one name of an attribute path.
func (r *reader) attribute(i int) (name string, next int, ok bool) {
	t := r.tok(i)
	switch {
	case t.kind == ident:
		return t.text, i + 1, true
	case t.kind == open:
		end := r.end(i)
		switch {
		case end == i+1:
			return "", end + 1, true
		case end == i+2 && r.tok(i+1).kind == text:
			return r.tok(i + 1).text, end + 1, true
		}
		return "*", end + 1, true
	case t.text == "${":
		return "*", r.end(i) + 1, true
	}
	return "", i, false
}

// end is the token that closes what token i opens: a string or an interpolation.
func (r *reader) end(i int) int {
	depth := 0
	for j := i; j < len(r.toks); j++ {
		switch t := r.toks[j]; {
		case t.kind == open, t.kind == punct && (t.text == "${" || t.text == "{"):
			depth++
		case t.kind == shut, t.kind == punct && t.text == "}":
			depth--
		}
		if depth == 0 {
			return j
		}
	}
	return len(r.toks) - 1
}

// source is what an expression of names alone stands for: config.my.x, cfg.x, a.config.my. ok is false if it is none of it.
func (r *reader) source(i int) (path []string, via string, let []Spot, outer, ok bool, next int) {
	t := r.tok(i)
	if t.kind != ident || r.is(i-1, "?") {
		return nil, "", nil, false, false, i + 1
	}
	if r.is(i-1, ".") {
		if t.text != "config" || r.is(i-2, "lib") {
			return nil, "", nil, false, false, i + 1
		}
		segs, next := r.selection(i)
		return segs, "", nil, true, true, next
	}
	base, known := r.alias[t.text]
	if !known || !slices.Contains(configs, t.text) && len(r.names[t.text]) > 1 {
		return nil, "", nil, false, false, i + 1
	}
	segs, next := r.selection(i)
	if len(base.at) > 0 {
		via = t.text
	}
	return append(slices.Clone(base.path), segs...), via, base.at, false, true, next
}

// below tells whether a path is at or below a root.
func (r *reader) below(path []string) bool {
	return slices.ContainsFunc(r.roots, func(root Root) bool {
		return len(path) >= len(root.Path) && slices.Equal(path[:len(root.Path)], root.Path)
	})
}

// above tells whether a path is a root's, or on the way to one.
func (r *reader) above(path []string) bool {
	return slices.ContainsFunc(r.roots, func(root Root) bool {
		return !root.Argument && len(path) < len(root.Path) && slices.Equal(path, root.Path[:len(path)])
	})
}

// learn adds the names that let binds to part of a root, or to a configuration.
func (r *reader) learn() {
	bind := func(name string, path []string, at Spot, let []Spot) {
		if _, old := r.alias[name]; !old && (r.below(path) || r.above(path)) {
			r.alias[name] = alias{path, append([]Spot{at}, let...)}
		}
	}
	for i := range r.toks {
		path, _, let, _, ok, next := r.source(i)
		if !ok {
			continue
		}
		// cfg = config.my.x; and cfg = config.my.x or { };
		if r.is(i-1, "=") && (r.is(next, ";") || r.is(next, "or")) && r.first(i-2) && r.scope(i-2) && r.tok(i-2).kind == ident {
			bind(r.tok(i-2).text, path, r.toks[i].Spot, let)
		}
		// inherit (config.my) x;
		if r.is(i-1, "(") && r.is(i-2, "inherit") && r.is(next, ")") && r.scope(i-2) {
			for j := next + 1; r.tok(j).kind == ident; j++ {
				r.names[r.tok(j).text] = append(r.names[r.tok(j).text], j)
				bind(r.tok(j).text, append(slices.Clone(path), r.tok(j).text), r.toks[j].Spot, append([]Spot{r.toks[i].Spot}, let...))
			}
		}
	}
	for name, at := range r.names {
		slices.Sort(at)
		r.names[name] = slices.Compact(at)
	}
}

// read adds the read that begins at token i, if one does.
func (r *reader) read(i int) {
	path, via, let, outer, ok, next := r.source(i)
	if !ok {
		return
	}
	start := i
	for outer && r.is(start-1, ".") && start >= 2 && r.tok(start-2).kind == ident {
		start -= 2
	}
	one := Read{File: r.file, Spot: r.toks[start].Spot, Last: r.tok(next - 1).Spot, Path: path, Form: Select, Via: via, Let: let}
	switch {
	case outer:
		one.Form = Outer
	case via != "":
		one.Form = Alias
	}
	if r.depth[i].str {
		one.Note = "in a string"
	}
	if r.binds(i, next) {
		return
	}
	inheriting := r.is(start-1, "(") && r.is(start-2, "inherit") && r.is(next, ")")
	switch {
	case r.is(next, "?"):
		segs, after := r.selection(next) // the dot before the first name is missing, so read it by hand
		if first, a, ok := r.attribute(next + 1); ok {
			more, end := r.selection(a - 1)
			segs, after = append([]string{first}, more...), end
		}
		one.Path, one.Last, one.Form = append(path, segs...), r.tok(after-1).Spot, Guard
	case inheriting:
		bound := r.scope(start - 2)
		for j := next + 1; !r.is(j, ";") && j < len(r.toks); {
			name, after, ok := r.attribute(j)
			if !ok {
				break
			}
			part := one
			part.Path, part.Form = append(slices.Clone(path), name), Inherit
			part.Last = r.toks[j].Spot
			// What let inherits is read where the name stands.
			if r.below(part.Path) && !(bound && r.follows(name)) {
				part.Spot = r.toks[j].Spot
				if bound {
					part.Name = name
				}
				r.out = append(r.out, part)
			}
			j = after
		}
		return
	case r.is(start-1, "with") && r.is(next, ";"):
		one.Form = With
	case r.is(start-1, "=") && (r.is(next, ";") || r.is(next, "or")) && r.first(start-2) && r.scope(start-2):
		if one.Name = r.tok(start - 2).text; r.follows(one.Name) {
			return // read where the name stands
		}
	}
	if r.below(one.Path) {
		r.out = append(r.out, one)
	}
}

// follows tells whether the reads through a name are listed by themselves.
func (r *reader) follows(name string) bool {
	_, known := r.alias[name]
	return known && len(r.names[name]) == 1
}

// binds tells whether the path from token i is what a binding defines, not what it reads; or an argument's name.
func (r *reader) binds(i, next int) bool {
	if r.first(i) && r.is(next, "=") {
		return true
	}
	return slices.Contains(r.names[r.toks[i].text], i) && next == i+1 && !r.is(i-1, "=")
}
