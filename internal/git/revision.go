package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Resolve gives the commit that a revision names: whatever gitrevisions(7) knows (@{u}, :/text, v1-4-g0123abc), and besides
//
//	A...B, A...   where the histories of A and B (HEAD) parted, as a pull request shows it
//	A..B, A..     the commit A
//
// B has to be what is checked out, since it is the working tree that is compared.
func (r *Repository) Resolve(ctx context.Context, rev string) (commit string, err error) {
	switch {
	case rev == "":
		return "", errors.New("the revision is empty")
	case strings.HasPrefix(rev, "-") || strings.HasPrefix(rev, "^"):
		return "", fmt.Errorf("%s is no revision of one commit", rev)
	}
	if commit, err := r.commit(ctx, rev); err == nil || !strings.Contains(rev, "..") || strings.HasPrefix(rev, ":/") {
		return commit, err
	}
	from, to, fork := strings.Cut(rev, "...")
	if !fork {
		from, to, _ = strings.Cut(rev, "..")
	}
	if from == "" {
		from = "HEAD"
	}
	tip, err := r.commit(ctx, "HEAD")
	if err != nil {
		return "", err
	}
	if to != "" {
		end, err := r.commit(ctx, to)
		if err != nil {
			return "", err
		}
		if end != tip {
			return "", fmt.Errorf("it is the working tree that is compared, and %s is not what is checked out: say %s... for where it left %s", to, from, from)
		}
	}
	commit, err = r.commit(ctx, from)
	if err != nil || !fork {
		return commit, err
	}
	out, err := r.run(ctx, "merge-base", commit, tip)
	if base, _, _ := strings.Cut(string(out), "\n"); err == nil && isHash(base) {
		return base, nil
	}
	if err != nil && isStatus(err, 1) {
		err = errors.New("they have no commit in common")
	}
	return "", r.explain(ctx, rev, err)
}

// commit resolves one name. The name and what it is peeled to are two questions: :/text^{commit} would look for that text.
func (r *Repository) commit(ctx context.Context, rev string) (string, error) {
	out, err := r.run(ctx, "rev-parse", "--verify", "--end-of-options", rev)
	hash := strings.TrimSpace(string(out))
	if err == nil && !isHash(hash) {
		err = errors.New("it is no single commit")
	}
	if err != nil {
		if f := (*Failure)(nil); errors.As(err, &f) && f.Message == "Needed a single revision" {
			err = errors.New("git knows no such revision")
		}
		return "", r.explain(ctx, rev, err)
	}
	if strings.Trim(hash, "0") == "" {
		return "", fmt.Errorf("revision %s is no commit: services send zeros for what was not there before", rev)
	}
	out, err = r.run(ctx, "rev-parse", "--verify", "--end-of-options", hash+"^{commit}")
	if err != nil {
		kind, kerr := r.run(ctx, "cat-file", "-t", hash)
		if kerr == nil {
			return "", fmt.Errorf("revision %s is a %s, not a commit", rev, strings.TrimSpace(string(kind)))
		}
		return "", r.explain(ctx, rev, errors.New("its commit is not here"))
	}
	return strings.TrimSpace(string(out)), nil
}

func isHash(s string) bool {
	return len(s) >= 40 && strings.Trim(s, "0123456789abcdef") == ""
}

func isStatus(err error, status int) bool {
	f := (*Failure)(nil)
	return errors.As(err, &f) && f.Status == status
}

// explain says what to fetch where a part of the history is not in this clone.
func (r *Repository) explain(ctx context.Context, rev string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if r.Shallow {
		return fmt.Errorf("revision %s is not in this clone, which is shallow: fetch its history (`git fetch --unshallow`; on GitHub Actions `fetch-depth: 0`, on GitLab GIT_DEPTH: 0): %w", rev, err)
	}
	return fmt.Errorf("read revision %s: %w", rev, err)
}

// Commit is one commit of a history.
type Commit struct {
	Hash    string
	Time    int64 // the committer's, in seconds since 1970
	Subject string
}

// History lists the commits that lead to a revision by first parents, newest first, limit at most (0: all). A shallow clone's ends where
// the clone does.
func (r *Repository) History(ctx context.Context, rev string, limit int) ([]Commit, error) {
	tip, err := r.Resolve(ctx, rev)
	if err != nil {
		return nil, err
	}
	args := []string{"rev-list", "--first-parent", "--encoding=UTF-8", "--format=%ct %s"}
	if limit > 0 {
		args = append(args, "--max-count="+strconv.Itoa(limit))
	}
	out, err := r.run(ctx, append(args, tip, "--")...)
	if err != nil {
		return nil, r.explain(ctx, rev, err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	var commits []Commit
	for i := 0; i+1 < len(lines); i += 2 { // "commit HASH", then the format: a subject is one line
		hash, ok := strings.CutPrefix(lines[i], "commit ")
		at, subject, _ := strings.Cut(lines[i+1], " ")
		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil || !ok || !isHash(hash) {
			return nil, fmt.Errorf("read the history of %s: git gave %q and %q", rev, lines[i], lines[i+1])
		}
		commits = append(commits, Commit{hash, seconds, subject})
	}
	return commits, nil
}
