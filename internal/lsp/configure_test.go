package lsp

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nixsink/internal/config"
)

func TestConfiguration(t *testing.T) {
	e := start(t, files, nil)
	e.call("workspace/symbol", map[string]any{"query": ""}, nil) // there is a state
	for _, c := range []struct {
		text string // ^ is the cursor
		want string // some of what is offered, in any order; with ! at its end: all of it
		not  string
	}{
		{"^", "roots title check gate layer", "max-lines name"},
		{"roots = [\"^\"]", "my!", ""},
		{"[che^]", "check check.port-ranges check.severity!", ""},
		{"[[che^]]", "check.ignore check.layer-exceptions!", ""},
		{"[check]\nmax^", "max-lines!", ""},
		{"[check]\nall = ^", "true false!", ""},
		{"[check.severity]\nunused-^ = \"off\"", "unused-value unused-waiver", "max-lines hard-coded-copy"},
		{"[check.severity]\nunused-value = ^", "off info warning error!", ""},
		{"[[check.ignore]]\ncheck = \"hard-^\"", "hard-coded-copy", "unused-value"},
		{"[[loader]]\nclass = ^", "nixos darwin home!", ""},
		{"[[rule]]\nover = \"^", "definition value option host flow finding!", ""},
		{"roots = [\"my\"]\n# che^", "!", ""},
	} {
		text := strings.Replace(c.text, "^", "", 1)
		e.open(config.Name, text)
		at := map[string]any{"textDocument": map[string]any{"uri": e.uri(config.Name)}, "position": newText(text).position(strings.Index(c.text, "^"), utf16Units)}
		var list CompletionList
		e.call("textDocument/completion", at, &list)
		var got []string
		for _, i := range list.Items {
			got = append(got, i.Label)
		}
		want, all := strings.CutSuffix(c.want, "!")
		for _, w := range strings.Fields(want) {
			if !slices.Contains(got, w) {
				t.Errorf("%q: %s is not offered: %q", c.text, w, got)
			}
		}
		for _, w := range strings.Fields(c.not) {
			if slices.Contains(got, w) {
				t.Errorf("%q: %s is offered", c.text, w)
			}
		}
		if all && len(got) != len(strings.Fields(want)) {
			t.Errorf("%q: %q", c.text, got)
		}
		// What is taken makes a configuration that is understood.
		if strings.Contains(c.text, "= ^") {
			for _, item := range list.Items {
				off := newText(text).offset(item.TextEdit.Range.Start, utf16Units)
				if _, err := config.Parse("", []byte(text[:off]+item.TextEdit.NewText+text[off:])); err != nil && !strings.Contains(err.Error(), "it needs") {
					t.Errorf("%q: %v", c.text, err)
				}
			}
		}
	}
	text := "[check]\nmax-lines = 200\nseverity.unused-value = \"off\"\nmax-liness = 3\n"
	e.open(config.Name, text)
	for word, want := range map[string]string{
		"max-lines":    "**`check.max-lines`** · number\n\nlines from which a module is too long",
		"unused-value": "`unused-value`: ",
		"off":          "One of `off`, `info`, `warning`, `error`.",
		"check":        "- `max-lines` · number",
	} {
		var h Hover
		p := place(text, word, 0)
		p.Character++
		e.call("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": e.uri(config.Name)}, "position": p}, &h)
		if !strings.Contains(h.Contents.Value, want) {
			t.Errorf("%s: %s", word, h.Contents.Value)
		}
	}
	var found diagnosticReport
	e.call("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": e.uri(config.Name)}}, &found)
	if len(found.Items) != 1 || found.Items[0].Range.Start != place(text, "max-liness", 0) || !strings.Contains(found.Items[0].Message, `did you mean "check.max-lines"?`) {
		t.Errorf("%+v", found)
	}
	until := func(n int) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			e.mu.Lock()
			told, ok := e.told[config.Name]
			e.mu.Unlock()
			if ok && len(told) == n {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%+v", told)
			}
		}
	}
	until(1)
	e.change(config.Name, textChange{Text: strings.Replace(text, "liness", "fan", 1)}) // still none
	until(1)
	e.change(config.Name, textChange{Text: "[check]\nmax-lines = 3\n"})
	until(0)
	var none any
	e.call("textDocument/definition", map[string]any{"textDocument": map[string]any{"uri": e.uri(config.Name)}, "position": Position{}}, &none)
	if none != nil {
		t.Errorf("%v", none)
	}
}
