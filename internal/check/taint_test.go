package check_test

import (
	"slices"
	"strings"
	"testing"

	"nixsink/internal/check"
)

const taintProject = `
-- configuration.nix --
{ lib, config, ... }:
let people = config.my.people; in
{
  options.my.people = lib.mkOption { type = lib.types.attrsOf lib.types.attrs; };
  options.my.public = lib.mkOption { type = lib.types.str; };
  options.my.motto = lib.mkOption { type = lib.types.str; };
  config.my.people.anna.email = "anna@example.net";
  config.my.motto = "by ${people.anna.email}";
  config.my.public = builtins.hashString "sha256" people.anna.email;
  config.environment.etc."mail/admin".text = people.anna.email;
  config.services.a.name = config.my.motto;
  config.services.b.digest = builtins.hashString "sha256" people.anna.email;
  config.services.c.shown = config.my.public;
  config.services.d.enable = people.anna.email != "";
  config.users.motd = config.services.a.name;
  config.home-manager.users.anna = { ... }: { programs.git.userEmail = people.anna.email; };
}
`

func globs(t *testing.T, texts ...string) (out []check.OptionGlob) {
	t.Helper()
	for _, text := range texts {
		g, err := check.ParseOptionGlob(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}

func TestTaint(t *testing.T) {
	g, _ := analyze(t, taintProject)
	email := globs(t, "my.people.*.email")
	for _, c := range []struct {
		name string
		rule check.Taint
		want []string
	}{
		{"text and through a value", check.Taint{Sinks: globs(t, "environment.etc.**", "services.**", "users.**")}, []string{"configuration.nix:10", "configuration.nix:11"}},
		{"a name with a slash", check.Taint{Sinks: globs(t, `environment.etc."mail/*".text`)}, []string{"configuration.nix:10"}},
		{"a sanitizer on the way", check.Taint{Sinks: globs(t, "services.**"), Sanitizers: globs(t, "my.motto")}, nil},
		{"behind a sanitizer, too", check.Taint{Sinks: globs(t, "users.*"), Sanitizers: globs(t, "services.a.**")}, nil},
		{"only behind", check.Taint{Sinks: globs(t, "users.*")}, []string{"configuration.nix:15"}},
		{"a source that is clean", check.Taint{Sinks: globs(t, "services.**"), Sanitizers: globs(t, "my.people.**")}, nil},
		{"hashes and comparisons, on demand", check.Taint{Sinks: globs(t, "services.**"), Parts: []string{"hash"}}, []string{"configuration.nix:12", "configuration.nix:14"}},
		{"existence, on demand", check.Taint{Sinks: globs(t, "services.d.*"), Parts: []string{"existence", "hash"}}, []string{"configuration.nix:14"}},
		{"a home's option by its path in the home", check.Taint{Sinks: globs(t, "programs.git.*")}, []string{"configuration.nix:16"}},
		{"no such sink", check.Taint{Sinks: globs(t, "services.z.**")}, nil},
	} {
		c.rule.Name, c.rule.Sources = "mine", email
		r := run(t, g, check.Config{Taints: []check.Taint{c.rule}})
		if got := where(r, "mine"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}

	r := run(t, g, check.Config{Taints: []check.Taint{{Name: "mail", Sources: email, Sinks: globs(t, "services.a.*", "users.motd"), Message: "{part} of {source} in {sink}", Severity: check.Error}}})
	i := slices.IndexFunc(r.Findings, func(f check.Finding) bool { return f.Check == "mail" })
	if i < 0 {
		t.Fatal("nothing found")
	}
	f := r.Findings[i]
	if f.Message != "value of my.people.anna.email in services.a.name" || f.Severity != check.Error || f.Value != "my.people.anna.email" {
		t.Errorf("%v %q of %q", f.Severity, f.Message, f.Value)
	}
	var way []string
	for _, r := range f.Related {
		way = append(way, r.Message)
	}
	if got := strings.Join(way, "; "); !strings.HasPrefix(got, "reads my.people.anna.email; ") || !strings.Contains(got, "defines my.motto") || !strings.HasSuffix(got, "and so becomes part of users.motd") {
		t.Errorf("way: %s", got)
	}
}

func TestTaintMistakes(t *testing.T) {
	some := globs(t, "a.b")
	for want, rule := range map[string]check.Taint{
		"it has no name":    {Sources: some, Sinks: some},
		"it has no sources": {Name: "x", Sinks: some},
		"it has no sinks":   {Name: "x", Sources: some},
		"not \"all\"":       {Name: "x", Sources: some, Sinks: some, Parts: []string{"all"}},
		"the name is taken": {Name: "unused-value", Sources: some, Sinks: some},
	} {
		g, _ := analyze(t, "\n-- default.nix --\n{ }\n")
		if _, err := check.Run(t.Context(), g, check.Config{Taints: []check.Taint{rule}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want %q", err, want)
		}
	}
}

func TestOptionGlob(t *testing.T) {
	for _, c := range []struct {
		glob, option string
		want         bool
	}{
		{"my.x", "my.x", true}, {"my.x", "my.x.y", false}, {"my.*", "my.x", true}, {"my.*", "my", false}, {"my.**", "my", true}, {"my.**", "my.a.b", true},
		{"**.port", "services.a.port", true}, {"**.port", "port", true}, {"**.port", "services.a.ports", false}, {"**.a.**", "x.a.y.a", true}, {"**.a.*.b", "a.a.x.b", true},
		{"services.{a,b}.x", "services.b.x", true}, {"services.{a,b}.x", "services.c.x", false}, {"my.*Key", "my.apiKey", true},
		{`etc."a.b".x`, "etc.a|b.x", false}, {"my.db", "my.*", false},
	} {
		g, err := check.ParseOptionGlob(c.glob)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := g.Match(strings.Split(c.option, ".")); got != c.want {
			t.Errorf("%s on %s: %v", c.glob, c.option, got)
		}
		if g.String() != c.glob {
			t.Errorf("%s is written %s", c.glob, g)
		}
	}
	if g := globs(t, `etc."a.b/c".*`)[0]; !g.Match([]string{"etc", `"a.b/c"`, "text"}) || g.Match([]string{"etc", "a", "b/c", "text"}) || g.String() != `etc."a.b/c".*` {
		t.Errorf("a name with a dot: %s", g)
	}
	for _, bad := range []string{"", ".a", "a.", "a..b", `a."b`, `a."b"c`, "a.[", "config.my.x"} {
		if _, err := check.ParseOptionGlob(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

// A rule over flows sees whole ways, of central values and of secrets.
func TestRuleOverFlows(t *testing.T) {
	g, _ := analyze(t, `
-- configuration.nix --
{ lib, config, ... }:
{
  options.my.domain = lib.mkOption { type = lib.types.str; };
  config.services.a.host = config.my.domain;
  config.services.b.url = "https://${config.services.a.host}";
  config.age.secrets.db.file = ./db.age;
  config.services.c.passwordFile = config.age.secrets.db.path;
}
`)
	for _, c := range []struct {
		rule check.Rule
		want []string
	}{
		{check.Rule{When: `flow.source == "my.domain"`, Expr: `flow.sink == "services.a.host"`}, []string{"configuration.nix:5"}},
		{check.Rule{When: `flow.what == "path"`, Expr: `flow.sink.endsWith("File")`}, nil},
		{check.Rule{When: `flow.what == "path"`, Expr: `false`}, []string{"configuration.nix:7"}},
		{check.Rule{When: `flow.through.size() > 0`, Expr: `false`}, []string{"configuration.nix:5"}},
		{check.Rule{When: `flow.sink == "services.b.url"`, Expr: `flow.way.exists(w, w == "configuration.nix:4 reads my.domain")`}, nil},
	} {
		c.rule.Name, c.rule.Over = "mine", "flow"
		r := run(t, g, check.Config{Rules: []check.Rule{c.rule}})
		if got := where(r, "mine"); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: %v, want %v", c.rule.When, c.rule.Expr, got, c.want)
		}
	}
}
