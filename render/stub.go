package render

import (
	"context"
	"errors"
	"io"

	"nixsink/graph"
)

var errNotYet = errors.New("this format is being written")

func writeGEXF(_ context.Context, _ io.Writer, _ *graph.Graph, _ Options) error { return errNotYet }
func writeCytoscape(_ context.Context, _ io.Writer, _ *graph.Graph, _ Options) error {
	return errNotYet
}
