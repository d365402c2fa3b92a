package change

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Input is an input of the flake that flake.lock holds at another revision (Nix manual, "nix flake", "Lock files").
type Input struct {
	How       How
	Name      string // the input's, by the root's names: nixpkgs, home-manager/nixpkgs
	Then, Now string // "github:NixOS/nixpkgs 4c1018d"; "" where there was none
}

type lockFile struct {
	Nodes map[string]struct {
		Inputs map[string]json.RawMessage `json:"inputs"`
		Locked map[string]any             `json:"locked"`
	} `json:"nodes"`
	Root    string `json:"root"`
	Version int    `json:"version"`
}

// maxInputs bounds how many inputs of inputs are looked at.
const maxInputs = 10_000

// locked gives what each input is locked to, those of inputs by their way from the root; nil if the file is none.
func locked(src []byte) map[string]string {
	var lock lockFile
	if len(src) == 0 || json.Unmarshal(src, &lock) != nil {
		return nil
	}
	out := map[string]string{}
	type spot struct{ node, name string }
	queue := []spot{{lock.Root, ""}}
	seen := map[string]bool{lock.Root: true} // each node once: by its shortest name
	for len(queue) > 0 && len(out) < maxInputs {
		at := queue[0]
		queue = queue[1:]
		names := make([]string, 0, len(lock.Nodes[at.node].Inputs))
		for n := range lock.Nodes[at.node].Inputs {
			names = append(names, n)
		}
		slices.Sort(names)
		for _, n := range names {
			var node string
			if json.Unmarshal(lock.Nodes[at.node].Inputs[n], &node) != nil || seen[node] {
				continue // it follows another one, which is told under its own name
			}
			seen[node] = true
			name := strings.TrimPrefix(at.name+"/"+n, "/")
			out[name] = lockedTo(lock.Nodes[node].Locked)
			queue = append(queue, spot{node, name})
		}
	}
	return out
}

// lockedTo writes what a node is locked to: its reference without the revision, then the revision, shortened.
func lockedTo(l map[string]any) string {
	str := func(k string) string { s, _ := l[k].(string); return s }
	ref := str("type")
	switch ref {
	case "github", "gitlab", "sourcehut":
		ref += ":" + str("owner") + "/" + str("repo")
	case "path":
		ref += ":" + str("path")
	default:
		ref = cmp.Or(str("url"), ref)
	}
	rev := str("rev")
	if rev == "" {
		rev = str("narHash")
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", ref, rev[:min(len(rev), 12)]))
}

// inputs compares two lock files.
func inputs(then, now []byte) []Input {
	was, is := locked(then), locked(now)
	var out []Input
	for name, to := range is {
		from, ok := was[name]
		switch {
		case !ok:
			out = append(out, Input{Added, name, "", to})
		case from != to:
			out = append(out, Input{Changed, name, from, to})
		}
	}
	for name, from := range was {
		if _, ok := is[name]; !ok {
			out = append(out, Input{Removed, name, from, ""})
		}
	}
	slices.SortFunc(out, func(a, b Input) int { return strings.Compare(a.Name, b.Name) })
	return out
}
