package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"
)

// A text of one line that became another one differs in places: what is alike is left out, but for some of it around each.
const (
	nearPlaces   = 12 // bytes that are alike between two places, below which they are one
	aroundPlaces = 16 // characters that are shown before and after one
)

// An apartPlace is a place in which two texts differ, in bytes of both, half-open.
type apartPlace struct{ then, now [2]int }

// placesApart are the places in which two texts differ, word by word.
func placesApart(then, now string) (out []apartPlace) {
	lines, starts := words(then)
	linesNow, startsNow := words(now)
	index := func(starts []int, line string, at int) int { return starts[strings.Count(line[:at], "\n")] }
	shift := 0 // by which the new lines are ahead
	for _, e := range udiff.Lines(lines, linesNow) {
		p := apartPlace{
			[2]int{index(starts, lines, e.Start), index(starts, lines, e.End)},
			[2]int{index(startsNow, linesNow, e.Start+shift), index(startsNow, linesNow, e.Start+shift+len(e.New))},
		}
		shift += len(e.New) - (e.End - e.Start)
		if n := len(out); n > 0 && p.then[0]-out[n-1].then[1] < nearPlaces {
			out[n-1].then[1], out[n-1].now[1] = p.then[1], p.now[1]
		} else {
			out = append(out, p)
		}
	}
	return out
}

// words are a text's words and signs, each on a line, and where each of them begins in it; the last is its end.
func words(text string) (lines string, starts []int) {
	var b strings.Builder
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' }
	in := false
	for i, r := range text {
		if is := word(r); i == 0 || !is || !in {
			if i > 0 {
				b.WriteByte('\n')
			}
			starts = append(starts, i)
			in = is
		}
		if r == '\n' {
			r = ' '
		}
		b.WriteRune(r)
	}
	if len(starts) > 0 {
		b.WriteByte('\n')
	}
	return b.String(), append(starts, len(text))
}

// apartLines writes what became of a text that does not fit a line: a line of at most width characters for each place in which it differs. Of more than most
// places the last line tells how many are left.
func apartLines(then, now string, width, most int) []string {
	places := placesApart(then, now)
	if len(places) < 2 || min(utf8.RuneCountInString(then), utf8.RuneCountInString(now)) <= (width-3)/2 {
		return []string{changedCode(then, now, width)}
	}
	var out []string
	for i, p := range places {
		if i == most {
			return append(out, "… and in "+plural(len(places)-most, "more place", "more places"))
		}
		half := (width - 3) / 2
		out = append(out, aroundPlace(then, p.then, half)+" → "+aroundPlace(now, p.now, half))
	}
	return out
}

// aroundPlace is a part of a text with some of it around, n characters at most.
func aroundPlace(text string, part [2]int, n int) string {
	before, in, after := []rune(text[:part[0]]), []rune(text[part[0]:part[1]]), []rune(text[part[1]:])
	if len(in) > n-2 {
		in, after = append(in[:max(0, n-3):max(0, n-3)], '…'), nil
	}
	around := max(0, min(aroundPlaces, (n-2-len(in))/2))
	if len(before) > around {
		before = append([]rune{'…'}, before[len(before)-around:]...)
	}
	if len(after) > around {
		after = append(after[:around:around], '…')
	}
	return string(before) + string(in) + string(after)
}

// changedCode writes two pieces of code as one line of at most width characters, both shortened if need be, so that what differs first is seen.
func changedCode(then, now string, width int) string {
	switch {
	case then == "":
		return cut(now, width)
	case now == "":
		return cut(then, width)
	}
	if a, b := utf8.RuneCountInString(then), utf8.RuneCountInString(now); a+b+3 > width {
		// What a short one leaves is the other one's.
		then, now = apartFrom(then, now, max((width-3)/2, width-3-min(a, b)))
	}
	return then + " → " + now
}

// apartFrom shortens two texts to n characters each around where they begin to differ.
func apartFrom(a, b string, n int) (string, string) {
	x, y := []rune(a), []rune(b)
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	from := max(0, same-n/3)
	clip := func(r []rune) string {
		if len(r) <= n {
			return string(r)
		}
		start := min(from, max(0, len(r)-n+1))
		out := string(r[start:min(len(r), start+n-2)])
		if start > 0 {
			out = "…" + out
		}
		if start+n-2 < len(r) {
			out += "…"
		}
		return out
	}
	return clip(x), clip(y)
}
