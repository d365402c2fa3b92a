package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// Blobs reads contents through one git process for each repository. It is for one goroutine.
type Blobs struct {
	ctx     context.Context
	readers map[*Repository]*batch
}

// batch is a running `git cat-file --batch`.
type batch struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// NewBlobs makes a reader, which ends with ctx or when it is closed.
func NewBlobs(ctx context.Context) *Blobs { return &Blobs{ctx: ctx, readers: map[*Repository]*batch{}} }

// Close ends the processes.
func (b *Blobs) Close() {
	for r := range b.readers {
		b.end(r)
	}
}

// end ends the process of a repository. Another is started when there is something to ask again.
func (b *Blobs) end(r *Repository) {
	if s := b.readers[r]; s != nil {
		_ = s.in.Close()
		_, _ = io.Copy(io.Discard, s.out)
		_ = s.cmd.Wait() // it was only read from
		delete(b.readers, r)
	}
}

func (b *Blobs) batch(r *Repository) (*batch, error) {
	if s := b.readers[r]; s != nil {
		return s, nil
	}
	cmd := r.command(b.ctx, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run git: %w", err)
	}
	s := &batch{cmd, in, bufio.NewReaderSize(out, 64<<10)}
	b.readers[r] = s
	return s, nil
}

// Each hands the contents of entries over, one after the other; what is larger than limit is handed over as nil. The contents are to be
// used before use returns. The error is a *MissingError where some are not in the clone.
func (b *Blobs) Each(entries []Entry, limit int64, use func(e Entry, contents []byte) error) error {
	byRepository := map[*Repository][]Entry{}
	var order []*Repository
	for _, e := range entries {
		if byRepository[e.in] == nil {
			order = append(order, e.in)
		}
		byRepository[e.in] = append(byRepository[e.in], e)
	}
	for _, r := range order {
		if err := b.each(r, byRepository[r], limit, use); err != nil {
			b.end(r) // what it would say next answers no question
			// In a partial clone git ends at the first object that is not there.
			if missing := r.missing(b.ctx, byRepository[r]); missing != nil && b.ctx.Err() == nil {
				return missing
			}
			return err
		}
	}
	return nil
}

func (b *Blobs) each(r *Repository, entries []Entry, limit int64, use func(e Entry, contents []byte) error) error {
	s, err := b.batch(r)
	if err != nil {
		return err
	}
	// Questions run ahead of answers; git reads on only as its answers are read.
	asked := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(s.in, 32<<10)
		for _, e := range entries {
			if _, err := w.WriteString(e.Hash + "\n"); err != nil {
				asked <- err
				return
			}
		}
		asked <- w.Flush()
	}()
	for _, e := range entries {
		if err := s.next(e, limit, use); err != nil {
			if b.ctx.Err() != nil {
				err = context.Cause(b.ctx)
			}
			_ = s.in.Close()
			<-asked
			return err
		}
	}
	if err := <-asked; err != nil {
		return fmt.Errorf("ask git: %w", err)
	}
	return nil
}

// next reads one answer: "HASH TYPE SIZE", the contents and a newline, or "HASH missing".
func (s *batch) next(e Entry, limit int64, use func(Entry, []byte) error) error {
	head, err := s.out.ReadString('\n')
	if err != nil {
		return fmt.Errorf("read %s from git: %w", Quote(e.Name), err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return fmt.Errorf("read %s from git: it answers %q", Quote(e.Name), strings.TrimSpace(head))
	}
	n, err := size(fields[2])
	if err != nil {
		return fmt.Errorf("read %s: %w", Quote(e.Name), err)
	}
	var contents []byte
	if n <= limit {
		contents = make([]byte, n)
		_, err = io.ReadFull(s.out, contents)
	} else {
		_, err = io.CopyN(io.Discard, s.out, n)
	}
	if err == nil {
		_, err = s.out.Discard(1)
	}
	if err != nil {
		return fmt.Errorf("read %s from git: %w", Quote(e.Name), err)
	}
	return use(e, contents)
}
