package render

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	linkTarget = regexp.MustCompile(`\]\([^)]*\)`)
	mayBreak   = regexp.MustCompile(`\s|<br>|<wbr>`)
	markup     = regexp.MustCompile("<[^>]*>|`|\\[|\\*\\*")
)

// narrowest is how wide a table's row is at least, in pixels, as GitHub sets it: the longest word of each cell that may not break, in a font of fixed width.
func narrowest(row string) float64 {
	sum := 0.0
	for cell := range strings.SplitSeq(strings.Trim(row, "|"), " | ") {
		longest := 0
		for _, word := range mayBreak.Split(linkTarget.ReplaceAllString(cell, ""), -1) {
			longest = max(longest, utf8.RuneCountInString(unescape(markup.ReplaceAllString(word, ""))))
		}
		sum += 26 + 8.2*float64(longest)
	}
	return sum
}

func unescape(s string) string {
	return strings.NewReplacer(`\`, "", "&#124;", "|", "&#126;", "~", "&#64;", "@", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// TestTablesFitAPage: no table of a page is wider than GitHub's column in a window of 900 pixels, whatever the names are.
func TestTablesFitAPage(t *testing.T) {
	trees := examples(t)
	trees["house"], trees["hosts"], trees["large"] = house(), analysed(t, hostsTree), large()
	for name, g := range shapes() {
		trees[name] = g
	}
	for name, g := range trees {
		files, err := Pages(t.Context(), g, PageOptions{Options: Options{Findings: houseFindings}})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name, ".md") {
				continue
			}
			for row := range strings.Lines(string(f.Data)) {
				if !strings.HasPrefix(row, "|") {
					continue
				}
				if w := narrowest(strings.TrimSpace(row)); w > 860 {
					t.Errorf("%s, %s: a row is %.0f pixels wide: %s", name, f.Name, w, row)
					break
				}
			}
		}
	}
}

func TestBreakable(t *testing.T) {
	for in, want := range map[string]string{
		"`my.ports.ssh`": "`my.ports.ssh`",
		"`services.some-long-name.settings.port`":                    "<code>services.<wbr>some-<wbr>long-<wbr>name.<wbr>settings.<wbr>port</code>",
		"[`20-services/apps/a_b_c_d_e_f.nix:3`](x.nix#L3) `a` b":     `[<code>20-<wbr>services/<wbr>apps/<wbr>a\_<wbr>b\_<wbr>c\_<wbr>d\_<wbr>e\_<wbr>f.<wbr>nix:<wbr>3</code>](x.nix#L3) ` + "`a` b",
		"``services.a-name-with-a`-backtick.settings.port``":         "``services.a-name-with-a`-backtick.settings.port``",
		"<code>services.a&#124;b.some-long-name.settings</code>":     "<code>services.<wbr>a&#124;<wbr>b.<wbr>some-<wbr>long-<wbr>name.<wbr>settings</code>",
		"through services.some-long-name.settings.port, x":           "through services.<wbr>some-long-name.<wbr>settings.<wbr>port, x",
		"[x](services/some-long-name/settings/port.nix#L3) a":        "[x](services/some-long-name/settings/port.nix#L3) a",
		"plain words that are no code may break between any of them": "plain words that are no code may break between any of them",
	} {
		if got := breakable(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
