package review

import (
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

// Secrets is how a tree comes by its secrets. No secret's text is in it.
type Secrets struct {
	Tools    []SecretTool // by name
	Files    int          // options that name the file of a secret (passwordFile, environmentFile, LoadCredential)
	Literals []Literal    // secrets that seem to stand in the text, by place
}

// A SecretTool is a program that brings secrets onto the machine.
type SecretTool struct {
	Name    string // "sops-nix"
	Secrets int
	First   graph.Place
}

// A Literal is a place where a secret seems to stand in the text: whoever reads the repository or the Nix store has it.
type Literal struct {
	Option string // "" if it is in no option
	Kind   string // "a password", "a password hash", "a private key", "a token"
	At     graph.Place
	In     *graph.ConfSet
}

// Managed is the number of secrets that a tool brings.
func (s Secrets) Managed() int {
	n := 0
	for _, t := range s.Tools {
		n += t.Secrets
	}
	return n
}

// Share is how many of all secrets that could be found are not in the text.
func (s Secrets) Share() graph.Ratio {
	kept := s.Managed() + s.Files
	return graph.Ratio{Covered: kept, Total: kept + len(s.Literals)}
}

// findSecrets finds them.
func findSecrets(g *graph.Graph, defs []*graph.Definition) Secrets {
	var out Secrets
	type name struct{ tool, name string }
	seen := map[name]bool{}
	tools := map[string]*SecretTool{}
	for _, d := range defs {
		l, ok := secrets.Of(d.Segments)
		if ok && l.Tool.Kind != secrets.OfPlaceholders {
			names := []string{strings.Split(l.Secret, "/")[0]}
			if l.Tool.Kind != secrets.OfGenerators && l.Tool.Kind != secrets.OfGroups {
				names[0] = l.Secret
			}
			if set, _ := d.Value.(map[string]any); l.Secret == "" && set != nil {
				names = slices.Sorted(maps.Keys(set))
			} else if l.Secret == "" {
				names[0] = "*"
			}
			for _, n := range names {
				if k := (name{l.Tool.Name, n}); !seen[k] {
					seen[k] = true
					if tools[l.Tool.Name] == nil {
						tools[l.Tool.Name] = &SecretTool{Name: l.Tool.Name, First: d.At}
					}
					tools[l.Tool.Name].Secrets++
				}
			}
		}
		last := unquote(d.Segments[len(d.Segments)-1])
		if secrets.TakesSecretFile(last) || secrets.TakesEnvironment(last) || secrets.TakesCredentials(last) {
			out.Files++
		}
	}
	for _, t := range slices.Sorted(maps.Keys(tools)) {
		out.Tools = append(out.Tools, *tools[t])
	}
	reach := map[string]bool{}
	for _, m := range g.Modules {
		reach[m.Path] = reach[m.Path] || m.Reachable
	}
	tests := testsOf(g)
	for _, l := range g.LiteralSecrets {
		if tests(l.In) || l.Option != "" && !reach[l.At.File] {
			continue
		}
		kind := l.Kind
		if l.Option == "" {
			kind += ", by its form"
		}
		out.Literals = append(out.Literals, Literal{Option: l.Option, Kind: kind, At: l.At, In: l.In})
	}
	return out
}
