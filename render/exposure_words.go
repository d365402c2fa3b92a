package render

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/review"
)

// openingWords says how a port is let in: "tcp from anywhere", "udp from wg0".
func openingWords(g *graph.Graph, p review.Port) []string {
	var out []string
	for _, o := range p.Openings {
		text := o.Protocol
		switch {
		case o.Rule:
			text = "in a rule"
		case o.Protocol == "":
			text = strings.TrimPrefix(o.Option, "services.")
		case o.Interface == "":
			text += " from anywhere"
		case o.Interface == "*":
			text += " from some interface"
		default:
			text += " from " + o.Interface
		}
		text += spaced(reviewHosts(g, o.In))
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

func listenerNames(p review.Port) []string {
	var out []string
	for _, l := range p.Listeners {
		if !slices.Contains(out, l.Service) {
			out = append(out, l.Service)
		}
	}
	return out
}

// routeNames are the names that proxies lead to a port from: "photos.example (caddy)".
func routeNames(p review.Port) []string {
	var out []string
	for _, r := range p.Routes {
		if text := r.Name + " (" + r.Proxy + ")"; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

func valueNames(vs []*graph.Value) []string {
	var out []string
	for _, v := range vs {
		out = append(out, valueName(v))
	}
	return out
}
