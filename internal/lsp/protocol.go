package lsp

// The part of the Language Server Protocol 3.17 that the server speaks (microsoft.github.io/language-server-protocol). Names and shapes are the
// specification's; what is left out of a type here is neither read nor sent. TestMethods, TestFields and TestTypes hold methods, fields and
// answers against the specification's own TypeScript types.

// Position is a place in a text: line from 0, character in units of the encoding that was agreed on.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// Range is half-open.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Location is a range in a file.
type Location struct {
	URI   string `json:"uri"`
	Range Range  `json:"range"`
}

type textDocument struct {
	URI string `json:"uri"`
}

type versioned struct {
	URI     string `json:"uri"`
	Version *int   `json:"version"`
}

type atParams struct {
	TextDocument textDocument `json:"textDocument"`
	Position     Position     `json:"position"`
}

type ofParams struct {
	TextDocument textDocument `json:"textDocument"`
}

type referenceParams struct {
	atParams
	Context struct {
		IncludeDeclaration bool `json:"includeDeclaration"`
	} `json:"context"`
}

type renameParams struct {
	atParams
	NewName string `json:"newName"`
}

type rangeParams struct {
	TextDocument textDocument `json:"textDocument"`
	Range        Range        `json:"range"`
}

type actionParams struct {
	TextDocument textDocument `json:"textDocument"`
	Range        Range        `json:"range"`
	Context      struct {
		Diagnostics []Diagnostic `json:"diagnostics"`
		Only        []string     `json:"only"`
	} `json:"context"`
}

type queryParams struct {
	Query string `json:"query"`
}

type openParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
}

type changeParams struct {
	TextDocument   versioned    `json:"textDocument"`
	ContentChanges []textChange `json:"contentChanges"`
}

type textChange struct {
	Range *Range `json:"range"`
	Text  string `json:"text"`
}

type folder struct {
	URI  string `json:"uri"`
	Name string `json:"name"`
}

type foldersParams struct {
	Event struct {
		Added   []folder `json:"added"`
		Removed []folder `json:"removed"`
	} `json:"event"`
}

type settings struct {
	InlayHints *bool `json:"inlayHints"`
	CodeLens   *bool `json:"codeLens"`
}

type initializeParams struct {
	RootURI               string    `json:"rootUri"`
	WorkspaceFolders      []folder  `json:"workspaceFolders"`
	InitializationOptions *settings `json:"initializationOptions"`
	Capabilities          struct {
		General struct {
			PositionEncodings []string `json:"positionEncodings"`
		} `json:"general"`
		Window struct {
			WorkDoneProgress bool `json:"workDoneProgress"`
		} `json:"window"`
		Workspace struct {
			DidChangeWatchedFiles struct {
				DynamicRegistration bool `json:"dynamicRegistration"`
			} `json:"didChangeWatchedFiles"`
			WorkspaceEdit struct {
				DocumentChanges bool `json:"documentChanges"`
			} `json:"workspaceEdit"`
			CodeLens    refresh `json:"codeLens"`
			InlayHint   refresh `json:"inlayHint"`
			Diagnostics refresh `json:"diagnostics"`
		} `json:"workspace"`
		TextDocument struct {
			Diagnostic *struct{} `json:"diagnostic"`
		} `json:"textDocument"`
	} `json:"capabilities"`
}

type refresh struct {
	RefreshSupport bool `json:"refreshSupport"`
}

type configurationParams struct {
	Settings struct {
		Nixsink *settings `json:"nixsink"`
	} `json:"settings"`
}

// MarkupContent is Markdown.
type MarkupContent struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

// Hover is what is told of a place.
type Hover struct {
	Contents MarkupContent `json:"contents"`
	Range    *Range        `json:"range,omitempty"`
}

// DocumentHighlight is one use of what the cursor stands on.
type DocumentHighlight struct {
	Range Range `json:"range"`
	Kind  int   `json:"kind"`
}

// Kinds of highlight.
const (
	highlightRead  = 2
	highlightWrite = 3
)

// DocumentSymbol is something that a file declares or sets.
type DocumentSymbol struct {
	Name           string `json:"name"`
	Detail         string `json:"detail,omitempty"`
	Kind           int    `json:"kind"`
	Range          Range  `json:"range"`
	SelectionRange Range  `json:"selectionRange"`
}

// WorkspaceSymbol is a value, an id or a host.
type WorkspaceSymbol struct {
	Name          string   `json:"name"`
	Kind          int      `json:"kind"`
	ContainerName string   `json:"containerName,omitempty"`
	Location      Location `json:"location"`
}

// Kinds of symbol.
const (
	symbolModule   = 2
	symbolProperty = 7
	symbolConstant = 14
	symbolKey      = 20
)

// CallHierarchyItem is a value or an option.
type CallHierarchyItem struct {
	Name           string   `json:"name"`
	Kind           int      `json:"kind"`
	Detail         string   `json:"detail,omitempty"`
	URI            string   `json:"uri"`
	Range          Range    `json:"range"`
	SelectionRange Range    `json:"selectionRange"`
	Data           itemData `json:"data"`
}

type itemData struct {
	Value  string `json:"value,omitempty"`
	Option string `json:"option,omitempty"`
}

type itemParams struct {
	Item CallHierarchyItem `json:"item"`
}

type incomingCall struct {
	From       CallHierarchyItem `json:"from"`
	FromRanges []Range           `json:"fromRanges"`
}

type outgoingCall struct {
	To         CallHierarchyItem `json:"to"`
	FromRanges []Range           `json:"fromRanges"`
}

// TextEdit replaces a range.
type TextEdit struct {
	Range   Range  `json:"range"`
	NewText string `json:"newText"`
}

// TextDocumentEdit is the edits of one version of a file.
type TextDocumentEdit struct {
	TextDocument versioned  `json:"textDocument"`
	Edits        []TextEdit `json:"edits"`
}

// WorkspaceEdit is the edits of several files.
type WorkspaceEdit struct {
	Changes         map[string][]TextEdit `json:"changes,omitempty"`
	DocumentChanges []TextDocumentEdit    `json:"documentChanges,omitempty"`
}

// CompletionItem is something that could stand at the cursor.
type CompletionItem struct {
	Label         string         `json:"label"`
	Kind          int            `json:"kind,omitempty"`
	Detail        string         `json:"detail,omitempty"`
	Documentation *MarkupContent `json:"documentation,omitempty"`
	TextEdit      *TextEdit      `json:"textEdit,omitempty"`
}

// CompletionList is what could stand at the cursor.
type CompletionList struct {
	IsIncomplete bool             `json:"isIncomplete"`
	Items        []CompletionItem `json:"items"`
}

// Kinds of completion.
const (
	completionModule   = 9
	completionProperty = 10
	completionConstant = 21
)

// Command is what an editor can be asked to do.
type Command struct {
	Title     string `json:"title"`
	Command   string `json:"command"`
	Arguments []any  `json:"arguments,omitempty"`
}

// CodeLens stands above a declaration.
type CodeLens struct {
	Range   Range    `json:"range"`
	Command *Command `json:"command,omitempty"`
}

// InlayHint stands behind a read.
type InlayHint struct {
	Position    Position `json:"position"`
	Label       string   `json:"label"`
	Tooltip     string   `json:"tooltip,omitempty"`
	PaddingLeft bool     `json:"paddingLeft,omitempty"`
}

// Diagnostic is a finding.
type Diagnostic struct {
	Range              Range         `json:"range"`
	Severity           int           `json:"severity,omitempty"`
	Code               string        `json:"code,omitempty"`
	Source             string        `json:"source,omitempty"`
	Message            string        `json:"message"`
	Tags               []int         `json:"tags,omitempty"`
	RelatedInformation []relatedInfo `json:"relatedInformation,omitempty"`
}

type relatedInfo struct {
	Location Location `json:"location"`
	Message  string   `json:"message"`
}

type publishParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

type diagnosticReport struct {
	Kind     string       `json:"kind"`
	ResultID string       `json:"resultId,omitempty"`
	Items    []Diagnostic `json:"items"`
}

// CodeAction is a change that is offered.
type CodeAction struct {
	Title       string         `json:"title"`
	Kind        string         `json:"kind,omitempty"`
	Diagnostics []Diagnostic   `json:"diagnostics,omitempty"`
	Edit        *WorkspaceEdit `json:"edit,omitempty"`
}

// DocumentLink leads from an import to its file.
type DocumentLink struct {
	Range   Range  `json:"range"`
	Target  string `json:"target,omitempty"`
	Tooltip string `json:"tooltip,omitempty"`
}

// FoldingRange is lines that can be folded.
type FoldingRange struct {
	StartLine int    `json:"startLine"`
	EndLine   int    `json:"endLine"`
	Kind      string `json:"kind,omitempty"`
}

type semanticTokens struct {
	Data []uint32 `json:"data"`
}

type semanticLegend struct {
	TokenTypes     []string `json:"tokenTypes"`
	TokenModifiers []string `json:"tokenModifiers"`
}
