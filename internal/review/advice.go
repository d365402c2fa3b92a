package review

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"nixsink/graph"
	"nixsink/internal/check"
)

// Priority says how soon something should be done.
type Priority int

// Priorities, the most urgent first.
const (
	Critical Priority = iota
	Important
	Nice
)

func (p Priority) String() string {
	return [...]string{"critical", "important", "nice to have"}[p]
}

// Advice is one thing to do, with the places that it concerns.
type Advice struct {
	Priority Priority
	Text     string
	Check    string // the check that found it, "" if none did
	Places   []graph.Place
}

// Files is how many files have to be touched.
func (a Advice) Files() int {
	files := map[string]bool{}
	for _, p := range a.Places {
		files[p.File] = true
	}
	return len(files)
}

// advise says what to do first. Findings are gathered by check: errors are critical, warnings important, informations nice to have; unevenly
// hardened services are important, too.
func advise(g *graph.Graph, r *Review, findings []check.Finding) []Advice {
	var out []Advice
	add := func(p Priority, text string, places ...graph.Place) {
		if len(places) > 0 {
			out = append(out, Advice{Priority: p, Text: text, Places: places})
		}
	}
	bad := func(p Priority, text string, facts []Fact, name string) {
		var at []graph.Place
		found := false
		for _, f := range facts {
			if f.Name == name && f.State == Bad {
				found = true
				if f.At.File != "" {
					at = append(at, f.At)
				}
			}
		}
		if !found {
			return
		}
		out = append(out, Advice{Priority: p, Text: text, Places: at})
	}
	var literals []graph.Place
	for _, l := range r.Secrets.Literals {
		literals = append(literals, l.At)
	}
	add(Critical, "take secrets out of the text, and replace them: everybody who reads the repository or the Nix store has them", literals...)
	bad(Critical, "switch login by password off (services.openssh.settings.PasswordAuthentication = false)", r.Access, "login by password")
	bad(Critical, "do not let root log in with a password", r.Access, "login as root")
	bad(Important, "switch keyboard-interactive login off: it asks for passwords too", r.Access, "keyboard-interactive login")
	bad(Important, "prepare a way in for the day when SSH fails: a password at the console, SSH in the initial ramdisk, a second network", r.Access, "recovery")
	var off []graph.Place
	for _, f := range r.Exposure.Off {
		off = append(off, f.At)
	}
	add(Critical, "switch the firewall on again, or say in a comment what stands in for it", off...)
	var policy []graph.Place
	for _, m := range r.Policy.Modules {
		if !m.InForce {
			policy = append(policy, graph.Place{File: m.File, Line: m.Line})
		}
	}
	add(Important, "import the modules with assertions again, or delete them: what they demand is not demanded", policy...)
	bad(Important, "limit the boot generations (boot.loader.systemd-boot.configurationLimit)", r.Upkeep, "boot generations")
	bad(Nice, "collect garbage by a timer (nix.gc.automatic)", r.Upkeep, "garbage collection")
	bad(Important, "back up what cannot be made again", r.Upkeep, "backup")

	byCheck := map[string]*Advice{}
	for _, f := range findings {
		if f.Check == "literal-secret" && slices.ContainsFunc(literals, func(p graph.Place) bool { return p.File == f.At.File && p.Line == f.At.Line }) {
			continue // told above
		}
		a := byCheck[f.Check]
		if a == nil {
			a = &Advice{Priority: Nice, Check: f.Check, Text: f.Check}
			if c, ok := check.Lookup(f.Check); ok {
				a.Text = c.Summary
			}
			byCheck[f.Check] = a
		}
		switch {
		case f.Severity == check.Error:
			a.Priority = Critical
		case f.Severity == check.Warning || f.Check == "unhardened-service":
			a.Priority = min(a.Priority, Important)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byCheck)) {
		a := byCheck[name]
		// Where some of a check's findings are errors, those come first.
		for _, least := range []check.Severity{check.Error, check.Warning, check.Info} {
			for _, f := range findings {
				if f.Check == name && f.Severity == least && !slices.ContainsFunc(a.Places, func(p graph.Place) bool { return p == f.At }) {
					a.Places = append(a.Places, f.At)
				}
			}
		}
		out = append(out, *a)
	}
	slices.SortStableFunc(out, func(a, b Advice) int { return cmp.Compare(a.Priority, b.Priority) })
	return out
}

// Effort says how much there is to touch.
func (a Advice) Effort() string {
	n, files := len(a.Places), a.Files()
	switch {
	case n == 0:
		return "one new definition"
	case n == 1:
		return "1 place"
	case files == 1:
		return fmt.Sprintf("%d places in 1 file", n)
	}
	return fmt.Sprintf("%d places in %d files", n, files)
}
