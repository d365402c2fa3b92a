package change_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nixsink/internal/change"
)

func TestSetting(t *testing.T) {
	for in, want := range map[string]string{
		"80": "80", "-1": "-1", "1.5": "1.5", "true": "true", "null": "null", `"a b"`: `"a b"`, "[ 1 2 ]": "[ 1 2 ]", "{ a = 1; }": "{ a = 1; }",
		"example.net": `"example.net"`, "a b": `"a b"`, "": `""`, `say "hi"`: `"say \"hi\""`, "${x}": `"\${x}"`, "config.my.a": `"config.my.a"`, "/etc/x": `"/etc/x"`, "{": `"{"`,
	} {
		if got := change.Setting(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

const whatIfTree = `{ lib, config, ... }:
let
  cfg = config.my;
  inherit (config.my) domain;
  again = config.my.domain;
  host = "www.${cfg.domain}";
  file = builtins.toFile "x" "${domain}";
in
{
  options.my.domain = lib.mkOption { default = "a.example"; };
  options.my.mail = lib.mkOption { default = "root@${config.my.domain}"; };
  options.my.port = lib.mkOption { default = 80; };
  options.my.forced = lib.mkOption { default = "x"; };
  options.my.both.a = lib.mkOption { };
  options.my.both.b = lib.mkOption { };
  config.my.forced = lib.mkForce "y";
  config.my.both = { inherit (cfg) a b; };
  config.services.host.v = host;
  config.services.url.v = "https://${config.my.domain}:${toString cfg.port}/${cfg.domain}";
  config.services.same.v = cfg.domain;
  config.services.mail.v = config.my.mail;
  config.services.inherited.v = "in ${domain}";
  config.services.again.v = "${again}!";
  config.services.forced.v = config.my.forced;
  config.services.port.v = cfg.port;
  config.services.file.v = "see ${file}";
  config.services.on.v = lib.mkIf (cfg.domain != "z") true;
}
`

// TestWhatIf holds what is told of setting a value against real evaluation of the tree with it set, where the text is told whole.
func TestWhatIf(t *testing.T) {
	dir := layOut(t, map[string]string{"default.nix": whatIfTree})
	g := analyse(t, dir)
	for _, tt := range []struct{ value, text, set, want string }{
		{"my.domain", "b.net", `default = "b.net";`, `my.mail "root@a.example" "root@b.net"
services.again.v "a.example!" "b.net!"
services.file.v "a.example" "b.net"
services.host.v "www.a.example" "www.b.net"
services.inherited.v "in a.example" "in b.net"
services.mail.v "root@a.example" "root@b.net"
services.on.v
services.same.v "a.example" "b.net"
services.url.v "https://a.example:${toString cfg.port}/${cfg.domain}" "https://b.net:${toString cfg.port}/${cfg.domain}"
`},
		{"my.port", "81", "default = 81;", `services.port.v 80 81
services.url.v "https://${config.my.domain}:80/${cfg.domain}" "https://${config.my.domain}:81/${cfg.domain}"
`},
		{"my.forced", "z", `lib.mkForce "z";`, "services.forced.v \"y\" \"z\"\n"},
	} {
		v := g.Lookup(tt.value)
		code := change.Setting(tt.text)
		texts, at, err := change.Set(g, v, code)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(texts["default.nix"], tt.set) || len(at) != 1 {
			t.Errorf("%s: %v\n%s", tt.value, at, texts["default.nix"])
		}
		var got strings.Builder
		var before, after map[string]map[string]map[string]any
		if _, err := exec.LookPath("nix-instantiate"); err == nil {
			before, after = configOf(t, whatIfTree), configOf(t, texts["default.nix"])
		} else if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		for _, e := range change.If(g, v, code, at).Effects {
			got.WriteString(strings.TrimSpace(e.Flow.To+" "+e.Then+" "+e.Now) + "\n")
			segs := strings.Split(e.Flow.To, ".")
			if len(segs) != 3 || before == nil || e.Then == "" || strings.Contains(e.Then, "${") || strings.Contains(e.Flow.To, "file") {
				continue
			}
			for _, side := range []struct {
				config map[string]map[string]map[string]any
				text   string
			}{{before, e.Then}, {after, e.Now}} {
				if is, _ := json.Marshal(side.config[segs[0]][segs[1]][segs[2]]); string(is) != side.text {
					t.Errorf("%s is %s, and %s is told", e.Flow.To, is, side.text)
				}
			}
		}
		if got.String() != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.value, got.String(), tt.want)
		}
	}
	if _, _, err := change.Set(g, g.Lookup("my.both.a"), "1"); err == nil {
		t.Error("a value that is set by inherit is replaced")
	}
}

// configOf is the configuration of one module, but for what fails.
func configOf(t *testing.T, module string) map[string]map[string]map[string]any {
	t.Helper()
	dir := layOut(t, map[string]string{"m.nix": module})
	harness, err := filepath.Abs("../../testdata/evalmodules")
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--expr",
		"let lib = import "+harness+"/lib.nix; in { inherit ((lib.evalModules { modules = [ "+dir+"/m.nix ]; }).config) services; }")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var config map[string]map[string]map[string]any
	if err := json.Unmarshal(out.Bytes(), &config); err != nil {
		t.Fatal(err)
	}
	return config
}
