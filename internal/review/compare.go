package review

import "nixsink/graph"

// Compared is one repository in a comparison.
type Compared struct {
	Name string
	Figures
	Score Score
}

// A Commit is what one commit left behind.
type Commit struct {
	Hash, Date, Subject     string
	Files                   int // of Nix, after it
	More                    int // than before it; less if negative
	SourceID                graph.Ratio
	Errors, Warnings, Infos int
	Values                  []string // read more or less often than before, by path
	First                   bool     // nothing before it was measured, so that nothing is told of what it changed
	Incomplete              bool     // a file could not be read or parsed
}
