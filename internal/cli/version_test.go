package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
)

func TestBuildInformation(t *testing.T) {
	for _, test := range []struct{ module, version string }{
		{"(devel)", ""}, {"", ""}, {"v1.2.3", "1.2.3"}, {"v1.2.3-rc.1", "1.2.3-rc.1"},
		{"v0.0.0-20261128100609-2ec8e6c0aaaa", ""}, {"v0.1.1-0.20261128100609-2ec8e6c0aaaa+dirty", ""}, {"v1.2.3+dirty", ""},
	} {
		var b built
		b.read(&debug.BuildInfo{Main: debug.Module{Version: test.module}, Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}})
		if b.Version != test.version || b.Revision != "0123456789abcdef" || !b.Modified {
			t.Errorf("%s: %+v; want version %q", test.module, b, test.version)
		}
	}
	defer func() { buildVersion, buildRevision = "", "" }()
	buildVersion, buildRevision = "v2.0.0", "feedbeef-dirty"
	if b := build(); b.Version != "2.0.0" || b.Revision != "feedbeef" || !b.Modified || !strings.HasPrefix(b.String(), "nixsink 2.0.0 (go") || !strings.HasSuffix(b.String(), ", commit feedbeef, modified)") {
		t.Errorf("%+v %s", b, b)
	}
	var out, errs bytes.Buffer
	if status := Main([]string{"version", "--json"}, strings.NewReader(""), &out, &errs); status != 0 {
		t.Fatal(status, errs.String())
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got["version"] != "2.0.0" || got["modified"] != true {
		t.Errorf("%s %v", out.String(), err)
	}
	line := build().String() + "\n"
	for _, args := range [][]string{{"version"}, {"--version"}} {
		out.Reset()
		if status := Main(args, strings.NewReader(""), &out, &errs); status != 0 || out.String() != line {
			t.Errorf("%v: %d, %q; want %q", args, status, out.String(), line)
		}
	}
}

// groff has nothing to say against any page.
func TestManualPages(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	root := newRoot(newApp(strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}))
	for _, c := range append(root.Commands(), root) {
		cmd := exec.Command(groff, "-man", "-ww", "-rF0", "-Kutf8", "-Tutf8")
		cmd.Stdin = bytes.NewReader(manPage(c))
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil || errs.Len() > 0 {
			t.Errorf("%s: %v\n%s", c.Name(), err, errs.String())
		}
		if !strings.Contains(out.String(), strings.TrimSuffix(strings.Fields(c.Short)[0], ",")) {
			t.Errorf("%s: no name in the page:\n%s", c.Name(), out.String())
		}
	}
}
