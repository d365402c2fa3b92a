package rewrite

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// A Refusal says why a value cannot be renamed with certainty: each place that stands in the way.
type Refusal struct {
	Value   string
	Reasons []Skip
}

func (r *Refusal) Error() string {
	lines := []string{r.Value + " cannot be renamed with certainty:"}
	for _, s := range r.Reasons {
		at := s.At.File
		if s.At.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", s.At.File, s.At.Line, s.At.Column)
		}
		if at != "" {
			at += ": "
		}
		lines = append(lines, "  "+at+s.Why)
	}
	return strings.Join(lines, "\n")
}

// renaming is a value that gets another path.
type renaming struct {
	g        *graph.Graph
	v        *graph.Value
	from, to []string    // its path, and the one that it gets
	common   int         // how many names both begin with
	old      string      // the last name
	ids      [][2]string // names that are written in comments, old and new
	changes  map[string][]Change
	done     map[string]map[parse.Span]bool
	refused  []Skip
}

// RenameValue plans to give a value another path, in the code: its declaration, its definitions and its reads, direct, through aliases, with, and inherit. In
// another group, its declaration and definitions move out of the sets that they stand in, and what reads it by way of its group reads it from where that comes
// from. Comments that move take ids along as they are called then. With alias, mkRenamedOptionModule is put beside the declaration, so that the old name goes on
// being read. The error is a *Refusal where some place cannot be changed with certainty; whoever calls holds the tree as it would be against the one that is.
func RenameValue(g *graph.Graph, v *graph.Value, to []string, ids [][2]string, alias bool) (*Plan, error) {
	r := &renaming{g: g, v: v, from: v.Segments, to: to, old: v.Segments[len(v.Segments)-1], ids: ids, changes: map[string][]Change{}, done: map[string]map[parse.Span]bool{}}
	for r.common < len(r.from)-1 && r.common < len(to)-1 && r.from[r.common] == to[r.common] {
		r.common++
	}
	path := strings.Join(to, ".")
	switch {
	case r.common == 0:
		r.refuse(graph.Place{}, path+" is in another namespace: "+r.from[0]+" is where its readers look")
	case v.Registry:
		r.refuse(graph.Place{}, "it is a registry: its members are read by way of it")
	case slices.Contains(v.Segments, "*"):
		r.refuse(first(v.Declared), "it is an option of every member of a registry, which may be read as a whole")
	case v.Member && alias:
		r.refuse(graph.Place{}, "it is a member of a registry, and an alias is for options")
	case len(v.Declared) == 0:
		r.refuse(graph.Place{}, "nothing here declares it")
	case strings.HasPrefix(path, v.Path+"."):
		r.refuse(graph.Place{}, path+" lies in it")
	}
	for _, name := range append(slices.Clone(to[r.common:]), r.from[r.common:]...) {
		if !plainName(name) {
			r.refuse(graph.Place{}, fmt.Sprintf("%s is no name that can stand without quotes", name))
		}
	}
	for _, o := range g.Values {
		switch {
		case o == v:
		case o.Path == path:
			r.refuse(first(o.Declared), path+" is there already")
		case strings.HasPrefix(o.Path, path+"."):
			r.refuse(first(o.Declared), o.Path+" lies in "+path)
		case strings.HasPrefix(path, o.Path+".") && !strings.HasPrefix(v.Path, o.Path+"."):
			r.refuse(first(o.Declared), path+" lies in "+o.Path+", which is an option itself")
		}
		if strings.HasPrefix(o.Path, v.Path+".") {
			r.refuse(first(o.Declared), o.Path+" lies in it")
		}
	}
	if len(r.refused) > 0 {
		return nil, &Refusal{v.Path, r.refused}
	}
	own := map[string]bool{v.Path: true}
	for _, i := range v.Instances {
		own[i.Path] = true
	}
	for _, ref := range g.References {
		if ref.Value == v {
			r.read(ref)
		}
	}
	// Bindings come after the reads: what is read in one that moves, moves with it.
	for _, at := range v.Declared { // a member's are its definitions
		r.binding(at, "declares it")
	}
	for _, d := range g.Definitions {
		if own[d.Option] && !slices.Contains(v.Declared, d.At) {
			r.binding(d.At, "defines it")
		}
	}
	// What has all of a group at hand may look at the names in it.
	for _, ref := range g.References {
		if ref.Value != v && r.within(ref.Value.Path) && ref.Kind != graph.Guard {
			r.refuse(ref.At, ref.Value.Path+", which it lies in, is read here as a whole")
		}
	}
	for _, h := range g.Account.Handed {
		if r.within(h.Path) && !r.named(h.At) {
			r.refuse(h.At, h.Path+", which it lies in, is handed to something here")
		}
	}
	r.options()
	for _, u := range g.Unresolved {
		if p := strings.TrimSuffix(u.Path, ".*"); p != u.Path && r.within(p) {
			r.refuse(u.At, "a name that is not known is read here ("+u.Path+"): "+u.Reason)
		}
	}
	if alias && len(r.refused) == 0 {
		r.alias(v.Declared[0], path)
	}
	if len(r.refused) > 0 {
		slices.SortStableFunc(r.refused, func(a, b Skip) int {
			return cmp.Or(strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start))
		})
		return nil, &Refusal{v.Path, slices.CompactFunc(r.refused, func(a, b Skip) bool { return a == b })}
	}
	p := &Plan{Dir: g.Dir}
	for _, file := range slices.Sorted(maps.Keys(r.changes)) {
		changes := r.changes[file]
		slices.SortStableFunc(changes, func(a, b Change) int {
			return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
		})
		src := g.Files[file].Src
		p.Files = append(p.Files, &File{Name: file, Old: src, New: splice(src, changes), Changes: changes})
	}
	return p, nil
}

// within says whether a group holds the value, as it is called or as it will be.
func (r *renaming) within(group string) bool {
	return strings.HasPrefix(r.v.Path, group+".") || strings.HasPrefix(strings.Join(r.to, "."), group+".")
}

// tail is what of the new path comes behind its first n names.
func (r *renaming) tail(n int) string { return strings.Join(r.to[n:], ".") }

// named says whether a group of values is given a name at a place, and no more: cfg = config.my, with config.my, inherit (config.my) a.
func (r *renaming) named(at graph.Place) bool {
	f := r.g.Files[at.File]
	if f == nil {
		return false
	}
	ok := false
	parse.Around(f.Expr, at.Span, func(n parse.Node) {
		switch x := n.(type) {
		case *parse.Attr:
			ok = x.Value.Range() == at.Span
		case *parse.With:
			ok = x.Env.Range() == at.Span
		case *parse.Inherit:
			ok = true
		case *parse.Select:
			ok = ok || x.X.Range() == at.Span
		case *parse.Apply, *parse.List, *parse.Binary:
			if n.Range() != at.Span {
				ok = false
			}
		}
	})
	return ok
}

// options refuses where a module looks at the value's option by its name: options.my.a.isDefined, options ? my.a.
func (r *renaming) options() {
	for _, name := range slices.Sorted(maps.Keys(r.g.Files)) {
		f := r.g.Files[name]
		if !strings.Contains(f.Src, "options") || !strings.Contains(f.Src, r.old) {
			continue
		}
		parse.Walk(f.Expr, func(n parse.Node) bool {
			var x parse.Expr
			var path []parse.AttrName
			switch s := n.(type) {
			case *parse.Select:
				x, path = s.X, s.Path
			case *parse.HasAttr:
				x, path = s.X, s.Path
				if in, ok := x.(*parse.Select); ok {
					x, path = in.X, slices.Concat(in.Path, path)
				}
			}
			if id, ok := x.(*parse.Ident); ok && id.Name == "options" && slices.ContainsFunc(path, func(a parse.AttrName) bool { return a.Static() && a.Name == r.old }) {
				r.refuse(graph.PlaceIn(f, n.Range()), "its option is looked at here")
			}
			return true
		})
	}
}

func first(places []graph.Place) graph.Place {
	if len(places) == 0 {
		return graph.Place{}
	}
	return places[0]
}

// plainName says whether a name is an identifier that is no keyword (Nix manual, "Identifiers").
func plainName(name string) bool {
	f := parse.Parse("name", name)
	id, ok := f.Expr.(*parse.Ident)
	return ok && !f.Errors.Syntax() && id.Name == name && id.Span == (parse.Span{Start: 0, End: int32(len(name))})
}

func (r *renaming) refuse(at graph.Place, why string) {
	r.refused = append(r.refused, Skip{at, why})
}

// change plans one splice; the same one twice is one.
func (r *renaming) change(file string, span parse.Span, text string) {
	if r.done[file] == nil {
		r.done[file] = map[parse.Span]bool{}
	}
	if r.done[file][span] {
		return
	}
	r.done[file][span] = true
	f := r.g.Files[file]
	if f.Errors.Syntax() {
		r.refuse(graph.Place{File: file}, "the file has syntax errors")
		return
	}
	r.changes[file] = append(r.changes[file], Change{Kind: Renamed, File: file, Span: span, New: text, Line: f.Position(span.Start).Line, Values: []*graph.Value{r.v}, Why: "renamed"})
}

// alias puts mkRenamedOptionModule into the module that declares the value.
func (r *renaming) alias(at graph.Place, path string) {
	f := r.g.Files[at.File]
	fn, ok := f.Expr.(*parse.Lambda)
	if !ok || fn.Formals == nil || !slices.ContainsFunc(fn.Formals.List, func(a parse.Formal) bool { return a.Name == "lib" }) {
		r.refuse(at, "the module does not take lib, which mkRenamedOptionModule is in")
		return
	}
	body := fn.Body
	for {
		switch x := body.(type) {
		case *parse.Let:
			body = x.Body
			continue
		case *parse.With:
			body = x.Body
			continue
		case *parse.Paren:
			body = x.X
			continue
		}
		break
	}
	set, ok := body.(*parse.Set)
	if ok && binder(f, "lib", set.Span) != parse.Node(fn) {
		r.refuse(at, "lib is another one where the alias would stand")
		return
	}
	if !ok || len(set.Bindings) == 0 {
		r.refuse(at, "what the module is does not stand as one set, where the alias could be put")
		return
	}
	quoted := func(path string) string {
		var out []string
		for _, s := range graph.SplitPath(path) {
			out = append(out, `"`+strings.Trim(s, `"`)+`"`)
		}
		return "[ " + strings.Join(out, " ") + " ]"
	}
	module := "(lib.mkRenamedOptionModule " + quoted(r.v.Path) + " " + quoted(path) + ")"
	for _, b := range set.Bindings {
		a, ok := b.(*parse.Attr)
		if !ok || len(a.Path) != 1 || a.Path[0].Name != "imports" {
			continue
		}
		list, ok := a.Value.(*parse.List)
		if !ok {
			r.refuse(graph.Place{File: at.File}, "its imports are no list that the alias could be put into")
			return
		}
		r.change(at.File, parse.Span{Start: list.Start + 1, End: list.Start + 1}, " "+module)
		return
	}
	start := set.Bindings[0].Range().Start
	indent := f.Src[strings.LastIndexByte(f.Src[:start], '\n')+1 : start]
	if strings.TrimSpace(indent) != "" {
		indent = " "
	} else {
		indent = LineBreak(f.Src) + indent
	}
	r.change(at.File, parse.Span{Start: start, End: start}, "imports = [ "+module+" ];"+indent)
}

// Texts are the files as the plan makes them.
func (p *Plan) Texts() map[string]string {
	out := map[string]string{}
	for _, f := range p.Files {
		out[f.Name] = f.New
	}
	return out
}

// With takes in the changes of another plan of the same tree. Where both change the same place, this one's stands.
func (p *Plan) With(o *Plan) {
	p.Skipped = append(p.Skipped, o.Skipped...)
	for _, f := range o.Files {
		i := slices.IndexFunc(p.Files, func(own *File) bool { return own.Name == f.Name })
		if i < 0 {
			p.Files = append(p.Files, f)
			continue
		}
		own := p.Files[i]
		for _, c := range f.Changes {
			if !slices.ContainsFunc(own.Changes, func(o Change) bool { return o.Span.Start < c.Span.End && c.Span.Start < o.Span.End }) {
				own.Changes = append(own.Changes, c)
			}
		}
		slices.SortStableFunc(own.Changes, func(a, b Change) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
		own.New = splice(own.Old, own.Changes)
	}
	slices.SortFunc(p.Files, func(a, b *File) int { return strings.Compare(a.Name, b.Name) })
}

// Mentions are the places where Nix files have a path in strings and comments, as the plan leaves them: what people read, and no code.
func Mentions(g *graph.Graph, path string) []graph.Place {
	var out []graph.Place
	for _, name := range slices.Sorted(maps.Keys(g.Files)) {
		f := g.Files[name]
		for _, c := range renameWords(name, f.Src, path, path) {
			out = append(out, graph.PlaceIn(f, c.Span))
		}
	}
	return out
}
