package parse

import (
	"strings"
	"testing"
	"time"
)

func TestAnnotationAnchor(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"stacked": {`
{
  # source-id: CFG.a.b
  # sink: prose here

  # a remark
  port = 1;
  other = 2;
}`, `2 source-id #CFG.a.b @ port:6
		3 sink prose @ port:6`},
		"let": {`
{ config, ... }:
let
  # source-id: CFG.a.b
  a = config.a; # sink: services.x.y
  # source-id: CFG.c.d
in
{
  # source-id: CFG.e.f
}`, `3 source-id #CFG.a.b @ a:4
		4 sink .services.x.y trailing @ a:4
		5 source-id #CFG.c.d @ file
		8 source-id #CFG.e.f @ file`},
		"body of a let": {`
{ x = let a = 1; in
  # source-id: CFG.a.b
  a + 1; }`, `2 source-id #CFG.a.b @ expr a + 1`},
		"list elements": {`
{
  x = [
    # source-id: CFG.a.b
    config.a
    config.b # source-id: CFG.b.c
    (f config.c) # source-id: CFG.c.d
    # source-id: CFG.e.f
  ];
}`, `3 source-id #CFG.a.b @ element config.a
		5 source-id #CFG.b.c trailing @ element config.b
		6 source-id #CFG.c.d trailing @ element (f config.c)
		7 source-id #CFG.e.f @ x:2`},
		"list on one line": {`
{
  x = [ config.a config.b ]; # source-id: CFG.a.b
  y = [
    config.a config.b # source-id: CFG.a.b
  ];
}`, `2 source-id #CFG.a.b trailing @ x:2
		4 source-id #CFG.a.b trailing @ element config.a config.b`},
		"trailing at several bindings": {`
{ a = {
  }; # source-id: CFG.a.b
  b = 1; c = 2; # source-id: CFG.c.d
  d = { # source-id: CFG.d.e
    e = { f = 1; }; # source-id: CFG.f.g
  };
  g = 1; h = { # source-id: CFG.h.i
    i = 1; };
}`, `2 source-id #CFG.a.b trailing @ a:1
		3 source-id #CFG.c.d trailing @ c:3
		4 source-id #CFG.d.e trailing @ d:4
		5 source-id #CFG.f.g trailing @ e:5
		7 source-id #CFG.h.i trailing @ h:7`},
		"a trailing comment goes on below": {`
{
  a = 1;    # source-id: CFG.a.b
            # sink: services.x.y
  # source-id: CFG.c.d
  b = 2;
}`, `2 source-id #CFG.a.b trailing @ a:2
		3 sink .services.x.y trailing @ a:2
		4 source-id #CFG.c.d @ b:5`},
		"inside a value": {`
{
  a =
    # source-id: CFG.a.b
    [ 1 ]
    # source-id: CFG.c.d
    ++ config.c
    ++ config.d # source-id: CFG.d.e
    ++ [ ];
  b = /* source-id: CFG.b.b */ config.b;
  c = if x
    then config.a # source-id: CFG.f.f
    else config.b; # source-id: CFG.g.g
  d = f
    # source-id: CFG.h.h
    config.h
    (g {
      # source-id: CFG.i.i
      i = config.i;
    });
  e = { # source-id: CFG.e.e
  } // { # source-id: CFG.e.f
    x = 1;
  };
  f = with lib; # source-id: CFG.j.j
    # source-id: CFG.k.k
    [ ];
}`, `3 source-id #CFG.a.b @ a:2
		5 source-id #CFG.c.d @ expr config.c
		7 source-id #CFG.d.e trailing @ expr config.d
		9 source-id #CFG.b.b @ b:9
		11 source-id #CFG.f.f trailing @ expr config.a
		12 source-id #CFG.g.g trailing @ c:10
		14 source-id #CFG.h.h @ expr config.h
		17 source-id #CFG.i.i @ i:18
		20 source-id #CFG.e.e trailing @ e:20
		21 source-id #CFG.e.f trailing @ expr { # source-id: CFG.e.f x = 1; }
		24 source-id #CFG.j.j trailing @ f:24
		25 source-id #CFG.k.k @ expr [ ]`},
		"block comment in front, on the line": {`
{ a = 1; /* source-id: CFG.b.b */ b = 2; /* source-id: CFG.b.c */ }
`, `1 source-id #CFG.b.b @ b:1
		1 source-id #CFG.b.c @ file`},
		"interpolation": {`
{ a = ''
    # source-id: CFG.x.x
    ${ # source-id: CFG.a.b
      /* source-id: CFG.a.c */ config.a
    } # sink: no
  ''; b = "# source-id: CFG.x.y"; }`, `3 source-id #CFG.a.b trailing @ a:1
		4 source-id #CFG.a.c @ expr config.a`},
		"inherit and formals": {`
{ lib
  # source-id: CFG.p.p
, port ? lib.x
, host # source-id: CFG.h.h
, name, # source-id: CFG.n.n
}:
{
  inherit (config.my.ports)
    # source-id: CFG.ports.ssh
    ssh
    http # source-id: CFG.ports.http
    ;
  # source-id: CFG.a.b
  inherit (config.my) a b;
}`, `2 source-id #CFG.p.p @ expr port ? lib.x
		4 source-id #CFG.h.h trailing @ expr host
		5 source-id #CFG.n.n trailing @ expr name
		9 source-id #CFG.ports.ssh @ ssh:10
		11 source-id #CFG.ports.http trailing @ http:11
		13 source-id #CFG.a.b @ a b:14`},
		"the file": {`
# source-ids: CFG.a.b

# source-ids: CFG.c.d
{ config, ... }: # source-id: CFG.e.f
# source-id: CFG.g.h
{
} # source-id: CFG.i.i
# source-id: CFG.j.j`, `1 source-ids #CFG.a.b @ file
		3 source-ids #CFG.c.d @ file
		4 source-id #CFG.e.f trailing @ file
		5 source-id #CFG.g.h @ expr { }
		7 source-id #CFG.i.i trailing @ file
		8 source-id #CFG.j.j @ file`},
		"commented-out code": {`
{
  # source-id: CFG.a.b
  # sink: services.x.y
  # a = config.a;

  b = 2;
  # source-id: CFG.c.c
  # c = 3;
  # source-id: CFG.d.d
  d = 4;
  # source-id: CFG.e.e
  # e = 22;
  e = config.e;
  # source-id: CFG.f.f
  # f = {
  #   # source-id: CFG.g.g
  #   g = 1; # source-id: CFG.g.g
  # };
}`, `9 source-id #CFG.d.d @ d:10
		11 source-id #CFG.e.e @ e:13`},
		"gaps in the tree": {`
{
  # source-id: CFG.a.b
  a = config.a;
  b = = 3;
  # source-id: CFG.c.c
  c = 4;
`, `2 source-id #CFG.a.b @ a:3
		5 source-id #CFG.c.c @ c:6`},
		"line endings": {"{\r\n  # source-id: CFG.a.b\r\n  a = 1; # sink: services.x.y\r\n}\r\n", `2 source-id #CFG.a.b @ a:3
		3 sink .services.x.y trailing @ a:3`},
		"byte order mark": {"\ufeff# source-id: CFG.a.b\n{ }", `1 source-id #CFG.a.b @ file`},
	} {
		t.Run(name, func(t *testing.T) { checkAnnotations(t, c.src, c.want) })
	}
}

// Many comments in deep, long and wide trees: each has its anchor, and the way there is not walked for each anew.
func TestAnnotationsScale(t *testing.T) {
	const n = 5_000
	for name, src := range map[string]string{
		"operators":  "{ x = []" + strings.Repeat("\n# source-id: CFG.a.b\n++ config.a", n) + "; }",
		"arguments":  "{ x = f" + strings.Repeat("\n# source-id: CFG.a.b\nconfig.a", n) + "; }",
		"elements":   "{ x = [" + strings.Repeat(" /* source-id: CFG.a.b */ a", n) + "]; }",
		"run":        "{\n" + strings.Repeat("# source-id: CFG.a.b\n# a = 1;\n", n) + "x = 1; }",
		"one place":  "{ a = 1;" + strings.Repeat(" # source-id: CFG.a.b\n        ", n) + "x = 1; }",
		"line's end": "{ a = 1;" + strings.Repeat(" /* source-id: CFG.a.b */", n) + "\n x = 1; }",
		"colons":     "{ # " + strings.Repeat("sink:", n) + "\n x = 1; }",
		"brackets":   "{ # " + strings.Repeat("(sink: (", n) + "\n x = 1; }",
	} {
		f := Parse("t.nix", src)
		start := time.Now()
		as, _, _ := f.Annotations()
		t.Logf("%s: %d annotations in %v", name, len(as), time.Since(start))
		for _, a := range as {
			if a.Anchor.Span == (Span{}) {
				t.Errorf("%s: no anchor", name)
				break
			}
		}
	}
}
