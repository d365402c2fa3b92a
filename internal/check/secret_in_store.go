package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

var secretInStore = Check{
	Name:    "secret-in-store",
	Summary: "a secret's contents become part of the configuration, and end in the Nix store",
	Default: Error,
	InForce: true,
	Doc: `Evaluation reads the file of a secret (` + "`builtins.readFile`" + `, ` + "`lib.fileContents`, `importJSON`" + `) and makes it part of an option. What an option holds is written
to the Nix store, which everybody on the machine can read, and stays there, in every generation and every binary cache. Hand on the path, and let the
service read it: ` + "`passwordFile`, `LoadCredential`, `EnvironmentFile`" + `, a template of sops-nix.

Secrets are what sops-nix, agenix, vaultix, clan, colmena and opnix bring (` + "`config.age.secrets.NAME.path`" + `), files that a filter of git encrypts (git-crypt,
transcrypt), files with a private key in them, and what the configuration names:

` + "```toml" + `
[secrets]
values = ["my.secrets.*"]   # options that hold secrets
files = ["private/**"]      # files that do
` + "```" + `

It is followed through bindings, functions and options to where it is defined; a hash of it, a comparison and its path are harmless. It is information
where it is not sure that what is read is secret: a value out of an encrypted Nix file that goes into an option of a harmless name, what else comes of an
encrypted file of which a part goes into an option that is called like a secret, a file that is only called like a secret.

` + "```nix" + `
-- default.nix --
{ config, ... }:
{
  age.secrets.db.file = ./db.age;
  services.app.passwordFile = config.age.secrets.db.path;
  services.app.settings.password = builtins.readFile config.age.secrets.db.path; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		type key struct {
			source string
			at     graph.Place
		}
		at := map[key]int{}
		first := map[*graph.Track]int{} // the finding that a track belongs to
		onward := map[int]int{}         // by finding, how many definitions it goes on to
		more, n := map[string]int{}, map[string]int{}
		apart := p.takenApart()
		for _, t := range p.secrets().tracks {
			l, what := p.partOf(t)
			if what != secrets.Contents || secrets.TakesContents(t.Segments) || t.Argument || p.noOption(t.Segments) {
				continue
			}
			if i, ok := first[t.Before]; ok && t.Before != nil {
				first[t] = i
				if onward[i]++; onward[i] <= mostOnward {
					out[i].Related = append(out[i].Related, Related{At: t.At, Message: "and so becomes part of " + t.Option})
				}
				continue
			}
			k := key{l.Secret, t.At}
			if i, ok := at[k]; ok {
				first[t] = i
				continue
			}
			if secret, known := p.clanSecret(l); known && !secret {
				continue
			}
			f := Finding{At: t.At, Value: t.Option, Severity: p.storeSeverity(t, l)}
			if f.Severity == Warning && apart[t.Source.File] {
				f.Severity = Info // the part of it that is secret is told of
			}
			f.Message = fmt.Sprintf("%s is made of the contents of %s, so that everybody can read them in the Nix store: hand on the path and let the service read it", t.Option, sourceText(t, l))
			if t.Source.File == "" && l.Tool == nil && l.What == secrets.Contents {
				f.Message = fmt.Sprintf("%s is made of %s, which the configuration calls a secret, so that everybody can read it in the Nix store: hand on the path of a file in its place", t.Option, l.Secret)
			}
			if t.Kind == graph.Key {
				f.Message = fmt.Sprintf("a name below %s is made of the contents of %s, so that everybody can read them in the Nix store", t.Option, sourceText(t, l))
			}
			for _, s := range t.Steps[:len(t.Steps)-1] {
				f.Related = append(f.Related, Related{At: s.At, Message: s.What})
			}
			f.Way = len(f.Related)
			// Of an encrypted file everything that comes of it would be told, harmless as it may be: once is enough.
			if f.Severity < Error && t.Source.File != "" {
				k := fmt.Sprint(f.Severity, t.Source.File)
				if i, again := more[k]; again {
					n[k]++
					first[t] = i
					continue
				}
				more[k] = len(out)
			}
			at[k], first[t] = len(out), len(out)
			out = append(out, f)
		}
		for i, k := range onward {
			if k > mostOnward {
				out[i].Related[len(out[i].Related)-1].Message += fmt.Sprintf(", and %d more options", k-mostOnward)
			}
		}
		for file, i := range more {
			if n[file] > 0 {
				out[i].Message += fmt.Sprintf(" (and %d more options)", n[file])
			}
		}
		return out
	},
}

// mostOnward is how many options a finding names that a secret goes on to.
const mostOnward = 12

// takenApart are encrypted files of which one part goes into an option that is called like a secret: what goes elsewhere is another part.
func (p *Pass) takenApart() map[string]bool {
	out := map[string]bool{}
	for _, t := range p.secrets().tracks {
		if l, what := p.partOf(t); what == secrets.Contents && t.Source.File != "" && !t.Own && !t.Argument && namesSecret(t.Segments) && p.storeSeverity(t, l) == Error {
			out[t.Source.File] = true
		}
	}
	return out
}

// namesSecret reports whether an option is called like a secret, by a name of its path.
func namesSecret(path []string) bool {
	return slices.ContainsFunc(secrets.Local(path), func(s string) bool { return secrets.KindOf(s) != "" })
}

// sourceText names what a track begins with.
func sourceText(t *graph.Track, l secrets.Label) string {
	if t.Source.File != "" {
		return t.Source.File
	}
	if l.Tool != nil && l.Secret != "" {
		return fmt.Sprintf("the secret %s (%s)", l.Secret, strings.TrimSuffix(strings.TrimSuffix(l.Tool.Name, " templates"), " placeholders"))
	}
	return strings.Join(t.Source.Path, ".")
}

// storeSeverity says how sure it is that a track brings a secret.
func (p *Pass) storeSeverity(t *graph.Track, l secrets.Label) Severity {
	named := namesSecret(t.Segments)
	switch {
	case t.Own:
		return Info // what a flake makes of it is not known to be built
	case t.Source.File != "" && path.Ext(t.Source.File) == ".nix":
		if named {
			return Error
		}
		return Info // there is more in such a file than secrets
	case t.Source.File != "":
		switch p.Graph.SecretFile(t.Source.File) {
		case graph.ByName:
			return Warning
		case graph.ByFilter:
			if !named && !secrets.NamedSecret(t.Source.File) {
				return Warning // not all that is encrypted is a password
			}
		}
		if secrets.Public(t.Source.File) {
			return Info
		}
		return Error
	case l.Tool != nil && (l.Tool.Kind == secrets.OfGenerators || l.Tool.Kind == secrets.OfGroups):
		// Most variables of clan are public, and only their generator says so.
		if _, known := p.clanSecret(l); !known {
			return Info
		}
	case l.Secret == "" || strings.Contains(l.Secret, "*") && l.Field == "":
		return Info
	}
	return Error
}

// clanSecret says whether a file that a generator of clan makes is secret; known is false where the text does not tell.
func (p *Pass) clanSecret(l secrets.Label) (secret, known bool) {
	gen, file, ok := strings.Cut(l.Secret, "/")
	if !ok || l.Tool == nil || l.Tool.Kind != secrets.OfGenerators {
		return false, false
	}
	for _, d := range p.Graph.Definitions {
		s := secrets.Local(d.Segments)
		if len(s) < 7 || s[0] != "clan" || s[3] != "generators" || !sameGlob(s[4], gen) || s[5] != "files" || !sameGlob(s[6], file) {
			continue
		}
		set, _ := d.Value.(map[string]any)
		switch {
		case len(s) == 8 && s[7] == "secret":
			if b, ok := d.Value.(bool); ok {
				return b, true
			}
		case len(s) == 7 && set != nil:
			if b, ok := set["secret"].(bool); ok {
				return b, true
			}
			secret, known = true, d.Known // what nobody says otherwise is secret
		}
	}
	return secret, known
}

// noOption reports whether a path is none of an option's that ends in the store: the imports of a module, arguments that are handed to modules, or a set called
// secrets in a file that is no module, such as one that is imported for what it holds. NixOS has no such option; a tree may declare one.
func (p *Pass) noOption(path []string) bool {
	if slices.Contains(path, "extraSpecialArgs") || len(path) > 1 && path[0] == "_module" && path[1] == "args" {
		return true
	}
	return path[len(path)-1] == "imports" || path[0] == "secrets" && !slices.ContainsFunc(p.Graph.Declared, func(o *graph.Option) bool { return strings.HasPrefix(o.Path+".", "secrets.") })
}
