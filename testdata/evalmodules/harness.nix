# What changes when a value changes. Evaluates DIR/main.nix, or the hosts of DIR/flake.nix, as it is and with every value of the
# tracked root changed, each from several starting points: as written, every combination of up to three of the booleans changed, and every
# other value changed alone. A definition that only takes part when another value differs is seen that way.
#
#   nix-instantiate --eval --strict --json harness.nix -A baseline --argstr dir DIR     definitions and values
#   nix-instantiate --eval --strict --json harness.nix -A all --argstr dir DIR          what changed, per start and value
{ dir, modules ? "[\"main.nix\"]", root ? "my", start ? 0, value ? 0 }:
let
  lib = import ./lib.nix;
  pkgs = import ./pkgs.nix lib;
  system = import ./modules.nix lib;
  inherit (builtins) attrNames concatMap elemAt filter isAttrs isString length listToAttrs map pathExists toJSON;
  inherit (import ./hosts.nix { inherit lib pkgs dir root; modules = builtins.fromJSON modules; }) hosts inner instances own;

  run = change: let
    all = hosts (listToAttrs (map (loc: { name = toJSON loc; value = true; }) (concatMap instances change)));
    of = f: concatMap (host: map (x: x // { inherit host; }) (f all.${host})) (attrNames all);
  in {
    inherit all;
    # Definitions of the roots' own options are told by the values that they come to.
    defs = filter (d: lib.head d.loc != "_module" && !(inner d.loc)) (of (e: own e.definitions));
    values = filter (v: v.loc != [ root ]) (of (e: e.values root));
  };

  # The values of all hosts, each once.
  distinct = vs: let by = builtins.groupBy (v: toJSON v.loc) vs; in map (k: lib.head by.${k}) (attrNames by);
  baseline' = run [ ];
  baseline = { inherit (baseline') defs values; };
  # Switches that could be set otherwise: options of a path of their own, and fields of members that something sets.
  free = v: let e = baseline'.all.${v.host}; in
    lib.isOption (lib.attrByPath v.loc null e.options) || lib.any (d: d.loc == v.loc && d.file != "default") e.definitions;
  bools = filter (v: (v.bool or false) && free v) (distinct baseline.values);
  others = filter (v: !(v.bool or false)) (distinct baseline.values);
  subsets = l: if l == [ ] then [ [ ] ] else let r = subsets (lib.tail l); in r ++ map (s: [ (lib.head l).loc ] ++ s) r;
  starts = (if length bools <= 3 then subsets bools else [ [ ] ] ++ map (v: [ v.loc ]) bools) ++ map (v: [ v.loc ]) others;

  byKey = key: list: builtins.groupBy key list;
  # The entries that differ, each with its place and host.
  diff = a: b: let
    key = x: toJSON [ x.host (x.file or "") x.loc ];
    ga = byKey key a; gb = byKey key b;
    hashes = g: k: map (x: x.hash) (g.${k} or [ ]);
    differ = filter (k: hashes ga k != hashes gb k) (attrNames (ga // gb));
  in map (k: { inherit (lib.head (ga.${k} or gb.${k})) loc host; }) differ;

  # What a part of config comes to, or the innermost set around it that is there.
  final = v: p: if p != [ ] && isAttrs v && v ? ${lib.head p} then final v.${lib.head p} (lib.tail p) else v;
  # A definition that changed, and the option with it: not so if another definition hides it, or says the same.
  # One that nothing defines on one of the sides was looked for in vain there.
  told = a: b: filter (d: let
    defined = s: lib.any (x: x.loc == d.loc && x.host == d.host) s.defs;
    hash = s: system.fingerprint (final s.all.${d.host}.config d.loc);
  in !(defined a) || !(defined b) || hash a != hash b);

  under = p: l: lib.take (length p) l == p;
  effect = from: v: let
    a = run from; b = run (from ++ [ v.loc ]);
    leaves = vs: filter (x: !x.set && !(under v.loc x.loc) && !(under x.loc v.loc)) vs;
  in { value = v.loc; start = from; defs = told a b (diff a.defs b.defs); values = diff (leaves a.values) (leaves b.values); };
  valuesOf = from: filter (v: !(lib.elem v.loc from)) (distinct (run from).values);
  effects = from: map (effect from) (valuesOf from);
in
{
  inherit baseline starts;
  all = concatMap effects starts;
  # One start, one value of it: for when changing a value makes evaluation fail beyond tryEval's reach.
  atStart = effects (elemAt starts start);
  values = map (v: v.loc) (valuesOf (elemAt starts start));
  single = [ (effect (elemAt starts start) (elemAt (valuesOf (elemAt starts start)) value)) ];
}
