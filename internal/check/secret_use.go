package check

import (
	"strings"

	"nixsink/graph"
	"nixsink/internal/secrets"
)

// describe says who reads a secret by a definition that its path is part of, and how.
func (p *Pass) describe(u *SecretUse) {
	s := secrets.Local(u.Segments)
	if l, ok := secrets.Of(s); ok && l.Tool.Kind == secrets.OfTemplates {
		u.By = "template"
		return
	}
	switch {
	case len(s) > 3 && s[0] == "systemd" && s[1] == "services":
		u.Unit, u.By = s[2], "unit"
		if s[3] == "serviceConfig" && len(s) > 4 {
			switch {
			case secrets.TakesCredentials(s[4]):
				u.By = "credential"
			case secrets.TakesEnvironment(s[4]):
				u.By = "environment file"
			}
		}
		u.User = p.unitField(u.Unit, "User", u.In)
	case len(s) > 2 && s[0] == "services":
		u.Unit, u.By = s[1], "service"
		u.User = p.unitField(u.Unit, "User", u.In)
	case len(s) > 2 && s[0] == "users" && s[1] == "users":
		u.By, u.User = "user", s[2]
	default:
		u.By = "option"
	}
}

// unitField is what a field of a systemd service's serviceConfig is set to where some configurations have it, "" if nothing is known.
func (p *Pass) unitField(unit, field string, in *graph.ConfSet) string {
	text := ""
	for _, d := range p.unitDefinitions(unit, field) {
		if p.Graph.Intersection(d.In, in).Empty() {
			continue
		}
		t, ok := d.Value.(string)
		if !ok || text != "" && text != t {
			return ""
		}
		text = t
	}
	return text
}

// unitDefinitions are the definitions of a field of a systemd service's serviceConfig.
func (p *Pass) unitDefinitions(unit, field string) []*graph.Definition {
	return p.unitFields()["systemd.services."+unit+".serviceConfig."+field]
}

// makeUnitFields lists the definitions below systemd.services by their plain names.
func (p *Pass) makeUnitFields() map[string][]*graph.Definition {
	out := map[string][]*graph.Definition{}
	var add func(segs []string, d *graph.Definition)
	add = func(segs []string, d *graph.Definition) {
		if set, ok := d.Value.(map[string]any); ok && len(segs) < 5 {
			for name, v := range set {
				below := *d
				below.Value = v
				add(append(segs[:len(segs):len(segs)], name), &below)
			}
			return
		}
		key := strings.Join(segs, ".")
		out[key] = append(out[key], d)
	}
	for _, d := range p.Graph.Definitions {
		if s := d.Segments; len(s) > 2 && s[0] == "systemd" && s[1] == "services" {
			add(s, d)
		}
	}
	return out
}
