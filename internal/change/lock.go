package change

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
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
		Inputs   map[string]json.RawMessage `json:"inputs"`
		Locked   map[string]any             `json:"locked"`
		Original map[string]any             `json:"original"`
	} `json:"nodes"`
	Root    string `json:"root"`
	Version int    `json:"version"`
}

// maxInputs bounds how many inputs of inputs are looked at.
const maxInputs = 10_000

// LockedInput is what flake.lock holds of one input.
type LockedInput struct {
	Name         string // the input's, by the root's names: nixpkgs, home-manager/nixpkgs; of several, the shortest
	Type         string // github, git, path, tarball, …
	Of           string // its reference without the revision: github:NixOS/nixpkgs
	Ref          string // branch or tag that the flake asks for, "" if it asks for none
	Revision     string // the commit, "" if it has none
	NARHash      string
	LastModified int64 // seconds since 1970, 0 if not known
}

// Locked gives what each input is locked to, those of inputs after the ones that have them; nothing if the file is no lock file.
func Locked(src []byte) []LockedInput {
	var lock lockFile
	if len(src) == 0 || json.Unmarshal(src, &lock) != nil {
		return nil
	}
	var out []LockedInput
	type spot struct{ node, name string }
	queue := []spot{{lock.Root, ""}}
	seen := map[string]bool{lock.Root: true} // each node once: by its shortest name
	for len(queue) > 0 && len(out) < maxInputs {
		at := queue[0]
		queue = queue[1:]
		for _, n := range slices.Sorted(maps.Keys(lock.Nodes[at.node].Inputs)) {
			var node string
			if json.Unmarshal(lock.Nodes[at.node].Inputs[n], &node) != nil || seen[node] {
				continue // it follows another one, which is told under its own name
			}
			seen[node] = true
			name := strings.TrimPrefix(at.name+"/"+n, "/")
			out = append(out, lockedInput(name, lock.Nodes[node].Locked, lock.Nodes[node].Original))
			queue = append(queue, spot{node, name})
		}
	}
	return out
}

func lockedInput(name string, l, original map[string]any) LockedInput {
	str := func(k string) string { s, _ := l[k].(string); return s }
	of := str("type")
	switch of {
	case "github", "gitlab", "sourcehut":
		of += ":" + str("owner") + "/" + str("repo")
	case "path":
		of += ":" + str("path")
	default:
		of = cmp.Or(str("url"), of)
	}
	ref, _ := original["ref"].(string)
	modified, _ := l["lastModified"].(float64)
	return LockedInput{Name: name, Type: str("type"), Of: of, Ref: ref, Revision: str("rev"), NARHash: str("narHash"), LastModified: int64(modified)}
}

// locked is, by name, what people are told of each input: its reference, and the revision, shortened.
func locked(src []byte) map[string]string {
	out := map[string]string{}
	for _, l := range Locked(src) {
		rev := cmp.Or(l.Revision, l.NARHash)
		out[l.Name] = strings.TrimSpace(fmt.Sprintf("%s %s", l.Of, rev[:min(len(rev), 12)]))
	}
	return out
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
