package parse

// Keyword is what an annotation says it is.
type Keyword string

// Keywords of annotations (docs/annotations.md).
const (
	SourceID Keyword = "source-id"
	SinkKey  Keyword = "sink"    // also written sink-id
	Source   Keyword = "source"  // prose with paths in it
	Waiver   Keyword = "nixsink" // nixsink: ignore CHECK because REASON
)

// AnchorKind is what kind of node an annotation stands at.
type AnchorKind uint8

// Kinds of anchor.
const (
	AnchorFile AnchorKind = iota
	AnchorBinding
	AnchorElement
	AnchorExpr
)

// Anchor is the node that an annotation speaks of.
type Anchor struct {
	Span // the whole binding (with its semicolon), element or expression; the whole file for a header
	Kind AnchorKind
	Name string // the binding's attribute path as written, "" otherwise
	Node Node   // *Attr, *Inherit, Expr; nil for the file
}

// Word is a piece of an annotation with its place in the file.
type Word struct {
	Span
	Text string
}

// Annotation is one comment line that speaks of central values.
type Annotation struct {
	Span           // from the keyword to the end of the line's text
	Comment   Span // the whole comment that holds it
	Keyword   Keyword
	Spelling  string // the keyword as written: "source-ids", "Sink-ID"
	IDs       []Word // ids it names, in order: CFG.ports.ssh
	Paths     []Word // option paths it names, sink and source only: services.openssh.ports, my.ports.monica
	Text      string // all that follows the colon, trimmed
	None      bool   // source-id: none
	Prose     bool   // a sink whose text is neither ids nor option paths: kept, not checked
	Trailing  bool   // at the end of a line with code
	Check     string // waiver: the check it ignores
	Reason    string // waiver: why; "" is a fault
	Anchor    Anchor
	Malformed string // why it is not understood, "" if it is; a malformed annotation is a finding
}

// Header is what a module says of itself at its top.
type Header struct {
	Span
	Title, Owner, Status, Layer, Summary string
	IDs                                  []Word
	Meta                                 map[string]any // every key as YAML gives it
}
