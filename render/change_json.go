package render

import (
	"io"

	"nixsink/graph"
	"nixsink/internal/change"
	"nixsink/internal/check"
)

// ChangeJSON writes what changed for programs.
func ChangeJSON(w io.Writer, c *change.Change) error {
	str := func(s string) any { return s }
	hosts := func(o object, names []string) object {
		if names != nil {
			o["hosts"] = list(names, str)
		}
		return o
	}
	spread := func(o object, s *change.Spread) object {
		if s != nil {
			o["hostsOnly"] = object{"gained": list(s.Gained, str), "lost": list(s.Lost, str), "withModule": s.Follows}
		}
		return o
	}
	at := func(o object, p graph.Place, old bool) object {
		if p.File != "" {
			o["at"] = place(p)
			if old {
				o["before"] = true
			}
		}
		return o
	}
	texts := func(o object, then, now string) object {
		if then != "" {
			o["then"] = then
		}
		if now != "" {
			o["now"] = now
		}
		return o
	}
	differ, marked, _ := rebuilt(c)
	names := make([]string, len(differ), len(differ)+len(marked))
	for i, r := range differ {
		names[i] = r.Host
	}
	names = append(names, marked...)
	findings := func(list []check.Finding, old bool) []any {
		out := []any{}
		for _, f := range list {
			out = append(out, at(object{"check": f.Check, "severity": f.Severity.String(), "message": f.Message}, f.At, old))
		}
		return out
	}
	return encode(w, object{
		"schema": Schema,
		"then":   object{"name": c.Then.Name, "source": c.Then.Graph.Source.NARHash},
		"now":    object{"name": c.Now.Name, "source": c.Now.Graph.Source.NARHash},
		"empty":  c.Empty(),
		"files": list(c.Files, func(f change.File) any {
			o := object{"name": f.Name, "how": string(f.How), "nix": f.Code, "layoutOnly": f.Layout}
			if f.Was != "" {
				o["was"] = f.Was
			}
			return o
		}),
		"values": list(c.Values, func(v change.Value) any {
			o := object{"path": v.Path, "how": string(v.How), "facts": list(v.Facts, func(f change.Fact) any {
				return at(spread(hosts(texts(object{"what": f.What}, f.Then, f.Now), f.Hosts), f.Spread), f.At, f.Old)
			})}
			if v.Was != "" {
				o["was"] = v.Was
			}
			if v.Reach != nil {
				o["reach"] = list(v.Reach, str)
				hosts(o, v.Hosts)
			}
			return o
		}),
		"flows": list(c.Flows, func(f change.Flow) any {
			is := f.Flow()
			o := object{"from": f.From, "to": f.To, "how": string(f.How), "kind": string(is.Kind), "through": list(is.Through, str)}
			if f.How == change.Changed {
				o["wasKind"] = string(f.Then.Kind)
			}
			return at(spread(hosts(o, f.Hosts), f.Spread), is.At, f.Now == nil)
		}),
		"readers": list(c.Readers, func(r change.Reader) any {
			return at(hosts(object{"value": r.Value, "file": r.File, "then": r.Then, "now": r.Now}, r.Hosts), r.At, r.Old)
		}),
		"definitions": list(c.Definitions, func(d change.Definition) any {
			return at(spread(hosts(texts(object{"option": d.Option, "how": string(d.How)}, d.Then, d.Now), d.Hosts), d.Spread), d.At, d.Old)
		}),
		"code": list(c.Code, func(k change.Code) any {
			return at(texts(object{"name": k.Name, "how": string(k.How), "options": list(k.Options, str)}, k.Then, k.Now), k.At, k.Old)
		}),
		"imports": list(c.Imports, func(i change.Import) any {
			return at(hosts(object{"from": i.From, "to": i.To, "how": string(i.How), "disabled": i.Disabled, "missing": i.Missing}, i.Hosts), i.At, i.Old)
		}),
		"hosts": list(c.Hosts, func(h change.Host) any {
			return object{"name": h.Name, "class": h.Class, "how": string(h.How), "gained": list(h.Gained, str), "lost": list(h.Lost, str)}
		}),
		"inputs": list(c.Inputs, func(i change.Input) any {
			return texts(object{"name": i.Name, "how": string(i.How)}, i.Then, i.Now)
		}),
		"unresolved": list(c.Unresolved, func(u change.Unresolved) any {
			return at(object{"path": u.Path, "reason": u.Reason, "how": string(u.How)}, u.At, u.Old)
		}),
		"findings": object{"new": findings(c.New, false), "fixed": findings(c.Fixed, true)},
		"rebuild": object{
			"host": list(short(names), str),
			"hosts": list(c.Rebuild, func(r change.Rebuild) any {
				o := object{"name": r.Host, "why": list(r.Why, str)}
				if r.Commit != "" {
					o["everyCommit"] = r.Commit
				}
				return o
			}),
		},
		"owners": jsonOwners(c.Owners),
		"cut":    c.Cut,
	})
}
