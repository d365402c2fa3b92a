package output

import (
	"fmt"
	"io"
)

// badgeText is what badges say, and in which colour: the lower bound of source-id coverage.
func badgeText(in Input) (text, color string) {
	v, ok := in.Graph.Coverage.SourceID.LowerBound()
	switch {
	case in.Gate.Incomplete != "":
		return "incomplete", "lightgrey"
	case !ok:
		return "n/a", "lightgrey"
	}
	return fmt.Sprintf("%d%%", int(v*100+1e-9)), BadgeColor(v)
}

// BadgeColor is the colour of a share from 0 to 1.
func BadgeColor(share float64) string {
	switch {
	case share >= 0.9:
		return "brightgreen"
	case share >= 0.7:
		return "green"
	case share >= 0.5:
		return "yellow"
	case share >= 0.25:
		return "orange"
	}
	return "red"
}

const badgeLabel = "source-id coverage"

// badgeJSON is what a shields endpoint reads.
func badgeJSON(w io.Writer, in Input) error {
	text, color := badgeText(in)
	return writeJSON(w, struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
		IsError       bool   `json:"isError"`
	}{1, badgeLabel, text, color, in.Gate.Incomplete != ""})
}

// badgeColors are dark enough for white text (4.5 : 1).
var badgeColors = map[string]string{"brightgreen": "#2a7f1f", "green": "#4b7a12", "yellow": "#8a6a00", "orange": "#b04e0f", "red": "#c0392b", "lightgrey": "#666"}

func badgeSVG(w io.Writer, in Input) error {
	text, color := badgeText(in)
	return Badge(w, badgeLabel, text, color)
}

// Badge draws a badge of its own: no font is fetched, and textLength makes the text fit whatever font there is. color is one of badgeColors; label and text
// hold nothing that XML would read.
func Badge(w io.Writer, label, text, color string) error {
	char := 6.6 // width of a character of the 11 px font, on average
	left := int(float64(len(label))*char) + 12
	right := int(float64(len(text))*char) + 14
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" viewBox="0 0 %[1]d 20" role="img" aria-label="%[5]s: %[6]s">
  <title>%[5]s: %[6]s</title>
  <clipPath id="r"><rect width="%[1]d" height="20" rx="3"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="%[2]d" height="20" fill="#444"/>
    <rect x="%[2]d" width="%[3]d" height="20" fill="%[4]s"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
    <text x="%[7]d" y="14" textLength="%[8]d">%[5]s</text>
    <text x="%[9]d" y="14" textLength="%[10]d">%[6]s</text>
  </g>
</svg>
`, left+right, left, right, badgeColors[color], label, text, left/2, left-12, left+right/2, right-14)
	return err
}
