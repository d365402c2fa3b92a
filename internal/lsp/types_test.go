package lsp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestTypes holds what the server answers against the protocol's own types, as TypeScript's compiler does.
func TestTypes(t *testing.T) {
	modules := protocolModules(t)
	e := start(t, files, map[string]any{"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true}}})
	e.open("web.nix", files["web.nix"])
	var b strings.Builder
	b.WriteString("import * as P from 'vscode-languageserver-protocol';\n")
	hold := func(as string, answer json.RawMessage) {
		if len(answer) < 3 {
			t.Errorf("an answer of type %s is %s: nothing is held against the type", as, answer)
		}
		fmt.Fprintf(&b, "{ const x: P.%s = %s; void x; }\n", as, answer)
	}
	hold("InitializeResult", e.hello)
	at := e.at("web.nix", "config.my.ports.web", 0, 18)
	at["context"] = map[string]any{"includeDeclaration": true, "diagnostics": []any{}}
	at["range"] = Range{End: Position{Line: 99}}
	at["newName"] = "http"
	ask := func(method, as string, params map[string]any) json.RawMessage {
		t.Helper()
		var answer json.RawMessage
		if err := e.call(method, params, &answer); err != nil {
			t.Fatal(method, err)
		}
		hold(as, answer)
		return answer
	}
	for _, m := range [][2]string{
		{"hover", "Hover"}, {"definition", "Location[]"}, {"declaration", "Location[]"}, {"references", "Location[]"}, {"implementation", "Location[]"},
		{"documentHighlight", "DocumentHighlight[]"}, {"completion", "CompletionList"}, {"documentSymbol", "DocumentSymbol[]"}, {"semanticTokens/full", "SemanticTokens"},
		{"diagnostic", "DocumentDiagnosticReport"}, {"codeAction", "CodeAction[]"}, {"prepareRename", "PrepareRenameResult"}, {"rename", "WorkspaceEdit"},
	} {
		ask("textDocument/"+m[0], m[1], at)
	}
	for name, m := range map[string][2]string{"ports.nix": {"codeLens", "CodeLens[]"}, "flake.nix": {"documentLink", "DocumentLink[]"}} {
		ask("textDocument/"+m[0], m[1], map[string]any{"textDocument": map[string]any{"uri": e.uri(name)}})
	}
	var items, outs []map[string]any
	if err := json.Unmarshal(ask("textDocument/prepareCallHierarchy", "CallHierarchyItem[]", at), &items); err != nil || len(items) == 0 {
		t.Fatal(err)
	}
	if err := json.Unmarshal(ask("callHierarchy/outgoingCalls", "CallHierarchyOutgoingCall[]", map[string]any{"item": items[0]}), &outs); err != nil || len(outs) == 0 {
		t.Fatal(err)
	}
	ask("callHierarchy/incomingCalls", "CallHierarchyIncomingCall[]", map[string]any{"item": outs[0]["to"]})
	ask("workspace/symbol", "WorkspaceSymbol[]", map[string]any{"query": "web"})

	compile(t, modules, b.String())
}
