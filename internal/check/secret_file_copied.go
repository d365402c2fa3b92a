package check

import (
	"fmt"
	"strings"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

var secretFileCopied = Check{
	Name:    "secret-file-copied",
	Summary: "a path without quotes copies the file of a secret into the Nix store",
	Default: Error,
	InForce: true,
	Doc: `An option that wants the path of a file with a secret (` + "`passwordFile`, `tokenFile`, `keyFile`" + `) is given a path of Nix: ` + "`./password`" + `, or ` + "`\"${./password}\"`" + `. Evaluation
copies such a file into the Nix store, where everybody can read it. A string is not copied: "/run/secrets/password". Keep the file out of the repository and have a
tool bring it onto the machine.

Files that are encrypted (by name, ` + "`.age`, `.gpg`" + `, or by what is in them: age, sops, OpenPGP, Ansible Vault) and public ones (` + "`.pub`" + `, certificates) are not meant. It is information where evaluation may copy the file and may not:
a path on the machine without quotes, a file of variables that may hold no secret, ` + "`toString ./password`" + ` in a flake, which is in the store as a whole.

` + "```nix" + `
-- default.nix --
{
  services.app.passwordFile = ./password; # <- here
  services.web.passwordFile = "/run/secrets/web";
}
-- password --
a secret
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		type key struct {
			at   graph.Place
			file string
		}
		seen := map[key]bool{}
		for _, d := range p.Graph.Definitions {
			for _, file := range d.Files {
				if k := (key{d.At, file.Name}); seen[k] {
					continue
				} else {
					seen[k] = true
				}
				if f, ok := p.copiedSecret(d, file); ok {
					out = append(out, f)
				}
			}
		}
		return out
	},
}

// copiedSecret is the finding about a file that a definition names, if there is something to say of it.
func (p *Pass) copiedSecret(d *graph.Definition, file graph.File) (Finding, bool) {
	path := secrets.Local(d.Segments)
	if _, tool := secrets.Of(path); tool || p.noOption(path) || file.Sealed || secrets.Encrypted(file.Name) || secrets.Public(file.Name) {
		return Finding{}, false
	}
	last := path[len(path)-1]
	takes := secrets.TakesSecretFile(last)
	why := file.Secret
	f := Finding{At: d.At, Value: d.Option}
	switch {
	case strings.HasPrefix(file.Name, "/") || strings.HasPrefix(file.Name, "~"):
		if !takes || !file.Copied || strings.HasPrefix(file.Name, "/dev/") || path[0] == "boot" || strings.HasPrefix(file.Name, "/nix/store/") {
			return Finding{}, false
		}
		f.Severity = Info
		f.Message = fmt.Sprintf("%s is the path %s without quotes, which evaluation may copy into the Nix store, where everybody can read it: write it as a string", d.Option, file.Name)
	case !file.There:
		return Finding{}, false
	case !file.Copied:
		if !takes || p.Graph.Files["flake.nix"] == nil {
			return Finding{}, false
		}
		f.Severity = Info
		f.Message = fmt.Sprintf("%s names %s, which is part of the flake, so that everybody can read it in the Nix store: keep it out of the repository", d.Option, file.Name)
	case why == graph.ByFilter && !takes && !secrets.NamedSecret(file.Name):
		f.Severity = Warning // not all that is encrypted is a password
		f.Message = fmt.Sprintf("%s is given the path %s itself, which git encrypts, so that evaluation copies what it holds into the Nix store, where everybody can read it", d.Option, file.Name)
	case takes, why == graph.ByKey || why == graph.ByConfig || why == graph.ByFilter:
		f.Message = fmt.Sprintf("%s is given the path %s itself, so that evaluation copies the file into the Nix store, where everybody can read it: keep it out of the repository and name it by a string", d.Option, file.Name)
	case why == graph.ByName:
		f.Severity = Info
		f.Message = fmt.Sprintf("%s takes %s, which is called like a secret, into the Nix store, where everybody can read it", d.Option, file.Name)
	case secrets.TakesEnvironment(last):
		f.Severity = Info
		f.Message = fmt.Sprintf("%s is given the path %s itself, so that evaluation copies the file into the Nix store, where everybody can read it: a secret must not be in it", d.Option, file.Name)
	default:
		return Finding{}, false
	}
	return f, true
}
