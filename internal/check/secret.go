package check

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

// SecretsConfig is the table [secrets] of the configuration file.
type SecretsConfig struct {
	Values []OptionGlob `toml:"values"` // options that hold secrets: my.secrets.*
	Files  []string     `toml:"files"`  // globs of files with secrets as plain text
	Allow  []string     `toml:"allow"`  // globs of options, or of files, in which literals are no secrets
}

// A Secret is one that a tool brings onto machines, as the definitions of a tree describe it.
type Secret struct {
	Tool     string // "sops-nix"
	Name     string // within the tool; "*" where it is computed
	Home     bool   // a home brings it
	Template bool   // a text with placeholders of others
	At       graph.Place
	In       *graph.ConfSet // the configurations that have it
	File     string         // that it is kept in, encrypted, "" if the text does not tell
	Owner    Field
	Group    Field
	Mode     Field
	Path     Field // where it lies, if somebody says so
	Restarts []string
	Restart  bool // something that is not known says what is restarted
	Uses     []SecretUse
	Around   []SecretUse // uses that put its contents where everybody can read them

	defs    []*graph.Definition
	fileSet bool // something says which file it is kept in, though it may not be known
}

// Goes are the options that a secret goes to: those that are given its path, its contents or a placeholder, not those that ask whether there is one.
func (s *Secret) Goes() []SecretUse {
	return slices.DeleteFunc(slices.Clone(s.Uses), func(u SecretUse) bool {
		return u.Perhaps || u.What == secrets.Existence || u.What == secrets.Hash
	})
}

// May are the options that read a secret by a computed name, which may be that of this one.
func (s *Secret) May() []SecretUse {
	return slices.DeleteFunc(slices.Clone(s.Uses), func(u SecretUse) bool {
		return !u.Perhaps || u.What == secrets.Existence || u.What == secrets.Hash
	})
}

// A Field is a field that somebody may set: its text, if all definitions agree on one that is known.
type Field struct {
	Text string
	Set  bool // something sets it; if Text is "" to something that is not known, or not the same everywhere
}

// A SecretUse is one definition that a secret's path, or another part of it, becomes part of.
type SecretUse struct {
	What     secrets.What
	Option   string
	Segments []string
	At       graph.Place
	Read     graph.Place
	In       *graph.ConfSet
	Way      []graph.Step
	Unit     string // the systemd service that reads it, "" if it is none's
	Perhaps  bool   // it reads a secret whose name is computed, which may be this one
	By       string // how: "credential", "environment file", "unit", "service", "template", "user", "option"
	User     string // that the unit runs as, "" if that is not known
}

// secretFacts are what the checks of secrets have in common.
type secretFacts struct {
	all    []*Secret
	by     map[secretKey]*Secret
	tracks []*graph.Track
	open   map[string]bool // tools of which some secret's name is computed, or all of them come out of something that is not known
}

type secretKey struct {
	tool, name string
	home       bool
}

// Secrets lists the secrets of a tree, by tool and name, with who uses them.
func Secrets(g *graph.Graph, cfg Config) []*Secret {
	p := &Pass{Graph: g, Config: cfg}
	p.build()
	return p.secrets().all
}

// isSecretValue says whether the configuration calls an option a secret.
func (p *Pass) isSecretValue(path []string) bool { return anyMatch(p.Config.Secrets.Values, path) }

// labelOf says what of a secret a source holds, and of which; nil is one that no tool brings.
func (p *Pass) labelOf(path []string) (secrets.Label, bool) {
	if l, ok := secrets.Of(path); ok {
		return l, true
	}
	if p.isSecretValue(path) {
		l := secrets.Label{Secret: strings.Join(path, "."), What: secrets.Contents}
		if last := path[len(path)-1]; secrets.TakesSecretFile(last) || strings.HasSuffix(last, "File") || strings.HasSuffix(last, "Path") {
			l.What = secrets.Path
		}
		return l, true
	}
	return secrets.Label{}, false
}

// partOf says what of a secret a track has brought.
func (p *Pass) partOf(t *graph.Track) (secrets.Label, secrets.What) {
	var l secrets.Label
	if t.Source.File == "" {
		l, _ = p.labelOf(t.Source.Path)
	} else {
		l = secrets.Label{Secret: t.Source.File, What: secrets.Path}
	}
	switch t.Part {
	case graph.PartContents:
		if l.What == secrets.Path || l.What == secrets.Contents {
			return l, secrets.Contents
		}
		return l, secrets.Name // of a file that is encrypted as it lies there
	case graph.PartDigest:
		if l.What == secrets.Contents || l.What == secrets.Path {
			return l, secrets.Hash
		}
		return l, secrets.Name
	case graph.PartExistence:
		return l, secrets.Existence
	}
	return l, l.What
}

func (p *Pass) makeSecrets() *secretFacts {
	f := &secretFacts{by: map[secretKey]*Secret{}, open: map[string]bool{}}
	tests := p.testsOnly()
	for _, d := range p.Graph.Definitions {
		if !tests(d.In) {
			f.declare(p.Graph, d)
		}
	}
	f.tracks = slices.DeleteFunc(p.Graph.Track(func(path []string) bool { _, ok := p.labelOf(path); return ok }), func(t *graph.Track) bool { return tests(t.In) })
	for _, t := range f.tracks {
		l, what := p.partOf(t)
		if l.Tool == nil || what == secrets.None || t.Own {
			continue
		}
		if to, own := secrets.Of(t.Segments); own && to.Tool.Kind != secrets.OfTemplates {
			continue // one secret's fields that are made of another's: no use
		}
		use := SecretUse{What: what, Option: t.Option, Segments: t.Segments, At: t.At, Read: t.Read, In: t.In, Way: t.Steps}
		p.describe(&use)
		for _, s := range f.meant(p.Graph, l, isHome(t.Source.Path), t.In) {
			use.Perhaps = l.Secret == "*" || s.Name != l.Secret && l.Secret != ""
			if what == secrets.Contents && !secrets.TakesContents(t.Segments) && !t.Default {
				s.Around = append(s.Around, use)
			}
			s.Uses = append(s.Uses, use)
		}
	}
	for _, d := range p.Graph.Definitions {
		if !tests(d.In) {
			p.namedIn(f, d, d.Segments, d.Value)
		}
	}
	f.fromDefault(p.Graph)
	f.all = slices.SortedFunc(maps.Values(f.by), func(a, b *Secret) int {
		return cmp.Or(strings.Compare(a.Tool, b.Tool), strings.Compare(a.Name, b.Name), compareBools(a.Home, b.Home))
	})
	return f
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func isHome(path []string) bool {
	return len(path) > 3 && path[0] == "home-manager" && path[1] == "users"
}

// namedIn takes up the secrets that a definition names by the files in which they lie on a machine.
func (p *Pass) namedIn(f *secretFacts, d *graph.Definition, segs []string, v any) {
	switch v := v.(type) {
	case string:
		for _, name := range secrets.NamesAtRuntime(v) {
			for _, tool := range []string{"agenix", "sops-nix", "vaultix"} {
				s := f.by[secretKey{tool, name, false}]
				if own, ok := secrets.Of(segs); s == nil || ok && own.Tool.Kind != secrets.OfTemplates || p.Graph.Intersection(s.In, d.In).Empty() {
					continue
				}
				use := SecretUse{What: secrets.Path, Option: d.Option, Segments: segs, At: d.At, In: d.In}
				p.describe(&use)
				s.Uses = append(s.Uses, use)
			}
		}
	case []any:
		for _, x := range v {
			p.namedIn(f, d, segs, x)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			p.namedIn(f, d, append(segs[:len(segs):len(segs)], name), v[name])
		}
	}
}

// fromDefault says of secrets of sops-nix without a file of their own which one they are kept in, if their machines agree on it (sops.defaultSopsFile).
func (f *secretFacts) fromDefault(g *graph.Graph) {
	for _, s := range f.by {
		if s.Tool != "sops-nix" || s.File != "" || s.fileSet {
			continue
		}
		files := map[string]bool{}
		for _, d := range g.Definitions {
			path := secrets.Local(d.Segments)
			if len(path) == 2 && path[0] == "sops" && path[1] == "defaultSopsFile" && isHome(d.Segments) == s.Home && !g.Intersection(d.In, s.In).Empty() {
				name := ""
				if len(d.Files) > 0 {
					name = d.Files[0].Name
				}
				files[name] = true
			}
		}
		for name := range files {
			if len(files) == 1 {
				s.File = name
			}
		}
	}
}

// meant are the secrets that a label may speak of which is read in some configurations: the one of that name, or those whose names are computed. Where none of
// them is in these configurations, whose imports may not all be known, those of others are.
func (f *secretFacts) meant(g *graph.Graph, l secrets.Label, home bool, in *graph.ConfSet) []*Secret {
	all := f.named(l, home)
	here := slices.DeleteFunc(slices.Clone(all), func(s *Secret) bool { return g.Intersection(s.In, in).Empty() })
	if len(here) > 0 {
		all = here
	}
	exact := slices.DeleteFunc(slices.Clone(all), func(s *Secret) bool { return s.Name != l.Secret })
	if len(exact) > 0 && l.Secret != "*" {
		return exact
	}
	return all
}

// named are the secrets that a label may speak of by their names.
func (f *secretFacts) named(l secrets.Label, home bool) []*Secret {
	tools := []string{l.Tool.Name}
	if l.Tool.Kind == secrets.OfPlaceholders {
		tools[0] = strings.TrimSuffix(l.Tool.Name, " placeholders")
	}
	var out []*Secret
	for _, s := range f.by {
		if s.Tool == tools[0] && s.Home == home && (l.Secret == "" || sameGlob(l.Secret, s.Name)) {
			out = append(out, s)
		}
	}
	return out
}

// sameGlob says whether two names, in which * stands for what is not known, can be the same.
func sameGlob(a, b string) bool {
	if a == b || a == "*" || b == "*" {
		return true
	}
	glob := func(pattern, name string) bool {
		if !strings.Contains(pattern, "*") {
			return false // most names, which are compared with all secrets
		}
		parts := strings.Split(pattern, "*")
		if !strings.HasPrefix(name, parts[0]) {
			return false
		}
		rest := name[len(parts[0]):]
		for _, part := range parts[1 : len(parts)-1] {
			i := strings.Index(rest, part)
			if i < 0 {
				return false
			}
			rest = rest[i+len(part):]
		}
		return strings.HasSuffix(rest, parts[len(parts)-1])
	}
	return glob(a, b) || glob(b, a)
}

// declare takes up a definition of a secret, or of one of its fields.
func (f *secretFacts) declare(g *graph.Graph, d *graph.Definition) {
	l, ok := secrets.Of(d.Segments)
	if !ok || l.Tool.Kind == secrets.OfPlaceholders {
		return
	}
	set, _ := d.Value.(map[string]any)
	if l.Secret == "" {
		// All of them at once: known by their names, or not at all.
		if set == nil || !d.Known {
			f.open[l.Tool.Name] = true
		}
		for _, name := range slices.Sorted(maps.Keys(set)) {
			below := *d
			below.Value = set[name]
			below.Segments = append(slices.Clone(d.Segments), name)
			f.declare(g, &below)
		}
		return
	}
	if strings.Contains(l.Secret, "*") {
		f.open[l.Tool.Name] = true
	}
	if l.Tool.Kind == secrets.OfGenerators || l.Tool.Kind == secrets.OfGroups {
		if !strings.Contains(l.Secret, "/") {
			if l.Field == "" && !d.Known {
				f.open[l.Tool.Name] = true
			}
			return
		}
	}
	k := secretKey{l.Tool.Name, l.Secret, isHome(d.Segments)}
	s := f.by[k]
	if s == nil {
		s = &Secret{Tool: k.tool, Name: k.name, Home: k.home, Template: l.Tool.Kind == secrets.OfTemplates, At: d.At, In: d.In}
		f.by[k] = s
	}
	s.defs = append(s.defs, d)
	s.In = g.Union(s.In, d.In)
	if graph.ComparePlaces(d.At, s.At) < 0 {
		s.At = d.At
	}
	if l.Field == "" {
		if set == nil {
			s.unknown()
			return
		}
		for name, v := range set {
			s.field(name, v, d)
		}
		if !d.Known {
			s.unknown()
		}
		return
	}
	s.field(l.Field, d.Value, d)
}

// unknown notes that any field may be set to something.
func (s *Secret) unknown() {
	for _, k := range []*Field{&s.Owner, &s.Group, &s.Mode, &s.Path} {
		k.set("", false)
	}
	s.Restart = true
}

// field takes up one field of a secret.
func (s *Secret) field(name string, v any, d *graph.Definition) {
	text, known := v.(string)
	switch name {
	case "owner", "uid":
		s.Owner.set(text, known)
	case "group", "gid":
		s.Group.set(text, known)
	case "mode":
		s.Mode.set(text, known)
	case "path", "name", "symlink":
		s.Path.set(text, known)
	case "file", "sopsFile", "rekeyFile", "keyFile":
		s.fileSet = true
		if len(d.Files) > 0 {
			text = d.Files[0].Name
		}
		s.File = cmp.Or(s.File, text)
	case "restartUnits", "reloadUnits":
		units, all := v.([]any)
		for _, u := range units {
			if t, ok := u.(string); ok {
				s.Restarts = append(s.Restarts, t)
			} else {
				all = false
			}
		}
		s.Restart = s.Restart || !all || !d.Known && len(d.Segments) > 0 && d.Value == nil
	case "*":
		s.unknown()
	}
}

func (k *Field) set(text string, known bool) {
	if k.Set && k.Text != text || !known {
		text = ""
	}
	k.Text, k.Set = text, true
}

// testsOnly gives a function that says of a set of configurations that no machine is in it: nodes of tests, and what is built for packages and checks.
func (p *Pass) testsOnly() func(*graph.ConfSet) bool {
	known := map[*graph.ConfSet]bool{}
	return func(in *graph.ConfSet) bool {
		only, seen := known[in]
		if seen {
			return only
		}
		n := 0
		only = true
		for _, c := range p.Graph.Configurations {
			if c.Holds(in) {
				n++
				only = only && (c.Class == "test node" || c.Build)
			}
		}
		known[in] = only && n > 0
		return known[in]
	}
}
