package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

// Layers have ten colours. The first three are Okabe and Ito's; the others, and those of the dark side, were searched for so that
// any two, and any of them beside what is wrong or has no layer, can be told apart with full sight and with each kind of colour
// blindness: TestPalette holds them to it. Vermillion is kept for what is wrong, so it never names a layer; and whatever a colour
// says, a shape, a dash or a word says too.
type tone struct{ light, dark string }

var layerTones = []tone{
	{"#0072B2", "#5D78F6"}, // blue
	{"#009E73", "#4CBA9A"}, // bluish green
	{"#E69F00", "#F9BB05"}, // orange
	{"#8F7FDD", "#AF9FFF"}, // violet
	{"#712C4D", "#9143B0"}, // wine
	{"#87BFFA", "#79D7ED"}, // sky
	{"#96536D", "#A381C1"}, // mauve
	{"#08489A", "#A7FAF1"}, // navy, and on the dark side aqua
	{"#6A5B13", "#F2EF7A"}, // olive
	{"#3A4002", "#B8D8A4"}, // dark olive, and on the dark side pale green
}

var (
	noTone    = tone{"#A4ABB4", "#6E7681"} // no layer
	wrongTone = tone{"#D55E00", "#FF7A3D"} // vermillion
)

// toneClass names the colour of a layer by its place in the order; -1 has none.
func toneClass(i int) string {
	if i < 0 {
		return "ln"
	}
	return fmt.Sprintf("l%d", i%len(layerTones))
}

// layerColors gives every layer its colour: by their order, or, where they are just folders, the largest first, for those are what one
// sees most of.
func layerColors(g *graph.Graph) map[string]int {
	names := slices.Clone(g.Layers)
	if !g.Ordered {
		size := map[string]int{}
		for _, m := range g.Modules {
			size[m.Layer]++
		}
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(size[b], size[a]), strings.Compare(a, b)) })
	}
	out := map[string]int{}
	for i, name := range names {
		out[name] = i
	}
	return out
}

// colorOf finds a layer's colour; -1 is none.
func colorOf(colors map[string]int, layer string) int {
	if i, ok := colors[layer]; ok {
		return i
	}
	return -1
}

// bar draws the coloured edge that tells a layer. From the eleventh layer on colours come again, and the edge is broken.
func (c *canvas) bar(i int, x, y, w, h float64) {
	if i < len(layerTones) {
		c.rect("f"+toneClass(i)[1:], x, y, w, h, 1)
		return
	}
	dash := "5 3"
	if i >= 2*len(layerTones) {
		dash = "2 2"
	}
	fmt.Fprintf(c, `<path class="%s" stroke-width="%s" stroke-dasharray="%s" d="M%s %sv%s"/>`+"\n", toneClass(i), px(w), dash, px(x+w/2), px(y), px(h))
}

// fonts is the stack that text is shown in; canvas measures its first.
const fonts = `Verdana,"DejaVu Sans","Bitstream Vera Sans",Geneva,sans-serif`

// pictureCSS styles all our SVG. No custom properties: not every program that shows SVG knows them.
var pictureCSS = func() string {
	var b strings.Builder
	b.WriteString("text{font-family:" + fonts + ";font-size:11px;fill:#1F2328}\n" +
		".bg{fill:#FFFFFF}.h1{font-size:16px;font-weight:bold}.h2{font-size:11px;fill:#59636E}.h3{font-size:11px;fill:#59636E}" +
		".n{font-size:10px;fill:#59636E}.end{text-anchor:end}.mid{text-anchor:middle}" +
		".lead{font-weight:bold}.off{text-decoration:line-through;fill:#59636E}.wire{fill:none;stroke:#8C959F}\n" +
		".box{fill:#FFFFFF;stroke:#8C959F}.val{fill:#F6F8FA;stroke:#59636E}.opt{fill:#FFFFFF;stroke:#D1D9E0}.band{stroke:none;fill-opacity:.10}" +
		".bad{stroke:" + wrongTone.light + ";stroke-width:2}.badt{fill:#B34700;font-weight:bold}.plain{font-weight:normal}.faint{stroke-dasharray:3 2}.high{stroke:#1F2328;stroke-width:2.5}\n" +
		".r{fill:none;stroke-opacity:.45}.r:hover{stroke-opacity:.9}.a{fill-opacity:.45}.a:hover{fill-opacity:.9}.u{stroke-dasharray:6 3}.up{stroke:" + wrongTone.light + "}.seam{fill:none;stroke:#FFFFFF;stroke-dasharray:7 4;pointer-events:none}.pale{opacity:.45}.c{stroke-opacity:.2}.dim{stroke-opacity:.12}.a.dim{fill-opacity:.12}" +
		".viol{stroke:" + wrongTone.light + ";stroke-opacity:.85}.rule{stroke:#D1D9E0;fill:none}a:hover rect{stroke-width:2}\n")
	for i, t := range layerTones {
		fmt.Fprintf(&b, ".l%d{stroke:%s}.f%d{fill:%s}\n", i, t.light, i, t.light)
	}
	fmt.Fprintf(&b, ".ln{stroke:%s}.fn{fill:%s}\n.viol{stroke:%s}\n", noTone.light, noTone.light, wrongTone.light)
	b.WriteString("@media (prefers-color-scheme:dark){\ntext{fill:#E6EDF3}.bg{fill:#0D1117}.h2,.h3,.n,.off{fill:#9198A1}.wire{stroke:#656C76}\n" +
		".box{fill:#151B23;stroke:#656C76}.val{fill:#212830;stroke:#9198A1}.opt{fill:#0D1117;stroke:#3D444D}.band{fill-opacity:.16}" +
		".bad{stroke:" + wrongTone.dark + "}.up{stroke:" + wrongTone.dark + "}.badt{fill:#FF8F5C}.seam{stroke:#0D1117}.high{stroke:#E6EDF3}.rule{stroke:#3D444D}.r{stroke-opacity:.5}.a{fill-opacity:.5}.c{stroke-opacity:.25}.dim{stroke-opacity:.15}.a.dim{fill-opacity:.15}\n")
	for i, t := range layerTones {
		fmt.Fprintf(&b, ".l%d{stroke:%s}.f%d{fill:%s}\n", i, t.dark, i, t.dark)
	}
	fmt.Fprintf(&b, ".ln{stroke:%s}.fn{fill:%s}\n.viol{stroke:%s;stroke-opacity:.85}\n}\n", noTone.dark, noTone.dark, wrongTone.dark)
	return b.String()
}()
