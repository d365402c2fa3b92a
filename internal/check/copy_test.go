package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nixsink/internal/check"
)

// values are the central values of the cases below.
const values = `
-- default.nix --
{ imports = [ ./values.nix ./use.nix ./grafana.nix ]; }
-- grafana.nix --
{ lib, config, ... }:
{
  options.my.grafana.port = lib.mkOption { type = lib.types.port; default = 3000; };
  config.services.grafana.settings.server.http_port = config.my.grafana.port;
}
-- values.nix --
{ lib, ... }:
{
  options.my.ports.wiki = lib.mkOption { type = lib.types.port; default = 28081; };
  options.my.ports.proxy = lib.mkOption { type = lib.types.port; default = 8080; };
  options.my.ports.edgeHttps = lib.mkOption { type = lib.types.port; default = 443; };
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };
  options.my.admin.user = lib.mkOption { type = lib.types.str; default = "anna"; };
  options.my.admin.email = lib.mkOption { type = lib.types.str; default = "anna@mail.example"; };
  options.my.host = lib.mkOption { type = lib.types.str; default = "q958"; };
  options.my.lanIP = lib.mkOption { type = lib.types.str; default = "192.168.7.10"; };
  options.my.dns = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ "1.1.1.1" ]; };
  options.my.paths.state = lib.mkOption { type = lib.types.str; default = "/srv/state"; };
  options.my.certResolver = lib.mkOption { type = lib.types.str; default = "letsencrypt"; };
  options.my.shop.host = lib.mkOption { type = lib.types.str; };
  options.my.wiki.category = lib.mkOption { type = lib.types.str; default = "Essentials"; };
  options.my.blog.category = lib.mkOption { type = lib.types.str; default = "Essentials"; };
  options.my.mail.category = lib.mkOption { type = lib.types.str; default = "Essentials"; };
  options.my.flag = lib.mkEnableOption "home.example";
  options.my.wiki.host = lib.mkOption { type = lib.types.str; default = "box.example"; };
  options.my.sso.claim = lib.mkOption { type = lib.types.str; default = "preferred_username"; };
  options.my.sso.mode = lib.mkOption { type = lib.types.enum [ "None" "External" ]; default = "External"; };
  options.my.sso.provider = lib.mkOption { type = lib.types.str; default = "Authelia"; };
  options.my.token = lib.mkOption { type = lib.types.str; default = "CF_DNS_API_TOKEN"; };
}
-- use.nix --
{ lib, config, ... }:
{
  # All of them are read somewhere, so that they are values in use.
  users.motd = toString [ config.my.ports.wiki config.my.ports.proxy config.my.ports.edgeHttps config.my.domain config.my.admin.user config.my.admin.email
    config.my.host config.my.lanIP config.my.dns config.my.paths.state config.my.certResolver config.my.token config.my.wiki.category config.my.blog.category config.my.mail.category config.my.shop.host config.my.wiki.host config.my.sso.claim config.my.sso.mode config.my.sso.provider ];
  %s
}
`

// Where a literal is a copy, and where it only looks like one.
func TestCopies(t *testing.T) {
	for _, c := range []struct {
		code string
		want string // values that are copied, with the literal
	}{
		{`services.wiki.port = 28081;`, "28081 my.ports.wiki"},
		{`services.wiki.maxRequests = 28081;`, ""},
		{`services.wiki.transport = 28081;`, ""},
		{`services.wiki.url = "http://127.0.0.1:28081/x";`, "28081 my.ports.wiki"},
		{`services.wiki.url = "http://localhost:28081";`, "28081 my.ports.wiki"},
		{`services.wiki.url = "http://other.example:28081";`, ""},
		{`services.wiki.url = "http://127.0.0.1:280811";`, ""},
		{`services.wiki.text = "28081 bottles";`, ""},
		{`services.wiki.ports = [ 28081 ];`, "28081 my.ports.wiki"},
		{`services.redis.port = 8080;`, ""},
		{`services.proxy.port = 8080;`, "8080 my.ports.proxy"},
		{`x.text = "PROXY_URL=http://127.0.0.1:8080";`, "8080 my.ports.proxy"},
		{`x.text = "OTHER_URL=http://127.0.0.1:8080";`, ""},
		{`networking.firewall.allowedTCPPorts = [ 443 8080 ];`, "443 my.ports.edgeHttps, 8080 my.ports.proxy"},
		{`networking.firewall.extraInputRules = "tcp dport 28081 accept";`, "28081 my.ports.wiki"},
		{`services.edge.address = ":443";`, "443 my.ports.edgeHttps"},
		{`services.wiki.image = "wiki:28081";`, ""},
		{`services.wiki.image = "nginx:8080";`, ""},
		{`services.x.host = "wiki.home.example";`, "home.example my.domain"},
		{`services.x.host = "home.example.org";`, ""},
		{`services.x.host = "myhome.example";`, ""},
		{`services.x.host = "HOME.example";`, "HOME.example my.domain"},
		{`services.x.host = "${config.my.host}home.example";`, ""},
		{`services.x.host = "${config.my.host}.home.example";`, "home.example my.domain"},
		{`services.x.url = "https://home.example/path";`, "home.example my.domain"},
		{`services.x.mail = "anna@mail.example";`, "anna@mail.example my.admin.email"},
		{`services.x.mail = "bert@home.example";`, "home.example my.domain"},
		{`services.x.user = "anna";`, "anna my.admin.user"},
		{`services.x.AllowUsers = [ "anna" ];`, "anna my.admin.user"},
		{`services.x.cat = "anna";`, ""},
		{`users.users.anna.isNormalUser = true;`, "anna my.admin.user"},
		{`programs.anna.enable = true;`, ""},
		{`services.x.home = "/home/anna/x";`, "anna my.admin.user"},
		{`services.x.home = "/home/annabel";`, ""},
		{`services.x.text = "this is q958 speaking";`, "q958 my.host"},
		{`services.x.text = "hosts/q958/x";`, ""},
		{`services.x.bind = "192.168.7.10";`, "192.168.7.10 my.lanIP"},
		{`services.x.bind = "192.168.7.10:53";`, "192.168.7.10 my.lanIP"},
		{`services.x.bind = "192.168.7.100";`, ""},
		{`services.x.bind = "1.192.168.7.10";`, ""},
		{`services.x.upstream = "1.1.1.1";`, ""},
		{`services.x.dns = [ "1.1.1.1" ];`, "1.1.1.1 my.dns"},
		{`services.x.dir = "/srv/state/x";`, ""},
		{`services.x.dir = "/srv/states";`, ""},
		{`services.x.volumes = [ "/x:/srv/state" ];`, ""},
		{`services.x.dir = "/mnt/srv/state";`, ""},
		{`services.x.certResolver = "letsencrypt";`, "letsencrypt my.certResolver"},
		{`services.x.issuer = "letsencrypt";`, ""},
		{`x.text = "CF_DNS_API_TOKEN=";`, "CF_DNS_API_TOKEN my.token"},
		{`services.x.description = "at home.example";`, ""},
		{`assertions = [ { assertion = true; message = "set home.example"; } ];`, ""},
		{`services.x.ok = config.my.domain == "home.example";`, ""},
		{`services.x.host = config.my.domain or "home.example";`, ""},
		{`services.x.host = if config ? my.domain then config.my.domain else "home.example";`, ""},
		{`services.x.host = lib.mkIf true (lib.mkForce "home.example");`, "home.example my.domain"},
		{`# home.example 28081`, ""},
		{`my.shop.host = let shopHost = "shop.example"; in shopHost;`, ""},
		{`my.shop.host = "shop.example"; services.x.host = "shop.example";`, "shop.example my.shop.host"},
		{`services.x.host = "wiki.box.example";`, ""},
		{`services.x.category = "Essentials";`, ""},
		{`services.x.host = "box.example";`, "box.example my.wiki.host"},
		{`services.x.claim = "preferred_username";`, "preferred_username my.sso.claim"},
		{`services.x.attribute = "preferred_username";`, ""},
		{`services.x.other = "External";`, ""},
		{`services.x.mode = "External";`, ""},
		{`services.x.provider = "Authelia";`, "Authelia my.sso.provider"},
		{`services.x.name = "Authelia";`, ""},
		{`services.x.src = pkgs.fetchFromGitHub { owner = "x"; repo = "home.example"; };`, ""},
		{`networking.firewall.allowedTCPPorts = [ 3000 ];`, ""},
		{`users.users = lib.optionalAttrs (config.my.admin.user == "anna") { anna.uid = 1; };`, ""},
		{`users.users = lib.optionalAttrs config.my.flag { anna.uid = 1; };`, "anna my.admin.user"},
	} {
		g, _ := analyze(t, fmt.Sprintf(values, c.code))
		var got []string
		for _, f := range run(t, g, check.Config{}).Findings {
			if f.Check == "hard-coded-copy" {
				src := g.Files[f.At.File].Src
				got = append(got, src[f.At.Span.Start:f.At.Span.End]+" "+f.Value)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", c.code, s, c.want)
		}
	}
}
