package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how much of an output is kept in memory.
const spoolMemory = 32 << 20

// A spool holds an output until it is whole: a small one in memory, what is larger in a temporary file, so that a list of ten million
// flows takes no more memory than one of ten.
type spool struct {
	bytes.Buffer
	file *os.File // nil: all of it is in the buffer
}

func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil {
		if s.Len()+len(p) <= spoolMemory {
			return s.Buffer.Write(p)
		}
		f, err := os.CreateTemp("", "nixsink-output-*")
		if err != nil {
			return 0, fmt.Errorf("write output: %w", err)
		}
		s.file = f
		_ = os.Remove(f.Name()) // an open file needs no name, except on Windows: remove
		if _, err := s.Buffer.WriteTo(f); err != nil {
			return 0, fmt.Errorf("write output: %w", err)
		}
		s.Buffer = bytes.Buffer{}
	}
	return s.file.Write(p)
}

// reader reads what was written, once nothing more is.
func (s *spool) reader() (io.Reader, error) {
	if s.file == nil {
		return &s.Buffer, nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("write output: %w", err)
	}
	return s.file, nil
}

// remove lets the temporary file go, if there is one.
func (s *spool) remove() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name()) // where it still has a name
	}
}
