package parse

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestHeader(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"meta": {`
# meta:
#   owner: core
#   status: draft — not yet (really)
#   layer: 00
#   summary: SSH, hardened
#   specIds: [A-1, A-2]
#   source-ids: CFG.ports.ssh / CFG.network.lan
#
# credo: {{ not yaml
#   neither: this: is

{ config, ... }:
{
  # source-id: CFG.a.b
  x = 1;
}`, `owner=core status=draft — not yet (really) layer=00 summary=SSH, hardened ids=CFG.ports.ssh,CFG.network.lan lines 1-7 leading
meta {"layer":0,"owner":"core","source-ids":"CFG.ports.ssh / CFG.network.lan","specIds":["A-1","A-2"],"status":"draft — not yet (really)","summary":"SSH, hardened"}`},
		"below a banner": {`
# modules/ssh.nix
# ---------------
# Meta:
#    name: SSH
#    maintainers: [a, b]
#    reviewed: 2026-03-02
{ }`, `title=SSH owner=a, b lines 3-6 leading
meta {"maintainers":["a","b"],"name":"SSH","reviewed":"2026-03-02"}`},
		"below the module's arguments": {`
{ config, ... }:
# meta:
#   owner: x
{ }`, `owner=x lines 2-3
meta {"owner":"x"}`},
		"fence": {`
/**
 * Some words.
 * ---
 * version: 2.3
 * identity:
 *   id: NIXH-60-APP-001
 *   title: "TEMPLATE"
 *   layer: 60
 * state: { status: audited }
 * ids:
 *   - CFG.a.b
 *   - "CFG.c.d"
 * ---
 */
{ }`, `title=TEMPLATE status=audited layer=60 ids=CFG.a.b,CFG.c.d,NIXH-60-APP-001 lines 1-14 leading
meta {"identity":{"id":"NIXH-60-APP-001","layer":60,"title":"TEMPLATE"},"ids":["CFG.a.b","CFG.c.d"],"state":{"status":"audited"},"version":2.3}`},
		"fence of line comments, plain block": {`
/*
---
owner: x
*/
{ }`, `owner=x lines 1-4 leading
meta {"owner":"x"}`},
		"prose with colons": {`
# meta:
#   owner: core
#   note: it's one
#         two: three
#
#         Tracking: TODO
#   summary: four
#   source-ids: CFG.a.b
{ }`, `owner=core summary=four ids=CFG.a.b lines 1-8 leading
meta {"note":"it's one two: three\nTracking: TODO","owner":"core","source-ids":"CFG.a.b","summary":"four"}`},
		"not YAML": {`
# meta:
#   owner: core
#   note: one: two: three
#   summary: four
#   source-ids: CFG.a.b
{ }`, `owner=core summary=four ids=CFG.a.b lines 1-5 leading
meta {"note":"one: two: three","owner":"core","source-ids":"CFG.a.b","summary":"four"}
fault 3 "note: one: two: three": the header cannot be read: mapping values are not allowed in this context`},
		"tabs": {"# meta:\n# \towner: core\n{ }", `owner=core lines 1-2 leading
meta {"owner":"core"}
fault 2 "owner: core": the header cannot be read: found character that cannot start any token`},
		"twice": {`
# meta:
#   owner: a
#   owner: b
{ }`, `owner=a lines 1-3 leading
meta {"owner":"a"}
fault 3 "owner: b": the header cannot be read: the key "owner" is there twice`},
		"bomb": {`
# ---
# a: &a [x, x, x, x]
# b: &b [*a, *a, *a, *a]
# owner: z
# ---
{ }`, `owner=z lines 2-4 leading
meta {"a":"\u0026a [x, x, x, x]","b":"\u0026b [*a, *a, *a, *a]","owner":"z"}
fault 3 "b: &b [*a, *a, *a, *a]": the header cannot be read: aliases are not allowed in headers`},
		"no keys": {"# meta:\n{ }", `lines 1-1 leading
meta {}
fault 1 "meta:": the header cannot be read: no keys below meta`},
		"infinite": {"# meta:\n#   a: .inf\n#   b: !!binary aGk=\n{ }", `lines 1-3 leading
meta {"a":".inf","b":"aGk="}`},
		"banner only":          {"# ---\n# Clam AV\n# ---\n{ }", "none leading"},
		"shebang":              {"#!/usr/bin/env nix-shell\n{ }", "none"},
		"ruler":                {"# =====\n{ }", "none"},
		"comment further down": {"{\n# meta:\n#   owner: x\n a = 1; }", "none"},
		"empty":                {"", "none"},
		"only a comment":       {"# meta:\n#   owner: x", "owner=x lines 1-2 leading\nmeta {\"owner\":\"x\"}"},
		"syntax error":         {"# meta:\n#   owner: x\n{ a = ", "owner=x lines 1-2 leading\nmeta {\"owner\":\"x\"}"},
	} {
		t.Run(name, func(t *testing.T) {
			f := Parse("t.nix", strings.TrimPrefix(c.src, "\n"))
			as, h, leading := f.Annotations()
			var b strings.Builder
			if h == nil {
				b.WriteString("none")
			} else {
				for _, kv := range [][2]string{{"title", h.Title}, {"owner", h.Owner}, {"status", h.Status}, {"layer", h.Layer}, {"summary", h.Summary}} {
					if kv[1] != "" {
						fmt.Fprintf(&b, "%s=%s ", kv[0], kv[1])
					}
				}
				var ids []string
				for _, w := range h.IDs {
					if f.Text(w.Span) != w.Text {
						t.Errorf("id %s stands at %q", w.Text, f.Text(w.Span))
					}
					ids = append(ids, w.Text)
				}
				if ids != nil {
					fmt.Fprintf(&b, "ids=%s ", strings.Join(ids, ","))
				}
				fmt.Fprintf(&b, "lines %d-%d", f.Position(h.Start).Line, f.Position(h.End).Line)
			}
			if leading {
				b.WriteString(" leading")
			}
			if h != nil {
				meta, err := json.Marshal(h.Meta)
				fmt.Fprintf(&b, "\nmeta %s", meta)
				if err != nil {
					t.Error(err)
				}
			}
			for _, a := range as {
				if a.Keyword == HeaderKey {
					fmt.Fprintf(&b, "\nfault %d %q: %s", f.Position(a.Start).Line, f.Text(a.Span), a.Malformed)
				} else if a.Malformed != "" {
					t.Errorf("%s: %s", a.Spelling, a.Malformed)
				}
			}
			if b.String() != c.want {
				t.Errorf("%s\ngot\n%s\nwant\n%s", c.src, b.String(), c.want)
			}
		})
	}
}

func FuzzAnnotations(f *testing.F) {
	for _, s := range []string{
		"{ # source-id: CFG.a.b / CFG.c\n a = 1; /* sink (x): services.{a,b}.\"c\".${d} */ b = [ 1 # sink-id: CFG.x\n]; }",
		"# meta:\n#   owner: x\n#   ids: [A.b, *c]\n{ inherit (a) b # nixsink: ignore x because y\n c; }",
		"/**\n * ---\n * a: &a [*a]\n * source-ids:\n *  - CFG.é.x\n */\nlet # sorce-id: CFG.a.b\n in ''${ # sink:\n x}''",
		"# source-ids:\n# - CFG.a\n# x = 1;\n\xff\xfe", "{ x ? 1, # source(s): my.a/b ${\n y }: x", "#\xe2\x94\x80 sinks : <a>.*.{b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		file := Parse("t.nix", src)
		annotations, header, _ := file.Annotations()
		whole := Span{0, int32(len(src))}
		last := int32(0)
		for _, a := range annotations {
			if a.Start < last || a.Start > a.End || !a.Comment.Contains(a.Span) || !whole.Contains(a.Anchor.Span) || a.Anchor.Start > a.Anchor.End {
				t.Errorf("%q: annotation at %v in comment %v, anchor %v", src, a.Span, a.Comment, a.Anchor.Span)
			}
			last = a.Start
			if (a.Anchor.Node == nil) != (a.Anchor.Kind == AnchorFile) {
				t.Errorf("%q: anchor of kind %d with node %v", src, a.Anchor.Kind, a.Anchor.Node)
			}
			if a.Keyword != HeaderKey && !strings.HasSuffix(file.Text(a.Span), a.Text) {
				t.Errorf("%q: text %q is not the end of %q", src, a.Text, file.Text(a.Span))
			}
			for _, w := range append(a.IDs, a.Paths...) {
				if !a.Contains(w.Span) || !strings.Contains(w.Text, ".") && a.Keyword != SourceID && file.Text(w.Span) != w.Text {
					t.Errorf("%q: word %q at %v of %v", src, w.Text, w.Span, a.Span)
				}
			}
		}
		if header != nil && !whole.Contains(header.Span) {
			t.Errorf("%q: header at %v", src, header.Span)
		}
	})
}
