package render

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/parse"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A builder puts a graph together by hand, so that pictures are tested without the stages before them.
type builder struct {
	*graph.Graph
	values map[string]*graph.Value
	line   map[string]int
	flows  []*graph.Flow
}

func newBuilder(layers ...string) *builder {
	return &builder{&graph.Graph{Layers: layers, Ordered: len(layers) > 0, Roots: []graph.Root{{Path: "my", Why: "the default"}},
		Coverage: graph.Coverage{ByLayer: map[string]graph.Ratio{}, ByModule: map[string]graph.Ratio{}}},
		map[string]*graph.Value{}, map[string]int{}, nil}
}

func (b *builder) at(file string) graph.Place {
	b.line[file] += 3
	l := b.line[file]
	return graph.Place{File: file, Line: l, Column: 5, EndLine: l, EndColumn: 20, Span: parse.Span{Start: int32(l * 40), End: int32(l*40 + 15)}}
}

func (b *builder) module(path string, lines int) *graph.Module {
	layer, _, _ := strings.Cut(path, "/")
	if !slices.Contains(b.Layers, layer) {
		layer = ""
	}
	m := &graph.Module{Path: path, Layer: layer, Lines: lines, Reachable: true, Role: "module", Documented: lines%5 != 0}
	b.Modules = append(b.Modules, m)
	b.Source.Files++
	b.Source.Lines += lines
	return m
}

// value declares a value in a file; "" leaves it undeclared.
func (b *builder) value(path, file string, literal any) *graph.Value {
	v := &graph.Value{Path: path, Segments: strings.Split(path, ".")}
	if file != "" {
		at := b.at(file)
		v.Declared = []graph.Place{at}
		switch l := literal.(type) {
		case int:
			v.Type, v.Default = "types.port", fmt.Sprint(l)
			v.Literals = []graph.Literal{{Text: v.Default, Kind: "int", At: at, Default: true}}
		case string:
			v.Type, v.Default = "types.str", fmt.Sprintf("%q", l)
			v.Literals = []graph.Literal{{Text: l, Kind: "string", At: at, Default: true}}
		}
	}
	if rest, ok := strings.CutPrefix(path, "my.configs."); ok {
		v.IDs = []graph.ID{{Name: "CFG." + rest, Evidence: "rule"}}
	} else if rest, ok := strings.CutPrefix(path, "my."); ok {
		v.IDs = []graph.ID{{Name: "CFG." + rest, Evidence: "rule"}}
	}
	b.Values = append(b.Values, v)
	b.values[path] = v
	return v
}

// read has a file read a value and define options with it. A name that starts with ! is not annotated.
func (b *builder) read(file, path, name string, options ...string) {
	v := b.values[path]
	covered := !strings.HasPrefix(name, "!")
	r := &graph.Reference{Value: v, At: b.at(file), Kind: graph.Direct, Name: strings.TrimPrefix(name, "!"), Covered: covered}
	b.References = append(b.References, r)
	v.FanOut.Reads++
	for _, o := range options {
		kind := graph.Data
		if rest, ok := strings.CutPrefix(o, "if "); ok {
			o, kind = rest, graph.Control
		}
		b.flows = append(b.flows, &graph.Flow{From: v, To: o, Kind: kind, At: b.at(file)})
		v.FanOut.Sinks++
	}
}

func (b *builder) imports(from, to string) *graph.Import {
	i := &graph.Import{From: from, To: to, At: b.at(from)}
	b.Imports = append(b.Imports, i)
	return i
}

// done sorts and counts as the graph package does.
func (b *builder) done() *graph.Graph {
	readers := map[*graph.Value]map[string]bool{}
	layer := map[string]string{}
	for _, m := range b.Modules {
		layer[m.Path] = m.Layer
		b.Coverage.DocModules.Total++
		if m.Documented {
			b.Coverage.DocModules.Covered++
		}
	}
	for _, r := range b.References {
		if readers[r.Value] == nil {
			readers[r.Value] = map[string]bool{}
		}
		readers[r.Value][r.At.File] = true
		l, m := b.Coverage.ByLayer[layer[r.At.File]], b.Coverage.ByModule[r.At.File]
		for _, c := range []*graph.Ratio{&b.Coverage.SourceID, &l, &m} {
			c.Total++
			if r.Covered {
				c.Covered++
			}
		}
		b.Coverage.ByLayer[layer[r.At.File]], b.Coverage.ByModule[r.At.File] = l, m
	}
	for v, files := range readers {
		v.FanOut.Modules = len(files)
		v.Critical = v.FanOut.Reads >= 5
	}
	slices.SortFunc(b.Modules, func(x, y *graph.Module) int { return strings.Compare(x.Path, y.Path) })
	slices.SortFunc(b.Values, func(x, y *graph.Value) int { return strings.Compare(x.Path, y.Path) })
	slices.SortStableFunc(b.References, func(x, y *graph.Reference) int {
		return strings.Compare(fmt.Sprintf("%s:%5d", x.At.File, x.At.Line), fmt.Sprintf("%s:%5d", y.At.File, y.At.Line))
	})
	b.Flows = graph.FlowsOf(b.flows...)
	return b.Graph
}

// house is a realistic repository: some 70 modules in four layers, a registry of ports, a few mistakes.
func house() *graph.Graph {
	b := newBuilder("00-core", "10-infrastructure", "20-services", "90-policy")
	for i, m := range strings.Fields("firewall ssh fail2ban users locale storage host ports configs motd secrets system logging aliases") {
		b.module("00-core/"+m+".nix", 30+i*17)
	}
	for i, m := range strings.Fields("traefik adguard tailscale wireguard netdata valkey postgres ddns homepage uptime pocket-id") {
		b.module("10-infrastructure/"+m+".nix", 40+i*9)
	}
	media := strings.Fields("sonarr radarr lidarr readarr prowlarr sabnzbd jellyfin jellyseerr recyclarr default")
	apps := strings.Fields("paperless miniflux n8n vaultwarden monica linkding couchdb audiobookshelf home-assistant scrutiny semaphore readeck open-webui")
	for i, m := range media {
		b.module("20-services/media/"+m+".nix", 25+i)
	}
	for i, m := range apps {
		b.module("20-services/apps/"+m+".nix", 31+i*4)
	}
	b.module("90-policy/assertions.nix", 120)
	b.module("configuration.nix", 44).Role = "entry"
	b.module("20-services/apps/old-wiki.nix", 312).Reachable = false

	for _, p := range []string{"identity.domain", "identity.user", "identity.host", "identity.email", "network.lanCidrs", "network.tailnetCidrs", "network.dnsNamed", "server.lanIP", "server.tailscaleIP", "locale.timeZone", "storage.media", "storage.backup"} {
		b.value("my.configs."+p, "00-core/configs.nix", "example."+p)
	}
	port := map[string]int{"ssh": 53844, "http": 80, "https": 443, "adguard": 3000, "netdata": 19999, "postgres": 5432, "valkey": 6379}
	for i, a := range append(slices.Clone(media[:9]), apps...) {
		port[a] = 20000 + i
	}
	port["uptime"], port["homepage"] = 10080, 10080
	names := make([]string, 0, len(port))
	for n := range port {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		b.value("my.ports."+n, "00-core/ports.nix", port[n])
	}
	b.value("my.media.hardware", "20-services/media/default.nix", "vaapi")
	b.value("my.ports.ghost", "", nil)

	b.read("00-core/ssh.nix", "my.ports.ssh", "sshPort", "services.openssh.ports")
	b.read("00-core/firewall.nix", "my.ports.ssh", "sshPort", "networking.firewall.extraInputRules", "networking.firewall.interfaces.tailscale0.allowedTCPPorts")
	b.read("00-core/firewall.nix", "my.ports.https", "allowedTCPPorts", "networking.firewall.allowedTCPPorts")
	b.read("00-core/fail2ban.nix", "my.ports.ssh", "!sshPort", "services.fail2ban.jails.sshd.settings.port")
	b.read("00-core/aliases.nix", "my.ports.ssh", "!sshPort", "environment.shellAliases")
	b.read("00-core/motd.nix", "my.ports.ssh", "!port", "environment.etc.\"motd\".text")
	b.read("90-policy/assertions.nix", "my.ports.ssh", "sshPort", "if assertions")
	for _, f := range []string{"ssh", "firewall", "fail2ban"} {
		b.read("00-core/"+f+".nix", "my.configs.network.lanCidrs", "lanCidrs", map[string]string{"ssh": "services.openssh.settings.Match", "firewall": "networking.firewall.extraInputRules", "fail2ban": "services.fail2ban.ignoreIP"}[f])
		b.read("00-core/"+f+".nix", "my.configs.network.tailnetCidrs", "!tailnetCidrs", map[string]string{"ssh": "services.openssh.settings.Match", "firewall": "networking.firewall.extraInputRules", "fail2ban": "services.fail2ban.ignoreIP"}[f])
	}
	b.read("00-core/users.nix", "my.configs.identity.user", "user", "users.users", "users.groups", "nix.settings.trusted-users")
	b.read("00-core/ssh.nix", "my.configs.identity.user", "user", "services.openssh.settings.AllowUsers")
	b.read("00-core/system.nix", "my.configs.identity.user", "!PATH", "environment.variables.PATH")
	b.read("00-core/host.nix", "my.configs.identity.host", "hostName", "networking.hostName")
	b.read("00-core/locale.nix", "my.configs.locale.timeZone", "timeZone", "time.timeZone")
	b.read("00-core/locale.nix", "my.configs.network.dnsNamed", "nameservers", "networking.nameservers", "services.resolved.fallbackDns")
	b.read("00-core/storage.nix", "my.media.hardware", "!hardware", "hardware.graphics.extraPackages")
	b.read("10-infrastructure/traefik.nix", "my.ports.http", "http", "services.traefik.staticConfigOptions.entryPoints.web.address")
	b.read("10-infrastructure/traefik.nix", "my.ports.https", "https", "services.traefik.staticConfigOptions.entryPoints.websecure.address")
	b.read("10-infrastructure/traefik.nix", "my.configs.identity.domain", "domain", "services.traefik.dynamicConfigOptions.http.routers")
	b.read("10-infrastructure/traefik.nix", "my.configs.identity.email", "email", "services.traefik.staticConfigOptions.certificatesResolvers.acme.email")
	b.read("10-infrastructure/ddns.nix", "my.configs.identity.domain", "!domain", "services.ddclient.domains")
	b.read("10-infrastructure/adguard.nix", "my.ports.adguard", "port", "services.adguardhome.port")
	b.read("10-infrastructure/adguard.nix", "my.configs.server.lanIP", "rewrites", "services.adguardhome.settings.dns.rewrites")
	b.read("10-infrastructure/adguard.nix", "my.configs.identity.domain", "rewrites", "services.adguardhome.settings.dns.rewrites")
	b.read("10-infrastructure/tailscale.nix", "my.configs.server.tailscaleIP", "ip", "services.tailscale.extraUpFlags")
	b.read("10-infrastructure/netdata.nix", "my.ports.netdata", "!port", "services.netdata.config.web.\"default port\"")
	b.read("10-infrastructure/valkey.nix", "my.ports.valkey", "port", "services.redis.servers.valkey.port")
	b.read("10-infrastructure/postgres.nix", "my.ports.postgres", "port", "services.postgresql.settings.port")
	b.read("10-infrastructure/homepage.nix", "my.ports.homepage", "!listenPort", "services.homepage-dashboard.listenPort")
	b.read("10-infrastructure/homepage.nix", "my.configs.identity.domain", "!allowedHosts", "services.homepage-dashboard.allowedHosts")
	b.read("10-infrastructure/uptime.nix", "my.ports.uptime", "PORT", "services.uptime-kuma.settings.PORT")
	b.read("10-infrastructure/uptime.nix", "my.ports.ghost", "!ghost", "services.uptime-kuma.settings.GHOST")
	for _, a := range media[:9] {
		f := "20-services/media/" + a + ".nix"
		b.read(f, "my.ports."+a, "port", "services."+a+".settings.server.port")
		b.read(f, "my.configs.identity.domain", "!host", "services.traefik.dynamicConfigOptions.http.routers."+a+".rule")
		b.read(f, "my.configs.storage.media", "dataDir", "services."+a+".dataDir", "systemd.services."+a+".serviceConfig.ReadWritePaths")
	}
	b.read("20-services/media/jellyfin.nix", "my.media.hardware", "hw", "if services.jellyfin.hardwareAcceleration")
	for i, a := range apps {
		f, name := "20-services/apps/"+a+".nix", "port"
		if i%3 == 0 {
			name = "!port"
		}
		b.read(f, "my.ports."+a, name, "services."+a+".port")
		b.read(f, "my.configs.identity.domain", "domain", "services.traefik.dynamicConfigOptions.http.routers."+a+".rule", "services."+a+".domain")
		if i%4 == 0 {
			b.read(f, "my.configs.locale.timeZone", "!TZ", "systemd.services."+a+".environment.TZ")
		}
	}
	b.read("90-policy/assertions.nix", "my.configs.identity.user", "assertion", "if assertions")
	b.read("90-policy/assertions.nix", "my.configs.server.lanIP", "assertion", "if assertions")
	for _, m := range b.Modules {
		if m.Path != "configuration.nix" && m.Reachable && !strings.HasPrefix(m.Path, "20-services/media/") {
			i := b.imports("configuration.nix", m.Path)
			if m.Layer == "90-policy" {
				i.Disabled, i.Reason = true, "noisy while migrating"
			}
		}
	}
	b.imports("configuration.nix", "20-services/media/default.nix")
	for _, a := range media[:9] {
		b.imports("20-services/media/default.nix", "20-services/media/"+a+".nix")
	}
	b.imports("00-core/storage.nix", "20-services/media/default.nix")
	b.imports("configuration.nix", "10-infrastructure/wiregard.nix").Missing = true
	b.Annotations = []*graph.Annotation{{Annotation: &parse.Annotation{Keyword: parse.SourceID, Text: "CFG.ports.ssh", Anchor: parse.Anchor{Name: "sshPort"}},
		File: "00-core/ssh.nix", At: b.at("00-core/ssh.nix"), State: graph.OK, Values: []*graph.Value{b.values["my.ports.ssh"]}}}
	b.Unresolved = []*graph.Unresolved{{Path: "my.ports.*", At: b.at("10-infrastructure/homepage.nix"), Reason: "the name is computed: my.ports.${name}"}}
	b.Coverage.SourceID.Unresolved = 1
	b.Coverage.Declaration = graph.Ratio{Covered: 3, Total: len(b.Values)}
	b.Source.NARHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	return b.done()
}

// write renders with a format, fails the test if that fails.
func write(t *testing.T, format string, g *graph.Graph, o Options) string {
	t.Helper()
	f, ok := Lookup(format)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	var b bytes.Buffer
	if err := f.Write(context.Background(), &b, g, o); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

// golden compares with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at the diff after go test -update", file)
	}
}
