# Comments of all kinds.
/* block */ /** doc */ /***/ /**/ /* * / ** */ /* # */ # /*
let
  /* a */ a /* b */ = /* c */ 1 /* d */ ; # e
  c = if a == 1 then "x" else if a == 2 then "y" else "z";
  d = assert a == 1; assert true; a;
  e = with { x = 1; }; with { y = 2; }; x + y + unbound;
  f = x: with x; let y = z; in if y then assert y; y else with y; q;
  g = let h = 1; in let i = h; in i;
  j = (let k = 1; in k) + (if true then 1 else 2);
  l = [ (x: x) (if a then b else c) (with a; b) ] ++ [ ];
  m = a:
    b;
  b = import <nixpkgs> { } // { };
  z = __add 1 2; y = map toString [ 1 ]; w = throw "x"; v = derivation { }; u = removeAttrs; t = fetchTarball; s = __nixPath; r = placeholder "out";
  inherit (builtins) head tail;
in
  { inherit a b c d e f g j l m; }   # no line break at the end