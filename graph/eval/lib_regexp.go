package eval

import (
	"cmp"
	"regexp"
	"strings"
)

// libMatch is builtins.match: the groups of a regular expression that fits the whole text, null if it does not.
func libMatch(ev *Evaluator, a []*thunk, at site) Val {
	re, s, org, ok := ev.pattern(a)
	if !ok {
		return unknown(org)
	}
	loc := anchored(re).FindStringSubmatchIndex(s)
	if loc == nil {
		return Val{shape: &nullShape{}, org: org}
	}
	return groups(s, loc[2:], org)
}

// libSplit is builtins.split: the texts between what fits, and what fits as lists of its groups.
func libSplit(ev *Evaluator, a []*thunk, at site) Val {
	re, s, org, ok := ev.pattern(a)
	if !ok {
		return unknown(org)
	}
	var out []*thunk
	end := 0
	for _, loc := range regexp.MustCompile("(?s:"+re+")").FindAllStringSubmatchIndex(s, -1) {
		if loc[0] == loc[1] {
			return unknown(org) // the two libraries count empty matches differently
		}
		out = append(out, ready(str(s[end:loc[0]]).with(org)), ready(groups(s, loc[2:], org)))
		end = loc[1]
	}
	return list(append(out, ready(str(s[end:]).with(org))), true).with(org)
}

// pattern gives a regular expression and the text to look in, where both are known and the expression means the same to Go. Nix has POSIX
// extended expressions (manual, "builtins.match") by a library that takes the first alternative that fits, as Go does.
func (ev *Evaluator) pattern(a []*thunk) (re, s string, org Origins, ok bool) {
	re, ok1 := ev.textOf(a[0])
	s, ok2 := ev.textOf(a[1])
	org = ev.all(a...)
	if !ok1 || !ok2 || lazy.MatchString(re) {
		return "", "", org, false
	}
	if _, err := regexp.CompilePOSIX(re); err != nil {
		return "", "", org, false
	}
	_, err := regexp.Compile("(?s:" + re + ")")
	return re, s, org, err == nil
}

// lazy is an operator after an operator, which Go takes for a kind of it.
var lazy = regexp.MustCompile(`[*+?}][*+?]`)

func anchored(re string) *regexp.Regexp { return regexp.MustCompile(`\A(?s:` + re + `)\z`) }

// groups is the list of what the groups of a match hold, null for those that take no part in it.
func groups(s string, loc []int, org Origins) Val {
	out := make([]*thunk, 0, len(loc)/2)
	for i := 0; i < len(loc); i += 2 {
		if loc[i] < 0 {
			out = append(out, ready(Val{shape: &nullShape{}, org: org}))
			continue
		}
		out = append(out, ready(str(s[loc[i]:loc[i+1]]).with(org)))
	}
	return list(out, true).with(org)
}

// libSubstring is builtins.substring: from a byte on, so many bytes, a negative number for all.
func libSubstring(ev *Evaluator, a []*thunk, at site) Val {
	from, ok1 := ev.force(a[0]).shape.(*intShape)
	n, ok2 := ev.force(a[1]).shape.(*intShape)
	s, ok3 := ev.textOf(a[2])
	org := ev.all(a...)
	if !ok1 || !ok2 || !ok3 || from.n < 0 {
		return unknown(org)
	}
	i := min(from.n, int64(len(s)))
	j := int64(len(s))
	if n.n >= 0 && n.n < j-i {
		j = i + n.n
	}
	return str(s[i:j]).with(org)
}

// versions is a comparison of two versions by builtins.compareVersions.
func versions(is func(order int) Val) func(ev *Evaluator, a []*thunk, at site) Val {
	return func(ev *Evaluator, a []*thunk, at site) Val {
		x, ok1 := ev.textOf(a[0])
		y, ok2 := ev.textOf(a[1])
		org := ev.all(a...)
		if !ok1 || !ok2 {
			return unknown(org)
		}
		return is(compareVersions(x, y)).with(org)
	}
}

// compareVersions compares part by part: numbers as numbers, "pre" before the end, the end before words, words before numbers (Nix manual,
// "builtins.compareVersions").
func compareVersions(x, y string) int {
	for x != "" || y != "" {
		var a, b string
		a, x = versionPart(x)
		b, y = versionPart(y)
		if c := cmp.Or(cmp.Compare(versionRank(a), versionRank(b)), compareParts(a, b)); c != 0 {
			return c
		}
	}
	return 0
}

func versionPart(s string) (part, rest string) {
	s = strings.TrimLeft(s, ".-")
	n := 0
	for n < len(s) && s[n] != '.' && s[n] != '-' && digit(s[n]) == digit(s[0]) {
		n++
	}
	return s[:n], s[n:]
}

func versionRank(part string) int {
	switch {
	case part == "pre":
		return 0
	case part == "":
		return 1
	case !digit(part[0]):
		return 2
	}
	return 3
}

// compareParts compares two parts of the same rank.
func compareParts(a, b string) int {
	if a != "" && digit(a[0]) {
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
