package parse

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// show writes the annotations of a source, one a line: line, spelling, what it names, where it stands.
func show(src string) string {
	f := Parse("t.nix", src)
	annotations, _, _ := f.Annotations()
	var b strings.Builder
	for _, a := range annotations {
		fmt.Fprintf(&b, "%d %s", f.Position(a.Start).Line, a.Spelling)
		for _, w := range a.IDs {
			fmt.Fprintf(&b, " #%s", w.Text)
		}
		for _, w := range a.Paths {
			fmt.Fprintf(&b, " .%s", w.Text)
		}
		if a.None {
			b.WriteString(" none")
		}
		if a.Prose {
			b.WriteString(" prose")
		}
		if a.Check != "" {
			fmt.Fprintf(&b, " %s (%s)", a.Check, a.Reason)
		}
		if a.Trailing {
			b.WriteString(" trailing")
		}
		at := a.Anchor
		switch at.Kind {
		case AnchorFile:
			b.WriteString(" @ file")
		case AnchorBinding:
			fmt.Fprintf(&b, " @ %s:%d", at.Name, f.Position(at.Start).Line)
		case AnchorElement:
			fmt.Fprintf(&b, " @ element %s", f.Text(at.Span))
		case AnchorExpr:
			fmt.Fprintf(&b, " @ expr %s", strings.Join(strings.Fields(f.Text(at.Span)), " "))
		}
		if a.Malformed != "" {
			fmt.Fprintf(&b, " ! %s", a.Malformed)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func checkAnnotations(t *testing.T, src, want string) {
	t.Helper()
	got := show(strings.TrimPrefix(src, "\n"))
	var w strings.Builder
	for l := range strings.SplitSeq(want, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			w.WriteString(l + "\n")
		}
	}
	if got != w.String() {
		t.Errorf("%s\ngot:\n%swant:\n%s", src, got, w.String())
	}
}

// What a comment says. Each comment stands above `x = 1;`.
func TestAnnotationText(t *testing.T) {
	for _, c := range []struct{ comment, want string }{
		// keywords
		{"# source-id: CFG.ports.ssh", "source-id #CFG.ports.ssh"},
		{"# Source-ID: CFG.ports.ssh", "Source-ID #CFG.ports.ssh"},
		{"#source-id:CFG.ports.ssh", "source-id #CFG.ports.ssh"},
		{"## SOURCE_ID : CFG.ports.ssh  ", "SOURCE_ID #CFG.ports.ssh"},
		{"# source id: CFG.ports.ssh", "source id #CFG.ports.ssh"},
		{"# source-id(s): CFG.ports.ssh", "source-id(s) #CFG.ports.ssh"},
		{"# - source-ids: CFG.a.b", "source-ids #CFG.a.b"},
		{"# ── source-id: CFG.a.b ──", "source-id #CFG.a.b"},
		{"# 🔑 source-id: CFG.a.b", "source-id #CFG.a.b"},
		{"/* source-id: CFG.a.b */", "source-id #CFG.a.b"},
		{"/** source-id: CFG.a.b */", "source-id #CFG.a.b"},
		{"/*\n * source-id: CFG.a.b\n * sink: services.a.*\n */", "source-id #CFG.a.b; sink .services.a.*"},
		{"/**********************\n * source-id: CFG.a.b *\n **********************/", "source-id #CFG.a.b"},
		{"# source-id: CFG.a.b   #", "source-id #CFG.a.b"},
		{"# source-id: CFG.a.b\r", "source-id #CFG.a.b"},
		// several ids, none, prose behind
		{"# source-id: CFG.a.b / CFG.c.d", "source-id #CFG.a.b #CFG.c.d"},
		{"# source-id: CFG.a.b/CFG.c.d", "source-id #CFG.a.b #CFG.c.d"},
		{"# source-ids: CFG.a.b, CFG.c.d,CFG.e", "source-ids #CFG.a.b #CFG.c.d #CFG.e"},
		{"# source-id: CFG.a.b CFG.c.d", "source-id #CFG.a.b #CFG.c.d"},
		{"# source-ids: [CFG.a.b, \"CFG.c.d\"]", "source-ids #CFG.a.b #CFG.c.d"},
		{"# source-id: CFG.a.b and CFG.c.d", "source-id #CFG.a.b #CFG.c.d"},
		{"# source-id: CFG.a.b (SSH) / CFG.c.d (HTTP)", "source-id #CFG.a.b #CFG.c.d"},
		{"# source-id: CFG.ports.{ssh,http}", "source-id #CFG.ports.ssh #CFG.ports.http"},
		{"# source-id: ports.ssh", "source-id #ports.ssh"},
		{"# source-id: `CFG.a.b`.", "source-id #CFG.a.b"},
		{"# source-id: CFG.a.b — the port, see CFG.x.y", "source-id #CFG.a.b"},
		{"# source-id: CFG.a.b (was CFG.x.y)", "source-id #CFG.a.b"},
		{"# source-id: CFG.a.b, used by sshd", "source-id #CFG.a.b"},
		{"# source-id: CFG.a.b.", "source-id #CFG.a.b"},
		{"# source-id: NIXH-60-APP-001", "source-id #NIXH-60-APP-001"},
		{"# source-id: CFG.sites.<name>.port", "source-id #CFG.sites.<name>.port"},
		{"# source-ids: none (only imports)", "source-ids none"},
		{"# source-id: None", "source-id none"},
		{"# source-id: keine", "source-id none"},
		// sinks
		{"# sink: services.openssh.ports", "sink .services.openssh.ports"},
		{"# sinks: services.a.b, services.c.d", "sinks .services.a.b .services.c.d"},
		{"# sink: services.nginx.virtualHosts.\"a.b\".locations", "sink .services.nginx.virtualHosts.\"a.b\".locations"},
		{"# sink: services.x.{a,b}", "sink .services.x.a .services.x.b"},
		{"# sink: config.services.x.y", "sink .services.x.y"},
		{"# sink: users.users.<name>.uid", "sink .users.users.<name>.uid"},
		{"# sink: systemd.network.networks.10-lan.address", "sink .systemd.network.networks.10-lan.address"},
		{"# sink: swapDevices", "sink .swapDevices"},
		{"# sink: acme-proxy.port", "sink .acme-proxy.port"},
		{"# sink: SSH-Dienstport in Interface-Regeln", "sink prose"},
		{"# sink: services.adguardhome listen/bind config", "sink .services.adguardhome"},
		{"# sink: services.a (x+y localhost) + services.b router/service", "sink .services.a .services.b"},
		{"# sink: ${conf} -> networking.wg-quick.interfaces.p.configFile", "sink .networking.wg-quick.interfaces.p.configFile"},
		{"# sink: services.tunnels.${cfg.id}", "sink .services.tunnels.${cfg.id}"},
		{"# sink: setzt services.traefik-Konfiguration", "sink .services.traefik"},
		{"# sink: git core.hooksPath -> enforced", "sink prose"},
		{"# sink: protects sshd on my.ports.ssh", "sink prose"},
		{"# sink: my.sites.dns.port", "sink .my.sites.dns.port"},
		{"# sink: local valkey on 127.0.0.1:6379", "sink prose"},
		{"# sink: router nix-x.${domain}", "sink prose"},
		{"# sink: acme.json", "sink prose"},
		{"# sink: modules/services.nix", "sink prose"},
		{"# sink: https://services.example.org/x", "sink prose"},
		{"# sink (future): services.a.b", "sink prose"},
		{"# sink: none", "sink none prose"},
		{"# sink: CFG.identity.user", "sink #CFG.identity.user"},
		{"# sink-id: CFG.identity.user", "sink-id #CFG.identity.user"},
		{"# Passwort (sink: encrypted backups)", "sink prose"},
		// source
		{"# source: my.ports.monica + ${appKeyFile}", "source .my.ports.monica"},
		{"# source: pkgs.valkey + services.redis.servers", "source .services.redis.servers"},
		{"# source: 00-core/ports.nix", "source"},
		{"# source: ${creds}", "source"},
		{"# Source: https://example.org/wiki", ""},
		{"# source: github.com/x/y", ""},
		{"# source: the manual", ""},
		{"# source: the manual\n# sink: sshd", "source; sink prose"},
		// several on a line
		{"# source-id: CFG.a.b -> sink: services.a.b", "source-id #CFG.a.b; sink .services.a.b"},
		{"# source-id: CFG.a.b  sink: services.a.b", "source-id #CFG.a.b; sink .services.a.b"},
		{"# SSH port; source-id: CFG.a.b", "source-id #CFG.a.b"},
		{"# SSH port (source-id: CFG.a.b)", "source-id #CFG.a.b"},
		// bullets
		{"# source-ids:\n#   - CFG.a.b\n#   - CFG.c.d\n# prose", "source-ids #CFG.a.b; source-ids #CFG.c.d"},
		{"/* sinks:\n    - services.a.b\n    - a mail */", "sinks .services.a.b; sinks prose"},
		// waivers
		{"# nixsink: ignore hard-coded-copy because the router has its own", "nixsink hard-coded-copy (the router has its own)"},
		{"# Nixsink : Ignore x weil y", "Nixsink x (y)"},
		{"# nixsink: ignore x — y", "nixsink x (y)"},
		{"# fixed, nixsink: ignore x because y", "nixsink x (y)"},
		{"# nixsink: ignore x", "nixsink x () ! it gives no reason: write nixsink: ignore x because REASON"},
		{"# nixsink: ignore x because", "nixsink x () ! it gives no reason: write nixsink: ignore x because REASON"},
		{"# nixsink: ignore x, y because z", "nixsink x () ! it names several checks: a line waives one"},
		{"# nixsink: ignore x becauses z", "nixsink x () ! after the check stands because REASON, not \"becauses z\""},
		{"# nixsink: off", "nixsink ! \"off\" is not known: write nixsink: ignore CHECK because REASON"},
		{"# nixsink ignore x because y", "nixsink x (y) ! a colon is missing after nixsink"},
		// looks like one, but is not understood
		{"# source-id:", "source-id ! it names no id"},
		{"# source-id: siehe oben", "source-id ! \"siehe\" is not an id: an id is a dotted name such as CFG.ports.ssh"},
		{"# source-id: CFG..ssh", "source-id ! \"CFG..ssh\" is not an id: an id is a dotted name such as CFG.ports.ssh"},
		{"# source-id: CFG.</script>", "source-id ! \"CFG.</script>\" is not an id: an id is a dotted name such as CFG.ports.ssh"},
		{"# source-id: CFG.größe.x", "source-id ! \"CFG.größe.x\" is not an id: an id is a dotted name such as CFG.ports.ssh"},
		{"# source-id: CFG.a.b / domain", "source-id #CFG.a.b ! \"domain\" is not an id"},
		{"# source-id: CFG.a.b, CFG..x", "source-id #CFG.a.b ! \"CFG..x\" is not an id"},
		{"# source-id: CFG.a.b,", "source-id #CFG.a.b ! nothing follows the last \",\""},
		{"# source-id CFG.a.b", "source-id #CFG.a.b ! a colon is missing after source-id"},
		{"# source-id = CFG.a.b", "source-id #CFG.a.b ! a colon is missing after source-id"},
		{"# sink services.a.b", "sink .services.a.b ! a colon is missing after sink"},
		{"# sorce-id: CFG.a.b", "sorce-id #CFG.a.b ! sorce-id is not a keyword: is source-id meant?"},
		{"# soruce-id: CFG.a.b", "soruce-id #CFG.a.b ! soruce-id is not a keyword: is source-id meant?"},
		{"# sink:", "sink ! it names nothing"},
		{"# sink-id: the user", "sink-id ! \"the\" is not an id: an id is a dotted name such as CFG.ports.ssh"},
		{"# TODO add source-id CFG.a.b", ""},
		{"# TODO add source-id: CFG.a.b", "source-id #CFG.a.b ! source-id stands in the middle of a sentence: put it on a line of its own"},
		// no annotations
		{"# source-id-example: CFG.a.b", ""},
		{"# IDs stand in Source->Sink comments: see there", ""},
		{"# write \"source-id: CFG.a.b\" above it", ""},
		{"# `# source-id: CFG.a.b` above it", ""},
		{"# the source-id is missing", ""},
		{"# resource: services.a.b", ""},
		{"# my-sink: services.a.b", ""},
		{"# nixsink reads this", ""},
		{"# # source-id: CFG.a.b", ""},
		{"# y = config.a; # source-id: CFG.a.b", ""},
		{"# mk = (source: sink: f source sink);", ""},
		{"# sink: {", ""},
		{"# source = ./x;", ""},
		{"# source::sink", ""},
		{"# :", ""},
		{"#", ""},
	} {
		src := "{\n" + c.comment + "\nx = 1;\n}\n"
		var got []string
		for l := range strings.SplitSeq(strings.TrimSuffix(show(src), "\n"), "\n") {
			_, l, _ = strings.Cut(l, " ")
			got = append(got, strings.Replace(l, " @ x:"+fmt.Sprint(strings.Count(c.comment, "\n")+3), "", 1))
		}
		if g := strings.Join(got, "; "); g != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.comment, g, c.want)
		}
	}
}

// Words and annotations say where they stand.
func TestAnnotationSpans(t *testing.T) {
	src := "{ /* x\n   Sink-IDs : \"CFG.a.b\" / CFG.c (d), services.x.{y,z} */ a = 1; }"
	f := Parse("t.nix", src)
	as, _, _ := f.Annotations()
	if len(as) != 1 {
		t.Fatalf("%d annotations", len(as))
	}
	a := as[0]
	var words []string
	for _, w := range append(a.IDs, a.Paths...) {
		words = append(words, f.Text(w.Span)+"="+w.Text)
	}
	got := fmt.Sprintf("%q %q %v", f.Text(a.Span), f.Text(a.Comment), words)
	want := fmt.Sprintf("%q %q %v", `Sink-IDs : "CFG.a.b" / CFG.c (d), services.x.{y,z}`, src[2:strings.Index(src, "*/")+2],
		"[CFG.a.b=CFG.a.b CFG.c=CFG.c services.x.{y,z}=services.x.y services.x.{y,z}=services.x.z]")
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The page that explains the spellings shows none that is not understood.
func TestAnnotationsPage(t *testing.T) {
	page, err := os.ReadFile("../docs/annotations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## What can be written")
	table, _, _ = strings.Cut(table, "## What it is attached to")
	n := 0
	for _, m := range regexp.MustCompile("`(# [^`]+)`").FindAllStringSubmatch(table, -1) {
		got := show("{\n" + m[1] + "\nx = 1;\n}\n")
		if got == "" || strings.Contains(got, "!") {
			t.Errorf("%s: %q", m[1], got)
		}
		n++
	}
	if n < 15 {
		t.Errorf("only %d examples found", n)
	}
}
