package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

var secretUnused = Check{
	Name:    "secret-unused",
	Summary: "a secret is brought onto a machine, and nothing reads it",
	Default: Info,
	InForce: true,
	Doc: `A tool is told to decrypt a secret, and nothing that is in the tree reads its path, nor names the file where it lies (` + "`/run/secrets/NAME`, `/run/agenix/NAME`" + `), neither in Nix nor in another file of the tree, such as a script or an ` + "`.envrc`" + `. Remove it: what is not on
a machine cannot be taken from it. A secret with a ` + "`path`" + ` of its own is not meant, as whoever reads it there needs no option, nor one that is used by its name.

` + "```nix" + `
-- default.nix --
{ config, ... }:
{
  age.secrets.db.file = ./db.age;
  age.secrets.old.file = ./old.age; # <- here
  services.app.passwordFile = config.age.secrets.db.path;
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		facts := p.secrets()
		reads := p.Graph.Reads(func(path []string) bool { _, ok := secrets.Of(path); return ok })
		for _, s := range facts.all {
			if !byOption(s.Tool) || s.Template || strings.Contains(s.Name, "*") || s.Path.Set || len(s.Uses) > 0 || s.Restart || len(s.Restarts) > 0 {
				continue
			}
			read := slices.ContainsFunc(reads, func(r graph.OptionRead) bool {
				l, _ := secrets.Of(r.Path)
				return strings.TrimSuffix(l.Tool.Name, " placeholders") == s.Tool && (l.Secret == "" || sameGlob(l.Secret, s.Name))
			})
			if read || p.namesFile(s.Name) {
				continue
			}
			out = append(out, Finding{At: s.At, Value: s.option(), Message: fmt.Sprintf("nothing in the Nix files reads the secret %s (%s): remove it, if no program reads its file", s.Name, s.Tool)})
		}
		return out
	},
}

// byOption says that a tool puts its secrets where options tell, by names that the tree gives them.
func byOption(tool string) bool { return tool == "sops-nix" || tool == "agenix" || tool == "vaultix" }

// option is the option that a secret is declared by.
func (s *Secret) option() string {
	for _, t := range secrets.Tools {
		if t.Name == s.Tool && len(s.defs) > 0 {
			segs := s.defs[0].Segments
			n := len(segs) - len(secrets.Local(segs)) + len(t.Path) + 1
			return strings.Join(segs[:min(n, len(segs))], ".")
		}
	}
	return s.Name
}

// namesFile reports whether some text names a secret by the file that it lies in, reads it by its name where no configuration evaluates that, or has its
// name in a string of its own, by which it may be put together.
func (p *Pass) namesFile(name string) bool {
	if p.Graph.ReadAtRuntime(name) {
		return true
	}
	if slices.ContainsFunc(p.stems(), func(stem string) bool { return strings.HasPrefix(name, stem) }) {
		return true
	}
	for _, f := range p.Graph.Files {
		if !strings.Contains(f.Src, name) {
			continue // most files
		}
		if secrets.InFolder(f.Src, name) {
			return true
		}
		for _, read := range []string{"secrets." + name + ".path", `secrets."` + name + `".path`, "placeholder." + name, `placeholder."` + name + `"`} {
			if strings.Contains(f.Src, read) {
				return true
			}
		}
	}
	quoted := `"` + name + `"`
	n := 0
	for _, f := range p.Graph.Files {
		n += strings.Count(f.Src, quoted)
		if base := path.Base(name); base != name {
			n += strings.Count(f.Src, `"`+base+`"`)
		}
	}
	return n > 1
}

// mentioned reports whether some text has a name elsewhere than where it is read: it may be declared in a way that the text does not tell.
func (p *Pass) mentioned(name string) bool {
	for _, f := range p.Graph.Files {
		src := f.Src
		for i := strings.Index(src, name); i >= 0; i = strings.Index(src, name) {
			before, after := src[:i], strings.TrimPrefix(src[i+len(name):], `"`)
			src = src[i+len(name):]
			read := strings.HasPrefix(after, ".path") || strings.HasSuffix(strings.TrimSuffix(before, `"`), "placeholder.")
			if !read {
				return true
			}
		}
	}
	return false
}

// makeStems are what names of secrets, or of their files, begin with that the texts put together: wifi_ of placeholder."wifi_${network}", in a function that
// nothing calls here.
func (p *Pass) makeStems() (out []string) {
	for _, f := range p.Graph.Files {
		out = append(out, secrets.StemsAtRuntime(f.Src)...)
		for _, read := range []string{`.secrets."`, `.placeholder."`} {
			for rest := f.Src; ; {
				_, behind, found := strings.Cut(rest, read)
				if !found {
					break
				}
				rest = behind
				if stem, _, computed := strings.Cut(behind, "${"); computed && stem != "" && !strings.ContainsAny(stem, "\"\n") {
					out = append(out, stem)
				}
			}
		}
	}
	return out
}

var secretUndeclared = Check{
	Name:    "secret-undeclared",
	Summary: "a secret is read that no configuration declares",
	Default: Warning,
	InForce: true,
	Doc: `A module reads ` + "`config.age.secrets.NAME`" + `, ` + "`config.sops.secrets.NAME`" + ` or a placeholder, and nothing in the tree declares a secret of that name. Evaluation of every machine that has
the module fails. It is information where no declared secret is called alike, as a module of an input may declare it. A secret that ` + "`?`" + ` asks for somewhere, or ` + "`or`" + ` has a fallback for, is not meant, and nothing is said of a tree in which some secret's name is computed.

` + "```nix" + `
-- default.nix --
{ config, ... }:
{
  age.secrets.db.file = ./db.age;
  services.app.passwordFile = config.age.secrets.bd.path; # <- here
  services.web.passwordFile = config.age.secrets.db.path;
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		facts := p.secrets()
		tests := p.testsOnly()
		seen := map[graph.Place]bool{}
		reads := p.Graph.Reads(func(path []string) bool { _, ok := secrets.Of(path); return ok })
		asked := map[secretKey]bool{} // secrets that may be missing, as their reader asks whether they are there
		for _, r := range reads {
			if l, _ := secrets.Of(r.Path); r.Guard {
				asked[secretKey{strings.TrimSuffix(l.Tool.Name, " placeholders"), l.Secret, false}] = true
			}
		}
		for _, r := range reads {
			l, _ := secrets.Of(r.Path)
			tool := strings.TrimSuffix(l.Tool.Name, " placeholders")
			if r.Guard || asked[secretKey{tool, l.Secret, false}] || r.In.Empty() || !byOption(tool) || l.Secret == "" || strings.Contains(l.Secret, "*") || facts.open[tool] || seen[r.At] || tests(r.In) || hasFallback(p.Graph.Text(r.At)) {
				continue
			}
			declared, any := false, false
			for _, s := range facts.all {
				if s.Tool == tool {
					any = true
					declared = declared || sameGlob(s.Name, l.Secret)
				}
			}
			if declared || !any || p.mentioned(l.Secret) {
				continue
			}
			seen[r.At] = true
			f := Finding{At: r.At, Value: strings.Join(r.Path[:min(len(r.Path), 3)], ".")}
			near := p.nearSecret(facts, tool, l.Secret)
			f.Message = fmt.Sprintf("the secret %s (%s) is read and nothing declares it%s", l.Secret, tool, near)
			if near == "" {
				f.Severity = Info // no slip of the pen: a module of an input may declare it
			}
			out = append(out, f)
		}
		return out
	},
}

// hasFallback reports whether what reads a secret says what counts where there is none.
func hasFallback(read string) bool {
	return strings.Contains(read, " or ") || strings.Contains(read, "attrByPath")
}

// nearSecret names the declared secret that may be meant.
func (p *Pass) nearSecret(f *secretFacts, tool, name string) string {
	var names []string
	for _, s := range f.all {
		if s.Tool == tool {
			names = append(names, s.Name)
		}
	}
	return didYouMean(name, names)
}
