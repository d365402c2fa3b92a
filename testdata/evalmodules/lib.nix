# The functions of nixpkgs' lib that the flow cases use, written anew with the same meaning. No nixpkgs is needed.
let
  inherit (builtins)
    attrNames attrValues concatLists concatMap concatStringsSep elem elemAt filter foldl' genList hasAttr head isAttrs
    isBool isFloat isFunction isInt isList isPath isString length listToAttrs mapAttrs replaceStrings sort stringLength
    substring tail toJSON;

  lib = rec {
    # trivial
    inherit (builtins)
      add all any attrNames attrValues concatLists concatMap concatStringsSep deepSeq div elem elemAt filter foldl'
      fromJSON functionArgs genList groupBy hasAttr head isAttrs isBool isFloat isFunction isInt isList isPath isString
      length lessThan listToAttrs map mapAttrs match mul partition pathExists readFile removeAttrs replaceStrings seq
      sort split stringLength sub substring tail toJSON tryEval typeOf intersectAttrs zipAttrsWith catAttrs;
    id = x: x;
    const = x: _: x;
    flip = f: a: b: f b a;
    pipe = foldl' (x: f: f x);
    toFunction = v: if isFunction v then v else const v;
    applyTo = f: x: f x;
    max = a: b: if a > b then a else b;
    min = a: b: if a < b then a else b;
    mod = a: b: a - b * (a / b);
    and = a: b: a && b;
    or' = a: b: a || b;
    fix = f: let x = f x; in x;
    makeExtensible = f: let g = f: fix (self: f self // { extend = overlay: g (extends overlay f); }); in g f;
    extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
    composeManyExtensions = os: final: prev:
      foldl' (acc: o: acc // o final (prev // acc)) { } os;
    importJSON = p: fromJSON (readFile p);
    importTOML = p: builtins.fromTOML (readFile p);
    boolToString = b: if b then "true" else "false";
    warn = _: v: v;
    warnIf = _: _: v: v;
    throwIf = c: m: v: if c then throw m else v;
    throwIfNot = c: m: v: if c then v else throw m;
    assertMsg = c: m: if c then true else throw m;
    assertOneOf = n: v: l: assertMsg (elem v l) n;
    traceVal = x: x;
    defaultTo = d: v: if v == null then d else v;
    mapNullable = f: v: if v == null then null else f v;
    setFunctionArgs = f: args: { __functor = _: f; __functionArgs = args; };
    isStringLike = v: isString v || isPath v || (isAttrs v && (v ? outPath || v ? __toString));
    isDerivation = v: v.type or null == "derivation";
    versionAtLeast = a: b: builtins.compareVersions a b >= 0;
    versionOlder = a: b: builtins.compareVersions b a == 1;

    # lists
    singleton = x: [ x ];
    optional = c: x: if c then [ x ] else [ ];
    optionals = c: l: if c then l else [ ];
    toList = x: if isList x then x else [ x ];
    foldr = op: nul: l: let n = length l; go = i: if i == n then nul else op (elemAt l i) (go (i + 1)); in go 0;
    fold = foldr;
    foldl = foldl';
    imap0 = f: l: genList (i: f i (elemAt l i)) (length l);
    imap1 = f: l: genList (i: f (i + 1) (elemAt l i)) (length l);
    flatten = x: if isList x then concatMap flatten x else [ x ];
    remove = e: filter (x: x != e);
    findFirst = p: d: l: let f = filter p l; in if f == [ ] then d else head f;
    range = a: b: if a > b then [ ] else genList (i: a + i) (b - a + 1);
    last = l: elemAt l (length l - 1);
    init = l: genList (elemAt l) (length l - 1);
    take = n: l: genList (elemAt l) (min n (length l));
    drop = n: l: genList (i: elemAt l (i + n)) (max 0 (length l - n));
    reverseList = l: let n = length l; in genList (i: elemAt l (n - i - 1)) n;
    unique = foldl' (acc: x: if elem x acc then acc else acc ++ [ x ]) [ ];
    zipListsWith = f: a: b: genList (i: f (elemAt a i) (elemAt b i)) (min (length a) (length b));
    zipLists = zipListsWith (fst: snd: { inherit fst snd; });
    subtractLists = e: filter (x: !(elem x e));
    intersectLists = e: filter (x: elem x e);
    count = p: l: length (filter p l);
    sortOn = f: sort (a: b: f a < f b);
    naturalSort = sort (a: b: a < b);
    forEach = xs: f: map f xs;
    concat = a: b: a ++ b;
    replicate = n: x: genList (_: x) n;
    crossLists = f: foldl' (fs: args: concatMap (f: map f args) fs) [ f ];

    # strings
    optionalString = c: s: if c then s else "";
    concatStrings = concatStringsSep "";
    concatMapStrings = f: l: concatStrings (map f l);
    concatMapStringsSep = sep: f: l: concatStringsSep sep (map f l);
    concatImapStrings = f: l: concatStrings (imap1 f l);
    concatLines = concatMapStrings (s: s + "\n");
    intersperse = sep: l: if length l < 2 then l else [ (head l) ] ++ concatMap (x: [ sep x ]) (tail l);
    hasPrefix = p: s: substring 0 (stringLength p) s == p;
    hasSuffix = p: s: let n = stringLength s; m = stringLength p; in n >= m && substring (n - m) m s == p;
    hasInfix = i: s: replaceStrings [ i ] [ "" ] s != s;
    removePrefix = p: s: if hasPrefix p s then substring (stringLength p) (-1) s else s;
    removeSuffix = p: s: if hasSuffix p s then substring 0 (stringLength s - stringLength p) s else s;
    splitString = sep: s: filter isString (builtins.split (escapeRegex sep) s);
    escapeRegex = replaceStrings [ "." "+" "*" "(" ")" "[" "{" "^" "$" "?" "|" "\\" ] [ "\\." "\\+" "\\*" "\\(" "\\)" "\\[" "\\{" "\\^" "\\$" "\\?" "\\|" "\\\\" ];
    lowers = [ "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z" ];
    uppers = [ "A" "B" "C" "D" "E" "F" "G" "H" "I" "J" "K" "L" "M" "N" "O" "P" "Q" "R" "S" "T" "U" "V" "W" "X" "Y" "Z" ];
    toLower = replaceStrings uppers lowers;
    toUpper = replaceStrings lowers uppers;
    escape = cs: replaceStrings cs (map (c: "\\" + c) cs);
    escapeShellArg = s: let t = toString s; in
      if builtins.match "[[:alnum:],._+:@%/-]+" t != null then t else "'" + replaceStrings [ "'" ] [ "'\\''" ] t + "'";
    escapeShellArgs = concatMapStringsSep " " escapeShellArg;
    escapeURL = replaceStrings [ "@" ":" "/" " " ] [ "%40" "%3A" "%2F" "%20" ];
    quoteShell = escapeShellArg;
    stringToCharacters = s: genList (i: substring i 1 s) (stringLength s);
    trim = s: head (builtins.match "[ \t\n]*(.*[^ \t\n])[ \t\n]*" s ++ [ "" ]);
    toInt = s: fromJSON s;
    fixedWidthString = w: f: s: if stringLength s >= w then s else fixedWidthString w f (f + s);
    fixedWidthNumber = w: n: fixedWidthString w "0" (toString n);
    toHexString = n: toString n;
    makeBinPath = concatMapStringsSep ":" (p: "${p}/bin");
    getExe = p: "${p}/bin/${p.meta.mainProgram or p.pname or p.name}";
    getExe' = p: n: "${p}/bin/${n}";
    getBin = p: p;
    getName = p: p.pname or p.name;
    getVersion = p: p.version or "0";
    versions.major = v: head (splitString "." v);
    cmakeBool = c: if c then "ON" else "OFF";

    # attribute sets
    nameValuePair = name: value: { inherit name value; };
    mapAttrs' = f: s: listToAttrs (map (n: f n s.${n}) (attrNames s));
    mapAttrsToList = f: s: map (n: f n s.${n}) (attrNames s);
    attrsToList = mapAttrsToList nameValuePair;
    concatMapAttrs = f: s: foldl' (a: b: a // b) { } (mapAttrsToList f s);
    filterAttrs = p: s: listToAttrs (concatMap (n: if p n s.${n} then [ (nameValuePair n s.${n}) ] else [ ]) (attrNames s));
    genAttrs = ns: f: listToAttrs (map (n: nameValuePair n (f n)) ns);
    genAttrs' = xs: f: listToAttrs (map f xs);
    optionalAttrs = c: s: if c then s else { };
    attrByPath = p: d: s: if p == [ ] then s else if isAttrs s && s ? ${head p} then attrByPath (tail p) d s.${head p} else d;
    hasAttrByPath = p: s: p == [ ] || (isAttrs s && s ? ${head p} && hasAttrByPath (tail p) s.${head p});
    getAttrFromPath = p: s: if p == [ ] then s else getAttrFromPath (tail p) s.${head p};
    setAttrByPath = p: v: if p == [ ] then v else { ${head p} = setAttrByPath (tail p) v; };
    getAttrs = ns: s: genAttrs ns (n: s.${n});
    attrVals = ns: s: map (n: s.${n}) ns;
    getAttr = n: s: s.${n};
    recursiveUpdateUntil = pred: a: b:
      let go = path: l: r: zip path [ l r ];
          zip = path: vs: builtins.zipAttrsWith (n: xs:
            if length xs == 1 then head xs
            else if pred (path ++ [ n ]) (head xs) (elemAt xs 1) then elemAt xs 1
            else zip (path ++ [ n ]) xs) vs;
      in go [ ] a b;
    recursiveUpdate = recursiveUpdateUntil (_: a: b: !(isAttrs a && isAttrs b));
    mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
    mapAttrsRecursiveCond = c: f: s:
      let go = p: mapAttrs (n: v: if isAttrs v && c v then go (p ++ [ n ]) v else f (p ++ [ n ]) v); in go [ ] s;
    collect = p: s: if p s then [ s ] else if isAttrs s then concatMap (collect p) (attrValues s) else [ ];
    foldlAttrs = f: z: s: foldl' (acc: n: f acc n s.${n}) z (attrNames s);
    foldAttrs = op: nul: l: foldr (n: a: foldr (k: o: o // { ${k} = op n.${k} (a.${k} or nul); }) a (attrNames n)) { } l;
    zipAttrs = builtins.zipAttrsWith (_: v: v);
    mergeAttrsList = foldl' (a: b: a // b) { };
    cartesianProduct = s: foldl' (l: n: concatMap (x: map (v: x // { ${n} = v; }) s.${n}) l) [ { } ] (attrNames s);
    updateManyAttrsByPath = us: s: foldl' (acc: u: recursiveUpdate acc (setAttrByPath u.path (u.update (attrByPath u.path null acc)))) s us;
    toposort = _: l: { result = l; };
    unionOfDisjoint = a: b: a // b;
    partitionAttrs = p: s: { right = filterAttrs p s; wrong = filterAttrs (n: v: !(p n v)) s; };
    recurseIntoAttrs = s: s // { recurseForDerivations = true; };
    makeOverridable = f: args: let r = f args; in if isAttrs r then r // { override = n: makeOverridable f (args // toFunction n args); } else r;
    callPackageWith = auto: f: args:
      let g = if isFunction f then f else import f; in makeOverridable g (builtins.intersectAttrs (builtins.functionArgs g) auto // args);
    fileContents = f: removeSuffix "\n" (readFile f);

    # options and definitions
    mkOption = o: { _type = "option"; } // o;
    mkEnableOption = name: mkOption { type = types.bool; default = false; example = true; description = "Whether to enable ${name}."; };
    mkPackageOption = pkgs: name: { default ? null, ... }: mkOption {
      type = types.package;
      default = getAttrFromPath (if default == null then toList name else toList default) pkgs;
    };
    mdDoc = id;
    literalExpression = t: { _type = "literalExpression"; text = t; };
    literalExample = literalExpression;
    literalMD = literalExpression;
    mkIf = condition: content: { _type = "if"; inherit condition content; };
    mkMerge = contents: { _type = "merge"; inherit contents; };
    mkOverride = priority: content: { _type = "override"; inherit priority content; };
    mkOptionDefault = mkOverride 1500;
    mkDefault = mkOverride 1000;
    mkImageMediaOverride = mkOverride 60;
    mkForce = mkOverride 50;
    mkVMOverride = mkOverride 10;
    mkOrder = priority: content: { _type = "order"; inherit priority content; };
    mkBefore = mkOrder 500;
    mkAfter = mkOrder 1500;
    mkAssert = c: m: v: if c then v else throw m;
    isOption = v: isAttrs v && v._type or null == "option";
    isType = t: v: isAttrs v && v._type or null == t;
    showOption = concatStringsSep ".";
    # modules.nix moves what is defined at one path to the other; whoever reads the one gets what the other holds.
    mkAliasOptionModule = from: to: { config, ... }: {
      options = setAttrByPath from (mkOption { apply = _: getAttrFromPath to config; default = null; description = "Alias of ${showOption to}."; });
      _moved = { inherit from to; };
    };
    mkRenamedOptionModule = mkAliasOptionModule;
    # The new option's value is made of the old ones' by a function of config, as soon as one of them is defined.
    mkMergedOptionModule = from: to: merge: { config, ... }: {
      options = foldl' recursiveUpdate { } (map (p: setAttrByPath p (mkOption { default = "_mkMergedOptionModule"; })) from);
      config = setAttrByPath to (mkMerge
        (optional (any (p: getAttrFromPath p config != "_mkMergedOptionModule") from) (merge config)));
    };
    mkChangedOptionModule = from: mkMergedOptionModule [ from ];
    mkRemovedOptionModule = path: why: { options, ... }: {
      options = setAttrByPath path (mkOption { apply = _: throw "the option ${showOption path} was removed: ${why}"; });
      config.assertions = let opt = getAttrFromPath path options; in [ {
        assertion = !opt.isDefined;
        message = "the option ${showOption path} was removed: ${why}";
      } ];
    };
    mkAliasIfDef = option: mkIf (isOption option && option.isDefined);
    mkAliasAndWrapDefinitions = wrap: option: mkAliasIfDef option (wrap (mkMerge option.definitions));
    mkAliasDefinitions = mkAliasAndWrapDefinitions id;
    mkAliasAndWrapDefsWithPriority = wrap: option:
      mkAliasIfDef option (mkOverride option.highestPrio (wrap (mkMerge option.definitions)));
    mkDerivedConfig = option: f: mkAliasIfDef option (mkMerge (map f option.definitions));
    importApply = file: args: setDefaultModuleLocation file (import file args);
    setDefaultModuleLocation = file: m: { _file = file; imports = [ m ]; };

    generators = {
      toJSON = _: toJSON;
      toINI = _: s: concatStrings (mapAttrsToList (n: kv: "[${n}]\n" + generators.toKeyValue { } kv) s);
      toINIWithGlobalSection = _: { globalSection, sections ? { } }: generators.toKeyValue { } globalSection + generators.toINI { } sections;
      toKeyValue = _: s: concatStrings (mapAttrsToList (n: v: "${n}=${scalar v}\n") s);
      toYAML = _: toJSON;
      toTOML = _: toJSON;
      toPretty = _: toJSON;
      toLua = _: toJSON;
      toGitINI = toJSON;
      mkKeyValueDefault = _: sep: k: v: "${k}${sep}${scalar v}";
      mkValueStringDefault = _: scalar;
    };
    scalar = v: if isBool v then boolToString v else if isString v then v else if isInt v || isFloat v || isPath v then toString v else toJSON v;
    toShellVar = n: v: "${n}=${escapeShellArg v}";
    toShellVars = s: concatStringsSep "\n" (mapAttrsToList toShellVar s);
    cli.toGNUCommandLineShell = _: s: concatStringsSep " " (mapAttrsToList (n: v: "--${n} ${escapeShellArg (scalar v)}") s);

    filesystem.listFilesRecursive = dir: concatLists (mapAttrsToList (n: t:
      if t == "directory" then filesystem.listFilesRecursive (dir + "/${n}") else [ (dir + "/${n}") ]) (builtins.readDir dir));
    types = (import ./modules.nix lib).types;
    evalModules = (import ./modules.nix lib).evalModules;

    # The names under which nixpkgs' lib groups the same functions.
    strings = lib; attrsets = lib; lists = lib; trivial = lib; options = lib; modules = lib; fixedPoints = lib; customisation = lib;
    sources = { cleanSource = id; };
    licenses = { mit = { }; };
    maintainers = { };
    platforms = { linux = [ ]; };
    nixosSystem = throw "nixosSystem is not part of the flow cases";
    extend = f: let go = base: over: let final = base // over final base; in final // { extend = go final; }; in go lib f;
  };
in
lib
