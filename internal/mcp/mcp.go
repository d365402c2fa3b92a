// Package mcp offers what nixsink knows of a tree to agents, as tools and resources of the Model Context Protocol (modelcontextprotocol.io).
//
// In go an agent's calls; out come the answers of the commands that people use, as text with places. Every tool only reads. The package knows the names
// of commands and their arguments; what they find out and how they tell it, it does not know.
package mcp

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// Options tell the server what it works on.
type Options struct {
	Version string
	// Run runs a command of nixsink over the tree, and gives what it printed: its answer, and what it said beside it.
	Run func(ctx context.Context, args []string) (answer, said string, err error)
	// Pages makes the Markdown pages of the tree, by name ("values/my.ports.ssh.md").
	Pages func(ctx context.Context) (map[string]string, error)
}

// maxAnswer is how many characters an answer has: an agent pays for each.
const maxAnswer = 16_000

const instructions = `nixsink follows the central values of a NixOS repository (options of its own namespace, such as config.my.ports.ssh) to the NixOS options that they end up in, from the text
alone. Before changing a value, ask impact; to learn where a value goes or comes from, ask trace; to learn which values decide an option, ask trace with to. After an edit, ask
findings and diff. Places are FILE:LINE, relative to the tree's root.`

type overviewIn struct{}

type traceIn struct {
	Value string `json:"value,omitempty" jsonschema:"a value's path or id, such as my.ports.ssh or CFG.ports.ssh; a glob or a namespace for several"`
	Why   string `json:"why,omitempty" jsonschema:"tell the way from the value to this option step by step"`
	To    string `json:"to,omitempty" jsonschema:"instead of a value: which values decide this option"`
}

type impactIn struct {
	Names []string `json:"names,omitempty" jsonschema:"files, folders, ids or values that change"`
	Set   []string `json:"set,omitempty" jsonschema:"what would come of setting values, each as VALUE=TEXT; nothing is written"`
}

type diffIn struct {
	Base string `json:"base,omitempty" jsonschema:"the revision to compare with; by default where the main branch was left"`
	Head string `json:"head,omitempty" jsonschema:"the revision that is compared; by default the working tree"`
}

type findingsIn struct {
	Severity string `json:"severity,omitempty" jsonschema:"the least severity: error, warning (the default) or info"`
	Since    string `json:"since,omitempty" jsonschema:"only what this revision did not have"`
}

type explainIn struct {
	Check string `json:"check" jsonschema:"the name of a check, such as hard-coded-copy"`
}

type hostsIn struct{}

// New makes a server.
func New(opts Options) *sdk.Server {
	s := sdk.NewServer(&sdk.Implementation{Name: "nixsink", Version: opts.Version}, &sdk.ServerOptions{Instructions: instructions})
	add(s, opts, "overview", "What the owner of this tree most likely does not know, and its central values", func(overviewIn) ([]string, error) { return []string{"report"}, nil })
	add(s, opts, "trace", "Follow one value: where it is declared and set (per host), who reads it, which options it ends up in; or ask which values decide an option", func(in traceIn) ([]string, error) {
		switch {
		case in.To != "" && in.Value == "":
			return []string{"trace", "--to=" + in.To}, nil
		case in.Value == "":
			return nil, fmt.Errorf("trace needs a value, or to")
		case in.To != "":
			in.Why = in.To
		}
		args := []string{"trace"}
		if in.Why != "" {
			args = append(args, "--why="+in.Why)
		}
		return append(args, "--", in.Value), nil
	})
	add(s, opts, "impact", "What is affected when files or values change: values, modules, options, hosts, owners; with set, the text of each option before and after", func(in impactIn) ([]string, error) {
		args := []string{"impact"}
		for _, set := range in.Set {
			args = append(args, "--set="+set)
		}
		if len(in.Set) == 0 && len(in.Names) == 0 {
			return nil, fmt.Errorf("impact needs names, or set")
		}
		return append(append(args, "--"), in.Names...), nil
	})
	add(s, opts, "diff", "What a change does: values, flows, readers, options, hosts and findings that came and went, and which hosts may be built differently", func(in diffIn) ([]string, error) {
		args := []string{"diff", "--"}
		if in.Base != "" {
			args = append(args, in.Base)
			if in.Head != "" {
				args = append(args, in.Head)
			}
		} else if in.Head != "" {
			return nil, fmt.Errorf("diff with a head needs a base")
		}
		return args, nil
	})
	add(s, opts, "findings", "What the checks find: undeclared and unused values, hard-coded copies, colliding ports, lost definitions and more, each with its place", func(in findingsIn) ([]string, error) {
		args := []string{"check"}
		if in.Severity != "" {
			args = append(args, "--min-severity="+in.Severity)
		}
		if in.Since != "" {
			args = append(args, "--changed-since="+in.Since)
		}
		return args, nil
	})
	add(s, opts, "explain", "What a check looks for and what is not meant by it", func(in explainIn) ([]string, error) { return []string{"explain", "--", in.Check}, nil })
	add(s, opts, "hosts", "The hosts, homes and other configurations of the tree, and what is set differently for each", func(hostsIn) ([]string, error) { return []string{"hosts"}, nil })
	s.AddResourceTemplate(&sdk.ResourceTemplate{Name: "value", URITemplate: valueURI + "{path}", MIMEType: "text/plain", Description: "All that is known of one value, by its path or id"},
		func(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
			name, ok := strings.CutPrefix(r.Params.URI, valueURI)
			if !ok || name == "" {
				return nil, sdk.ResourceNotFoundError(r.Params.URI)
			}
			answer, _, err := opts.Run(ctx, []string{"trace", "--", name})
			if err != nil {
				return nil, sdk.ResourceNotFoundError(r.Params.URI)
			}
			return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: r.Params.URI, MIMEType: "text/plain", Text: answer}}}, nil
		})
	s.AddResource(&sdk.Resource{Name: "overview", URI: "nixsink://overview", MIMEType: "text/plain", Description: "The report of the tree"},
		func(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
			answer, _, err := opts.Run(ctx, []string{"report", "--long"})
			if err != nil {
				return nil, err
			}
			return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: r.Params.URI, MIMEType: "text/plain", Text: answer}}}, nil
		})
	s.AddResource(&sdk.Resource{Name: "pages", URI: pagesURI, MIMEType: "text/plain", Description: "The names of the pages about the tree: an overview, the values, layers, ports, findings, the review"},
		func(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
			pages, err := opts.Pages(ctx)
			if err != nil {
				return nil, err
			}
			var list strings.Builder
			for _, name := range slices.Sorted(maps.Keys(pages)) {
				fmt.Fprintf(&list, "%s%s\n", pageURI, name)
			}
			return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: r.Params.URI, MIMEType: "text/plain", Text: short(list.String())}}}, nil
		})
	s.AddResourceTemplate(&sdk.ResourceTemplate{Name: "page", URITemplate: pageURI + "{+name}", MIMEType: "text/markdown", Description: "A page about the tree, as 'nixsink docs' writes it; nixsink://pages has the names"},
		func(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
			pages, err := opts.Pages(ctx)
			if err != nil {
				return nil, err
			}
			text, ok := pages[strings.TrimPrefix(r.Params.URI, pageURI)]
			if !ok {
				return nil, sdk.ResourceNotFoundError(r.Params.URI)
			}
			return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: r.Params.URI, MIMEType: "text/markdown", Text: short(text)}}}, nil
		})
	return s
}

const (
	valueURI = "nixsink://value/"
	pagesURI = "nixsink://pages"
	pageURI  = "nixsink://page/"
)

// add offers a command as a tool.
func add[In any](s *sdk.Server, opts Options, name, what string, args func(In) ([]string, error)) {
	closed := false
	sdk.AddTool(s, &sdk.Tool{Name: name, Description: what, Annotations: &sdk.ToolAnnotations{ReadOnlyHint: true, OpenWorldHint: &closed}},
		func(ctx context.Context, _ *sdk.CallToolRequest, in In) (*sdk.CallToolResult, any, error) {
			argv, err := args(in)
			if err != nil {
				return nil, nil, err
			}
			answer, said, err := opts.Run(ctx, argv)
			if err != nil {
				return nil, nil, err // the SDK makes an answer of it that says that it is an error
			}
			if said = strings.TrimSpace(said); said != "" {
				answer = strings.TrimRight(answer, "\n") + "\n\n" + said + "\n"
			}
			return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: short(answer)}}}, nil, nil
		})
}

// short cuts an answer at a line, and says so.
func short(answer string) string {
	if len(answer) <= maxAnswer {
		return answer
	}
	end := strings.LastIndexByte(answer[:maxAnswer], '\n') + 1
	if end == 0 {
		for end = maxAnswer; !utf8.RuneStart(answer[end]); end-- {
		}
	}
	return answer[:end] + fmt.Sprintf("\n(%d of %d lines are left out: ask for less)\n", strings.Count(answer[end:], "\n"), strings.Count(answer, "\n"))
}

// Serve talks to one agent until it goes or ctx ends. What it asked before it went is answered.
func Serve(ctx context.Context, opts Options, in io.Reader, out io.WriteCloser) error {
	var busy atomic.Int32
	run := opts.Run
	opts.Run = func(ctx context.Context, args []string) (string, string, error) {
		busy.Add(1)
		defer busy.Add(-1)
		return run(ctx, args)
	}
	pages := opts.Pages
	opts.Pages = func(ctx context.Context) (map[string]string, error) {
		busy.Add(1)
		defer busy.Add(-1)
		return pages(ctx)
	}
	return New(opts).Run(ctx, &sdk.IOTransport{Reader: io.NopCloser(&lingering{in, &busy}), Writer: out})
}

// lingering is a reader whose end comes when nothing is being answered any more, as long as patience lasts.
type lingering struct {
	io.Reader
	busy *atomic.Int32
}

const (
	patience = 5 * time.Second
	pause    = 20 * time.Millisecond
)

func (l *lingering) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err == nil || n > 0 {
		return n, nil
	}
	for quiet, begin := 0, time.Now(); quiet < 5 && time.Since(begin) < patience; time.Sleep(pause) {
		if quiet++; l.busy.Load() > 0 {
			quiet = 0
		}
	}
	return 0, err
}
