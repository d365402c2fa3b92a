package eval

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
)

// insidePath is the path that a value names within the tree.
func (ev *Evaluator) insidePath(v Val) (string, bool) {
	switch s := v.shape.(type) {
	case *pathShape:
		return s.s, s.inside
	case *strShape:
		// "${self}/modules/x.nix" and "${./.}/x.nix" are strings that name files of the tree.
		if strings.HasPrefix(s.s, SelfPrefix) {
			return path.Clean(strings.TrimLeft(strings.TrimPrefix(s.s, SelfPrefix), "/")), true
		}
	case *setShape:
		if a, ok := s.get("outPath"); ok {
			return ev.insidePath(ev.force(a.val))
		}
	case *flakeShape:
		return ev.insidePath(ev.flakeOutput(s.conf, "outPath"))
	case *laterShape:
		return ev.insidePath(ev.force(s.t))
	case *refShape:
		if held, ok := ev.flakeValue(s.path); ok && !isRef(held) {
			return ev.insidePath(held)
		}
	}
	return "", false
}

// SelfPrefix stands in strings for the place of the tree itself, as "${self}" and toString ./. give it.
const SelfPrefix = "\x01self"

func (ev *Evaluator) exists(name string) bool {
	if ev.host.File(name) != nil {
		return true
	}
	if _, ok := ev.host.Dir(name); ok {
		return true
	}
	es, ok := ev.host.Dir(path.Dir(name))
	if !ok {
		return false
	}
	for _, e := range es {
		if e.Name == path.Base(name) {
			return true
		}
	}
	return false
}

func readDir(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	name, ok := ev.insidePath(v)
	if !ok || !known(name) {
		return unknown(ev.deep(v))
	}
	es, ok := ev.host.Dir(name)
	if !ok {
		return unknown(ev.deep(v))
	}
	if !ev.listed[name] && ev.fuel > 0 {
		ev.listed[name] = true
		ev.fuel += fuelPerEntry * len(es) // what there is to do grows with the tree
	}
	out := &setShape{}
	for _, e := range es {
		out.add(attribute(e.Name, nil, ready(str(e.Kind)), at))
	}
	return Val{shape: out, org: v.org}
}

func listFilesRecursive(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[0])
	name, ok := ev.insidePath(v)
	if !ok || !known(name) {
		return unknown(ev.deep(v))
	}
	names := ev.filesBelow(name, at)
	ts := make([]*thunk, len(names))
	for i, n := range names {
		ts[i] = ready(pathOfTree(n))
	}
	return list(ts, true).with(v.org)
}

// filesBelow are the files in a folder and in those below it, asked for at a place.
func (ev *Evaluator) filesBelow(name string, at site) []string {
	var out []string
	var walk func(dir string, depth int)
	walk = func(dir string, depth int) {
		es, _ := ev.host.Dir(dir)
		for _, e := range es {
			p := path.Join(dir, e.Name)
			switch {
			case e.Kind != "directory":
				out = append(out, p)
			case depth < maxDeep:
				walk(p, depth+1)
			default:
				ev.limit(at.file, at.span, tooManyLevels)
			}
		}
	}
	walk(name, 0)
	return out
}

// dataOfFile is the contents of a file of the tree.
func (ev *Evaluator) dataOfFile(v Val) (string, bool) {
	name, ok := ev.insidePath(v)
	if !ok || !known(name) || ev.Secret != nil && ev.Secret(name) {
		return "", false
	}
	return ev.host.Data(name)
}

func readFile(ev *Evaluator, a []*thunk, at site) Val {
	org := ev.contentsOf(a[0])
	v := ev.force(a[0])
	if s, ok := ev.dataOfFile(v); ok && known(s) {
		return str(s).with(org)
	}
	return unknown(org)
}

func importJSON(ev *Evaluator, a []*thunk, at site) Val {
	org := ev.contentsOf(a[0])
	v := ev.force(a[0])
	if s, ok := ev.dataOfFile(v); ok {
		return fromJSON(s, org)
	}
	return unknown(org)
}

// fromJSON is the value that JSON text describes.
func fromJSON(text string, org Origins) Val {
	var x any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&x) != nil {
		return unknown(org)
	}
	return ofData(x).with(org)
}

func ofData(x any) Val {
	switch x := x.(type) {
	case nil:
		return Val{shape: &nullShape{}}
	case bool:
		return boolean(x)
	case string:
		if known(x) {
			return str(x)
		}
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return integer(n)
		}
	case []any:
		ts := make([]*thunk, len(x))
		for i := range x {
			ts[i] = ready(ofData(x[i]))
		}
		return list(ts, true)
	case map[string]any:
		out := &setShape{}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			out.add(attr{name: k, val: ready(ofData(x[k]))})
		}
		return Val{shape: out}
	}
	return Val{}
}

// resolveFile is the file that importing a path reads: a folder means its default.nix.
func (ev *Evaluator) resolveFile(name string) string {
	name = path.Clean(name)
	if ev.host.File(name) != nil {
		return name
	}
	if _, ok := ev.host.Dir(name); ok {
		return path.Join(name, "default.nix")
	}
	return name
}

// maxMatching bounds how many files a path that is not wholly known may stand for.
const maxMatching = 200

// matching lists the files and folders of the tree that a path with unknown names can be: ./home/${host}.nix is any of
// home/*.nix. A name that is not known stands within one folder.
func (ev *Evaluator) matching(pattern string) []string {
	found := []string{"."}
	for _, segment := range strings.Split(path.Clean(pattern), "/") {
		var next []string
		for _, dir := range found {
			if known(segment) {
				next = append(next, path.Join(dir, segment))
				continue
			}
			es, _ := ev.host.Dir(dir)
			for _, e := range es {
				folder := e.Kind == "directory" && ev.host.File(path.Join(dir, e.Name, "default.nix")) != nil
				if matches(segment, e.Name) && (folder || e.Kind == "directory" && strings.Contains(pattern, segment+"/") || strings.HasSuffix(e.Name, ".nix")) {
					next = append(next, path.Join(dir, e.Name))
				}
			}
		}
		found = next
	}
	found = slices.DeleteFunc(found, func(n string) bool { return ev.host.File(ev.resolveFile(n)) == nil })
	if len(found) > maxMatching {
		return nil
	}
	return found
}

// Import is one place where a file imports another.
type Import struct {
	In       Set
	Site     site
	To       string // relative to the root; "" if not known
	Missing  bool
	External bool
	Unknown  string // why it is not known
}

// File and Span of an import.
func (i *Import) At() (f string, start, end int32) {
	return i.Site.file.Name, i.Site.span.Start, i.Site.span.End
}

func (ev *Evaluator) noteImport(i *Import) {
	if i.Site.file == nil {
		return
	}
	key := i.Site.file.Name + "\x00" + i.To + "\x00" + intText(int64(i.Site.span.Start)) + i.Unknown
	if ev.cur != nil {
		key += "\x00" + intText(int64(ev.cur.id))
	}
	if !ev.imported[key] {
		ev.imported[key] = true
		ev.Imports = append(ev.Imports, i)
	}
}

// importValue is import x.
func (ev *Evaluator) importValue(v Val, at site) Val {
	libFolder := func(name string) bool { return name == hole+"/lib" || name == hole+"/lib/default.nix" } // of an input that is no flake
	if a, ok := v.shape.(*altShape); ok {
		var out []Val
		for _, t := range a.alts {
			out = append(out, ev.importValue(ev.force(t), at))
		}
		return ev.join(out...)
	}
	if p, ok := v.shape.(*pathShape); ok && !p.inside {
		switch p.s {
		case "<nixpkgs/lib>":
			return Val{shape: &libShape{"lib"}}
		case "<nixpkgs>":
			return ev.libFunction("nixpkgsImport")
		case "<nixpkgs/nixos>", "<nixpkgs/nixos/lib/eval-config.nix>":
			return ev.libFunction("eval-config")
		}
		ev.noteImport(&Import{Site: at, To: p.s, External: true})
		return Val{org: v.org}
	}
	name, inside := ev.insidePath(v)
	if !inside {
		if isLib(v) || isFunction(v) {
			return v // an input that is no flake, and known
		}
		if _, ok := v.shape.(*builtin); ok {
			return v
		}
		if s, ok := v.shape.(*strShape); ok {
			if libFolder(s.s) && strings.Contains(ev.sourceText(at), "nixpkgs") {
				return Val{shape: &libShape{"lib"}}
			}
			for suffix, function := range outsideFiles {
				if strings.HasSuffix(s.s, suffix) {
					return ev.libFunction(function)
				}
			}
		}
		return unknown(ev.deep(v))
	}
	if !known(name) {
		var out []Val
		for _, n := range ev.matching(name) {
			out = append(out, ev.importValue(Val{shape: &pathShape{n, true}, org: v.org}, at))
		}
		if len(out) == 0 {
			ev.noteImport(&Import{Site: at, Unknown: "the path is computed and not known from the text"})
			return unknown(ev.deep(v))
		}
		return ev.join(out...)
	}
	to := ev.resolveFile(name)
	f := ev.host.File(to)
	if strings.HasPrefix(to, "../") {
		ev.noteImport(&Import{Site: at, To: to, External: true})
		return unknown(v.org)
	}
	if f == nil {
		ev.noteImport(&Import{Site: at, To: to, Missing: !ev.exists(to)})
		return unknown(union(v.org, ev.secretFile(to)))
	}
	ev.noteImport(&Import{Site: at, To: to})
	return ev.fileValue(f).with(union(v.org, ev.secretFile(to)))
}
