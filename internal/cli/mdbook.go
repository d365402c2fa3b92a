package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"nixsink/graph"
	"nixsink/internal/docs"
	"nixsink/render"
)

// newMdBook is the command that mdBook starts while it makes a book.
func newMdBook(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mdbook [supports RENDERER]",
		Short: "Fill a book: a preprocessor of mdBook",
		Long: `Mdbook reads a book on standard input as mdBook gives it to its preprocessors, fills the regions that 'nixsink inject' fills, and writes
the book to standard output. In book.toml:

    [preprocessor.nixsink]
    command = "nixsink mdbook"
    path = ".."          # the tree, seen from the book's folder (default: the book's folder)
    pages = "config"     # adds the pages of 'nixsink docs' as chapters below this folder (default: none)
    link = "https://example.org/repo/blob/main/{file}#L{line}"

Pictures stand in the pages themselves. No file is written, so nothing can be stale.`,
		Args: between(0, 2, "nothing, or supports and the name of a RENDERER"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			if len(args) != 2 || args[0] != "supports" {
				return usagef("mdbook takes no %q: mdBook starts it with a book on standard input", args[0])
			}
			return nil // Markdown for Markdown: every renderer can have it
		}
		in, err := io.ReadAll(a.in)
		if err != nil {
			return fmt.Errorf("read book: %w", err)
		}
		b, err := readBook(in)
		if err != nil {
			return err
		}
		dir := b.settings.Path
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(b.root, filepath.FromSlash(dir))
		}
		t, err := a.locate(cmd, dir)
		if err != nil {
			return err
		}
		g, review, findings, err := a.review(cmd.Context(), t)
		if err != nil {
			return err
		}
		opts := t.options(render.Options{Link: b.settings.Link})
		opts.Findings = findings
		if err := b.fill(cmd.Context(), g, opts); err != nil {
			return err
		}
		if b.settings.Pages != "" {
			if err := b.addPages(cmd.Context(), g, t, opts, review); err != nil {
				return err
			}
		}
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(b.book)
	}
	a.tree.add(cmd.Flags())
	return cmd
}

// A book is what mdBook hands over. What is not known of it is handed back as it came.
type book struct {
	root     string // the folder of book.toml
	src      string // the folder of the chapters, in root
	settings struct {
		Path  string // the tree
		Pages string // where pages are added, "" for nowhere
		Link  string
	}
	book  map[string]any
	items string // what the list of items is called: sections, and items since mdBook 0.5
}

// readBook reads a context and a book, which come as a list of two.
func readBook(in []byte) (*book, error) {
	var context struct {
		Root   string
		Config struct {
			Book         struct{ Src string }
			Preprocessor map[string]json.RawMessage
		}
	}
	b := &book{}
	dec := json.NewDecoder(bytes.NewReader(in))
	dec.UseNumber()
	pair := []any{&context, &b.book}
	if err := dec.Decode(&pair); err != nil {
		return nil, fmt.Errorf("standard input is not a book as mdBook gives it to preprocessors: %w", err)
	}
	if len(pair) != 2 || b.book == nil {
		return nil, errors.New("standard input is not a book as mdBook gives it to preprocessors: a list of a context and a book")
	}
	b.root, b.src = context.Root, context.Config.Book.Src
	if b.src == "" {
		b.src = "src"
	}
	b.settings.Path = "."
	if own, ok := context.Config.Preprocessor["nixsink"]; ok {
		if err := json.Unmarshal(own, &b.settings); err != nil {
			return nil, fmt.Errorf("book.toml, preprocessor.nixsink: %w", err)
		}
	}
	if p := b.settings.Pages; p != "" && !filepath.IsLocal(filepath.FromSlash(p)) {
		return nil, fmt.Errorf("book.toml, preprocessor.nixsink: pages = %q is no folder within the book", p)
	}
	for _, b.items = range []string{"items", "sections"} {
		if _, ok := b.book[b.items].([]any); ok {
			return b, nil
		}
	}
	return nil, errors.New("this book has neither items nor sections: a version of mdBook that is not known here")
}

// fill fills the regions of all chapters.
func (b *book) fill(ctx context.Context, g *graph.Graph, opts render.Options) error {
	var walk func(items []any) error
	walk = func(items []any) error {
		for _, item := range items {
			kinds, _ := item.(map[string]any) // "Separator" is a string
			chapter, ok := kinds["Chapter"].(map[string]any)
			if !ok {
				continue
			}
			content, _ := chapter["content"].(string)
			text, _, err := docs.Inject([]byte(content), func(r docs.Region) ([]byte, error) { return bookRegion(ctx, g, r, opts) })
			if err != nil {
				return fmt.Errorf("%v: %w", chapter["path"], err)
			}
			chapter["content"] = string(text)
			sub, _ := chapter["sub_items"].([]any)
			if err := walk(sub); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(b.book[b.items].([]any))
}

// bookRegion is a region's text. A graph is a picture, as a book shows Mermaid only with more programs.
func bookRegion(ctx context.Context, g *graph.Graph, r docs.Region, opts render.Options) ([]byte, error) {
	o, _, err := regionOptions(r, opts)
	if err != nil {
		return nil, err
	}
	for _, f := range slices.Concat(o.Focus, o.Highlight) {
		if !knows(g, f) {
			return nil, unknownName(g, f)
		}
	}
	if r.Kind != "graph" {
		return render.Region(ctx, g, r.Kind, o)
	}
	var svg bytes.Buffer
	format, _ := render.Lookup("svg")
	if err := format.Write(ctx, &svg, g, o); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "![Where central values end up](%s)\n", dataURI(svg.Bytes())), nil
}

func dataURI(svg []byte) string {
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg)
}

// linkedPicture is how a page shows a picture of the set.
var linkedPicture = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\[!\[([^\]]*)\]\(([^()\s]+\.svg)\)\]\([^()\s]+\.svg\)`)
})

// addPages appends the pages as chapters: the overview, and below it all others.
func (b *book) addPages(ctx context.Context, g *graph.Graph, t *tree, opts render.Options, review *render.ReviewPage) error {
	way, err := wayTo(filepath.Join(b.root, b.src, filepath.FromSlash(b.settings.Pages)), t.dir)
	if err != nil {
		return err
	}
	pages, err := render.Pages(ctx, g, render.PageOptions{Options: opts, Root: way, Review: review})
	if err != nil {
		return err
	}
	pictures := map[string][]byte{}
	for _, p := range pages {
		if path.Ext(p.Name) == ".svg" {
			pictures[p.Name] = p.Data
		}
	}
	var overview map[string]any
	below := []any{}
	for _, p := range pages {
		if path.Ext(p.Name) != ".md" {
			continue
		}
		text := linkedPicture().ReplaceAllStringFunc(string(p.Data), func(m string) string {
			parts := linkedPicture().FindStringSubmatch(m)
			if svg, ok := pictures[path.Join(path.Dir(p.Name), parts[2])]; ok {
				return "![" + parts[1] + "](" + dataURI(svg) + ")"
			}
			return m
		})
		file := path.Join(filepath.ToSlash(b.settings.Pages), p.Name)
		chapter := map[string]any{"name": titleOf(text), "content": text, "number": nil, "sub_items": []any{}, "path": file, "source_path": nil, "parent_names": []any{}}
		if p.Name == "index.md" {
			overview = chapter
			continue
		}
		below = append(below, map[string]any{"Chapter": chapter})
	}
	if overview == nil {
		return errors.New("the pages have no overview")
	}
	for _, c := range below {
		c.(map[string]any)["Chapter"].(map[string]any)["parent_names"] = []any{overview["name"]}
	}
	overview["sub_items"] = below
	b.book[b.items] = append(b.book[b.items].([]any), map[string]any{"Chapter": overview})
	return nil
}

// titleOf is a page's first heading, as text.
func titleOf(page string) string {
	for line := range strings.Lines(page) {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			return strings.NewReplacer("`", "", `\`, "").Replace(strings.TrimSpace(title))
		}
	}
	return "Page"
}
