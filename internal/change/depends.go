package change

import (
	"path"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// A naming is a path literal: what of the tree it names. The zero reads is the worst: contents of all that lies there.
type naming struct {
	file, name string // where it stands; what it names, relative to the root, "" for the root
	at         graph.Place
	open       bool // more comes behind it: ./hosts + "/x", ./hosts/${x}
	listed     bool // only the names in the folder are read: builtins.readDir ./hosts, or imports tell which files
	imported   bool // the imports tell all of it
}

// names says whether a file lies where a literal leads.
func (n naming) names(file string) bool {
	switch {
	case n.name == "" || file == n.name || strings.HasPrefix(file, n.name+"/"):
		return true
	case n.open:
		return strings.HasPrefix(file, n.name)
	}
	return false
}

// A textUse is what a file's text says of what it depends on beside imports.
type textUse struct {
	namings   []naming
	whole     *graph.Place // it uses the flake's own source
	revision  *graph.Place // it asks at which revision, or when, the flake was made
	others    *graph.Place // it reads another configuration
	positions bool         // it asks where something stands
}

// What a flake has of its source, and of the commit, beside its outputs (Nix manual, "nix flake", "Flake format"; call-flake.nix).
var (
	sourceAttributes = []string{"outPath", "sourceInfo", "narHash", "submodules"}
	commitAttributes = []string{"rev", "shortRev", "dirtyRev", "dirtyShortRev", "lastModified", "lastModifiedDate", "revCount"}
)

// otherConfigurations are names that lead from one configuration to another.
var otherConfigurations = []string{"nixosConfigurations", "darwinConfigurations", "homeConfigurations", "nodes"}

// A usage finds out what the files of one side depend on, from their text.
type usage struct {
	g      *graph.Graph
	flake  bool
	self   map[string]bool // names that the flake itself goes by
	inputs map[string]bool // names that all its inputs go by, itself among them
	files  map[string]*textUse
	at     map[string][]*graph.Import // by file that says so
}

func newUsage(g *graph.Graph) *usage {
	u := &usage{g: g, flake: g.Files["flake.nix"] != nil, self: map[string]bool{"self": true}, inputs: map[string]bool{"inputs": true}, files: map[string]*textUse{}, at: map[string][]*graph.Import{}}
	for _, i := range g.Imports {
		u.at[i.At.File] = append(u.at[i.At.File], i)
	}
	if !u.flake {
		return u
	}
	// Other names first: { flake = self; }, import ./hosts inputs.
	for more := true; more; {
		more = false
		learn := func(set map[string]bool, name string) {
			if name != "" && !set[name] {
				set[name], more = true, true
			}
		}
		for name, f := range g.Files {
			parse.Walk(f.Expr, func(n parse.Node) bool {
				switch x := n.(type) {
				case *parse.Attr:
					last := x.Path[len(x.Path)-1]
					switch u.what(x.Value) {
					case isSelf:
						learn(u.self, last.Name)
					case isInputs:
						learn(u.inputs, last.Name)
					}
				case *parse.Apply:
					if fn := u.imported(name, x.Fn); fn != nil && fn.Formals == nil && fn.Arg != nil {
						switch u.what(x.Arg) {
						case isSelf:
							learn(u.self, fn.Arg.Name)
						case isInputs:
							learn(u.inputs, fn.Arg.Name)
						}
					}
				}
				return true
			})
		}
	}
	return u
}

type meaning int

const (
	isOther meaning = iota
	isSelf
	isInputs
)

// what says whether an expression is the flake itself, or the set of its inputs.
func (u *usage) what(e parse.Expr) meaning {
	switch x := e.(type) {
	case *parse.Paren:
		return u.what(x.X)
	case *parse.Ident:
		switch {
		case u.self[x.Name]:
			return isSelf
		case u.inputs[x.Name]:
			return isInputs
		}
	case *parse.Select:
		if len(x.Path) == 1 && u.what(x.X) == isInputs && x.Path[0].Static() && x.Path[0].Name == "self" {
			return isSelf
		}
	}
	return isOther
}

// imported is the function that a file of the tree holds, where an expression is `import ./it.nix`.
func (u *usage) imported(file string, e parse.Expr) *parse.Lambda {
	call, ok := e.(*parse.Apply)
	if !ok {
		return nil
	}
	id, ok := call.Fn.(*parse.Ident)
	p, isPath := call.Arg.(*parse.Path)
	if !ok || id.Name != "import" || !isPath {
		return nil
	}
	name, open, ok := located(file, p)
	if !ok || open {
		return nil
	}
	f := u.g.Files[name]
	if f == nil {
		f = u.g.Files[path.Join(name, "default.nix")]
	}
	if f == nil {
		return nil
	}
	fn, _ := f.Expr.(*parse.Lambda)
	return fn
}

// located is what a path literal names, relative to the root; open if an interpolation follows. ok is false for what lies outside the tree.
func located(file string, p *parse.Path) (name string, open, ok bool) {
	if p.Search || len(p.Parts) == 0 {
		return "", false, false
	}
	text := p.Parts[0].Text
	if p.Parts[0].Expr != nil || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~") {
		return "", false, false
	}
	name = path.Join(path.Dir(file), text)
	open = len(p.Parts) > 1
	if open && strings.HasSuffix(text, "/") {
		name += "/"
	}
	if name == ".." || strings.HasPrefix(name, "../") {
		return "", false, false
	}
	if name == "." || name == "./" {
		name = ""
	}
	return name, open, true
}

// of reads one file's text, once.
func (u *usage) of(name string) *textUse {
	if t := u.files[name]; t != nil {
		return t
	}
	t := &textUse{}
	u.files[name] = t
	f := u.g.Files[name]
	if f == nil {
		return t
	}
	place := func(n parse.Node) *graph.Place {
		at := graph.PlaceIn(f, n.Range())
		return &at
	}
	fine := map[parse.Node]bool{} // what was looked at where it stands
	listed, open := map[parse.Node]bool{}, map[parse.Node]bool{}
	static := func(names []parse.AttrName, i int) string {
		if i < len(names) && names[i].Static() {
			return names[i].Name
		}
		return ""
	}
	// output says whether what is selected of the flake is one of its outputs, or tells of its commit, which is noted.
	output := func(names []parse.AttrName, i int, at parse.Node) bool {
		n := static(names, i)
		if slices.Contains(commitAttributes, n) {
			if u.flake && t.revision == nil {
				t.revision = place(at)
			}
			return true
		}
		return n != "" && !slices.Contains(sourceAttributes, n)
	}
	selected := func(x parse.Expr, names []parse.AttrName) {
		switch u.what(x) {
		case isSelf:
			fine[x] = output(names, 0, x)
		case isInputs:
			n := static(names, 0)
			fine[x] = n != "" && (n != "self" || output(names, 1, x))
		}
	}
	// followed notes that a text which begins with the flake's source leads to files that are imported, and to no more: "${self}/modules/x".
	followed := func(whole parse.Node, begin parse.Expr, rest string, more bool) {
		if u.what(begin) != isSelf {
			return
		}
		n := naming{file: name, name: strings.TrimPrefix(rest, "/"), at: *place(whole), open: more}
		if u.weigh(&n); n.listed {
			fine[begin] = true
			t.namings = append(t.namings, n)
		}
	}
	parse.Walk(f.Expr, func(n parse.Node) bool {
		switch x := n.(type) {
		case *parse.Apply:
			if isReadDir(x.Fn) {
				listed[x.Arg] = true
			}
			if fn := u.imported(name, x.Fn); fn != nil {
				fine[x.Arg] = true // its formals keep the names, its one argument was learned
			}
		case *parse.Attr:
			fine[x.Value] = true
		case *parse.Binary:
			if x.Op == parse.OpAdd {
				open[x.X] = true
				if text, ok := x.Y.(*parse.String); ok && len(text.Parts) > 0 && text.Parts[0].Expr == nil {
					followed(x, x.X, text.Parts[0].Text, len(text.Parts) > 1)
				}
			}
			if x.Op == parse.OpUpdate {
				for _, e := range []parse.Expr{x.X, x.Y} {
					fine[e] = u.what(e) == isInputs
				}
			}
		case *parse.String:
			if len(x.Parts) > 1 && x.Parts[0].Expr != nil && x.Parts[1].Expr == nil {
				followed(x, x.Parts[0].Expr, x.Parts[1].Text, len(x.Parts) > 2)
			}
		case *parse.With:
			fine[x.Env] = u.what(x.Env) == isInputs
		case *parse.HasAttr:
			selected(x.X, x.Path)
		case *parse.Select:
			selected(x.X, x.Path)
			for i := range x.Path {
				if t.others == nil && slices.Contains(otherConfigurations, static(x.Path, i)) {
					t.others = place(x)
				}
			}
			if u.flake && t.whole == nil && u.what(x) == isSelf && !fine[x] {
				t.whole = place(x)
			}
			if u.what(x) == isSelf {
				fine[x.X] = true
			}
			if n := static(x.Path, len(x.Path)-1); n == "unsafeGetAttrPos" {
				t.positions = true
			}
		case *parse.Inherit:
			if x.From != nil {
				fine[x.From] = true
				for i := range x.Names {
					if u.what(x.From) == isSelf && !output(x.Names, i, x) {
						fine[x.From] = false
					}
				}
			}
		case *parse.Ident:
			switch {
			case x.Name == "__curPos":
				t.positions = true
			case x.Name == "nodes" && t.others == nil:
				t.others = place(x)
			case u.flake && t.whole == nil && !fine[x] && u.what(x) != isOther:
				t.whole = place(x)
			}
		case *parse.Path:
			if at, more, ok := located(name, x); ok {
				t.namings = append(t.namings, u.naming(name, at, more || open[x], listed[x], *place(x)))
			}
		}
		return true
	})
	return t
}

// naming weighs a path literal against the imports that the evaluation found there.
func (u *usage) naming(file, name string, open, listed bool, at graph.Place) naming {
	n := naming{file: file, name: strings.TrimSuffix(name, "/"), at: at, open: open, listed: listed}
	if strings.HasSuffix(name, "/") {
		n.name, n.open = name, true
	}
	u.weigh(&n)
	return n
}

// weigh holds a naming against the imports that the evaluation found where it stands.
func (u *usage) weigh(n *naming) {
	for _, i := range u.at[n.file] {
		near := i.At.Span.Contains(n.at.Span) || n.at.Span.Contains(i.At.Span)
		if !near || i.Disabled || !n.names(i.To) {
			continue
		}
		n.listed = true
		if i.To == n.name || i.To == path.Join(n.name, "default.nix") {
			n.imported = true
		}
	}
}

// isReadDir says whether a function gives the names in a folder and nothing of its files.
func isReadDir(e parse.Expr) bool {
	switch x := e.(type) {
	case *parse.Ident:
		return x.Name == "readDir"
	case *parse.Select:
		return x.Path[len(x.Path)-1].Name == "readDir"
	}
	return false
}
