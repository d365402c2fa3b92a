package review

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/check"
)

// tree analyses the files of an archive.
func tree(t *testing.T, archive string) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	g, err := graph.Analyze(t.Context(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func made(t *testing.T, g *graph.Graph) *Review {
	t.Helper()
	report, err := check.Run(t.Context(), g, check.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return Make(g, report.Findings, check.Config{}, Limits{Lines: 5000, Modules: 100, LongestModule: 300, Documentation: .8, SourceID: .7})
}

func at(p graph.Place) string {
	if p.File == "" {
		return "-"
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

func facts(all []Fact) string {
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "%s: %s (%s) %s\n", f.Name, f.Text, f.State, at(f.At))
	}
	return b.String()
}

func (x *Exposure) text() string {
	var b strings.Builder
	for _, p := range x.Ports {
		fmt.Fprintf(&b, "%d", p.Number)
		if p.To > 0 {
			fmt.Fprintf(&b, "-%d", p.To)
		}
		for _, v := range p.Values {
			fmt.Fprintf(&b, " %s", v.Path)
		}
		for _, o := range p.Openings {
			face := o.Interface
			if face == "" {
				face = "anywhere"
			}
			switch {
			case o.Rule:
				fmt.Fprintf(&b, " | rule %s", at(o.At))
			case o.Protocol == "":
				fmt.Fprintf(&b, " | by itself %s", at(o.At))
			default:
				fmt.Fprintf(&b, " | %s from %s %s", o.Protocol, face, at(o.At))
			}
		}
		for _, l := range p.Listeners {
			fmt.Fprintf(&b, " | %s", l.Service)
		}
		for _, r := range p.Routes {
			fmt.Fprintf(&b, " | %s calls it %s", r.Proxy, r.Name)
		}
		b.WriteByte('\n')
	}
	for _, part := range []struct {
		name  string
		facts []Fact
	}{{"off", x.Off}, {"rules", x.Rules}, {"trusted", x.Trusted}} {
		for _, f := range part.facts {
			fmt.Fprintf(&b, "%s: %s %s\n", part.name, f.Text, at(f.At))
		}
	}
	if x.Inner > 0 {
		fmt.Fprintf(&b, "inner: %d\n", x.Inner)
	}
	return b.String()
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != strings.TrimPrefix(want, "\n") {
		t.Errorf("%s:\n%swant\n%s", what, got, strings.TrimPrefix(want, "\n"))
	}
}

const ports = `
-- ports.nix --
{ lib, ... }: {
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  options.my.domain = lib.mkOption { type = lib.types.str; default = "example.org"; };
  config.my.ports = { https = 443; ssh = 2222; photos = 2283; feeds = 8080; dns = 53; inner = 9000; };
}
`

func TestExposure(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"a port from firewall to name": {`
-- default.nix --
{ config, ... }: {
  imports = [ ./ports.nix ];
  networking.firewall.allowedTCPPorts = [ config.my.ports.https 80 ];
  networking.firewall.interfaces.wg0.allowedUDPPorts = [ config.my.ports.dns ];
  networking.firewall.allowedUDPPortRanges = [ { from = 60000; to = 61000; } ];
  services.nginx.enable = true;
  services.immich.port = config.my.ports.photos;
  services.nginx.virtualHosts."photos.${config.my.domain}".locations."/".proxyPass = "http://127.0.0.1:${toString config.my.ports.photos}";
  services.prometheus.port = config.my.ports.inner;
}
`, `
53 my.ports.dns | udp from wg0 default.nix:4
80 | tcp from anywhere default.nix:3 | nginx
443 my.ports.https | tcp from anywhere default.nix:3 | nginx
2283 my.ports.photos | immich | nginx calls it photos.example.org
60000-61000 | udp from anywhere default.nix:5
inner: 1
`},
		"caddy, cloudflared and traefik": {`
-- default.nix --
{ config, ... }: {
  imports = [ ./ports.nix ];
  services.caddy.virtualHosts."feeds.example.org".extraConfig = ''
    encode gzip
    reverse_proxy localhost:${toString config.my.ports.feeds}
  '';
  services.caddy.virtualHosts."wiki.example.org".extraConfig = "reverse_proxy 127.0.0.1:3333";
  services.caddy.virtualHosts."static.example.org".extraConfig = "respond :8123 204";
  services.cloudflared.tunnels.home.ingress."ssh.example.org" = "ssh://localhost:2222";
  services.traefik.dynamicConfigOptions.http = {
    routers.photos.rule = "Host(` + "`photos.example.org`" + `)";
    services.photos.loadBalancer.servers = [ { url = "http://127.0.0.1:2283"; } ];
  };
}
`, `
2222 | cloudflared calls it ssh.example.org
2283 | traefik calls it photos.example.org
3333 | caddy calls it wiki.example.org
8080 my.ports.feeds | caddy calls it feeds.example.org
`},
		"what opens itself, what is written by hand, what is off": {`
-- default.nix --
{ config, ... }: {
  imports = [ ./ports.nix ];
  networking.firewall.enable = false;
  networking.firewall.trustedInterfaces = [ "tailscale0" ];
  networking.firewall.extraInputRules = "tcp dport ${toString config.my.ports.ssh} accept";
  services.openssh = { enable = true; ports = [ config.my.ports.ssh ]; };
  services.jellyfin = { enable = true; openFirewall = true; };
  services.gitea.settings.database.port = 5432;
  services.gitea.openFirewall = false;
  virtualisation.oci-containers.containers.web.ports = [ "127.0.0.1:7070:80" ];
}
`, `
2222 my.ports.ssh | rule default.nix:5 | openssh
0 | by itself default.nix:7 | jellyfin
off: off default.nix:3
rules: rules written by hand default.nix:5
trusted: tailscale0 default.nix:4
inner: 1
`},
		"a site's port is the port that it takes its number from": {`
-- default.nix --
{ lib, config, ... }: {
  imports = [ ./ports.nix ];
  options.my.sites = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.port = lib.mkOption { type = lib.types.port; }; }); default = { }; };
  config.my.sites.photos.port = config.my.ports.photos;
  config.services.caddy.virtualHosts = lib.mapAttrs' (name: site: lib.nameValuePair "${name}.example.org" {
    extraConfig = "reverse_proxy localhost:${toString site.port}";
  }) config.my.sites;
}
`, `
2283 my.ports.photos | caddy calls it *.example.org
`},
	} {
		t.Run(name, func(t *testing.T) {
			same(t, "exposure", Exposed(tree(t, c.files[1:]+ports)).text(), c.want)
		})
	}
}

func TestAccessAndUpkeep(t *testing.T) {
	g := tree(t, `
-- flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ./a.nix ]; };
    nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ]; };
  };
}
-- base.nix --
{
  services.openssh.enable = true;
  services.openssh.settings.PermitRootLogin = "yes";
  users.users.ada.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA one" "ssh-ed25519 BBBB two" ];
  boot.loader.systemd-boot.enable = true;
}
-- a.nix --
{
  services.openssh.settings.PasswordAuthentication = false;
  services.tailscale.enable = true;
  nix.gc.automatic = true;
  services.restic.backups.nightly.paths = [ "/srv" ];
}
`)
	r := made(t, g)
	same(t, "access", facts(r.Access), `
OpenSSH: on () base.nix:2
login by password: no (good) a.nix:2
login by password: not set in b: yes by default in NixOS (bad) -
keyboard-interactive login: not set: yes by default in NixOS (bad) -
login as root: yes (bad) base.nix:3
opens its port in the firewall: not set: yes by default in NixOS () -
keys of ada: 2 keys (good) base.nix:4
recovery: tailscale as a second way in (good) a.nix:3
`)
	same(t, "upkeep", facts(r.Upkeep), `
boot generations: no limit: the boot partition fills up (bad) base.nix:5
garbage collection: yes (good) a.nix:4
backup: restic nightly (good) a.nix:5
`)
	if r.Figures.Hosts != 2 || r.Figures.Modules != 3 {
		t.Errorf("%+v", r.Figures)
	}
	if a := r.Advice[0]; a.Priority != Critical || !strings.Contains(a.Text, "PasswordAuthentication") || len(a.Places) != 0 {
		t.Errorf("the first advice is %+v", a)
	}
}

// TestSecrets: what a secret is, is nowhere; that it is there, is.
func TestSecrets(t *testing.T) {
	g := tree(t, `
-- default.nix --
{ config, ... }: {
  sops.secrets.token = { };
  sops.secrets."mail/password".owner = "mail";
  age.secrets.wifi.file = ./wifi.age;
  services.paperless.passwordFile = config.sops.secrets.token.path;
  users.users.ada.initialPassword = "hunter2-plain";
  users.users.bob.hashedPassword = "$6$rounds$hunter2-hash";
  users.users.eve.hashedPassword = "!";
  users.users.joe.password = "/run/secrets/joe";
  services.x.settings.api_key = "${config.sops.placeholder.token}";
  services.y.environment.APP_SECRET = "$APP_SECRET";
  services.openssh.settings.PasswordAuthentication = false;
  systemd.network.networks.lan.ipv6AcceptRAConfig.Token = "::9";
  environment.etc."a".text = "key: AGE-SECRET-KEY-1HUNTERHUNTERHUNTERHUNTER2";
}
`)
	r := made(t, g)
	var b strings.Builder
	for _, s := range r.Secrets.Tools {
		fmt.Fprintf(&b, "%s %d %s\n", s.Name, s.Secrets, at(s.First))
	}
	fmt.Fprintf(&b, "files %d\n", r.Secrets.Files)
	for _, l := range r.Secrets.Literals {
		fmt.Fprintf(&b, "%s %s %s\n", l.Kind, l.Option, at(l.At))
	}
	same(t, "secrets", b.String(), `
agenix 1 default.nix:4
sops-nix 2 default.nix:2
files 1
a password users.users.ada.initialPassword default.nix:6
a password hash users.users.bob.hashedPassword default.nix:7
a key or token, by its form  default.nix:14
`)
	if text := fmt.Sprintf("%+v %+v %+v", r.Secrets, r.Advice, r.Access); strings.Contains(strings.ToLower(text), "hunter") {
		t.Errorf("a secret is told: %s", text)
	}
	if got := r.Secrets.Share(); got.Covered != 4 || got.Total != 7 {
		t.Errorf("share %+v", got)
	}
}

// TestBackupOfTheirOwn: who backs up by units written by hand has backups; a unit that is adjusted beside its own option is told once.
func TestBackupOfTheirOwn(t *testing.T) {
	backups := func(module string) (out []string) {
		for _, f := range made(t, tree(t, "-- configuration.nix --\n{ lib, config, ... }: { "+module+" }\n")).Upkeep {
			if f.Name == "backup" {
				out = append(out, fmt.Sprintf("%s (%s)", f.Text, f.State))
			}
		}
		return out
	}
	for module, want := range map[string]string{
		`systemd.services."nightly-backup".script = "rsync"; systemd.timers."nightly-backup".wantedBy = [ "timers.target" ];`: "a unit of its own, nightly-backup (good)",
		`services.restic.backups.home.paths = [ "/home" ]; systemd.services.restic-backups-home.serviceConfig.Nice = 19;`:     "restic home (good)",
		`systemd.services.snapshots.script = "true";`: "none that could be found (restic, borgbackup, borgmatic, btrbk, syncoid, znapzend, a unit called backup) (bad)",
	} {
		if got := strings.Join(backups(module), "; "); got != want {
			t.Errorf("%s: %s, want %s", module, got, want)
		}
	}
}

// TestLiteralsAreAdvisedOnce: what the review says of secrets in the text is not said again as a finding.
func TestLiteralsAreAdvisedOnce(t *testing.T) {
	r := made(t, tree(t, "-- configuration.nix --\n{ users.users.ada.initialPassword = \"a-secret-that-is-long\"; }\n"))
	if len(r.Secrets.Literals) != 1 {
		t.Fatalf("%+v", r.Secrets)
	}
	for _, a := range r.Advice {
		if a.Check == "literal-secret" {
			t.Errorf("told twice: %+v", a)
		}
	}
}

func TestPolicyAndHardening(t *testing.T) {
	r := made(t, tree(t, `
-- configuration.nix --
{
  imports = [
    ./on.nix
    # ./policy.nix
  ];
  systemd.services.sync.serviceConfig = { ExecStart = "/bin/sync"; NoNewPrivileges = true; PrivateTmp = true; ProtectSystem = "strict"; };
  systemd.services.bare.script = "true";
}
-- on.nix --
{ config, ... }: { assertions = [ { assertion = true; message = "a"; } { assertion = true; message = "b"; } ]; }
-- policy.nix --
{ config, ... }: { assertions = [ { assertion = config.networking.firewall.enable; message = "c"; } ]; }
`))
	var b strings.Builder
	for _, m := range r.Policy.Modules {
		fmt.Fprintf(&b, "%s %d %v %s\n", m.File, m.Assertions, m.InForce, m.Why)
	}
	for _, s := range r.Services {
		fmt.Fprintf(&b, "%s own=%v %d of %d\n", s.Name, s.Own, len(s.Has), s.Asked)
	}
	same(t, "policy and services", b.String(), `
on.nix 2 true 
policy.nix 1 false its import is commented out in configuration.nix
bare own=true 0 of 12
sync own=true 3 of 12
`)
	for _, c := range r.Score.Categories {
		switch c.Name {
		case "hardening":
			if c.Share != 3./24 {
				t.Errorf("hardening %v", c.Share)
			}
		case "policy":
			if c.Share != .5 {
				t.Errorf("policy %v", c.Share)
			}
		case "traceability", "access", "secrets":
			if c.Known {
				t.Errorf("%s is measured: %+v", c.Name, c)
			}
		}
	}
}

// TestScoreOfNothing: what there is nothing of is neither good nor bad.
func TestScoreOfNothing(t *testing.T) {
	r := Make(&graph.Graph{}, nil, check.Config{}, Limits{})
	if r.Score.Known || r.Score.Points != 0 || len(r.Advice) != 0 {
		t.Errorf("%+v", r.Score)
	}
}

// TestIsClient: a port in the address that a proxy asks for leave is not the proxy's own.
func TestIsClient(t *testing.T) {
	for option, want := range map[string]bool{
		"services.traefik.dynamicConfigOptions.http.middlewares.sso.forwardAuth.address": true,
		"services.traefik.staticConfigOptions.entryPoints.websecure.address":             false,
		"services.grafana.settings.database.port":                                        true,
		"services.grafana.settings.server.http_port":                                     false,
	} {
		if got := IsClient(graph.SplitPath(option)); got != want {
			t.Errorf("%s: %v", option, got)
		}
	}
}
