# Whether the small lib and nixpkgs' own come to the same final values of a case: as it is written, and with every value of the
# root forced to another one. What nobody declares is merged by shape in both. runs is a list of { forced, differ }: the value that was
# forced ("" for none), and the paths that differ.
{ dir, modules, nixpkgs, root ? "my", run ? null }:
let
  inherit (builtins) all attrNames concatMap elemAt filter genList head isAttrs isBool isInt isList isString length listToAttrs map tryEval;
  small = import ./lib.nix;
  real = import (/. + nixpkgs);
  system = import ./modules.nix small;
  isSet = v: isAttrs v && !(v ? _type) && !(small.isDerivation v) && !(v ? __functor);

  shape = real.mkOptionType {
    name = "shape";
    check = _: true;
    emptyValue = { };
    merge = loc: defs: let vs = map (d: d.value) defs; in
      if all isSet vs then (real.types.lazyAttrsOf shape).merge loc defs
      else if length vs == 1 then head vs
      else if all isList vs then builtins.concatLists vs
      else if all isString vs && length (real.unique vs) > 1 then builtins.concatStringsSep "\n" vs
      else head vs;
  };

  config = lib: free: extra: let
    pkgs = import ./pkgs.nix lib;
    nested = modules: specialArgs: lib.types.submoduleWith { modules = free ++ modules; specialArgs = { inherit pkgs; } // specialArgs; };
    base = { config, ... }: {
      options.home-manager.users = lib.mkOption {
        default = { };
        type = lib.types.attrsOf (nested (config.home-manager.sharedModules or [ ]) ({ osConfig = config; } // (config.home-manager.extraSpecialArgs or { })));
      };
      options.containers = lib.mkOption {
        default = { };
        type = lib.types.attrsOf (lib.types.submodule { options.config = lib.mkOption { default = { }; type = nested [ ] { }; }; });
      };
    };
    specialArgs = /. + dir + "/specialArgs.nix";
  in (lib.evalModules {
    modules = free ++ [ base ] ++ map (f: /. + dir + "/${f}") (builtins.fromJSON modules) ++ extra;
    specialArgs = { inherit pkgs; modulesPath = "/modules"; } // (if builtins.pathExists specialArgs then import specialArgs { inherit lib; } else { });
  }).config;
  configSmall = config small [ ];
  configReal = config real [ { _module.freeformType = shape; } ];

  # Every value that is no set, by its path. Warnings, and what assertions say, are nixpkgs' own words.
  leaves = p: v: let t = tryEval (builtins.seq v v); in
    if !t.success then [ { name = small.showOption p; value = "error"; } ]
    else if isSet v then concatMap (n: leaves (p ++ [ n ]) v.${n}) (attrNames v)
    else [ { name = small.showOption p; value = system.fingerprint v; } ];
  values = c: listToAttrs (concatMap (n: leaves [ n ] (if n == "assertions" then map (a: a.assertion) c.${n} else c.${n})) (filter (n: n != "_module" && n != "warnings") (attrNames c)));

  other = v: if isBool v then !v else if isInt v then v + 1 else if isString v then v + "-other" else if isList v then v ++ v else null;
  forced = p: v: let t = tryEval (builtins.seq v v); o = other v; in
    if !t.success then [ ]
    else if isSet v then concatMap (n: forced (p ++ [ n ]) v.${n}) (attrNames v)
    else if o == null then [ ] else [ { inherit p; value = o; } ];
  changes = [ null ] ++ forced [ root ] ((configSmall [ ]).${root} or { });

  one = change: let
    extra = if change == null then [ ] else [ { config = small.setAttrByPath change.p (small.mkForce change.value); } ];
    at = if change == null then "" else small.showOption change.p;
    a = values (configSmall extra);
    b = values (configReal extra);
    value = s: n: s.${n} or "error"; # what is there only under a condition that does not hold fails in one of them
  in {
    forced = at;
    # A value that its type refuses shows nothing.
    differ = if at != "" && b.${at} or "" == "error" then [ ] else filter (n: value a n != value b n) (attrNames (a // b));
  };
in
{ count = length changes; runs = if run == null then map one changes else [ (one (elemAt changes run)) ]; }
