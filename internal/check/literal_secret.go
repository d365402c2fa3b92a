package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/graph"
	"nixsink/internal/secrets"
	"nixsink/parse"
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
initial passwords and passwords that everybody knows (nixos, admin) are information. An allow list names options, or files:

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
		for _, l := range p.literalSecrets() {
			if tests(l.In) {
				continue
			}
			f := Finding{At: l.At, Value: l.Option}
			f.Message = fmt.Sprintf("%s is %s that stands in the text, so that everybody can read it in the repository and in the Nix store: let a tool bring it, and name its file", l.Option, l.Kind)
			if l.Option == "" {
				f.Message = "this string has the form of a key or token; whoever reads the repository has it: let a tool bring it, and name its file"
			}
			if l.Harmless {
				f.Severity = Info
			}
			out = append(out, f)
		}
		return out
	},
}

// A LiteralSecret is a place where a secret seems to stand in the text. Its text is not kept.
type LiteralSecret struct {
	Option   string // "" if it is in no option
	Kind     string // "a password", "a password hash", "a private key", "a token"
	At       graph.Place
	In       *graph.ConfSet
	Harmless bool // a hash, an initial password, one that everybody knows
}

// LiteralSecrets lists them by place.
func LiteralSecrets(g *graph.Graph, cfg Config) []LiteralSecret {
	p := &Pass{Graph: g, Config: cfg}
	return p.literalSecrets()
}

func (p *Pass) literalSecrets() []LiteralSecret {
	var out []LiteralSecret
	at := map[graph.Place]int{}
	for _, d := range p.Graph.Definitions {
		path := secrets.Local(d.Segments)
		last := path[len(path)-1]
		kind := secrets.KindOf(last)
		text, ok := d.Value.(string)
		if kind == "" || !ok || !d.Known || secrets.Elsewhere(path) || secrets.TakesContents(path) {
			continue
		}
		worth := secrets.Weigh(kind, text)
		if worth == secrets.Nothing || p.allowed(d.Option, d.At.File) || !p.standsAt(d.At, text) {
			continue
		}
		if i, again := at[d.At]; again {
			out[i].In = p.Graph.Union(out[i].In, d.In)
			continue
		}
		l := LiteralSecret{Option: d.Option, Kind: kind, At: d.At, In: d.In, Harmless: worth != secrets.Secret || strings.HasPrefix(strings.ToLower(last), "initial")}
		if worth == secrets.HashOnly {
			l.Kind = "a password hash"
		}
		at[d.At] = len(out)
		out = append(out, l)
	}
	for _, l := range p.keysInText() {
		if !slices.ContainsFunc(out, func(o LiteralSecret) bool { return o.At.File == l.At.File && o.At.Line == l.At.Line }) {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b LiteralSecret) int { return graph.ComparePlaces(a.At, b.At) })
	return out
}

// standsAt reports whether a text stands where a definition does: what is read from elsewhere is told there.
func (p *Pass) standsAt(at graph.Place, text string) bool {
	f := p.Graph.Files[at.File]
	return f != nil && int(at.Span.End) <= len(f.Src) && strings.Contains(f.Src[at.Span.Start:at.Span.End], text)
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

// keysInText finds strings that are secrets by their form.
func (p *Pass) keysInText() (out []LiteralSecret) {
	for _, name := range p.files() {
		f := p.Graph.Files[name]
		if secrets.Form(f.Src) == nil || p.allowed("", name) {
			continue
		}
		in := (*graph.ConfSet)(nil)
		for _, m := range p.Graph.Modules {
			if m.Path == name {
				in = m.In
			}
		}
		parse.Walk(f.Expr, func(n parse.Node) bool {
			s, ok := n.(*parse.String)
			if !ok {
				return true
			}
			span := s.Range()
			if m := secrets.Form(f.Text(span)); m != nil {
				pos := f.Position(span.Start + int32(m[0]))
				out = append(out, LiteralSecret{Kind: "a key or token, by its form", In: in,
					At: graph.Place{File: name, Span: parse.Span{Start: span.Start + int32(m[0]), End: span.End}, Line: pos.Line, Column: pos.Column, EndLine: pos.Line, EndColumn: pos.Column}})
			}
			return true
		})
	}
	return out
}
