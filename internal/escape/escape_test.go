package escape

import (
	"strings"
	"testing"
)

func TestTerminal(t *testing.T) {
	for in, want := range map[string]string{
		"plain 日本語":            "plain 日本語",
		"\x1b[31mred\x07":      `\u001b[31mred\u0007`,
		"a\nb\tc\r":            `a\nb\tc\u000d`,
		"\u202egnp.exe":        `\u202egnp.exe`,
		"zero\u200bwidth":      `zero\u200bwidth`,
		"\xff":                 "\ufffd",
		"::error::pwned":       `\u003a:error::pwned`,
		" \t::error::pwned":    ` \t::error::pwned`, // the tab is spelled out, so that no command begins the line
		"  ::error::pwned":     `  \u003a:error::pwned`,
		"a::b":                 "a::b",
		"x ##[add-mask]secret": `x \u0023#[add-mask]secret`,
	} {
		if got := Terminal(in); got != want {
			t.Errorf("Terminal(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Lines("a\tb\r\n \t::error::x\n\x1b]0;title\x07"); got != "a\tb\r\n \t\\u003a:error::x\n"+`\u001b]0;title\u0007` {
		t.Errorf("%q", got)
	}
}

func FuzzLines(f *testing.F) {
	f.Add("a\n::b\x1b##[c")
	f.Fuzz(func(t *testing.T, s string) {
		got := Lines(s)
		if strings.Count(got, "\n") != strings.Count(s, "\n") || Lines(got) != got {
			t.Errorf("%q became %q", s, got)
		}
		for l := range strings.SplitSeq(got, "\n") {
			if strings.HasPrefix(strings.TrimSpace(l), "::") || strings.Contains(l, "##[") || strings.ContainsRune(l, '\x1b') {
				t.Errorf("%q is a command in %q", l, got)
			}
		}
	})
}
