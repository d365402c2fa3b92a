package cli

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestPagerOf(t *testing.T) {
	for _, tt := range []struct {
		env  string // "NAME=VALUE NAME=VALUE"
		less bool
		want []string
	}{
		{"", true, []string{"less"}},
		{"", false, nil},
		{"PAGER=more", true, []string{"more"}},
		{"PAGER=less\t-S", true, []string{"less", "-S"}},
		{"PAGER=cat", true, nil},
		{"PAGER=", true, nil},
		{"PAGER=more NIXSINK_PAGER=most", true, []string{"most"}},
		{"PAGER=more NIXSINK_PAGER=", true, nil},
		{"PAGER=sed\ts/a/b/|less", true, []string{"sh", "-c", "sed\ts/a/b/|less"}},
	} {
		env := map[string]string{}
		for _, v := range strings.Split(tt.env, " ") {
			if name, value, ok := strings.Cut(v, "="); ok {
				env[name] = value
			}
		}
		got := pagerOf(func(name string) (string, bool) { s, ok := env[name]; return s, ok }, func(string) bool { return tt.less })
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q, less installed: %v: the pager is %q, want %q", tt.env, tt.less, got, tt.want)
		}
	}
}

func TestPage(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh here")
	}
	t.Setenv("LESS", "S")
	var out, talk bytes.Buffer
	if !showPaged([]string{"sh", "-c", `cat; echo "LESS=$LESS LV=$LV"`}, strings.NewReader("a\nb\n"), &out, &talk) {
		t.Fatal("the pager was not started")
	}
	if got, want := out.String(), "a\nb\nLESS=S LV=-c\n"; got != want {
		t.Errorf("the pager shows %q, want %q", got, want)
	}
	if showPaged([]string{"/nonexistent/pager"}, strings.NewReader("a"), &out, &talk) {
		t.Error("a pager that does not exist was started")
	}
	// One that ends at once is no mistake.
	if !showPaged([]string{"sh", "-c", "exit 3"}, strings.NewReader(strings.Repeat("a", 1<<20)), &out, &talk) {
		t.Error("a pager that stops reading counts as not started")
	}
}
