package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/review"
)

// maxLeads is how many names of one proxy a list shows.
const maxLeads = 20

// Exposure is a list of what can be reached from where, machine by machine.
type Exposure struct {
	All []review.Reach
	g   *graph.Graph
}

// NewExposure finds out what can be reached of the machines of a tree.
func NewExposure(g *graph.Graph, cfg check.Config) *Exposure {
	return &Exposure{review.Reachable(g, cfg), g}
}

// machines names those that are alike.
func (x *Exposure) machines(r review.Reach) string {
	if len(r.Hosts) == 0 {
		return "all modules (the tree makes no machine)"
	}
	var names []string
	for _, h := range r.Hosts {
		names = append(names, h.Name)
	}
	return strings.Join(short(names), ", ")
}

// zoneWords says from where.
func zoneWords(d review.Door) string {
	face := d.Interface
	if face == "*" {
		face = "an interface whose name is computed"
	}
	switch d.Zone {
	case review.Anywhere:
		return "from anywhere"
	case review.VPN:
		if d.VPN != "" {
			return "from " + face + ", a VPN (" + d.VPN + ")"
		}
		return "from " + face + ", a VPN by its name"
	case review.Interface:
		return "from " + face
	}
	if d.Zone == review.Shut {
		return "listening, and let in by nothing that could be found"
	}
	return "from the machine itself only"
}

// doorPort is what a door is called: "443/tcp".
func doorPort(d review.Door) string {
	text := "?"
	switch {
	case d.Tunnel != "":
		return d.Tunnel
	case d.To > 0:
		text = fmt.Sprintf("%d–%d", d.Number, d.To)
	case d.Number > 0:
		text = fmt.Sprint(d.Number)
	}
	if d.Protocol != "" {
		text += "/" + d.Protocol
	}
	return text
}

// doorNotes are what is to be known of a door beside its number and its services.
func doorNotes(d review.Door) []string {
	var notes []string
	if len(d.Values) > 0 {
		notes = append(notes, d.Values[0].Path)
	}
	if d.Address != "" && !strings.Contains(d.How, d.Address) {
		notes = append(notes, "listens on "+d.Address)
	}
	if d.How != "" && d.How != "firewall" {
		notes = append(notes, d.How)
	}
	if d.Perhaps {
		notes = append(notes, "under a condition")
	}
	return notes
}

// leadWords are the names that a door leads on by: "photos.example → immich :2283".
func leadWords(d review.Door) (out []string, left int) {
	for i, l := range d.Names {
		if i == maxLeads {
			return out, len(d.Names) - i
		}
		behind := l.Behind
		if l.Port > 0 {
			behind = strings.TrimSpace(fmt.Sprintf("%s :%d", behind, l.Port))
		}
		out = append(out, cmp.Or(l.Name, "*")+" → "+cmp.Or(behind, "?"))
	}
	return out, 0
}

// Text writes the list for a terminal.
func (x *Exposure) Text(w io.Writer, o Options) error {
	t := &terminal{bufio.NewWriter(w), o.Color, o.Width}
	for i, r := range x.All {
		if i > 0 {
			fmt.Fprintln(t)
		}
		fmt.Fprintln(t, t.style(bold, plain(x.machines(r))))
		for _, f := range slices.Concat(r.Off, r.Trusted) {
			fmt.Fprintf(t, "  %s%s\n", t.style(red, plain(wideOpenWords(f))), t.style(dim, "  "+plain(where(f.At))))
		}
		if len(r.Doors) == 0 {
			fmt.Fprintln(t, "  nothing is let in, and nothing listens, that could be found")
		}
		port, services := 0, 0
		for _, d := range r.Doors {
			port, services = max(port, utf8.RuneCountInString(doorPort(d))), max(services, min(30, utf8.RuneCountInString(strings.Join(d.Services, ", "))))
		}
		zone := ""
		for _, d := range r.Doors {
			if z := zoneWords(d); z != zone {
				zone = z
				fmt.Fprintf(t, "\n  %s\n", plain(z))
			}
			by := strings.Join(d.Services, ", ")
			line := "    " + t.style(blue, plain(doorPort(d))) + pad(doorPort(d), port) + "  " + plain(by) + pad(by, services)
			if notes := doorNotes(d); len(notes) > 0 {
				line += "  " + plain(strings.Join(notes, ", "))
			}
			fmt.Fprintln(t, line+t.style(dim, "  "+plain(where(d.At))))
			leads, left := leadWords(d)
			for i, l := range leads {
				fmt.Fprintf(t, "      %s %s\n", turn(i, len(leads)), plain(l))
			}
			if left > 0 {
				fmt.Fprintf(t, "         and %s\n", plural(left, "more name", "more names"))
			}
		}
		if len(r.Unknown) > 0 {
			fmt.Fprint(t, "\n  not known\n")
			for _, f := range r.Unknown {
				fmt.Fprintf(t, "    %s%s\n", plain(unknownWords(f)), t.style(dim, "  "+plain(where(f.At))))
			}
		}
	}
	if len(x.All) == 0 {
		fmt.Fprintln(t, "No NixOS machine is made here that the text tells of.")
	}
	return t.Flush()
}

// wideOpenWords say what lets in all that listens, with the condition that it is under.
func wideOpenWords(f review.Fact) string {
	if f.Name == "networking.firewall.enable" {
		return "the firewall of NixOS is " + f.Text
	}
	return "all that listens is let in from " + f.Text
}

func unknownWords(f review.Fact) string {
	if f.Name == "" || strings.HasPrefix(f.Text, f.Name) {
		return f.Text
	}
	return f.Name + ": " + f.Text
}

// Markdown writes the list as a page.
func (x *Exposure) Markdown(w io.Writer, o Options) error {
	p := &page{bufio.NewWriter(w), o}
	fmt.Fprint(p, "# Exposure\n\nWhat can be reached from where, as far as the text of the configuration says. Whether the world reaches a machine is for its router to say.\n")
	for _, r := range x.All {
		fmt.Fprintf(p, "\n## %s\n\n", md(x.machines(r)))
		for _, f := range slices.Concat(r.Off, r.Trusted) {
			fmt.Fprintf(p, "> **%s** (%s)\n\n", md(capital(wideOpenWords(f))), p.link(f.At))
		}
		if len(r.Doors) > 0 {
			rows := [][]string{{"From", "Port", "Service", "Names", "Notes", "Where"}}
			for _, d := range r.Doors {
				leads, left := leadWords(d)
				var names []string
				for _, l := range leads {
					names = append(names, mdCell(l))
				}
				if left > 0 {
					names = append(names, plural(left, "more", "more"))
				}
				rows = append(rows, []string{md(strings.TrimPrefix(zoneWords(d), "from ")), md(doorPort(d)), md(strings.Join(d.Services, ", ")), strings.Join(names, "<br>"), md(strings.Join(doorNotes(d), ", ")), p.link(d.At)})
			}
			p.table(rows)
		} else {
			fmt.Fprintln(p, "Nothing is let in, and nothing listens, that could be found.")
		}
		if len(r.Unknown) > 0 {
			fmt.Fprint(p, "\nNot known:\n\n")
			for _, f := range r.Unknown {
				fmt.Fprintf(p, "- %s (%s)\n", md(unknownWords(f)), p.link(f.At))
			}
		}
	}
	return p.Flush()
}

// JSON writes the list for programs.
func (x *Exposure) JSON(w io.Writer) error {
	fact := func(f review.Fact) any { return located(f.At, object{"name": f.Name, "text": f.Text}) }
	return encode(w, object{"schema": Schema, "machines": list(x.All, func(r review.Reach) any {
		return object{"hosts": list(r.Hosts, func(h *graph.Configuration) any { return h.Name }),
			"doors": list(r.Doors, func(d review.Door) any {
				return located(d.At, object{"zone": string(d.Zone), "interface": d.Interface, "vpn": d.VPN, "tunnel": d.Tunnel, "port": d.Number, "to": d.To, "protocol": d.Protocol,
					"values": list(d.Values, func(v *graph.Value) any { return v.Path }), "services": list(d.Services, func(s string) any { return s }), "address": d.Address, "how": d.How, "perhaps": d.Perhaps,
					"names": list(d.Names, func(l review.Lead) any {
						return located(l.At, object{"name": l.Name, "behind": l.Behind, "port": l.Port})
					})})
			}),
			"firewallOff": list(r.Off, fact), "trusted": list(r.Trusted, fact), "unknown": list(r.Unknown, fact)}
	})})
}
