package render

import (
	"fmt"
	"strings"
)

// The palette is Okabe and Ito's, which readers with any kind of colour blindness can tell apart. Vermillion is kept
// for what is wrong, so it never names a layer; and whatever a colour says, a shape, a dash or a word says too.
type tone struct{ light, dark string }

var layerTones = []tone{
	{"#0072B2", "#4FA8E0"}, // blue
	{"#009E73", "#2FC79B"}, // bluish green
	{"#E69F00", "#F0B73F"}, // orange
	{"#CC79A7", "#E3A0C4"}, // reddish purple
	{"#56B4E9", "#8FD0F5"}, // sky blue
}

var noTone = tone{"#7A7F87", "#9AA4B0"}

// toneClass names the colour of a layer by its place in the order; -1 has none.
func toneClass(i int) string {
	if i < 0 {
		return "ln"
	}
	return fmt.Sprintf("l%d", i%len(layerTones))
}

// fonts is the stack that text is shown in; canvas measures its first.
const fonts = `Verdana,"DejaVu Sans","Bitstream Vera Sans",Geneva,sans-serif`

// pictureCSS styles all our SVG. No custom properties: not every program that shows SVG knows them.
var pictureCSS = func() string {
	var b strings.Builder
	b.WriteString("text{font-family:" + fonts + ";font-size:11px;fill:#1F2328}\n" +
		".bg{fill:#FFFFFF}.h1{font-size:16px;font-weight:bold}.h2{font-size:11px;fill:#59636E}.h3{font-size:11px;fill:#59636E}" +
		".n{font-size:10px;fill:#59636E}.end{text-anchor:end}.mid{text-anchor:middle}\n" +
		".box{fill:#FFFFFF;stroke:#8C959F}.val{fill:#F6F8FA;stroke:#59636E}.opt{fill:#FFFFFF;stroke:#D1D9E0}.band{stroke:none;fill-opacity:.10}" +
		".bad{stroke:#D55E00;stroke-width:2}.badt{fill:#B34700;font-weight:bold}.faint{stroke-dasharray:3 2}.high{stroke:#1F2328;stroke-width:2.5}\n" +
		".r{fill:none;stroke-opacity:.45}.r:hover{stroke-opacity:.9}.u{stroke-dasharray:3 3}.c{stroke-opacity:.2}.dim{stroke-opacity:.12}" +
		".viol{stroke:#D55E00;stroke-opacity:.85}.rule{stroke:#D1D9E0;fill:none}a:hover rect{stroke-width:2}\n")
	for i, t := range layerTones {
		fmt.Fprintf(&b, ".l%d{stroke:%s}.f%d{fill:%s}\n", i, t.light, i, t.light)
	}
	fmt.Fprintf(&b, ".ln{stroke:%s}.fn{fill:%s}\n.viol{stroke:#D55E00}\n", noTone.light, noTone.light)
	b.WriteString("@media (prefers-color-scheme:dark){\ntext{fill:#E6EDF3}.bg{fill:#0D1117}.h2,.h3,.n{fill:#9198A1}\n" +
		".box{fill:#151B23;stroke:#656C76}.val{fill:#212830;stroke:#9198A1}.opt{fill:#0D1117;stroke:#3D444D}.band{fill-opacity:.16}" +
		".bad{stroke:#FF7A3D}.badt{fill:#FF8F5C}.high{stroke:#E6EDF3}.rule{stroke:#3D444D}.r{stroke-opacity:.5}.c{stroke-opacity:.25}.dim{stroke-opacity:.15}\n")
	for i, t := range layerTones {
		fmt.Fprintf(&b, ".l%d{stroke:%s}.f%d{fill:%s}\n", i, t.dark, i, t.dark)
	}
	fmt.Fprintf(&b, ".ln{stroke:%s}.fn{fill:%s}\n.viol{stroke:#FF7A3D;stroke-opacity:.85}\n}\n", noTone.dark, noTone.dark)
	return b.String()
}()
