package check_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"nixsink/internal/check"
)

const ruleProject = `
-- configuration.nix --
{ lib, pkgs, config, ... }:
{
  imports = [ ./20-services/wiki.nix ];
  boot.loader.systemd-boot.configurationLimit = 12;
  nix.gc.options = "--delete-older-than 30d";
  services.openssh.settings = { PermitRootLogin = lib.mkForce "no"; PasswordAuthentication = true; };
  services.traefik.dynamicConfigOptions.http.routers = {
    wiki = { rule = "Host(x)"; middlewares = [ "secured" ]; };
    blog = { rule = "Host(y)"; middlewares = [ "sso-auth" "secured" ]; };
    bare.rule = "Host(z)";
  };
}
-- 20-services/wiki.nix --
{ lib, config, pkgs, ... }:
{
  services.wiki.openFirewall = true;
  services.wiki.port = pkgs.hello.version;
}
`

// The example profile, with what it finds in a small tree.
func TestProfile(t *testing.T) {
	text, err := os.ReadFile("../../testdata/examples/policy.toml")
	if err != nil {
		t.Fatal(err)
	}
	cfg, _ := config(t, string(text))
	g, _ := analyze(t, ruleProject)
	r := run(t, g, cfg)
	for rule, want := range map[string][]string{
		"boot-generations":      {"configuration.nix:4"},
		"gc-week":               {"configuration.nix:5"},
		"route-sso":             {"configuration.nix:8", "configuration.nix:10"},
		"ssh-no-passwords":      {"configuration.nix:6"},
		"ssh-no-root":           nil,
		"firewall-on":           nil,
		"services-behind-proxy": {"20-services/wiki.nix:3"},
	} {
		if got := where(r, rule); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", rule, got, want)
		}
	}
}

func TestRules(t *testing.T) {
	g, _ := analyze(t, ruleProject)
	for _, c := range []struct {
		name string
		rule check.Rule
		want []string
	}{
		{"required and there", check.Rule{When: `option == "nix.gc.options"`, Required: true}, nil},
		{"required and missing", check.Rule{When: `option == "nix.gc.automatic"`, Required: true}, []string{"configuration.nix:1"}},
		{"unknown values break nothing", check.Rule{When: `option == "services.wiki.port"`, Expr: `value == 80`}, nil},
		{"asking for known values", check.Rule{When: `option == "services.wiki.port"`, Expr: `known`}, []string{"20-services/wiki.nix:4"}},
		{"layer", check.Rule{When: `layer == "20-services" && option.endsWith("openFirewall")`, Expr: `false`}, []string{"20-services/wiki.nix:3"}},
		{"another type than expected", check.Rule{When: `option == "nix.gc.options"`, Expr: `value <= 5`}, []string{"configuration.nix:5"}},
		{"all definitions", check.Rule{When: `option == "nix.gc.options"`, Expr: `definitions.exists(d, d.option == "services.wiki.openFirewall" && d.value == true)`}, nil},
		{"segments", check.Rule{When: `segments.size() == 3 && segments[1] == "gc"`, Expr: `file == "x.nix" || line == 1`}, []string{"configuration.nix:5"}},
	} {
		c.rule.Name = "mine"
		r := run(t, g, check.Config{Rules: []check.Rule{c.rule}})
		if got := where(r, "mine"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRuleErrors(t *testing.T) {
	g, _ := analyze(t, ruleProject)
	for _, c := range []struct {
		cfg  check.Config
		want string
	}{
		{check.Config{Rules: []check.Rule{{Expr: "true"}}}, "it has no name"},
		{check.Config{Rules: []check.Rule{{Name: "x"}}}, "neither expr nor required"},
		{check.Config{Rules: []check.Rule{{Name: "x", Expr: "optin == 1"}}}, "undeclared reference to 'optin'"},
		{check.Config{Rules: []check.Rule{{Name: "x", Expr: "option"}}}, "not a truth value"},
		{check.Config{Rules: []check.Rule{{Name: "x", Expr: "option == 1"}}}, "no matching overload"},
		{check.Config{Rules: []check.Rule{{Name: "missing-doc", Expr: "true"}}}, "the name is taken"},
		{check.Config{Severity: map[string]check.Severity{"missing-dock": check.Info}}, `did you mean "missing-doc"?`},
		{check.Config{Ignore: []check.Ignore{{Check: "nonsense"}}}, `no check is called "nonsense"`},
	} {
		_, err := check.Run(t.Context(), g, c.cfg)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want …%s…", err, c.want)
		}
	}
}

// Rules over values, options and findings see flows and the account.
func TestRulesOver(t *testing.T) {
	g, _ := analyze(t, `
-- default.nix --
{ lib, config, ... }:
{
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };
  options.my.gone = lib.mkOption { type = lib.types.str; default = "x"; };
  config.services.wiki.domain = "wiki.${config.my.domain}";
  config.services.blog.domain = "blog";
  config.x = config.my.dmain;
}
`)
	for _, c := range []struct {
		rule check.Rule
		want []string
	}{
		{check.Rule{Over: "value", When: `value.path == "my.domain"`, Expr: `value.sinks == ["services.wiki.domain"] && value.literals == ["home.example"] && value.readers == ["default.nix"]`}, nil},
		{check.Rule{Over: "value", When: `value.file != ""`, Expr: `value.sinks.size() > 0`}, []string{"default.nix:4"}},
		{check.Rule{Over: "option", When: `option.path.endsWith(".domain")`, Expr: `option.sources.size() > 0`}, []string{"default.nix:6"}},
		{check.Rule{Over: "option", When: `option.segments[1] == "wiki"`, Expr: `option.sources[0] == "my.domain" && option.definitions[0].line == 5`}, nil},
		{check.Rule{Over: "finding", When: `finding.check == "undeclared-value"`, Expr: `finding.severity != "error"`}, []string{"default.nix:7"}},
		{check.Rule{When: `sources.exists(s, s == "my.domain")`, Expr: `false`}, []string{"default.nix:5"}},
		{check.Rule{Over: "value", Expr: `account.complete && account.unresolved == 0`}, nil},
	} {
		c.rule.Name = "mine"
		r := run(t, g, check.Config{Rules: []check.Rule{c.rule}})
		if got := where(r, "mine"); !slices.Equal(got, c.want) {
			t.Errorf("%s %s %s: %v, want %v", c.rule.Over, c.rule.When, c.rule.Expr, got, c.want)
		}
	}
	hosts, _ := analyze(t, `
-- flake.nix --
{ outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ./web.nix ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ]; };
  }; }
-- base.nix --
{ lib, ... }: { options.my.name = lib.mkOption { type = lib.types.str; }; config.services.openssh.enable = true; }
-- web.nix --
{ services.fail2ban.enable = true; my.name = "x"; }
`)
	for _, c := range []struct {
		rule check.Rule
		want []string
	}{
		{check.Rule{Over: "host", Expr: `host.definitions.exists(d, d.option == "services.fail2ban.enable" && d.value == true)`}, []string{"flake.nix:3"}},
		{check.Rule{Over: "host", Expr: `host.class == "nixos" && "base.nix" in host.modules && host.homes.size() == 0`}, nil},
		{check.Rule{When: `hosts.size() == account.hosts`, Expr: `option != "services.openssh.enable"`}, []string{"base.nix:1"}},
		{check.Rule{Over: "value", Expr: `value.hosts == ["nixosConfigurations.db", "nixosConfigurations.web"]`}, nil},
		{check.Rule{Over: "option", When: `option.path.startsWith("services.")`, Expr: `option.hosts.exists(h, h.endsWith(".db"))`}, []string{"web.nix:1"}},
	} {
		c.rule.Name = "mine"
		if got := where(run(t, hosts, check.Config{Rules: []check.Rule{c.rule}}), "mine"); !slices.Equal(got, c.want) {
			t.Errorf("%s %s %s: %v, want %v", c.rule.Over, c.rule.When, c.rule.Expr, got, c.want)
		}
	}
	if _, err := check.Run(t.Context(), g, check.Config{Rules: []check.Rule{{Name: "mine", Over: "hosts", Expr: "true"}}}); err == nil || !strings.Contains(err.Error(), "over: ") {
		t.Errorf("an unknown subject: %v", err)
	}
}

// A rule that would take for ever is stopped, and says so once.
func TestExpensiveRule(t *testing.T) {
	g, _ := analyze(t, "-- default.nix --\n{ a.b = 1; a.c = 2; a.d = \"x\"; }\n")
	for _, expr := range []string{
		"[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c, [0,1,2,3,4,5,6,7,8,9].all(d, [0,1,2,3,4,5,6,7,8,9].all(e, [0,1,2,3,4,5,6,7,8,9].all(f, [0,1,2,3,4,5,6,7,8,9].all(g, a + b + c + d + e + f + g < 99)))))))",
	} {
		for _, rule := range []check.Rule{{Name: "slow", Expr: expr}, {Name: "slow", When: expr, Expr: "true"}} {
			var got []string
			for _, f := range run(t, g, check.Config{Rules: []check.Rule{rule}}).Findings {
				if f.Check == "slow" {
					got = append(got, f.Message)
				}
			}
			if len(got) != 1 || !strings.Contains(got[0], "the rule cannot be decided") || !strings.Contains(got[0], "too expensive") {
				t.Errorf("%v", got)
			}
		}
	}
}
