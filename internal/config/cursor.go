package config

import (
	"regexp"
	"strings"
	"sync"
)

// CursorKind is what a place in a configuration file is part of.
type CursorKind uint8

const (
	Nowhere  CursorKind = iota // a comment, or behind a value
	InHeader                   // [table] and [[table]]
	InKey
	InValue
)

// Cursor is a place in a configuration file, which need not be whole: somebody types in it.
type Cursor struct {
	Kind       CursorKind
	List       bool     // of a header: [[table]]
	Path       []string // the names before the one at the place; of a value, all of its key
	Word       string   // what stands there: a name, or a value without its quotes
	Start, End int      // of Word, in bytes
	Quoted     bool     // of a value: it is a string
}

// At tells what stands at a byte of a text.
func At(src string, off int) Cursor {
	s := scanner{src: src, off: off, found: Cursor{Start: off, End: off}}
	for !s.done {
		if s.blank(true); s.done {
			break
		}
		if off < s.pos || s.pos >= len(src) {
			s.find(Cursor{Kind: InKey, Path: s.table, Start: off, End: off})
			break
		}
		s.statement()
	}
	return s.found
}

// scanner reads TOML as far as a place, whatever is wrong with it: what cannot be read ends with its line.
type scanner struct {
	src   string
	off   int // the place that is looked for
	pos   int
	table []string
	found Cursor
	done  bool
}

func (s *scanner) find(c Cursor) {
	if !s.done {
		s.found, s.done = c, true
	}
}

func (s *scanner) peek() byte {
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return 0
}

// blank goes over blanks, comments and, if asked, ends of lines. A place within a comment is nowhere.
func (s *scanner) blank(lines bool) {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r'):
			s.pos++
		case c == '#':
			start := s.pos
			s.line()
			if start < s.off && s.off <= s.pos {
				s.find(Cursor{Start: s.off, End: s.off})
			}
		default:
			return
		}
	}
}

// line goes to the end of the line.
func (s *scanner) line() {
	if i := strings.IndexByte(s.src[s.pos:], '\n'); i >= 0 {
		s.pos += i
	} else {
		s.pos = len(s.src)
	}
}

// statement is a header, or a key with its value, to the end of the line.
func (s *scanner) statement() {
	if s.peek() == '[' {
		s.pos++
		list := s.peek() == '['
		if list {
			s.pos++
		}
		s.table = s.names(InHeader, nil, list)
	} else {
		path := s.names(InKey, s.table, false)
		if s.peek() == '=' {
			s.pos++
			s.value(path)
		}
	}
	if s.done {
		return
	}
	start := s.pos
	s.blank(false)
	s.line()
	if start < s.off && s.off <= s.pos {
		s.find(Cursor{Start: s.off, End: s.off})
	}
}

// names are the names of a key, which go on with those before.
func (s *scanner) names(kind CursorKind, before []string, list bool) []string {
	path := before[:len(before):len(before)]
	for {
		s.blank(false)
		start := s.pos
		var end int
		if q := s.peek(); q == '"' || q == '\'' {
			start++
			s.pos++
			for s.pos < len(s.src) && s.src[s.pos] != q && s.src[s.pos] != '\n' {
				s.pos++
			}
			if end = s.pos; s.peek() == q {
				s.pos++
			}
		} else {
			for s.pos < len(s.src) && bare(s.src[s.pos]) {
				s.pos++
			}
			end = s.pos
		}
		if start <= s.off && s.off <= end {
			s.find(Cursor{Kind: kind, List: list, Path: path, Word: s.src[start:end], Start: start, End: end})
			return path
		}
		if path = append(path, s.src[start:end]); start == end {
			path = path[:len(path)-1]
		}
		s.blank(false)
		if s.peek() != '.' {
			return path
		}
		s.pos++
	}
}

func bare(b byte) bool {
	return b == '_' || b == '-' || b == '*' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// begun finds a line that begins something new: a list above was never closed.
var begun = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\[{1,2}[A-Za-z]|[A-Za-z0-9_."-]+[ \t]*=)`)
})

// value is what stands behind a key, or in a list.
func (s *scanner) value(path []string) {
	gap := s.pos
	s.blank(false)
	start := s.pos
	c := s.peek()
	if gap <= s.off && s.off < start || s.off == start && (c == 0 || strings.IndexByte("\n\r,]}", c) >= 0) {
		s.find(Cursor{Kind: InValue, Path: path, Start: s.off, End: s.off})
		return
	}
	switch c {
	case '"', '\'':
		s.text(path, c)
	case '[':
		s.pos++
		s.list(path)
	case '{':
		s.pos++
		for !s.done {
			s.blank(false)
			switch c := s.peek(); {
			case c == ',':
				s.pos++
			case c == '}':
				s.pos++
				return
			default:
				was := s.pos
				inner := s.names(InKey, path, false)
				if s.peek() == '=' {
					s.pos++
					s.value(inner)
				}
				if s.pos == was {
					return
				}
			}
		}
	default:
		for s.pos < len(s.src) && strings.IndexByte(" \t\r\n,]}#", s.src[s.pos]) < 0 {
			s.pos++
		}
		if start <= s.off && s.off <= s.pos {
			s.find(Cursor{Kind: InValue, Path: path, Word: s.src[start:s.pos], Start: start, End: s.pos})
		}
	}
}

// list is what stands in [ ].
func (s *scanner) list(path []string) {
	for !s.done {
		gap := s.pos
		s.blank(true)
		if gap <= s.off && s.off < s.pos && !s.done {
			s.find(Cursor{Kind: InValue, Path: path, Start: s.off, End: s.off})
			return
		}
		if i := strings.LastIndexByte(s.src[gap:s.pos], '\n'); i >= 0 && begun().MatchString(s.src[s.pos:]) {
			s.pos = gap + i
			return
		}
		switch s.peek() {
		case 0:
			return
		case ',':
			s.pos++
		case ']':
			if s.off == s.pos {
				s.find(Cursor{Kind: InValue, Path: path, Start: s.off, End: s.off})
			}
			s.pos++
			return
		default:
			was := s.pos
			if s.value(path); s.pos == was {
				return
			}
		}
	}
}

// text is a string of any of TOML's four kinds.
func (s *scanner) text(path []string, quote byte) {
	start := s.pos + 1
	if q := strings.Repeat(string(quote), 3); strings.HasPrefix(s.src[s.pos:], q) {
		end := len(s.src)
		if i := strings.Index(s.src[s.pos+3:], q); i >= 0 {
			end = s.pos + 3 + i
		}
		if s.pos = min(end+3, len(s.src)); start <= s.off && s.off <= s.pos {
			s.find(Cursor{Kind: InValue, Path: path, Word: s.src[start+2 : end], Start: start + 2, End: end, Quoted: true})
		}
		return
	}
	end := start
	for end < len(s.src) && s.src[end] != quote && s.src[end] != '\n' {
		if s.src[end] == '\\' && quote == '"' && end+1 < len(s.src) {
			end++
		}
		end++
	}
	if s.pos = end; s.peek() == quote {
		s.pos++
	}
	if start <= s.off && s.off <= end {
		s.find(Cursor{Kind: InValue, Path: path, Word: s.src[start:end], Start: start, End: end, Quoted: true})
	}
}
