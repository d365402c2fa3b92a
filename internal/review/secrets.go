package review

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/parse"
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

// secretTools are the options that name secrets, with the number of segments before a secret's name.
var secretTools = []struct {
	tool string
	path []string
}{
	{"sops-nix", []string{"sops", "secrets"}},
	{"agenix", []string{"age", "secrets"}},
	{"vaultix", []string{"vaultix", "secrets"}},
	{"clan vars", []string{"clan", "core", "vars", "generators"}},
	{"colmena keys", []string{"deployment", "keys"}},
	{"secretspec", []string{"secretspec", "secrets"}},
	{"opnix", []string{"services", "onepassword-secrets", "secrets"}},
	{"sops-nix templates", []string{"sops", "templates"}},
}

// secrets finds them.
func secrets(g *graph.Graph, defs []*graph.Definition) Secrets {
	var out Secrets
	type name struct{ tool, name string }
	seen := map[name]bool{}
	tools := map[string]*SecretTool{}
	literal := map[graph.Place]bool{}
	for _, d := range defs {
		s := d.Segments
		if len(s) > 3 && s[0] == "home-manager" && s[1] == "users" {
			s = s[3:]
		}
		for _, t := range secretTools {
			if len(s) < len(t.path) || !slices.Equal(s[:len(t.path)], t.path) {
				continue
			}
			var names []string
			switch set, _ := d.Value.(map[string]any); {
			case len(s) > len(t.path):
				names = []string{s[len(t.path)]}
			case set != nil:
				names = slices.Sorted(maps.Keys(set))
			default:
				names = []string{"*"}
			}
			for _, n := range names {
				if k := (name{t.tool, n}); !seen[k] {
					seen[k] = true
					if tools[t.tool] == nil {
						tools[t.tool] = &SecretTool{Name: t.tool, First: d.At}
					}
					tools[t.tool].Secrets++
				}
			}
		}
		last := unquote(s[len(s)-1])
		if isSecretFile(last) {
			out.Files++
		}
		if kind := secretName(last); kind != "" && !literal[d.At] && !isElsewhere(s) && isLiteralSecret(g, d) {
			literal[d.At] = true
			if strings.HasPrefix(d.Value.(string), "$") {
				kind = "a password hash"
			}
			out.Literals = append(out.Literals, Literal{Option: d.Option, Kind: kind, At: d.At, In: d.In})
		}
	}
	for _, t := range slices.Sorted(maps.Keys(tools)) {
		out.Tools = append(out.Tools, *tools[t])
	}
	for _, l := range keysInText(g) {
		if !slices.ContainsFunc(out.Literals, func(o Literal) bool { return o.At.File == l.At.File && o.At.Line == l.At.Line }) {
			out.Literals = append(out.Literals, l)
		}
	}
	slices.SortStableFunc(out.Literals, func(a, b Literal) int { return comparePlaces(a.At, b.At) })
	return out
}

func isSecretFile(name string) bool {
	l := strings.ToLower(name)
	return strings.HasSuffix(l, "passwordfile") || strings.HasSuffix(l, "secretfile") || strings.HasSuffix(l, "keyfile") || strings.HasSuffix(l, "tokenfile") ||
		l == "environmentfile" || l == "environmentfiles" || l == "loadcredential" || l == "loadcredentialencrypted" || strings.HasSuffix(l, "credentialsfile")
}

// secretName says what kind of secret an option or variable of this name holds, "" if none: by how it ends.
func secretName(name string) string {
	l := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	for _, e := range []struct{ end, kind string }{
		{"hashedpassword", "a password hash"}, {"password", "a password"}, {"passphrase", "a password"}, {"passwd", "a password"}, {"pwd", ""},
		{"privatekey", "a private key"}, {"secretkey", "a key"}, {"apikey", "a key"}, {"presharedkey", "a key"}, {"encryptionkey", "a key"}, {"psk", "a key"},
		{"accesstoken", "a token"}, {"authtoken", "a token"}, {"apitoken", "a token"}, {"token", "a token"}, {"clientsecret", "a secret"}, {"secret", "a secret"},
	} {
		if strings.HasSuffix(l, e.end) {
			return e.kind
		}
	}
	return ""
}

// isElsewhere reports whether an option only looks as if it held a secret: the token of an IPv6 address, the name of an entry in a password manager.
func isElsewhere(segments []string) bool {
	if len(segments) > 1 && segments[0] == "systemd" && segments[1] == "network" {
		return true
	}
	return slices.ContainsFunc(segments, func(s string) bool {
		l := strings.ToLower(s)
		return strings.Contains(l, "rbw") || strings.Contains(l, "bitwarden") || strings.Contains(l, "keychain") || strings.HasSuffix(l, "command")
	})
}

// isLiteralSecret reports whether a definition holds a text of its own: not the name of a file, a variable that is filled in later, or what locks an account.
func isLiteralSecret(g *graph.Graph, d *graph.Definition) bool {
	text, ok := d.Value.(string)
	if !ok || !d.Known || len(text) < 3 || strings.HasPrefix(text, "/") || strings.ContainsAny(text, " \n<>") {
		return false
	}
	if strings.HasPrefix(text, "$") && !strings.HasPrefix(text, "$6$") && !strings.HasPrefix(text, "$y$") && !strings.HasPrefix(text, "$2") && !strings.HasPrefix(text, "$argon2") && !strings.HasPrefix(text, "$5$") {
		return false // ${VARIABLE}, $(command)
	}
	for _, filled := range []string{"@", "%", "{{", "file:", "env:", "!", "keyring", "pass:"} {
		if strings.HasPrefix(text, filled) {
			return false
		}
	}
	// What is read from elsewhere is told where it stands.
	f := g.Files[d.At.File]
	return f != nil && int(d.At.Span.End) <= len(f.Src) && strings.Contains(f.Src[d.At.Span.Start:d.At.Span.End], text)
}

// known are texts that are secrets wherever they stand: the forms of keys and tokens that their makers publish, so that scanners find them.
var known = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1[A-Z0-9]{20,}|\bgh[pousr]_[A-Za-z0-9]{36}|\bglpat-[A-Za-z0-9_-]{20}|\bAKIA[A-Z0-9]{16}\b|\btskey-[a-z]+-[A-Za-z0-9]{8,}|\bxox[bp]-[0-9A-Za-z-]{20,}|\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}`)
})

// beginnings are what one of known has in it: most files have none, and a regular expression over every file is slow.
var beginnings = []string{"PRIVATE KEY-----", "AGE-SECRET-KEY-1", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-", "AKIA", "tskey-", "xoxb-", "xoxp-", "sk-"}

// keysInText finds strings that are secrets by their form.
func keysInText(g *graph.Graph) (out []Literal) {
	for _, name := range slices.Sorted(maps.Keys(g.Files)) {
		f := g.Files[name]
		if !slices.ContainsFunc(beginnings, func(b string) bool { return strings.Contains(f.Src, b) }) || !known().MatchString(f.Src) {
			continue
		}
		parse.Walk(f.Expr, func(n parse.Node) bool {
			s, ok := n.(*parse.String)
			if !ok {
				return true
			}
			span := s.Range()
			if m := known().FindStringIndex(f.Text(span)); m != nil {
				at := span.Start + int32(m[0])
				pos := f.Position(at)
				out = append(out, Literal{Kind: "a key or token, by its form", At: graph.Place{File: name, Span: parse.Span{Start: at, End: span.End}, Line: pos.Line, Column: pos.Column, EndLine: pos.Line, EndColumn: pos.Column}})
			}
			return true
		})
	}
	return out
}
