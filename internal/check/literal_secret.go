package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

var literalSecret = Check{
	Name:    "literal-secret",
	Summary: "a secret seems to stand in the text",
	Default: Warning,
	InForce: true,
	Doc: `An option that is called like a secret (password, token, apiKey, privateKey) is set to a text, or some string has the form of a key or token (a private key, an age
identity, tokens of GitHub, GitLab, AWS, Tailscale, Slack). Whoever reads the repository has it, and whoever reads the Nix store. The text itself is shown
nowhere.

What stands for a secret that is to come (changeme, $VARIABLE, @file@) is none; a key or token must look as if it were drawn by chance. Hashes of passwords,
initial passwords and passwords that everybody knows (nixos, admin) are information, and so is what looks like a key in text of which it is not known to which option it goes. An allow list names options, or files:

` + "```toml" + `
[secrets]
allow = ["services.app.token", "tests/**"]
` + "```" + `

` + "```nix" + `
-- default.nix --
{
  services.app.password = "correct-horse-7"; # <- here
  services.app.tokenFile = "/run/secrets/app";
  services.web.password = "changeme";
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		tests := p.testsOnly()
		for _, l := range p.Graph.LiteralSecrets {
			if tests(l.In) || p.allowed(l.Option, l.At.File) {
				continue
			}
			f := Finding{At: l.At, Value: l.Option}
			f.Message = fmt.Sprintf("%s is %s that stands in the text, so that everybody can read it in the repository and in the Nix store: let a tool bring it, and name its file", l.Option, l.Kind)
			if l.Option == "" {
				f.Message = "this string has the form of a key or token; whoever reads the repository has it: let a tool bring it, and name its file"
			}
			if l.Name != "" {
				f.Value = l.Name
				f.Message = fmt.Sprintf("%s is bound to %s that stands in the text, so that everybody can read it in the repository: let a tool bring it, and name its file", l.Name, l.Kind)
			}
			if l.Name != "" || l.Worth != secrets.Secret || forTests(l.At.File) || len(l.Segments) > 0 && strings.HasPrefix(strings.ToLower(l.Segments[len(l.Segments)-1]), "initial") {
				f.Severity = Info
			}
			out = append(out, f)
		}
		return out
	},
}

// allowed reports whether the configuration's list names an option, or a file.
func (p *Pass) allowed(option, file string) bool {
	return slices.ContainsFunc(p.Config.Secrets.Allow, func(glob string) bool {
		if ok, _ := doublestar.Match(glob, file); ok {
			return true
		}
		ok, _ := doublestar.Match(strings.ReplaceAll(glob, ".", "/"), strings.ReplaceAll(graph.InHome(option), ".", "/"))
		return ok && option != ""
	})
}

// forTests reports whether a file is there to try something out, by the folders that it lies in and by its name.
func forTests(file string) bool {
	return slices.ContainsFunc(strings.Split(strings.TrimSuffix(file, ".nix"), "/"), func(s string) bool {
		s = strings.TrimSuffix(s, "s")
		return s == "test" || s == "check" || s == "example" || s == "demo" || s == "template" || s == "vm" || s == "fixture"
	})
}
