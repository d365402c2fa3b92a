package eval

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

// What stands under a condition that is known to be false is no part of any configuration: lib.optional false ./x.nix. Files that are
// named there and nowhere else are left out, and so is what they alone import. They give no definitions; that they are left out is told.

// leaveOut notes the files that an expression names which is not taken, since a condition is false.
func (ev *Evaluator) leaveOut(e parse.Expr, f *parse.File) {
	switch n := unparenthesized(e).(type) {
	case *parse.List:
		for _, x := range n.Elems {
			ev.leaveOut(x, f)
		}
	case *parse.Binary:
		if n.Op == parse.OpConcat {
			ev.leaveOut(n.X, f)
			ev.leaveOut(n.Y, f)
		}
	case *parse.Set:
		for _, b := range n.Bindings {
			if a, ok := b.(*parse.Attr); ok && len(a.Path) == 1 && a.Path[0].Name == "imports" {
				ev.leaveOut(a.Value, f)
			}
		}
	case *parse.Path:
		if n.Search || len(n.Parts) != 1 || n.Parts[0].Expr != nil || strings.HasPrefix(n.Parts[0].Text, "/") || strings.HasPrefix(n.Parts[0].Text, "~") {
			return
		}
		name := ev.resolveFile(path.Join(path.Dir(f.Name), n.Parts[0].Text))
		at := site{f, n.Span}
		if old, ok := ev.without[name]; ok && cmp.Or(cmp.Compare(old.file.Name, f.Name), cmp.Compare(old.span.Start, n.Start)) <= 0 {
			return
		}
		if ev.without == nil {
			ev.without = map[string]site{}
		}
		ev.without[name] = at
	}
}

// notTaken notes that the argument of a function is not taken, since a condition is false.
func (ev *Evaluator) notTaken(t *thunk) {
	if t.expr != nil && t.env != nil {
		ev.leaveOut(t.expr, t.env.file)
	}
}

// followLeftOut finds out what modules that are left out import, and lists those that no configuration has.
func (ev *Evaluator) followLeftOut(files []*parse.File, around neighbourhood) (list func()) {
	type left struct {
		c  *Configuration
		at site
	}
	var all []left
	for _, f := range files {
		at, out := ev.without[f.Name]
		if !out || ev.files[f] != nil || ev.taken(f) || !LooksLikeModule(f) {
			continue
		}
		class := around.of(f.Name)
		if class == nil || class == Plain || class.Flake {
			class = NixOS
		}
		c := ev.newConfiguration(class, at)
		ev.todo = ev.todo[:len(ev.todo)-1]
		c.Open, c.Unreached, c.Dead, c.byKey = true, true, true, map[sourceKey]*Summary{}
		ev.extend(c, wanted{source: source{file: f}})
		all = append(all, left{c, at})
	}
	return func() {
		var out Set // all of them
		for _, l := range all {
			out.add(l.c.number)
		}
		told := map[*parse.File]bool{}
		for _, l := range all {
			for _, s := range l.c.members {
				if f := s.File; s.key.a == nil && !told[f] && !ev.takenBeside(f, out) {
					told[f] = true
					ev.Modules = append(ev.Modules, &Module{File: f, Base: ev.Config, Why: fmt.Sprintf("left out by a condition that is always false: %s:%d", l.at.file.Name, l.at.file.Position(l.at.span.Start).Line)})
				}
			}
		}
	}
}

// takenBeside says whether a configuration that is none of some takes a file as a module.
func (ev *Evaluator) takenBeside(f *parse.File, none Set) bool {
	return slices.ContainsFunc(ev.followed, func(s *Summary) bool { return !s.dead && s.key.file == f && s.key.a == nil && !s.In.within(none) })
}
