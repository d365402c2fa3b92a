# The configuration that a file makes, and what ask.nix makes of it. file is the absolute name of a file or folder; attr, a list of names in JSON,
# is where in it the configuration is; args, a set of strings in JSON, is what it is called with where it is a function.
{ text, file, attr, args }:
let
  inherit (builtins) filter foldl' fromJSON functionArgs head intersectAttrs isFunction attrNames;
  given = fromJSON args;
  called = v: if !(isFunction v) then v
    else if functionArgs v == { } then v given
    else called (v (intersectAttrs (functionArgs v) given));
  here = foldl' (v: n: called v.${n}) (called (import (/. + file))) (fromJSON attr);
in import ./ask.nix text here
