package render

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/review"
)

const (
	exposureMost  = 13 // boxes of a column; what is beyond is one box with its count
	exposureLabel = 24 // characters of a box: five columns have to fit a page
)

// sharedListeners is how many services may seem to have one port whose number is not known.
const sharedListeners = 3

// An exposureWay is one way from outside, as far as it goes: from where, by which port, to which service, by which name, to which service behind.
type exposureWay [5]string

// exposurePicture draws from where each port is let in, which service has it, by which names a proxy calls what is behind it.
func (s *sketch) exposurePicture(o Options) {
	x := review.Exposed(s.g)
	s.heading = map[kind]string{}
	s.heads = []string{"let in", "port", "service", "by name", "behind it"}
	var ways []exposureWay
	boxes := newWayBoxes()
	box := boxes.add
	proxied := map[string]bool{}
	for _, p := range x.Ports {
		port := portLabel(p)
		called := valueNames(p.Values)
		for _, v := range p.Values {
			called = append(called, v.Path)
		}
		listeners := p.Listeners
		if p.Number == 0 && len(listenerNames(p)) > sharedListeners {
			// No port has so many services: the value holds several, and which of them is let in is not known.
			listeners = nil
			if len(p.Openings) > 0 {
				s.notes = append(s.notes, fmt.Sprintf("%s holds several ports, and which of them are let in is not known: %s have one.", port, plural(len(listenerNames(p)), "service", "services")))
			}
		}
		for _, o := range p.Openings {
			var w exposureWay
			w[0] = box(0, openingLabel(o), o.At, o.Option+" in "+where(o.At))
			w[1] = box(1, port, o.At, strings.Join(append([]string{port}, called...), ", "), called...)
			if len(listeners) == 0 {
				ways = append(ways, w)
			}
			for _, l := range listeners {
				w[2] = box(2, l.Service, l.At, l.Option+" in "+where(l.At), "services."+l.Service)
				ways = append(ways, w)
			}
		}
		for _, r := range p.Routes {
			var w exposureWay
			w[2] = box(2, r.Proxy, r.At, r.Proxy+" leads on", "services."+r.Proxy)
			proxied[r.Proxy] = true
			name := r.Name
			if strings.Trim(name, "*.") == "" {
				name = "computed names"
			}
			w[3] = box(3, name, r.At, name+" in "+where(r.At))
			behind := port
			n := listenerNames(p)
			if len(n) == 0 && len(p.Values) > 0 {
				n = []string{tellingName(p.Values[0])} // what its port is called, for want of better
			}
			if len(n) > 0 {
				behind = n[0]
				if p.Number > 0 {
					behind += fmt.Sprintf(" :%d", p.Number)
				}
			}
			w[4] = box(4, behind, r.At, strings.Join(append(listenerNames(p), called...), ", "), called...)
			ways = append(ways, w)
		}
	}
	if len(ways) == 0 {
		s.empty = "no port is let in, and no proxy leads anywhere, that could be found"
		return
	}
	s.drawWays(o, ways, boxes, "exposure", func(w exposureWay) string {
		switch {
		case strings.Contains(w[0], "anywhere"):
			return "open"
		case w[0] != "":
			return "some"
		}
		return "led"
	})
	for _, f := range x.Off {
		s.notes = append(s.notes, fmt.Sprintf("The firewall is off in %s%s.", where(f.At), spaced(reviewHosts(s.g, f.In))))
	}
	for _, f := range x.Trusted {
		s.notes = append(s.notes, fmt.Sprintf("Everything is let in from %s (%s).", f.Text, where(f.At)))
	}
	if n := len(x.Rules); n > 0 {
		s.notes = append(s.notes, fmt.Sprintf("%s by hand may let in more (%s).", plural(n, "place with rules written", "places with rules written"), where(x.Rules[0].At)))
	}
	if len(s.notes) > 4 {
		s.notes = append(s.notes[:4], "And "+plural(len(s.notes)-4, "more such place", "more such places")+".")
	}
	s.tones = map[string]int{"open": 2, "some": 0, "led": 1}
}

// others is what a box is called that stands for what its column has no room for. It sorts last.
const others = "… others"

// foldWays puts what has no room in its column into one box of it, and tells how much that is by column. command lists all of it.
func (s *sketch) foldWays(ways []exposureWay, command string) map[int]int {
	folded := map[int]int{}
	for column := range len(exposureWay{}) {
		var texts []string
		for _, w := range ways {
			if w[column] != "" && !slices.Contains(texts, w[column]) {
				texts = append(texts, w[column])
			}
		}
		if len(texts) <= exposureMost {
			continue
		}
		rest := texts[exposureMost-1:]
		folded[column] = len(rest)
		for i := range ways {
			if slices.Contains(rest, ways[i][column]) {
				ways[i][column] = others
			}
		}
	}
	if len(folded) > 0 {
		s.notes = append(s.notes, "What has no room is folded into the last box of its column; nixsink "+command+" lists all, --focus shows a part.")
	}
	return folded
}

// shortLabels are the texts of the boxes, cut to what a column has room for and told apart.
func shortLabels(ways []exposureWay) map[string]string {
	out := map[string]string{}
	for column := range len(exposureWay{}) {
		var texts []string
		for _, w := range ways {
			if w[column] != "" && !slices.Contains(texts, w[column]) {
				texts = append(texts, w[column])
			}
		}
		seen := map[string]int{}
		for _, t := range texts {
			seen[clip(plain(t), exposureLabel)]++
		}
		var long []string
		for _, t := range texts {
			if short := clip(plain(t), exposureLabel); seen[short] == 1 {
				out[fmt.Sprintf("%d %s", column, t)] = short
			} else {
				long = append(long, t)
			}
		}
		if len(long) > 0 {
			for i, short := range toldApart(long, exposureLabel) {
				out[fmt.Sprintf("%d %s", column, long[i])] = short
			}
		}
	}
	return out
}

func portLabel(p review.Port) string {
	text := ""
	switch {
	case p.To > 0:
		text = fmt.Sprintf("%d–%d", p.Number, p.To)
	case p.Number > 0:
		text = fmt.Sprint(p.Number)
	}
	if len(p.Values) > 0 {
		text = strings.TrimSpace(text + " " + tellingName(p.Values[0]))
	}
	if text == "" && len(p.Listeners) > 0 {
		text = "of " + p.Listeners[0].Service
	}
	if text == "" {
		text = "some port"
	}
	return text
}

// tellingName is the last name of a value's path that tells which it is: radarr of my.media.radarr.server.port.
func tellingName(v *graph.Value) string { return tellingOf(v.Segments) }

func tellingOf(segs []string) string {
	if n := len(segs); n > 2 && (segs[n-2] == "ports" || segs[n-2] == "port") {
		return strings.Trim(segs[n-1], `"`) // http of my.ports.http
	}
	for i := len(segs) - 1; i > 1; i-- {
		if s := strings.Trim(segs[i], `"`); s != "*" && !slices.Contains([]string{"port", "uid", "gid", "id", "address", "bindaddress", "ip", "listenport", "server", "settings", "http", "listen"}, strings.ToLower(s)) {
			return s
		}
	}
	return strings.Join(segs[min(1, max(0, len(segs)-2)):], ".")
}

func openingLabel(o review.Opening) string {
	switch {
	case o.Rule:
		return "a rule by hand"
	case o.Protocol == "":
		return "opened by itself"
	case o.Interface == "":
		return o.Protocol + ", anywhere"
	case o.Interface == "*":
		return o.Protocol + ", some interface"
	}
	return o.Protocol + ", " + o.Interface
}
