let n = "n"; e = { a = 1; b = 2; }; a' = 1; in [
  { } rec { } { a = 1; } rec { a = 1; b = a; } { a.b.c = 1; a.b.d = 2; a.e = 3; } { "a b" = 1; "a".b = 2; ${"c"} = 3; ${n} = 4; "${n}x" = 5; a.${n}.b = 6; ${n + "y"}.z = 7; }
  { inherit n; inherit (e) a b; } { inherit; } { inherit (e); } { inherit "n" ${"e"}; inherit (e) "a" ${"b"}; } rec { inherit n; m = n; inherit (e) a; inherit (c) d; c = e; }
  { a = { b = 1; }; a.c = 2; } { a.c = 2; a = { b = 1; }; } { a = { }; a = { }; a.b = 1; } { a = ({ b = 1; }); a.c = 2; }
  { a = rec { x = 1; y = x; }; a.z = 2; } { a = rec { x = 1; }; a = { y = x; }; } { a = rec { x = 1; }; a.y = x; } 
  { ${n} = 1; ${n} = 2; } { a.b = 1; } { "" = 1; } { a' = 2; } (let { body = a; a = 1; }) (let { x.y = 1; ${n} = 2; body = x; }.y) { a = let { body = 1; }; }
  (let a.b = 1; a.c = 2; in a) (let a = { b = 1; }; a.c = 2; in a.c) (let in 1) (let x = y; y = 1; in x) (let a.${n} = 1; in a) (let inherit (z) q; z = e // { q = 1; }; in q)
  e.a e."a" e.${n} e.${"a"} e."${n}" (e.a or 1) { a.b.c.d.e.f = 1; } { a = 1; b = { a = 1; }; c.a = 1; } (rec { a = b; b = { c = a; }; b.d = a; })
  { inherit (rec { x = n; }) x; } { x = { inherit n; }; x.y = 1; } rec { x = { inherit n; }; x.m = n; } { x = { inherit (e) a; }; x = { inherit (e) b; c = n; }; }
  { ${http://x} = 1; } { ${''y''} = 2; ${("z")} = 3; } { a."b".${"c"} = 1; a.b.d = 2; }
]
