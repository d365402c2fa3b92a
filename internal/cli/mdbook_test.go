package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// exchange hands a book over as mdBook's documentation shows it, and gives what comes back.
func exchange(t *testing.T, list, settings, chapters string) (status int, book map[string]any, errs string) {
	t.Helper()
	tree, err := filepath.Abs("../../testdata/projects/homelab")
	if err != nil {
		t.Fatal(err)
	}
	in := fmt.Sprintf(`[{"root":%q,"config":{"book":{"authors":[],"language":"en","src":"src","title":"t"},"preprocessor":{"nixsink":{"command":"nixsink mdbook"%s}},"output":{"html":{}}},
		"renderer":"html","mdbook_version":"0.4.40","__non_exhaustive":null},{%q:[%s],"__non_exhaustive":null}]`, tree, settings, list, chapters)
	var out, e bytes.Buffer
	status = Main([]string{"mdbook"}, strings.NewReader(in), &out, &e)
	if status == exitClean {
		if err := json.Unmarshal(out.Bytes(), &book); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
	}
	return status, book, e.String()
}

func chapter(content string, sub ...string) string {
	text, _ := json.Marshal(content)
	return fmt.Sprintf(`{"Chapter":{"name":"Chapter 1","content":%s,"number":[1],"sub_items":[%s],"path":"chapter_1.md","source_path":"chapter_1.md","parent_names":[],"later":{"n":12345678901234567890}}}`, text, strings.Join(sub, ","))
}

func chapterAt(book map[string]any, list string, at ...int) map[string]any {
	items := book[list].([]any)
	var c map[string]any
	for _, i := range at {
		c = items[i].(map[string]any)["Chapter"].(map[string]any)
		items = c["sub_items"].([]any)
	}
	return c
}

func TestMdBook(t *testing.T) {
	const marks = "# One\n\n<!-- nixsink:ranking -->\n<!-- /nixsink -->\n\nafter\n"
	for _, list := range []string{"sections", "items"} { // before mdBook 0.5 and since
		status, book, errs := exchange(t, list, "", strings.Join([]string{chapter("plain\n", chapter(marks)), `"Separator"`, `{"PartTitle":"Part"}`, chapter("<!-- nixsink:graph focus=CFG.ports.ssh view=sinks -->\n<!-- /nixsink -->\n")}, ","))
		if status != exitClean {
			t.Fatal(errs)
		}
		if got := chapterAt(book, list, 0)["content"]; got != "plain\n" {
			t.Errorf("a chapter without marks: %q", got)
		}
		if got := chapterAt(book, list, 0, 0)["content"].(string); !strings.Contains(got, "CFG.identity.domain") || !strings.HasSuffix(got, "<!-- /nixsink -->\n\nafter\n") {
			t.Errorf("a region: %s", got)
		}
		if got := chapterAt(book, list, 3)["content"].(string); !strings.Contains(got, "](data:image/svg+xml;base64,") {
			t.Errorf("a picture: %.200s", got)
		}
		if text, _ := json.Marshal(book[list].([]any)[1:3]); string(text) != `["Separator",{"PartTitle":"Part"}]` {
			t.Errorf("what is no chapter: %s", text)
		}
	}
}

func TestMdBookPages(t *testing.T) {
	status, book, errs := exchange(t, "sections", `,"pages":"config","link":"https://example.org/{file}#L{line}"`, chapter("x"))
	if status != exitClean {
		t.Fatal(errs)
	}
	overview := chapterAt(book, "sections", 1)
	if overview["path"] != "config/index.md" || overview["name"] != "Central values" || !strings.Contains(overview["content"].(string), "data:image/svg+xml") || strings.Contains(overview["content"].(string), "architecture.svg") {
		t.Errorf("overview: %v %v", overview["path"], overview["name"])
	}
	paths := map[string]string{}
	for _, item := range overview["sub_items"].([]any) {
		c := item.(map[string]any)["Chapter"].(map[string]any)
		paths[c["path"].(string)] = c["content"].(string)
	}
	if page := paths["config/values/cfg.ports.ssh.md"]; !strings.Contains(page, "https://example.org/00-core/ssh.nix#L") || strings.Contains(page, ".svg)") {
		t.Errorf("a value's page: %.500s", page)
	}
}

func TestMdBookRefuses(t *testing.T) {
	for _, test := range []struct{ settings, chapters, want string }{
		{"", chapter("<!-- nixsink:ranking -->\n"), "chapter_1.md: "},
		{"", chapter("<!-- nixsink:graph focus=CFG.nothing -->\n<!-- /nixsink -->\n"), "CFG.nothing"},
		{`,"path":"nowhere"`, chapter(""), "nowhere"},
		{`,"pages":"../outside"`, chapter(""), "no folder within the book"},
		{`,"pages":7`, chapter(""), "preprocessor.nixsink"},
	} {
		if status, _, errs := exchange(t, "sections", test.settings, test.chapters); status != exitWrong || !strings.Contains(errs, test.want) {
			t.Errorf("%s %s: %d %s; want %s", test.settings, test.chapters, status, errs, test.want)
		}
	}
	for _, in := range []string{"", "{}", "[]", "[{}]", "[{},{}]", "[{},7]", `[{},{"chapters":[]}]`} {
		var out, errs bytes.Buffer
		if status := Main([]string{"mdbook"}, strings.NewReader(in), &out, &errs); status != exitWrong || out.Len() > 0 {
			t.Errorf("%q: %d %s", in, status, out.String())
		}
	}
	var out, errs bytes.Buffer
	if status := Main([]string{"mdbook", "supports", "html"}, strings.NewReader(""), &out, &errs); status != exitClean || out.Len() > 0 {
		t.Errorf("supports: %d %s", status, errs.String())
	}
	if status := Main([]string{"mdbook", "build"}, strings.NewReader(""), &out, &errs); status != exitWrong {
		t.Errorf("build: %d", status)
	}
}
