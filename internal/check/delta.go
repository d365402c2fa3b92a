package check

import "nixsink/graph"

// Delta is what changed from one revision to another.
type Delta struct {
	Rev     string    // the revision compared with, as the user wrote it
	New     []Finding // found now and not then, waived ones left out
	Fixed   []Finding // found then and not now
	Before  graph.Coverage
	Patch   graph.Ratio       // source-id coverage of the reads that were added or changed
	Missing []graph.Place     // reads among them that are not covered
	Files   []string          // that were added or changed
	Moved   map[string]string // files that lie elsewhere now, old name → new name; what is known of them moves along
}

// Few is the number of changed reads below which patch coverage is a count ("2 of 3"), not a percentage.
const Few = 10

// Compare holds two analysed revisions of one tree against each other. moved maps the old names of renamed files to their new ones
// (revision.Moved); nil if none were.
func Compare(rev string, before *graph.Graph, was Report, after *graph.Graph, is Report, moved map[string]string) Delta {
	return compare(rev, before, was, after, is, moved)
}
