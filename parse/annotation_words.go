package parse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is read of the text of one annotation. Positions are offsets into that text.

// word is a dotted name in a text.
type word struct {
	start, end int
	segments   int
}

const (
	maxSegments  = 64 // of one dotted name
	maxExpansion = 64 // of one a.{b,c}
	maxWords     = 1000
)

// namespaces are the first segments by which an option path is known inside prose. A name that fills its whole item
// counts as a path whatever its first segment is.
var namespaces = func() map[string]bool {
	m := map[string]bool{}
	for n := range strings.FieldsSeq(`accounts age assertions boot catppuccin config console containers dconf disko documentation
		environment fileSystems fonts gtk hardware home home-manager homebrew i18n impermanence launchd location microvm my
		networking nix nixpkgs nixvim oci-containers options power-profiles powerManagement programs qt security services
		snapraid sops specialisation stylix swapDevices system systemd targets time users virtualisation wayland wsl xdg
		xsession zramSwap`) {
		m[n] = true
	}
	return m
}()

// notOptions are first segments of names that are no option paths: packages, functions, module arguments.
var notOptions = map[string]bool{"pkgs": true, "lib": true, "builtins": true, "inputs": true, "self": true, "super": true, "final": true, "prev": true, "cfg": true}

// lonely are options of a single segment: a whole item that is just this word is a path.
var lonely = map[string]bool{"assertions": true, "fileSystems": true, "swapDevices": true, "warnings": true, "zramSwap": true}

// extensions are last segments that make a dotted name a file or a systemd unit.
var extensions = map[string]bool{"nix": true, "json": true, "yaml": true, "yml": true, "toml": true, "md": true, "sh": true, "conf": true, "cfg": true, "ini": true,
	"env": true, "txt": true, "service": true, "socket": true, "timer": true, "target": true, "mount": true, "path": true, "slice": true,
	"py": true, "lock": true, "log": true, "db": true, "key": true, "pem": true, "crt": true, "age": true, "html": true, "xml": true, "local": true, "lan": true, "org": true, "com": true, "net": true, "de": true, "io": true}

func letterByte(c byte) bool { return class[c]&isLetter != 0 || c == '_' }

// segmentEnd is where the segment of a dotted name that starts at i ends; i if there is none.
func segmentEnd(s string, i int, first bool) int {
	if i >= len(s) {
		return i
	}
	switch c := s[i]; {
	case first && !letterByte(c):
		return i
	case c == '"':
		for j := i + 1; j < len(s); j++ {
			switch s[j] {
			case '\\':
				j++
			case '"':
				if j == i+1 {
					return i
				}
				return j + 1
			}
		}
		return i
	case c == '*':
		return i + 1
	case c == '{':
		j := i + 1
		for j < len(s) && (class[s[j]]&isID != 0 || strings.IndexByte(", .", s[j]) >= 0) {
			j++
		}
		if j == i+1 || j == len(s) || s[j] != '}' {
			return i
		}
		return j + 1
	}
	j := i
	for j < len(s) {
		switch c := s[j]; {
		case class[c]&isID != 0:
			j++
		case c == '<':
			k := j + 1
			for k < len(s) && (class[s[k]]&isID != 0 || s[k] == ' ') {
				k++
			}
			if k == j+1 || k == len(s) || s[k] != '>' {
				return j
			}
			j = k + 1
		case c == '$':
			k := interpolationEnd(s, j)
			if k == j {
				return j
			}
			j = k
		default:
			return j
		}
	}
	return j
}

// interpolationEnd is where the ${…} at i ends; i if there is none.
func interpolationEnd(s string, i int) int {
	if !strings.HasPrefix(s[i:], "${") {
		return i
	}
	depth := 0
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return j + 1
			}
		}
	}
	return i
}

// nameAt reads the dotted name at i: a.b, a."b c".*, a.${x}.<name>, a.{b,c}. ok is false if there is none, or if what
// follows shows that it is a piece of something else (a path, an address, an umlaut's word).
func nameAt(s string, i int) (w word, ok bool) {
	w = word{start: i, end: segmentEnd(s, i, true)}
	if w.end == i {
		return w, false
	}
	for w.segments = 1; w.end < len(s) && s[w.end] == '.'; w.segments++ {
		e := segmentEnd(s, w.end+1, false)
		if e == w.end+1 || w.segments >= maxSegments {
			break
		}
		w.end = e
	}
	for w.end > i+1 && (s[w.end-1] == '\'' || s[w.end-1] == '-') { // a closing quote, a hanging hyphen
		w.end--
	}
	rest := s[w.end:]
	if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "...") {
		return w, false
	}
	if rest != "" {
		if c := rest[0]; c == '.' || c == ':' {
			rest = rest[1:] // a full stop or a colon, if the sentence ends there
			if rest != "" && strings.IndexByte(" \t)]`\"',;/", rest[0]) < 0 {
				return w, false
			}
			return w, true
		}
		r, _ := utf8.DecodeRuneInString(rest)
		if strings.ContainsRune("@$<>{}\\*=%~^?!", r) && !strings.HasPrefix(rest, "=>") || unicode.IsLetter(r) || unicode.IsDigit(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r) {
			return w, false
		}
	}
	return w, true
}

// firstSegment is a name's first segment.
func firstSegment(name string) string {
	s, _, _ := strings.Cut(name, ".")
	return s
}

// upperID reports whether the name starts as ids do: CFG.ports.ssh.
func upperID(name string) bool {
	f := firstSegment(name)
	return len(f) >= 2 && len(f) < len(name) && f == strings.ToUpper(f) && !extensions[strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])]
}

// codeID reports whether a name without dots can only be meant as an id: NIXH-60-APP-001, SSH_PORT.
func codeID(name string) bool {
	return len(name) >= 3 && name == strings.ToUpper(name) && strings.ContainsAny(name, "-_0123456789")
}

// expand gives a.b and a.c for a.{b,c}, and the name itself otherwise. It gives the name itself too, and false, if that stands for more
// than maxExpansion names: each group multiplies what the ones before it make, so that a line could stand for more than any memory holds.
func expand(name string) (names []string, ok bool) {
	if strings.IndexByte(name, '"') >= 0 {
		return []string{name}, true
	}
	names = []string{""}
	rest := name
	for {
		before, group, found := strings.Cut(rest, ".{")
		group, after, closed := strings.Cut(group, "}")
		if !found || !closed {
			for i := range names {
				names[i] += rest
			}
			return names, true
		}
		var longer []string
		for _, n := range names {
			for alt := range strings.SplitSeq(group, ",") {
				if alt = strings.TrimSpace(alt); alt == "" {
					continue
				}
				if len(longer) == maxExpansion {
					return []string{name}, false
				}
				longer = append(longer, n+before+"."+alt)
			}
		}
		names, rest = longer, after
	}
}

// words gives the words for the name at w, base being the text's offset in the file. fault says that it stands for too many.
func (w word) words(s string, base int) (out []Word, fault string) {
	span := Span{int32(base + w.start), int32(base + w.end)}
	names, ok := expand(s[w.start:w.end])
	if !ok {
		return nil, fmt.Sprintf("%q stands for more than %d names: write several lines", clip(s[w.start:w.end]), maxExpansion)
	}
	for _, n := range names {
		out = append(out, Word{span, n})
	}
	return out, ""
}

func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// remarkEnd is where the (…) at i ends, or the text if it is not closed; i if there is none.
func remarkEnd(s string, i int) int {
	if i >= len(s) || s[i] != '(' {
		return i
	}
	depth := 0
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return j + 1
			}
		}
	}
	return len(s)
}

// separatorAt reads what stands between two items of a list at i. "" if nothing does.
func separatorAt(s string, i int) (sep string) {
	rest := s[i:]
	for _, p := range [...]string{"->", "=>", "→", "—", "–", "--", "/", ",", "+", "&", "|", ";"} {
		if strings.HasPrefix(rest, p) {
			return p
		}
	}
	if i > 0 && (s[i-1] == ' ' || s[i-1] == '\t') {
		for _, p := range [...]string{"and ", "und ", "or ", "oder ", "- ", ": ", "# "} {
			if strings.HasPrefix(rest, p) {
				return p
			}
		}
	}
	return ""
}

// startsProse reports whether what follows the separator is prose.
func startsProse(sep string) bool {
	return slices.Contains([]string{"->", "=>", "→", "—", "–", "--", "- ", ": ", "# "}, sep)
}

const quoting = " \t\"'`[]"

func skipQuoting(s string, i int) int {
	for i < len(s) && (strings.IndexByte(quoting, s[i]) >= 0 || s[i] == '*' && (i+1 == len(s) || s[i+1] != '.')) {
		i++
	}
	return i
}

// saysNone reports whether the text says that there is none: "none (only imports)".
func saysNone(s string) bool {
	e := 0
	for e < len(s) && (class[s[e]]&isLetter != 0 || s[e] == '/') {
		e++
	}
	switch strings.ToLower(s[:e]) {
	case "none", "keine", "n/a":
		return e == len(s) || strings.IndexByte(" \t,.;:(", s[e]) >= 0
	}
	return s == "-" || s == "–" || s == "—"
}

// clip shortens what a message quotes.
func clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	for i := range s {
		if i >= most {
			return s[:i] + "…"
		}
	}
	return s
}

// readIDs reads ids with / , or blanks between, and prose after them. fault says what is wrong with them.
func readIDs(s string, base int) (ids []Word, none bool, fault string) {
	i := skipQuoting(s, 0)
	if saysNone(s[i:]) {
		return nil, true, ""
	}
	if i >= len(s) {
		return nil, false, "it names no id"
	}
	var sep string
	dotted := false
	for i < len(s) && len(ids) < maxWords {
		w, ok := nameAt(s, i)
		name := s[w.start:w.end]
		if ok && w.segments == 1 {
			ok = !dotted && codeID(name)
		}
		if !ok {
			piece := s[i:]
			if e := strings.IndexAny(piece, " \t,;"); e > 0 {
				piece = piece[:e]
			}
			switch {
			case len(ids) == 0:
				return nil, false, fmt.Sprintf("%q is not an id: an id is a dotted name such as CFG.ports.ssh", clip(piece))
			case sep == "/" || sep == "+" || sep == "&" || sep == "|" || strings.HasPrefix(piece, firstSegment(ids[0].Text)+"."):
				return ids, false, fmt.Sprintf("%q is not an id", clip(piece))
			}
			return ids, false, "" // prose
		}
		dotted = dotted || w.segments > 1
		more, fault := w.words(s, base)
		if fault != "" {
			return ids, false, fault
		}
		ids = append(ids, more...)
		i = skipQuoting(s, w.end)
		for i < len(s) && s[i] == '(' {
			i = skipQuoting(s, remarkEnd(s, i))
		}
		if i < len(s) && (s[i] == '.' || s[i] == ':') {
			return ids, false, ""
		}
		if sep = ""; i < len(s) {
			if sep = separatorAt(s, i); startsProse(sep) {
				return ids, false, ""
			}
			i = skipQuoting(s, i+len(sep))
		}
	}
	if sep != "" && sep != ";" {
		return ids, false, fmt.Sprintf("nothing follows the last %q", strings.TrimSpace(sep))
	}
	return ids, false, ""
}

// readTargets finds the ids and the option paths in the text of a sink or source. fault says what is wrong with one of them.
func readTargets(s string, base int, kw Keyword) (ids, paths []Word, fault string) {
	itemStart := true // only blanks and quoting since the start of the item
	for i := 0; i < len(s) && len(ids)+len(paths) < maxWords; {
		switch c := s[i]; {
		case strings.IndexByte(quoting, c) >= 0 || c == '(':
			i++
			continue
		case c == '$':
			if e := interpolationEnd(s, i); e > i {
				i, itemStart = e, false
				continue
			}
		case class[c]&isDigit != 0:
			for i < len(s) && class[s[i]]&isID != 0 {
				i++
			}
			itemStart = false
			continue
		case letterByte(c):
			w, ok := nameAt(s, i)
			if ok {
				if kind := w.kind(s, itemStart, kw); kind == "id" {
					more, wrong := w.words(s, base)
					ids, fault = append(ids, more...), cmp.Or(fault, wrong)
				} else if kind == "path" {
					if w = w.withoutConfig(s).beforeCompound(s); w.end > w.start {
						more, wrong := w.words(s, base)
						paths, fault = append(paths, more...), cmp.Or(fault, wrong)
					}
				}
			}
			e := max(w.end, i+1)
			for e < len(s) && (class[s[e]]&isID != 0 || s[e] >= 0x80 || s[e] == '.' || s[e] == ':' && !ok) { // the rest of a word that is no name
				e++
			}
			if ok {
				e = w.end
			} else if e < len(s) && s[e] == '/' { // a file, a URL
				for e < len(s) && s[e] != ' ' && s[e] != '\t' {
					e++
				}
			}
			i, itemStart = e, false
			continue
		}
		if sep := separatorAt(s, i); sep != "" {
			if sep == "/" && !spaced(s, i) && !endsWord(ids, base+i) && !endsWord(paths, base+i) { // /etc/x, a/b: a file
				for i < len(s) && s[i] != ' ' && s[i] != '\t' {
					i++
				}
				itemStart = false
				continue
			}
			i, itemStart = i+len(sep), true
			continue
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i, itemStart = i+n, false
	}
	return ids, paths, fault
}

// spaced reports whether the byte at i has blanks on either side.
func spaced(s string, i int) bool {
	return i > 0 && strings.IndexByte(" \t", s[i-1]) >= 0 && i+1 < len(s) && strings.IndexByte(" \t", s[i+1]) >= 0
}

// endsWord reports whether the last word read ends at the offset: then a slash separates, as in CFG.a/CFG.b.
func endsWord(words []Word, at int) bool {
	return len(words) > 0 && int(words[len(words)-1].End) == at
}

// kind tells "id" and "path" from other dotted names, "".
func (w word) kind(s string, itemStart bool, kw Keyword) string {
	name := s[w.start:w.end]
	if w.segments > 1 && upperID(name) {
		return "id"
	}
	first, last := firstSegment(name), name[strings.LastIndexByte(name, '.')+1:]
	after := skipBlanks(s, w.end)
	alone := itemStart && (after == len(s) || s[after] == '(' || s[after] == '.' || strings.IndexByte("`'\"])", s[after]) >= 0 || separatorAt(s, after) != "")
	switch {
	case notOptions[first]:
		return ""
	case w.segments == 1:
		if alone && lonely[name] {
			return "path"
		}
		return ""
	case namespaces[first]:
		// In the middle of a sink's sentence my.ports.ssh is what the sentence is about, not where the value goes.
		if kw == SinkKey && (first == "my" || first == "config" || first == "options") && !itemStart || w.segments == 2 && extensions[last] {
			return ""
		}
		return "path"
	case alone && !extensions[last] && !strings.HasPrefix(s[w.end:], ":"):
		return "path"
	}
	return ""
}

// withoutConfig drops the module system's own config. or options. in front of an option path.
func (w word) withoutConfig(s string) word {
	for _, p := range [...]string{"config.", "options."} {
		if strings.HasPrefix(s[w.start:w.end], p) {
			w.start += len(p)
			w.segments--
			break
		}
	}
	return w
}

// beforeCompound cuts the German compound off a path: services.traefik-Konfiguration speaks of services.traefik.
func (w word) beforeCompound(s string) word {
	name := s[w.start:w.end]
	if strings.IndexByte(name, '"') >= 0 || strings.Contains(name, "${") {
		return w
	}
	dot := strings.LastIndexByte(name, '.') + 1
	for i := dot + 1; i+1 < len(name); i++ {
		if name[i] == '-' && 'a' <= name[dot] && name[dot] <= 'z' && 'A' <= name[i+1] && name[i+1] <= 'Z' {
			w.end = w.start + i
			break
		}
	}
	return w
}
