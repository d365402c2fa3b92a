package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/check"
	"nixsink/internal/resident"
)

// editor is a client of the server.
type editor struct {
	t        *testing.T
	dir      string
	cli      *jrpc2.Client
	mu       sync.Mutex
	told     map[string][]Diagnostic // what was published, by file
	versions map[string]int          // of which text
	news     chan struct{}
	docs     map[string]int // versions

	hello json.RawMessage // what the server said of itself
}

// files is a small repository: two hosts, a value read directly, by an alias, by inherit and by with.
var files = map[string]string{
	"flake.nix": `{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.tower = nixpkgs.lib.nixosSystem { modules = [ ./ports.nix ./web.nix ./tower.nix ]; };
    nixosConfigurations.nas = nixpkgs.lib.nixosSystem { modules = [ ./ports.nix ./web.nix ]; };
  };
}
`,
	"ports.nix": `{ lib, ... }:
{
  options.my.ports.web = lib.mkOption { type = lib.types.port; default = 28080; description = "Where the web server listens."; };
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 22; };
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };
}
`,
	"web.nix": `{ config, lib, ... }:
let
  cfg = config.my;
  inherit (config.my) domain;
in
{
  # source-id: CFG.ports.web
  services.nginx.defaultHTTPListenPort = cfg.ports.web;
  services.nginx.virtualHosts."ä𝄞.${domain}".listen = [ { addr = "::"; port = with config.my.ports; web; } ];
  services.caddy.email = "admin@${config.my.domain}";
  networking.firewall.allowedTCPPorts = [ config.my.ports.web config.my.ports.ssh ];
}
`,
	"tower.nix": `{ ... }: { config.my.ports.ssh = 2222; }
`,
}

func start(t *testing.T, files map[string]string, caps map[string]any) *editor {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return startIn(t, dir, caps)
}

// startIn opens a folder that is there.
func startIn(t *testing.T, dir string, caps map[string]any) *editor {
	t.Helper()
	server := New(Options{Version: "test", Open: func(dir string) (*resident.Model, error) {
		return resident.New(func() (resident.Settings, error) {
			return resident.Settings{Dir: dir, Options: graph.Options{}, Check: check.Config{}}, nil
		}, budget.Limits{}), nil
	}})
	in, out := io.Pipe()
	back, answers := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx, in, answers) }()
	e := &editor{t: t, dir: dir, told: map[string][]Diagnostic{}, versions: map[string]int{}, news: make(chan struct{}, 100), docs: map[string]int{}}
	e.cli = jrpc2.NewClient(channel.LSP(back, out), &jrpc2.ClientOptions{
		OnNotify: func(r *jrpc2.Request) {
			var p publishParams
			if r.Method() == "textDocument/publishDiagnostics" && r.UnmarshalParams(&p) == nil {
				e.mu.Lock()
				// The client may hand them over in another order than they came.
				if name := strings.TrimPrefix(p.URI, uriOf(dir)+"/"); p.Version == nil || *p.Version >= e.versions[name] {
					e.told[name] = p.Diagnostics
					if p.Version != nil {
						e.versions[name] = *p.Version
					}
				}
				e.mu.Unlock()
				select {
				case e.news <- struct{}{}:
				default: // somebody who waits has word already
				}
			}
		},
		OnCallback: func(context.Context, *jrpc2.Request) (any, error) { return nil, nil },
	})
	t.Cleanup(func() {
		if err := e.cli.Notify(context.Background(), "exit", nil); err != nil {
			t.Error(err)
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the server does not end")
		}
		cancel()
		_ = e.cli.Close()
	})
	e.call("initialize", map[string]any{"rootUri": uriOf(dir), "capabilities": caps}, &e.hello)
	e.notify("initialized", map[string]any{})
	return e
}

func (e *editor) call(method string, params, result any) error {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := e.cli.Call(ctx, method, params)
	if err != nil {
		return err
	}
	if result == nil {
		return nil
	}
	if err := r.UnmarshalResult(result); err != nil {
		e.t.Errorf("%s: %v: %s", method, err, r.ResultString())
	}
	return nil
}

func (e *editor) notify(method string, params any) {
	e.t.Helper()
	if err := e.cli.Notify(context.Background(), method, params); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) uri(name string) string { return uriOf(e.dir) + "/" + name }

func (e *editor) open(name, text string) {
	e.docs[name] = 1
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": e.uri(name), "languageId": "nix", "version": 1, "text": text}})
}

func (e *editor) change(name string, changes ...textChange) {
	e.docs[name]++
	e.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": e.uri(name), "version": e.docs[name]}, "contentChanges": changes})
}

// place is where a word begins in a text, the nth time.
func place(text, word string, nth int) Position {
	off := 0
	for range nth {
		off += strings.Index(text[off:], word) + len(word)
	}
	off += strings.Index(text[off:], word)
	return newText(text).position(off, utf16Units)
}

func (e *editor) at(name, word string, nth int, into int) map[string]any {
	p := place(files[name], word, nth)
	p.Character += into
	return map[string]any{"textDocument": map[string]any{"uri": e.uri(name)}, "position": p}
}

// spots are locations as "file:line:text".
func (e *editor) spots(locations []Location, texts map[string]string) []string {
	var out []string
	for _, l := range locations {
		name := strings.TrimPrefix(l.URI, uriOf(e.dir)+"/")
		t := newText(texts[name])
		from, to := t.offset(l.Range.Start, utf16Units), t.offset(l.Range.End, utf16Units)
		out = append(out, name+": "+t.src[from:to])
	}
	slices.Sort(out)
	return out
}

func TestNavigation(t *testing.T) {
	e := start(t, files, nil)
	var h Hover
	e.call("textDocument/hover", e.at("web.nix", "cfg.ports.web", 0, 11), &h)
	for _, want := range []string{"**`my.ports.web`**", "`lib.types.port`", "Where the web server listens", "default `28080`", "read 3 times in 1 module", "`networking.firewall.allowedTCPPorts` (data)"} {
		if !strings.Contains(h.Contents.Value, want) {
			t.Errorf("hover lacks %q:\n%s", want, h.Contents.Value)
		}
	}
	if h.Range == nil || h.Range.Start != place(files["web.nix"], "cfg.ports.web", 0) {
		t.Errorf("hover's range is %v", h.Range)
	}
	h = Hover{}
	e.call("textDocument/hover", e.at("web.nix", "services.caddy.email", 0, 3), &h)
	if !strings.Contains(h.Contents.Value, "`my.domain` (data)") {
		t.Errorf("an option's hover: %s", h.Contents.Value)
	}
	for _, c := range []struct {
		method, file, word string
		nth, into          int
		want               []string
	}{
		{"definition", "web.nix", "cfg.ports.web", 0, 12, []string{"ports.nix: options.my.ports.web"}},
		{"definition", "web.nix", "CFG.ports.web", 0, 2, []string{"ports.nix: options.my.ports.web"}},
		{"definition", "web.nix", "my.ports.ssh", 0, 11, []string{"ports.nix: options.my.ports.ssh"}},
		{"definition", "ports.nix", "my.ports.ssh", 0, 5, []string{"ports.nix: options.my.ports.ssh", "tower.nix: config.my.ports.ssh"}},
		{"declaration", "tower.nix", "my.ports.ssh", 0, 5, []string{"ports.nix: options.my.ports.ssh"}},
		{"implementation", "ports.nix", "my.ports.ssh", 0, 5, []string{"web.nix: networking.firewall.allowedTCPPorts"}},
		{"references", "ports.nix", "my.ports.web", 0, 5, []string{"web.nix: CFG.ports.web", "web.nix: cfg.ports.web", "web.nix: config.my.ports.web", "web.nix: web"}},
		{"references", "web.nix", "domain", 0, 1, []string{"web.nix: config.my.domain", "web.nix: domain"}},
		{"definition", "flake.nix", "./web.nix", 0, 3, []string{"web.nix: "}},
	} {
		var got []Location
		e.call("textDocument/"+c.method, e.at(c.file, c.word, c.nth, c.into), &got)
		if spots := e.spots(got, files); !slices.Equal(spots, c.want) {
			t.Errorf("%s of %s: %q, want %q", c.method, c.word, spots, c.want)
		}
	}
	h = Hover{}
	e.call("textDocument/hover", e.at("web.nix", "config.my;", 0, 8), &h)
	if !strings.HasPrefix(h.Contents.Value, "**`my`** · 3 values") {
		t.Errorf("a group's hover: %s", h.Contents.Value)
	}
	h = Hover{}
	e.call("textDocument/hover", e.at("web.nix", "config.my.ports; web", 0, 12), &h)
	if !strings.HasPrefix(h.Contents.Value, "**`my.ports`** · 2 values\n\n- `ssh` · `lib.types.port` · 1 read") {
		t.Errorf("a group's hover: %s", h.Contents.Value)
	}
	var none json.RawMessage
	e.call("textDocument/hover", e.at("web.nix", "\"::\"", 0, 1), &none)
	if string(none) != "null" {
		t.Errorf("where no value stands something is said: %s", none)
	}
	var items []CallHierarchyItem
	e.call("textDocument/prepareCallHierarchy", e.at("ports.nix", "my.ports.web", 0, 5), &items)
	if len(items) != 1 || items[0].Name != "my.ports.web" {
		t.Fatalf("%+v", items)
	}
	var outs []outgoingCall
	e.call("callHierarchy/outgoingCalls", map[string]any{"item": items[0]}, &outs)
	var names []string
	for _, o := range outs {
		names = append(names, o.To.Name)
	}
	if !slices.Contains(names, "services.nginx.defaultHTTPListenPort") || !slices.Contains(names, "networking.firewall.allowedTCPPorts") {
		t.Errorf("outgoing %q", names)
	}
	var ins []incomingCall
	e.call("callHierarchy/incomingCalls", map[string]any{"item": outs[0].To}, &ins)
	if len(ins) == 0 {
		t.Error("no value flows into the option")
	}
	var symbols []WorkspaceSymbol
	e.call("workspace/symbol", map[string]any{"query": "pweb"}, &symbols)
	if len(symbols) == 0 || symbols[0].Name != "my.ports.web" {
		t.Errorf("symbols %+v", symbols)
	}
	e.call("workspace/symbol", map[string]any{"query": "tower"}, &symbols)
	if len(symbols) != 1 || symbols[0].ContainerName != "nixos" {
		t.Errorf("hosts %+v", symbols)
	}
	var lenses []CodeLens
	e.call("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": e.uri("ports.nix")}}, &lenses)
	if len(lenses) != 3 || lenses[0].Command.Title != "3 reads · 3 options · 2 hosts" {
		t.Errorf("lenses %+v", lenses)
	}
}

// What was typed since the last analysis moves places along, and takes none from elsewhere.
func TestUnsaved(t *testing.T) {
	e := start(t, files, nil)
	e.call("textDocument/hover", e.at("web.nix", "cfg.ports.web", 0, 11), nil)
	e.open("web.nix", files["web.nix"])
	e.open("ports.nix", files["ports.nix"])
	// Broken in the middle of a word, above what is asked about; UTF-16 counts 𝄞 as two.
	e.change("web.nix", textChange{Range: &Range{Position{0, 0}, Position{0, 0}}, Text: "# ä𝄞\n# two\n"})
	now := "# ä𝄞\n# two\n" + files["web.nix"]
	var got []Location
	p := place(now, "cfg.ports.web", 0)
	e.call("textDocument/definition", map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}, "position": p}, &got)
	if spots := e.spots(got, files); !slices.Equal(spots, []string{"ports.nix: options.my.ports.web"}) {
		t.Errorf("after an edit: %q", spots)
	}
	var all []Location
	e.call("textDocument/references", map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}, "position": p, "context": map[string]any{"includeDeclaration": true}}, &all)
	if spots := e.spots(all, map[string]string{"web.nix": now, "ports.nix": files["ports.nix"]}); !slices.Equal(spots, []string{"ports.nix: options.my.ports.web", "web.nix: CFG.ports.web", "web.nix: cfg.ports.web", "web.nix: config.my.ports.web", "web.nix: web"}) {
		t.Errorf("references after an edit: %q", spots)
	}
	// A new value that is not saved, and a read of it that does not parse yet.
	src := files["ports.nix"]
	e.change("ports.nix", textChange{Text: strings.Replace(src, "  options.my.domain", "  options.my.ports.mail = lib.mkOption { default = 25; };\n  options.my.domain", 1)})
	typed := strings.Replace(now, "services.caddy.email", "services.postfix.port = config.my.ports.;\n  services.caddy.email", 1)
	e.change("web.nix", textChange{Text: typed})
	var report diagnosticReport
	e.call("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}}, &report)
	var list CompletionList
	cursor := place(typed, ".ports.;", 0)
	cursor.Character += len(".ports.")
	e.call("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}, "position": cursor}, &list)
	var labels []string
	for _, i := range list.Items {
		labels = append(labels, i.Label)
	}
	if !slices.Equal(labels, []string{"mail", "ssh", "web"}) {
		t.Errorf("completion %q", labels)
	}
	e.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": e.uri("ports.nix")}})
	e.call("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}}, &report)
	e.call("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}, "position": cursor}, &list)
	if len(list.Items) != 2 {
		t.Errorf("what was not saved is still there: %+v", list.Items)
	}
}

func TestCompletion(t *testing.T) {
	e := start(t, files, nil)
	for _, c := range []struct {
		text string // ^ is the cursor
		want []string
	}{
		{"{ config, ... }: { a = config.my.^; }", []string{"domain", "ports"}},
		{"{ config, ... }: { a = config.my.d^; }", []string{"domain"}},
		{"{ config, ... }: { a = config.my.ports.^\n b = 1; }", []string{"ssh", "web"}},
		{"{ config, ... }: let cfg = config.my.ports; in { a = cfg.^; }", []string{"ssh", "web"}},
		{"{ config, ... }: let inherit (config.my) ports; in { a = ports.^; }", []string{"ssh", "web"}},
		{"{ config, ... }: { a = with config.my.ports; [ ^ ]; }", []string{"ssh", "web"}},
		{"{ config, ... }: let inherit (config.my) ^; in { }", []string{"domain", "ports"}},
		{"{ config, ... }: { a = \"x ${config.my.ports.^}\"; }", []string{"ssh", "web"}},
		{"{ config, ... }: { a = config.my.ports ? ^; }", []string{"ssh", "web"}},
		{"{ ... }: { my.ports.^ = 3; }", []string{"ssh", "web"}},
		{"{ ... }: { config = { my = { ports = { ^ }; }; }; }", []string{"ssh", "web"}},
		{"{ config, ... }: { a = config.services.^; }", nil},
		{"{ config, ... }: { a = \"config.my.^\"; }", nil},
		{"{ lib, ... }: { a = lib.^; }", nil},
		{"{ config, ... }: let config = { }; in { a = config.my.^; }", nil},
		{"{ config, ... }: {\n # source-id: ^\n a = 1; }", []string{"CFG.domain", "CFG.ports.ssh", "CFG.ports.web", "my.domain", "my.ports.ssh", "my.ports.web"}},
		{"{ config, ... }: {\n # sink: services.ca^\n services.caddy.email = config.my.domain; }", []string{"services.caddy.email"}},
	} {
		text := strings.Replace(c.text, "^", "", 1)
		name := "web.nix"
		e.open(name, text)
		var list *CompletionList
		p := newText(text).position(strings.Index(c.text, "^"), utf16Units)
		e.call("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": e.uri(name)}, "position": p}, &list)
		var got []string
		if list != nil {
			for _, i := range list.Items {
				got = append(got, i.Label)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
		e.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": e.uri(name)}})
	}
}

// applied are texts with the edits of an answer.
func applied(e *editor, edit WorkspaceEdit, texts map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range texts {
		edits := edit.Changes[e.uri(name)]
		for _, d := range edit.DocumentChanges {
			if d.TextDocument.URI == e.uri(name) {
				edits = append(edits, d.Edits...)
			}
		}
		slices.SortStableFunc(edits, func(a, b TextEdit) int {
			if before(b.Range.Start, a.Range.Start) {
				return -1
			}
			return 1
		})
		for _, c := range edits {
			t := newText(text)
			text = text[:t.offset(c.Range.Start, utf16Units)] + c.NewText + text[t.offset(c.Range.End, utf16Units):]
		}
		out[name] = text
	}
	return out
}

func TestRename(t *testing.T) {
	e := start(t, files, map[string]any{"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true}}})
	e.open("web.nix", "\n"+files["web.nix"])
	texts := map[string]string{}
	for name, text := range files {
		texts[name] = text
	}
	texts["web.nix"] = "\n" + texts["web.nix"]
	at := func(word string, into int) map[string]any {
		p := place(texts["web.nix"], word, 0)
		p.Character += into
		return map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}, "position": p, "newName": "http"}
	}
	var prepared struct {
		Range       Range  `json:"range"`
		Placeholder string `json:"placeholder"`
	}
	e.call("textDocument/prepareRename", at("cfg.ports.web", 3), &prepared)
	if prepared.Placeholder != "web" || prepared.Range.Start != place(texts["web.nix"], "web;", 0) {
		t.Errorf("%+v", prepared)
	}
	var edit WorkspaceEdit
	if err := e.call("textDocument/rename", at("cfg.ports.web", 3), &edit); err != nil {
		t.Fatal(err)
	}
	got := applied(e, edit, texts)
	for name, text := range texts {
		want := strings.NewReplacer("ports.web", "ports.http", "my.ports; web", "my.ports; http").Replace(text)
		if got[name] != want {
			t.Errorf("%s:\n%s", name, got[name])
		}
	}
	for _, d := range edit.DocumentChanges {
		if open := d.TextDocument.URI == e.uri("web.nix"); open != (d.TextDocument.Version != nil) {
			t.Errorf("the version of %s is %v", d.TextDocument.URI, d.TextDocument.Version)
		}
	}
	bad := at("cfg.ports.web", 3)
	bad["newName"] = "ssh"
	if err := e.call("textDocument/rename", bad, nil); err == nil || !strings.Contains(err.Error(), "my.ports.ssh is there already") {
		t.Errorf("a name that is taken: %v", err)
	}
}

func TestDiagnosticsAndActions(t *testing.T) {
	e := start(t, files, nil)
	src := strings.Replace(files["web.nix"], "services.caddy.email =", "services.caddy.globalConfig = config.my.nothing;\n  services.caddy.email =", 1)
	src = strings.Replace(src, "port = with", "bind = 28080; port = with", 1)
	e.open("web.nix", src)
	deadline := time.After(20 * time.Second)
	find := func(code string) (Diagnostic, bool) {
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, d := range e.told["web.nix"] {
			if d.Code == code {
				return d, true
			}
		}
		return Diagnostic{}, false
	}
	for {
		if d, ok := find("undeclared-value"); ok {
			if d.Range.Start != place(src, "config.my.nothing", 0) || d.Source != "nixsink" {
				t.Errorf("%+v", d)
			}
			break
		}
		select {
		case <-e.news:
		case <-deadline:
			t.Fatalf("nothing is published: %+v", e.told)
		}
	}
	d, _ := find("undeclared-value")
	var acts []CodeAction
	e.call("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}, "range": d.Range, "context": map[string]any{"diagnostics": []Diagnostic{d}}}, &acts)
	i := slices.IndexFunc(acts, func(a CodeAction) bool { return strings.HasPrefix(a.Title, "Ignore undeclared-value") })
	if i < 0 {
		t.Fatalf("%+v", acts)
	}
	got := applied(e, *acts[i].Edit, map[string]string{"web.nix": src})["web.nix"]
	if !strings.Contains(got, "  # nixsink: ignore undeclared-value because REASON\n  services.caddy.globalConfig") {
		t.Error(got)
	}
	// It is repaired: the finding goes.
	e.change("web.nix", textChange{Text: files["web.nix"]})
	for {
		if _, ok := find("undeclared-value"); !ok {
			break
		}
		select {
		case <-e.news:
		case <-deadline:
			t.Fatal("the finding stays")
		}
	}
	acts = nil
	e.call("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": e.uri("web.nix")}, "range": Range{}, "context": map[string]any{"diagnostics": []Diagnostic{}, "only": []string{"source.fixAll"}}}, &acts)
	if len(acts) != 1 || acts[0].Kind != fixAll {
		t.Fatalf("%+v", acts)
	}
	got = applied(e, *acts[0].Edit, files)["web.nix"]
	if !strings.Contains(got, "# source-id: CFG.ports.web, ") && !strings.Contains(got, "# source-id: CFG.domain") {
		t.Error(got)
	}
}

// What comes before initialize is answered as the protocol wants it, and waits for nothing.
func TestBeforeInitialize(t *testing.T) {
	server := New(Options{Version: "test"})
	in, out := io.Pipe()
	back, answers := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- server.Run(t.Context(), in, answers) }()
	cli := jrpc2.NewClient(channel.LSP(back, out), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := cli.Notify(ctx, "textDocument/didOpen", map[string]any{}); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"textDocument/hover", "shutdown"} {
		_, err := cli.Call(ctx, method, map[string]any{})
		var answer *jrpc2.Error
		if !errors.As(err, &answer) || answer.Code != -32002 {
			t.Errorf("%s: %v", method, err)
		}
	}
	if _, err := cli.Call(ctx, "initialize", map[string]any{"capabilities": map[string]any{}}); err != nil {
		t.Error(err)
	}
	if err := cli.Notify(ctx, "exit", nil); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-ctx.Done():
		t.Error("it does not end")
	}
}
