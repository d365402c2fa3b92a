package check

import (
	"iter"
	"strings"
)

// What a text consists of, and where in it something of a kind may stand. All of this is asked of every string of a tree, so it is
// written by hand: the same as regular expressions took a third of a whole report.

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isAlnum(c byte) bool  { return isLetter(c) || isDigit(c) }
func isHost(c byte) bool   { return isAlnum(c) || c == '.' || c == '-' }
func isLocal(c byte) bool  { return isHost(c) || c == '_' || c == '+' } // of an email address, before its @
func isFile(c byte) bool   { return isHost(c) || c == '_' || c == '@' }
func isWord(c byte) bool   { return isAlnum(c) || c == '_' || c == '-' || c == '@' }
func isToken(c byte) bool  { return isLocal(c) || c == '@' || c == ':' || c == '/' || c == '=' }

// all reports whether every byte of a text is of a class.
func all(text string, class func(byte) bool) bool { return skip(text, 0, class) == len(text) }

// skip is the first offset from at on whose byte is not of a class.
func skip(text string, at int, class func(byte) bool) int {
	for at < len(text) && class(text[at]) {
		at++
	}
	return at
}

// runs are the longest parts of a text that consist of a class of bytes: their starts and ends.
func runs(text string, class func(byte) bool) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := 0; i < len(text); i++ {
			if end := skip(text, i, class); end > i {
				if !yield(i, end) {
					return
				}
				i = end
			}
		}
	}
}

// isHostname reports whether a text is a domain of at least two labels: home.example.
func isHostname(t string) bool {
	dot := strings.LastIndexByte(t, '.')
	if dot < 0 || len(t)-dot < 3 || !all(t[dot+1:], isLetter) {
		return false
	}
	for label := range strings.SplitSeq(t[:dot], ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || strings.Contains(label, ".") || !all(label, isHost) {
			return false
		}
	}
	return true
}

// isEmail reports whether a text is one address: root@home.example.
func isEmail(t string) bool {
	local, host, ok := strings.Cut(t, "@")
	return ok && local != "" && all(local, isLocal) && isHostname(host)
}

// isAbsolute reports whether a text is an absolute path, a slash at its end allowed.
func isAbsolute(t string) bool {
	return len(t) > 1 && t[0] == '/' && pathAt(t, 0) == len(strings.TrimSuffix(t, "/"))
}

// isPlain reports whether a text is one word.
func isPlain(t string) bool {
	return len(t) >= 3 && isAlnum(t[0]) && all(t, func(c byte) bool { return isAlnum(c) || c == '_' || c == '-' })
}

// pathAt is the end of the absolute path that begins with the slash at an offset: /srv/media.
func pathAt(text string, at int) int {
	for at < len(text) && text[at] == '/' {
		end := skip(text, at+1, isFile)
		if end == at+1 {
			break
		}
		at = end
	}
	return at
}

// addressAt is the end of the IPv4 address that begins at an offset, with the prefix length and the port behind it: 10.0.0.0/8,
// 10.0.0.1:53. It is at itself if there is none.
func addressAt(text string, at int) int {
	end := at
	for part := range 4 {
		if part > 0 {
			if end >= len(text) || text[end] != '.' {
				return at
			}
			end++
		}
		next := skip(text, end, isDigit)
		if next == end {
			return at
		}
		end = next
	}
	for _, sign := range []byte("/:") {
		if end < len(text) && text[end] == sign {
			if next := skip(text, end+1, isDigit); next > end+1 {
				end = next
			}
		}
	}
	return end
}

// emailSpots are the parts of a text that are built like an email address.
func emailSpots(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		last := 0
		for i := 0; i < len(text); i++ {
			if text[i] != '@' {
				continue
			}
			start := i
			for start > last && isLocal(text[start-1]) {
				start--
			}
			host := strings.TrimRight(text[i+1:skip(text, i+1, isHost)], ".-")
			if start == i || host == "" {
				continue
			}
			if last = i + 1 + len(host); !yield(start, last) {
				return
			}
		}
	}
}

// hostSpots are the parts of a text that may be a host's name.
func hostSpots(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for start, end := range runs(text, isHost) {
			for start < end && !isAlnum(text[start]) {
				start++
			}
			for start < end && !isAlnum(text[end-1]) {
				end--
			}
			if start < end && !yield(start, end) {
				return
			}
		}
	}
}

// addressSpots are the IPv4 addresses in a text.
func addressSpots(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := 0; i < len(text); i++ {
			if !isDigit(text[i]) {
				continue
			}
			end := addressAt(text, i)
			if end > i && !yield(i, end) {
				return
			}
			i = max(end, skip(text, i, isDigit)) // 1234.5: an address can begin at the next number only
		}
	}
}

// pathSpots are the absolute paths in a text, and the parts of other paths that look like one.
func pathSpots(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := 0; i < len(text); i++ {
			if text[i] != '/' {
				continue
			}
			if end := pathAt(text, i); end > i {
				if !yield(i, end) {
					return
				}
				i = end
			}
		}
	}
}

// portSpot is a number in a text, and how sure it is that it is a port.
type portSpot struct {
	start, end int
	rule       bool // of a firewall's rule: dport 22
	named      bool // the words before it, or the attribute, say port; or it is a listening address, :443
}

// portSpots are the numbers of a string that stand where ports stand. whole says that the text is all of the string, named that its
// attribute speaks of ports.
func portSpots(text string, whole, named bool) []portSpot {
	var out []portSpot
	for start, end := range runs(text, isDigit) {
		if end-start < 2 || end-start > 5 {
			continue
		}
		before, after := text[:start], byte(0)
		if end < len(text) {
			after = text[end]
		}
		switch {
		case isHere(before) && after != '.' && after != ':':
			out = append(out, portSpot{start: start, end: end})
		case isRule(before) && after != '-':
			out = append(out, portSpot{start: start, end: end, rule: true})
		case whole && after == 0 && (before == ":" || before == "" && named), saysPort(before) && after != '.':
			out = append(out, portSpot{start: start, end: end, named: true})
		}
	}
	return out
}

// isHere reports whether a text ends in an address of this machine, and a colon.
func isHere(before string) bool {
	host, ok := strings.CutSuffix(before, ":")
	return ok && (strings.HasSuffix(host, "127.0.0.1") || strings.HasSuffix(host, "0.0.0.0") || strings.HasSuffix(host, "localhost") ||
		strings.HasSuffix(host, "[::1]") || strings.HasSuffix(host, "[::]") || strings.HasSuffix(host, "*"))
}

// isRule reports whether a text ends in what precedes a port in a rule of nftables or iptables.
func isRule(before string) bool {
	word := strings.TrimRight(before, " =")
	return len(word) < len(before) && (strings.HasSuffix(word, "dport") || strings.HasSuffix(word, "sport"))
}

// saysPort reports whether a text ends in the word port and a sign between it and its number.
func saysPort(before string) bool {
	word := strings.TrimRight(before, " =:\"'")
	if len(word) == len(before) || len(word) < 4 || !strings.EqualFold(word[len(word)-4:], "port") {
		return false
	}
	return len(word) == 4 || !isLetter(word[len(word)-5])
}
