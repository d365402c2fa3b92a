package graph

import (
	"context"
	"strings"

	"nixsink/internal/git"
)

// checkoutCRLF tells of which files the CR LF belong to the checkout: git keeps them with LF. Git is asked only about files that have any.
func (t *tree) checkoutCRLF(ctx context.Context) map[string]bool {
	byWork := map[*worktree][]string{}
	for _, f := range t.files {
		if strings.Contains(f.Src, "\r\n") {
			w := t.around(f.Name)
			byWork[w] = append(byWork[w], strings.TrimPrefix(f.Name, w.rel))
		}
	}
	out := map[string]bool{}
	for w, names := range byWork {
		if w.all {
			continue
		}
		repo, err := git.Open(ctx, w.dir)
		if err != nil {
			continue // without git nothing converts line ends
		}
		kept, err := repo.LineEnds(ctx, names)
		if err != nil {
			continue
		}
		for name, ok := range kept {
			if ok {
				out[w.rel+name] = true
			}
		}
	}
	return out
}

// WithoutCR is a text as git keeps it where CR LF are the checkout's. Lines keep their numbers.
func WithoutCR(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
