package lsp

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// protocolModules is where the protocol's own package is installed.
func protocolModules(t *testing.T) string {
	t.Helper()
	modules, err := filepath.Abs("testdata/npm/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "typescript/bin/tsc")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("npm install --no-package-lock --prefix internal/lsp/testdata/npm")
	}
	return modules
}

// compile lets TypeScript's compiler look at a program.
func compile(t *testing.T, modules, program string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "program.ts"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(modules, "typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2020", "program.ts")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, program)
	}
}

// said are the methods that the server sends.
var said = []string{"textDocument/publishDiagnostics", "workspace/diagnostic/refresh", "workspace/codeLens/refresh", "workspace/inlayHint/refresh", "client/registerCapability",
	"$/progress", "window/workDoneProgress/create", "window/showMessage"}

// TestMethods looks for each method that the server answers or sends in the protocol.
func TestMethods(t *testing.T) {
	modules := protocolModules(t)
	cmd := exec.Command("node", "-e", "const P = require('vscode-languageserver-protocol'); console.log(Object.values(P).map((v) => v && v.method).filter(Boolean).join('\\n'))")
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	// The base protocol's, which that package takes care of by itself.
	methods := append(strings.Fields(string(out)), "$/cancelRequest", "$/setTrace", "$/progress")
	if len(methods) < 80 {
		t.Fatalf("the protocol has more than %d methods", len(methods))
	}
	for method := range New(Options{}).methods() {
		if !slices.Contains(methods, method) {
			t.Errorf("%s is answered, and no method of the protocol", method)
		}
	}
	source, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, name := range source {
		if b, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, "_test.go") {
			text.Write(b)
		}
	}
	for _, method := range said {
		if !slices.Contains(methods, method) {
			t.Errorf("%s is sent, and no method of the protocol", method)
		}
		if !strings.Contains(text.String(), `"`+method+`"`) {
			t.Errorf("%s is not sent any more", method)
		}
	}
}

// TestFields looks for each field that the server reads or sends in the protocol's types, optional ones too.
func TestFields(t *testing.T) {
	modules := protocolModules(t)
	var b strings.Builder
	b.WriteString(`import * as P from 'vscode-languageserver-protocol';
// The type of a field of any of the members of a union; never where none has it.
type Of<T, K extends string> = T extends unknown ? (K extends keyof T ? NonNullable<T[K]> : never) : never;
type Item<T> = T extends readonly (infer E)[] ? E : T extends { [uri: string]: (infer E)[] } ? E : T;
type Is<T> = [T] extends [never] ? false : true;
`)
	n := 0
	var walk func(as string, of reflect.Type)
	walk = func(as string, of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			if of.Kind() != reflect.Pointer {
				as = "Item<" + as + ">"
			}
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || of == reflect.TypeFor[settings]() || of == reflect.TypeFor[itemData]() { // those are ours
			return
		}
		for i := range of.NumField() {
			f := of.Field(i)
			if f.Anonymous {
				walk(as, f.Type)
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				t.Errorf("%s.%s has no name in JSON", of, f.Name)
			}
			n++
			field := fmt.Sprintf("Of<%s, '%s'>", as, name)
			fmt.Fprintf(&b, "{ const there: Is<%s> = true; void there; }\n", field)
			walk(field, f.Type)
		}
	}
	for as, of := range map[string]reflect.Type{
		"InitializeParams": reflect.TypeFor[initializeParams](), "DidOpenTextDocumentParams": reflect.TypeFor[openParams](), "DidChangeTextDocumentParams": reflect.TypeFor[changeParams](),
		"TextDocumentPositionParams": reflect.TypeFor[atParams](), "DocumentSymbolParams": reflect.TypeFor[ofParams](), "ReferenceParams": reflect.TypeFor[referenceParams](),
		"RenameParams": reflect.TypeFor[renameParams](), "InlayHintParams": reflect.TypeFor[rangeParams](), "CodeActionParams": reflect.TypeFor[actionParams](),
		"WorkspaceSymbolParams": reflect.TypeFor[queryParams](), "DidChangeWorkspaceFoldersParams": reflect.TypeFor[foldersParams](), "CallHierarchyOutgoingCallsParams": reflect.TypeFor[itemParams](),
		"Hover": reflect.TypeFor[Hover](), "Location": reflect.TypeFor[Location](), "DocumentHighlight": reflect.TypeFor[DocumentHighlight](), "DocumentSymbol": reflect.TypeFor[DocumentSymbol](),
		"WorkspaceSymbol": reflect.TypeFor[WorkspaceSymbol](), "CallHierarchyIncomingCall": reflect.TypeFor[incomingCall](), "CallHierarchyOutgoingCall": reflect.TypeFor[outgoingCall](),
		"WorkspaceEdit": reflect.TypeFor[WorkspaceEdit](), "CompletionList": reflect.TypeFor[CompletionList](), "CodeLens": reflect.TypeFor[CodeLens](), "InlayHint": reflect.TypeFor[InlayHint](),
		"PublishDiagnosticsParams": reflect.TypeFor[publishParams](), "DocumentDiagnosticReport": reflect.TypeFor[diagnosticReport](), "CodeAction": reflect.TypeFor[CodeAction](),
		"DocumentLink": reflect.TypeFor[DocumentLink](), "FoldingRange": reflect.TypeFor[FoldingRange](), "SemanticTokens": reflect.TypeFor[semanticTokens](), "SemanticTokensLegend": reflect.TypeFor[semanticLegend](),
	} {
		walk("P."+as, of)
	}
	if n < 100 {
		t.Errorf("%d fields are looked for", n)
	}
	compile(t, modules, b.String())
}

// Edits are of versions: of a file that is open, the one that the editor told of; of another, null, which is what lies on disk.
func TestVersions(t *testing.T) {
	e := start(t, files, map[string]any{"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true}}})
	e.open("web.nix", files["web.nix"])
	e.change("web.nix", textChange{Text: files["web.nix"] + "# more\n"})
	at := e.at("web.nix", "config.my.ports.web", 0, 18)
	at["newName"] = "http"
	var edit struct {
		Changes         any
		DocumentChanges []struct {
			TextDocument map[string]any
			Edits        []TextEdit
		}
	}
	if err := e.call("textDocument/rename", at, &edit); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for _, c := range edit.DocumentChanges {
		version, told := c.TextDocument["version"]
		if !told || len(c.Edits) == 0 {
			t.Errorf("%+v", c)
		}
		got[strings.TrimPrefix(c.TextDocument["uri"].(string), uriOf(e.dir)+"/")] = version
	}
	if edit.Changes != nil || len(got) != 2 || got["web.nix"] != 2.0 || got["ports.nix"] != nil {
		t.Errorf("%+v", got)
	}
}
