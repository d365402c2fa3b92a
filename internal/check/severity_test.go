package check_test

import (
	"slices"
	"strings"
	"testing"

	"nixsink/internal/check"
)

// Of what a check sees, these cases mark what it is sure of: what is more than information.
func TestSure(t *testing.T) {
	for _, c := range []struct{ name, check, config, project string }{
		{"an input's module beside the tree's own options", "undeclared-value", "", `
-- flake.nix --
{ inputs.tools.url = "github:someone/tools"; inputs.sops-nix.url = "github:Mic92/sops-nix";
  outputs = { nixpkgs, ... }@inputs: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { specialArgs = { inherit inputs; }; modules = [ ./a.nix ./b.nix ./c.nix ]; }; }; }
-- a.nix --
{ lib, config, inputs, ... }: {
  imports = [ inputs.tools.nixosModules.tools ];
  config = lib.mkIf config.my.dev.tools.enable { my.dev.tools.level = 3; my.dev.tools.wiki = config.my.dev.tools.sandbox; };
}
-- b.nix --
{ lib, config, ... }: {
  options.my.dev.tools = { wiki = lib.mkOption { default = ""; }; blog = lib.mkEnableOption "b"; };
  config = lib.mkIf config.my.dev.tools.enable { a.b = [ config.my.dev.tools.wiki config.my.dev.tools.blog ]; };
}
-- c.nix --
{ lib, config, inputs, ... }: {
  imports = [ inputs.sops-nix.nixosModules.sops ];
  options.my.dev.site = { wiki = lib.mkOption { default = ""; }; };
  config.a.c = [ config.my.dev.site.wiki config.my.dev.site.wikki ]; # <- here
}`},
		{"an argument that an input's module may take", "unused-value", "", `
-- flake.nix --
{ inputs.tools.url = "github:someone/tools";
  outputs = { nixpkgs, ... }@inputs: let vars = import ./vars.nix; in { nixosConfigurations.a = nixpkgs.lib.nixosSystem { specialArgs = { inherit vars; }; modules = [ ./a.nix inputs.tools.nixosModules.tools ]; }; }; }
-- vars.nix --
{ user = "anna"; mail = "anna@home.example"; city = "Graz"; zone = "UTC"; }
-- a.nix --
{ vars, ... }: { users.users.x.name = vars.user; time.city = vars.city; time.zone = vars.zone; }`},
		{"variables that scopedImport brings", "parse-error", "", `
-- default.nix --
{ lib, ... }: { a.b = builtins.scopedImport { inherit lib; Host = x: x; } ./host.nix; }
-- host.nix --
Host { name = "a"; }`},
		{"ports of another machine, of everybody, and in a remark", "hard-coded-copy", "", `
-- default.nix --
{ lib, config, ... }:
let port = d: lib.mkOption { type = lib.types.port; default = d; }; in
{
  options.my.sshPort = port 22;
  options.my.gateway.authPort = port 443;
  options.my.web.httpsPort = port 443;
  options.my.discogs.apiPort = port 8086;
  options.my.ports.wiki = lib.mkOption { type = lib.types.port; default = 9875; };
  options.my.mail = lib.mkOption { default = "anna@home.example"; };
  config.services.openssh.ports = [ config.my.sshPort ];
  config.services.a = [ config.my.gateway.authPort config.my.web.httpsPort config.my.discogs.apiPort config.my.ports.wiki config.my.mail ];
  config.programs.ssh.matchBlocks.zero = { hostname = "192.0.2.1"; port = 22; };
  config.services.music.gatewayPort = 8086;
  options.my.feed.port = lib.mkOption { type = lib.types.port; default = 8080; };
  config.services.feed.port = config.my.feed.port;
  config.networking.firewall.allowedTCPPorts = [ 8080 8081 ];
  config.services.x.key = "ssh-ed25519 AAAA anna@home.example";
  config.services.caddy.virtualHosts."wiki".extraConfig = ''
    # the wiki listens at 127.0.0.1:9875
    reverse_proxy 127.0.0.1:9875 # <- here
  '';
}`},
		{"secrets that are handed to modules", "secret-in-store", "", `
-- default.nix --
let secrets = builtins.fromJSON (builtins.readFile ./secrets/all.json); in
{
  home-manager.extraSpecialArgs.secrets = secrets;
  services.x.password = secrets.x; # <- here
}
-- secrets/all.json --
{}
-- .gitattributes --
secrets/** filter=git-crypt diff=git-crypt`},
		{"one option of systems and of homes", "unused-value", "", `
-- flake.nix --
{ outputs = { nixpkgs, home-manager, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./settings.nix ./a.nix ]; };
    homeConfigurations.anna = home-manager.lib.homeManagerConfiguration { modules = [ ./home-settings.nix ./home.nix ]; };
  }; }
-- settings.nix --
{ lib, ... }: { options.my.settings.work = lib.mkOption { default = ""; };
  options.my.settings.play = lib.mkOption { default = ""; }; # <- here
}
-- home-settings.nix --
{ lib, ... }: { options.my.settings.work = lib.mkOption { default = ""; }; }
-- a.nix --
{ config, lib, ... }: { options.my.name = lib.mkOption { default = "a"; }; config.networking.hostName = config.my.name; }
-- home.nix --
{ config, ... }: { programs.git.userName = config.my.settings.work; }`},
		{"fields of one submodule", "unused-value", "", `
-- default.nix --
{ lib, config, ... }:
{
  options.my.sets = lib.mkOption { default = { }; type = lib.types.attrsOf (lib.types.submodule { options = {
    path = lib.mkOption { default = ""; };
    tier = lib.mkOption { default = ""; }; # <- here
    form = lib.mkOption { default = ""; };
    made.by = lib.mkOption { default = ""; };
    made.at = lib.mkOption { default = ""; };
    sent.by = lib.mkOption { default = ""; };
  }; }); };
  config.my.sets.music = { path = "/music"; };
  config.a.b = config.my.sets.music.path;
}`},
		{"a default that goes through a name, and a file of the value's own name", "hard-coded-copy", "", `
-- default.nix --
{ lib, config, ... }:
let domain = "home.example"; in
{
  imports = [ ./users/anna.nix ./b.nix ./c.nix ];
  options.my.domain = lib.mkOption { type = lib.types.str; default = "${domain}"; };
  options.my.user = lib.mkOption { type = lib.types.str; default = "anna"; };
  config.services.x = [ config.my.domain ];
  config.services.y.user = config.my.user;
}
-- b.nix --
{ services.wiki.host = "wiki.home.example"; } # <- here
-- c.nix --
{ config, ... }: { services.z = [ config.my.domain config.my.user ]; }
-- users/anna.nix --
{ users.users.anna.isNormalUser = true; }`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, _ := config(t, c.config)
			g, want := analyze(t, strings.TrimPrefix(c.project, "\n")+"\n")
			r := run(t, g, cfg)
			r.Findings = slices.DeleteFunc(r.Findings, func(f check.Finding) bool { return f.Severity <= check.Info })
			if got := where(r, c.check); !slices.Equal(got, want) {
				t.Errorf("reported %v, marked %v\n%s", got, want, listing(r))
			}
		})
	}
}
