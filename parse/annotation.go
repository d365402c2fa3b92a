package parse

// Keyword is what an annotation says it is.
type Keyword string

// Keywords of annotations (docs/annotations.md).
const (
	SourceID  Keyword = "source-id"
	SinkKey   Keyword = "sink"    // also written sink-id
	Source    Keyword = "source"  // prose with paths in it
	Waiver    Keyword = "nixsink" // nixsink: ignore CHECK because REASON
	HeaderKey Keyword = "header"  // only as a fault: the YAML of a header that cannot be read. Always Malformed
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
//
// The span is that of the whole binding (with its semicolon), element or expression, and the whole file for a header.
// Two spans are other than the node's: a comment at the end of a line that holds several bindings or elements stands at
// all of them (the node is the last); and a comment at one name of an inherit or one formal stands at just that.
type Anchor struct {
	Span
	Kind AnchorKind
	Name string // the binding's attribute path as written (names of an inherit with blanks between, the formal's name), "" otherwise
	Node Node   // *Attr, *Inherit, Expr (for a formal its default, or the *Lambda if it has none); nil for the file
}

// Word is a piece of an annotation with its place in the file. Text is what stands there, except that a.{b,c} gives two
// words, a.b and a.c, with the span of the whole.
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
	Meta                                 map[string]any // every key as YAML gives it: string, int64, float64, bool, nil, []any, map[string]any
}
