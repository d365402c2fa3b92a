package parse_test

import (
	"strings"
	"testing"

	"nixsink/parse"
)

// FuzzParse: whatever the source, no panic, a sane tree, and tokens that rebuild it.
func FuzzParse(f *testing.F) {
	for _, name := range okFiles(f) {
		f.Add(read(f, name))
	}
	for _, s := range []string{"", "{ a = ''${b}'' ; c.d = [ (x: y) \"${z}", "let in", "\r\n/*", "''\\", "\"\\", "a ? ", "~/${", "./a//${\"", "{ inherit (", "x@{", "<a/b", "${", "''$", "'''", "{ a = 1 in"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		checkTree(t, parse.Parse("fuzz.nix", src))
	})
}

// TestCutShort reads every file of the corpus cut off at every seventh byte, and with that byte left out.
func TestCutShort(t *testing.T) {
	for _, name := range okFiles(t) {
		src := read(t, name)
		for i := 0; i < len(src); i += 7 {
			checkTree(t, parse.Parse(name, src[:i]))
			checkTree(t, parse.Parse(name, src[:i]+src[i+1:]))
		}
	}
}

// TestLimits: nothing is so deep, long or strange that it crashes or hangs, and what is realistic works.
func TestLimits(t *testing.T) {
	rep := strings.Repeat
	const deep, long = 100_000, 5_000
	for name, c := range map[string]struct{ src, want string }{
		"parens":         {rep("(", deep) + "1" + rep(")", deep), "nested deeper"},
		"open parens":    {rep("(", deep), "nested deeper"},
		"lists":          {rep("[", deep) + rep("]", deep), "nested deeper"},
		"sets":           {rep("{a=", deep) + "1" + rep(";}", deep), "nested deeper"},
		"lets":           {rep("let a=", deep), "nested deeper"},
		"bodies":         {rep("let in ", deep) + "1", "nested deeper"},
		"legacy":         {rep("let {a=", deep), "nested deeper"},
		"lambdas":        {rep("a: ", deep) + "a", "nested deeper"},
		"defaults":       {rep("{ a ? ", deep), "nested deeper"},
		"strings":        {rep(`"${`, deep) + "1" + rep(`}"`, deep), "nested deeper"},
		"indented":       {rep("''${", deep) + "1" + rep("}''", deep), "nested deeper"},
		"paths":          {rep("./a/${", deep) + "1" + rep("}", deep), "nested deeper"},
		"names":          {rep("{${", deep) + "1", "nested deeper"},
		"selections":     {rep("a.${", deep), "nested deeper"},
		"ors":            {rep("a.b or ", deep) + "1", "nested deeper"},
		"nots":           {rep("!", deep) + "1", "nested deeper"},
		"negations":      {rep("- ", deep) + "1", "nested deeper"},
		"ifs":            {rep("if ", deep), "nested deeper"},
		"elses":          {rep("if true then 1 else ", deep) + "1", "nested deeper"},
		"withs":          {rep("with 1; ", deep) + "1", "nested deeper"},
		"operands":       {rep("1 + with ", deep), "parentheses"},
		"concats":        {rep("[ ] ++ ", deep) + "[ ]", "nested deeper"},
		"pipes":          {rep("1 <| ", deep) + "1", "nested deeper"},
		"inherits":       {rep("{ inherit (", deep), "nested deeper"},
		"garbage":        {rep("}{", deep), "expected"},
		"errors":         {"{" + rep("= ; ", deep), "too many errors"},
		"lets in a row":  {rep("a let ", deep), "parentheses"},
		"no semicolons":  {"{" + rep("a = b\n", deep) + "}", "too many errors"},
		"sums":           {"1" + rep("+1", 200_000), ""},
		"high sums":      {"1" + rep("+1", MaxHeight), "levels high"},
		"arguments":      {"map" + rep(" 1", 200_000), ""},
		"pipes to":       {"1" + rep(" |> map", 50_000), ""},
		"realistic adds": {"[ ]" + rep(" ++ [ 1 ]", long), ""},
		"realistic or":   {"[ ]" + rep(" // { }", long), ""},
		"currying":       {rep("a: ", long) + "a", ""},
		"long list":      {"[" + rep(" 1", 1_000_000) + " ]", ""},
		"long path":      {"{ " + rep("a.", 100_000) + "a = 1; }", ""},
		"long name":      {rep("a", 10_000_000) + ": 1", ""},
		"path or not":    {rep("a.b+", 200_000) + "1", "undefined"},
		"uri or not":     {rep("a-b+", 200_000) + "1", "undefined"},
		"less":           {rep("<a", 100_000), "expected"},
		"dollars":        {`"` + rep("$", 1_000_000) + `"`, ""},
		"quotes":         {"''" + rep("' ", 1_000_000) + "''", ""},
		"comments":       {rep("/* ", 1_000_000), "never closed"},
		"NUL":            {"{ a = 1;\n b = \"\x00\"; }", "NUL byte"},
		"git-crypt":      {"\x00GITCRYPT\x00abc", "git-crypt"},
		"UTF-16":         {"\xff\xfe{\x00}\x00", "UTF-16"},
		"huge":           {rep(" ", parse.MaxFileSize+1), "larger than the limit"},
		"50 MB":          {"[" + rep(" \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 500_000) + "]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := parse.Parse("limit.nix", c.src)
			switch {
			case c.want == "" && f.Errors != nil:
				t.Errorf("unexpected: %v", f.Errors[0])
			case c.want != "" && !strings.Contains(f.Errors.Error(), c.want):
				t.Errorf("want %q among %.300s", c.want, f.Errors.Error())
			}
			n := 0
			parse.Walk(f.Expr, func(parse.Node) bool { n++; return true })
			if n == 0 {
				t.Error("no tree")
			}
		})
	}
}

const MaxHeight = parse.MaxHeight
