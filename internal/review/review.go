// Package review measures what a person who reviews a NixOS repository asks for beyond the central values: how services are hardened, which
// ports the firewall lets in and what answers them, where secrets come from, how one gets in by SSH, which assertions hold, and what should be
// done first.
//
// In goes a finished graph with the findings of the checks; out comes a Review, all of it facts with their places. Nothing is guessed: what the
// text does not tell is unknown, and what no text can tell (memory, boot time, disk) is not there. The text of a secret is never kept. How a review
// is shown is not known here.
//
// The options that are asked for are those of NixOS (nixpkgs, nixos/modules): networking.firewall, services.openssh, users.users, boot.loader,
// nix.gc; of sops-nix, agenix and what names its secrets likewise.
package review

import (
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
)

// A Review is what was found out about one tree.
type Review struct {
	Layers    []Layer
	Policy    Policy
	Services  []check.Service
	Exposure  *Exposure
	Secrets   Secrets
	Access    []Fact // who gets in, and how
	Upkeep    []Fact // what keeps a machine running: generations, garbage, updates, backups
	Score     Score
	Advice    []Advice // most urgent first
	Figures   Figures
	Unhosted  bool // the tree makes no system, so that nothing is missing where nothing is set
	Hardening graph.Ratio
}

// State is what a fact is worth.
type State string

// States of facts.
const (
	Good    State = "good"
	Bad     State = "bad"
	Neutral State = ""
	Unknown State = "unknown" // it is set to something that the text does not tell
)

// A Fact is one thing that the text says of a system, or does not.
type Fact struct {
	Name  string // "login by password"
	Text  string // "off"
	State State
	At    graph.Place    // the definition; the zero Place if there is none
	In    *graph.ConfSet // the configurations in which it holds
}

// Make reviews a tree. findings are those of the checks that are not waived; nil if none were made.
func Make(g *graph.Graph, findings []check.Finding, cfg check.Config, limits Limits) *Review {
	s := newSettings(g)
	r := &Review{
		Layers:   layers(g),
		Policy:   policy(g),
		Services: check.Services(g, cfg),
		Exposure: exposed(g, s.all),
		Secrets:  findSecrets(g, s.all),
		Access:   s.access(),
		Upkeep:   s.upkeep(),
		Unhosted: len(g.Hosts()) == 0,
	}
	r.Hardening = hardening(r.Services)
	r.Figures = figures(g, r, findings)
	r.Score = score(g, r, findings, limits)
	r.Advice = advise(g, r, findings)
	return r
}

// hardening counts the hardening options over the services that the tree starts itself and whose configuration is known.
func hardening(all []check.Service) (r graph.Ratio) {
	for _, s := range all {
		if s.Own && !s.Opaque {
			r.Covered += len(s.Has)
			r.Total += s.Asked
		}
	}
	return r
}

// settings finds definitions by option.
type settings struct {
	g   *graph.Graph
	all []*graph.Definition
	by  map[string][]*graph.Definition
}

// newSettings takes what some configuration evaluates, once for each place.
func newSettings(g *graph.Graph) *settings {
	s := &settings{g: g, all: inForce(g), by: map[string][]*graph.Definition{}}
	for _, d := range s.all {
		s.by[d.Option] = append(s.by[d.Option], d)
	}
	return s
}

// inForce are the definitions of what takes part in a configuration, once for each option and place: what several instances or hosts say at one place
// holds in all of them.
func inForce(g *graph.Graph) []*graph.Definition {
	type key struct {
		option string
		at     graph.Place
	}
	at := map[key]int{}
	tests := testsOf(g)
	var out []*graph.Definition
	for _, d := range g.Definitions {
		if d.Module != nil && !d.Module.Reachable || tests(d.In) {
			continue
		}
		k := key{d.Option, d.At}
		if i, seen := at[k]; seen {
			if d.In != out[i].In {
				both := *out[i]
				both.In = g.Union(out[i].In, d.In)
				if !both.Known && d.Known {
					both.Value, both.Known = d.Value, true
				}
				out[i] = &both
			}
			continue
		}
		at[k] = len(out)
		out = append(out, d)
	}
	return out
}

// testsOf gives a function that tells the sets of configurations which hold nothing but nodes of tests, and what is built for packages and checks: no
// machine is like that.
func testsOf(g *graph.Graph) func(*graph.ConfSet) bool {
	known := map[*graph.ConfSet]bool{}
	return func(in *graph.ConfSet) bool {
		only, seen := known[in]
		if seen {
			return only
		}
		n := 0
		only = true
		for _, c := range g.Configurations {
			if c.Holds(in) {
				n++
				only = only && (c.Class == "test node" || c.Build)
			}
		}
		known[in] = only && n > 0
		return known[in]
	}
}

// unquote is a segment of an option's path as people say it.
func unquote(s string) string { return strings.Trim(s, `"`) }
