package render

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
)

// storeLabel is the box of what comes into the Nix store.
const storeLabel = "the Nix store, perhaps"

// secretsPicture draws from which file each secret comes, who it is handed to, and as which user that runs. Contents that may come into the store are apart.
func (s *sketch) secretsPicture(o Options) {
	s.heading = map[kind]string{}
	s.heads = []string{"kept in", "secret", "goes to", "as"}
	boxes := newWayBoxes()
	var ways []exposureWay
	around := map[string]bool{}
	unused := 0
	for _, x := range check.Secrets(s.g, o.Checks) {
		from := x.File
		if from == "" {
			from = x.Tool
		}
		var start exposureWay
		start[0] = boxes.add(0, from, x.At, from+", by "+x.Tool, x.Tool)
		start[1] = boxes.add(1, x.Name, x.At, x.Name+" in "+where(x.At), x.Name)
		goes := x.Goes()
		for _, u := range goes {
			w := start
			to, by := u.Unit, u.Option
			if to == "" {
				to = ownerOf(u.Segments)
			}
			w[2] = boxes.add(2, to, u.At, by+" in "+where(u.At), by)
			if u.User != "" {
				w[3] = boxes.add(3, u.User, u.At, to+" runs as "+u.User)
			}
			ways = append(ways, w)
		}
		for _, u := range x.Around {
			w := start
			w[2] = boxes.add(2, storeLabel, u.At, "contents by "+u.Option+" in "+where(u.At), u.Option)
			w[3] = boxes.add(3, u.Option, u.At, u.Option+" in "+where(u.At), u.Option)
			around[w[1]] = true
			ways = append(ways, w)
		}
		if len(goes)+len(x.Around) == 0 {
			unused++
			ways = append(ways, start)
		}
	}
	if len(ways) == 0 {
		s.empty = "no tool brings a secret here that the text tells of (sops-nix, agenix, vaultix, clan, colmena keys, opnix)"
		return
	}
	s.drawWays(o, ways, boxes, "secrets", func(w exposureWay) string {
		if around[w[1]] {
			return "around"
		}
		return "handed"
	})
	if unused > 0 {
		s.notes = append(s.notes, plural(unused, "secret is", "secrets are")+" used by nobody that is seen.")
	}
	s.tones = map[string]int{"around": 2, "handed": 1}
}

// ownerOf is the part of an option that tells whose it is: services.nginx of services.nginx.virtualHosts.x.
func ownerOf(segments []string) string {
	return strings.Join(segments[:min(2, len(segments))], ".")
}

// ofWays says that a picture shows ways from box to box in columns of their own: drawWays made it.
func (p *picture) ofWays() bool { return p.view.Name == "exposure" || p.view.Name == "secrets" }

// wayBoxes are the boxes of pictures of ways, by column and text: the first place where each is, what is told of it, and by which names it is looked for.
type wayBoxes struct {
	at    map[string]graph.Place
	tips  map[string][]string
	names map[string][]string
}

func newWayBoxes() *wayBoxes {
	return &wayBoxes{map[string]graph.Place{}, map[string][]string{}, map[string][]string{}}
}

func wayKey(column int, text string) string { return fmt.Sprintf("%d %s", column, text) }

// add takes up a box and gives its text.
func (b *wayBoxes) add(column int, text string, at graph.Place, tip string, called ...string) string {
	key := wayKey(column, text)
	if _, seen := b.at[key]; !seen {
		b.at[key] = at
	}
	if !slices.Contains(b.tips[key], tip) {
		b.tips[key] = append(b.tips[key], tip)
	}
	b.names[key] = append(b.names[key], called...)
	return text
}

// drawWays draws ways from box to box. tone names the group that a way begins in; what a box comes from first gives it its own.
// command lists all that is drawn.
func (s *sketch) drawWays(o Options, ways []exposureWay, boxes *wayBoxes, command string, tone func(exposureWay) string) {
	var beyond map[int]int
	if o.Base == nil { // what differs is chosen afterwards
		beyond = s.foldWays(ways, command)
	}
	labels := shortLabels(ways)
	for _, w := range ways {
		var from *node
		for column, text := range w {
			if text == "" {
				continue
			}
			key := wayKey(column, text)
			n := s.thing("way:"+key, labels[key], column, boxes.at[key], append([]string{text}, boxes.names[key]...)...)
			if text == others {
				n.holds = beyond[column]
			}
			if tips := boxes.tips[key]; tips != nil {
				n.tip = tips[:min(len(tips), 12)]
			}
			switch {
			case from != nil:
				n.group = from.group
			case column == 0 || n.group == fmt.Sprint(column):
				n.group = tone(w)
			}
			if from != nil {
				e := s.edge(edgeKey{from: from, to: n})
				e.extra = amount{n: 1}
			}
			from = n
		}
	}
}
