# `or` is a name wherever the grammar has room for it.
let
  or = a: b: a;
  f = x: x;
  s = { or = 1; a.or = 2; };
  inherit (s) a;
in [
  (f or) (f f or) (f or [ ] f) [ f or ] (s.or) (s.or or 1) (s.a.or or s.or or 2) (s ? or) ({ inherit or; })
]
