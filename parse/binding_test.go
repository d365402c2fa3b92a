package parse

import (
	"strings"
	"testing"
)

func TestBindingAt(t *testing.T) {
	for _, c := range []struct{ src, at, want string }{
		{`{ a.b.ssh = 22; }`, "22", "a.b.ssh|ssh|a.b.ssh = 22;"},
		{`{ a."b c" = mk 22; }`, "22", `a."b c"|"b c"|a."b c" = mk 22;`},
		{`{ a = (f { }); }`, "f { }", "a|a|a = (f { });"},
		{`{ inherit (x) y z; }`, "z", "z|z|inherit (x) y z;"},
		{`{ a = [ 22 ]; }`, "22", ""},
	} {
		f := Parse("a.nix", c.src)
		start := int32(strings.Index(c.src, c.at))
		if c.at == "z" {
			start = int32(strings.Index(c.src, "z;"))
		}
		got := ""
		if b, ok := BindingAt(f, Span{start, start + int32(len(c.at))}); ok {
			got = f.Text(b.Path) + "|" + f.Text(b.Last) + "|" + f.Text(b.Whole)
		}
		if got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.src, c.at, got, c.want)
		}
	}
}

func TestLastName(t *testing.T) {
	for _, c := range []struct{ src, at, want string }{
		{`config.my.ports.ssh + 1`, "config.my.ports.ssh", "ssh"},
		{`config.my.ports."ssh" or 1`, `config.my.ports."ssh"`, `"ssh"`},
		{`config ? my.ports`, "config ? my.ports", "ports"},
		{`with a; ssh`, "ssh", "ssh"},
	} {
		f := Parse("a.nix", c.src)
		start := int32(strings.Index(c.src, c.at))
		if got := f.Text(LastName(f, Span{start, start + int32(len(c.at))})); got != c.want {
			t.Errorf("%s: %q, want %q", c.src, got, c.want)
		}
	}
}
