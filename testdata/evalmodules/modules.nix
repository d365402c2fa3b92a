# A small module system: as much of lib.evalModules as the flow cases need, written anew.
# Options that nobody declares are accepted and merged by their shape, since the cases define services.* freely.
# ctx.change is a set of option locations (as JSON) whose merged value is replaced by another one of the same type.
lib:
let
  inherit (builtins)
    all attrNames concatLists concatMap concatStringsSep elem elemAt filter foldl' functionArgs hashString head isAttrs
    isBool isFloat isFunction isInt isList isPath isString length listToAttrs map mapAttrs removeAttrs sort tail toJSON
    tryEval unsafeDiscardStringContext;

  ty = v: if isAttrs v then v._type or null else null;
  isSet = v: isAttrs v && !(v ? _type) && !(lib.isDerivation v) && !(v ? __functor);
  isFn = v: isFunction v || (isAttrs v && v ? __functor);

  # --- definitions ---

  # The attribute sets that a definition consists of; conditions and priorities move down to the attributes unevaluated.
  push = v:
    if ty v == "merge" then concatMap push v.contents
    else if ty v == "if" then map (mapAttrs (_: lib.mkIf v.condition)) (push v.content)
    else if ty v == "override" then map (mapAttrs (_: lib.mkOverride v.priority)) (push v.content)
    else if ty v == "order" then map (mapAttrs (_: lib.mkOrder v.priority)) (push v.content)
    else [ v ];
  pushDefs = concatMap (d: map (value: d // { inherit value; }) (push d.value));
  namesOf = defs: lib.unique (concatMap (d: attrNames d.value) defs);
  defsOf = n: defs: map (d: d // { value = d.value.${n}; }) (filter (d: d.value ? ${n}) defs);

  # The plain values that definitions come to, those of the best priority only, in order.
  dischargeOne = d: let v = d.value; in
    if ty v == "merge" then concatMap (x: dischargeOne (d // { value = x; })) v.contents
    else if ty v == "if" then (if v.condition then dischargeOne (d // { value = v.content; }) else [ ])
    else if ty v == "override" then dischargeOne (d // { value = v.content; prio = v.priority; })
    else if ty v == "order" then dischargeOne (d // { value = v.content; order = v.priority; })
    else [ d ];
  discharge = defs: let
    plain = concatMap dischargeOne defs;
    prio = d: d.prio or 100;
    best = foldl' (p: d: lib.min p (prio d)) 9999 plain;
    kept = filter (d: prio d == best) plain;
  in sort (a: b: (a.order or 1000) < (b.order or 1000)) kept;

  # Whether definitions are attribute sets, told without looking at their conditions.
  looksSet = v:
    if ty v == "merge" then v.contents != [ ] && all looksSet v.contents
    else if elem (ty v) [ "if" "override" "order" ] then looksSet v.content
    else isSet v;

  undefined = loc: throw "the option ${concatStringsSep "." loc} is used but not defined";

  # Merge by shape: what nixpkgs calls types.anything.
  byShape = ctx: loc: defs:
    if defs != [ ] && all (d: looksSet d.value) defs then evalTree ctx { } defs loc
    else leafByShape ctx loc (discharge defs);
  leafByShape = ctx: loc: ds:
    if ds == [ ] then undefined loc
    else if length ds == 1 && !(isSet (head ds).value) then (head ds).value
    else if all (d: isSet d.value) ds then evalTree ctx { } ds loc
    else if all (d: isList d.value) ds then concatLists (map (d: d.value) ds)
    else if all (d: isString d.value) ds && length (lib.unique (map (d: d.value) ds)) > 1 then concatStringsSep "\n" (map (d: d.value) ds)
    else (head ds).value;

  # --- another value of the same type ---

  changeValue = type: v:
    if type.name == "enum" then head (filter (x: x != v) type.values ++ [ v ])
    else if isBool v then !v
    else if isInt v then v + 1
    else if isFloat v then v + 0.5
    else if isString v then v + "-changed"
    else if isPath v then v + "/changed"
    else if isList v then v ++ [ (if v == [ ] then sample (type.elem or types.unspecified) else changeValue types.unspecified (head v)) ]
    else if v == null then sample (type.elem or types.unspecified)
    else if lib.isDerivation v then v // { outPath = v.outPath + "-changed"; }
    else if isSet v then v // { added = if v == { } then sample (type.elem or types.unspecified) else v.${head (attrNames v)}; }
    else v;
  sample = type:
    if type.name == "bool" then true
    else if type.name == "int" then 4242
    else if type.name == "enum" then head type.values
    else if type.name == "listOf" then [ ]
    else if elem type.name [ "attrsOf" "submodule" "attrs" ] then { }
    else if type ? elem then sample type.elem
    else "sample";

  changed = ctx: loc: ctx.change ? ${toJSON loc};
  changeDeep = ctx: type: loc: v:
    let w = if changed ctx loc then changeValue type v else v;
    in if ctx.change != { } && isSet w then mapAttrs (n: changeDeep ctx types.unspecified (loc ++ [ n ])) w else w;

  # What a type makes of definitions, with the changes asked for.
  at = ctx: type: loc: defs:
    let v = type.merge ctx loc defs; in if type.own or false then v else changeDeep ctx type loc v;

  # --- types ---

  mkType = name: check: merge: { _type = "option-type"; inherit name check merge; description = name; };
  one = ctx: loc: defs:
    if length defs == 1 || all (d: d.value == (head defs).value) defs then (head defs).value
    else throw "the option ${concatStringsSep "." loc} has conflicting definitions";
  scalar = name: check: mkType name check one;

  types = rec {
    str = scalar "str" isString;
    singleLineStr = str; nonEmptyStr = str; passwdEntry = _: str; strMatching = _: str;
    lines = mkType "lines" isString (_: _: ds: concatStringsSep "\n" (map (d: d.value) ds));
    commas = separatedString ","; envVar = separatedString ":";
    separatedString = sep: mkType "lines" isString (_: _: ds: concatStringsSep sep (map (d: d.value) ds));
    int = scalar "int" isInt;
    port = int; number = int;
    ints = { between = _: _: int; positive = int; unsigned = int; u8 = int; u16 = int; u32 = int; s32 = int; };
    float = scalar "float" isFloat;
    bool = scalar "bool" isBool;
    path = scalar "path" (v: isPath v || isString v || lib.isDerivation v);
    pathInStore = path;
    package = scalar "package" lib.isDerivation;
    shellPackage = package;
    raw = scalar "raw" (_: true);
    anything = mkType "anything" (_: true) byShape;
    unspecified = mkType "unspecified" (_: true) (_: loc: ds:
      if length ds == 1 then (head ds).value
      else if all (d: isList d.value) ds then concatLists (map (d: d.value) ds)
      else if all (d: isAttrs d.value) ds then foldl' (a: d: a // d.value) { } ds
      else one { } loc ds);
    attrs = mkType "attrs" isAttrs (_: _: foldl' (a: d: a // d.value) { });
    functionTo = elem: mkType "functionTo" isFn (ctx: loc: ds:
      if all (d: isAttrs d.value) ds then (head ds).value
      else arg: elem.merge ctx (loc ++ [ "<function body>" ]) (discharge (map (d: d // { value = d.value arg; }) ds)));
    optionType = raw;
    enum = values: scalar "enum" (v: elem v values) // { inherit values; functor.payload = { inherit values; }; };
    uniq = t: t;
    unique = _: t: t;
    nonEmptyListOf = listOf;
    listOf = t: mkType "listOf" isList (ctx: loc: ds:
      concatMap (d: concatMap (v: let kept = discharge [ (d // { value = v; }) ]; in
        if kept == [ ] then [ ] else [ (t.merge (ctx // { change = { }; }) (loc ++ [ "*" ]) kept) ]) d.value) ds) // { elem = t; nestedTypes.elemType = t; };
    lazyAttrsOf = attrsOf;
    attrsOf = t: mkType "attrsOf" isAttrs (ctx: loc: ds0: let
      ds = pushDefs ds0;
      live = filter (n: discharge (defsOf n ds) != [ ]) (namesOf ds);
      member = n: from: lib.nameValuePair n (at ctx t (loc ++ [ n ]) from);
      extra = if live != [ ] then discharge (defsOf (head live) ds) else [ { file = "added"; value = sample t; } ];
    in listToAttrs (map (n: member n (discharge (defsOf n ds))) live ++ (if changed ctx loc then [ (member "added" extra) ] else [ ])))
    // { elem = t; nestedTypes.elemType = t; own = true;
         subDefs = if (t.subDefs or null) != null then ctx: loc: ds0: let ds = pushDefs ds0; in
           concatMap (n: t.subDefs ctx (loc ++ [ n ]) (discharge (defsOf n ds))) (namesOf ds) else null; };
    nullOr = t: t // { name = "nullOr"; elem = t; nestedTypes.elemType = t; check = v: v == null || t.check v;
      merge = ctx: loc: ds: if all (d: d.value == null) ds then null else t.merge ctx loc (filter (d: d.value != null) ds); };
    either = a: b: mkType "either" (v: a.check v || b.check v) (ctx: loc: ds:
      if all (d: a.check d.value) ds then a.merge ctx loc ds else b.merge ctx loc ds) // { elem = a; };
    oneOf = ts: foldl' either (head ts) (tail ts);
    coercedTo = from: f: to: let coerce = map (d: if from.check d.value then d // { value = f d.value; } else d); in to // {
      check = v: from.check v || to.check v;
      merge = ctx: loc: ds: to.merge ctx loc (coerce ds);
      subDefs = if (to.subDefs or null) != null then ctx: loc: ds: to.subDefs ctx loc (coerce ds) else null;
    };
    # A set of one attribute, whose name says which of the options it is.
    attrTag = tags: let one' = ds: head (attrNames (head ds).value); opt = ds: tags.${one' ds}; in
      mkType "attrTag" (v: isSet v && length (attrNames v) == 1 && tags ? ${head (attrNames v)}) (ctx: loc: ds:
        { ${one' ds} = evalOption ctx (opt ds) (defsOf (one' ds) ds) (loc ++ [ (one' ds) ]); })
      // { own = true; subDefs = ctx: loc: ds: let t = (opt ds).type; in
           if (t.subDefs or null) != null then t.subDefs ctx (loc ++ [ (one' ds) ]) (discharge (defsOf (one' ds) ds)) else [ ]; };
    addCheck = t: _: t;
    submodule = m: submoduleWith { modules = lib.toList m; shorthandOnlyDefinesConfig = true; };
    submoduleWith = { modules, specialArgs ? { }, shorthandOnlyDefinesConfig ? false, ... }: let
      asModule = d: let v = d.value; in
        if isFn v || isPath v || !shorthandOnlyDefinesConfig then { _file = d.file; imports = [ v ]; }
        else { _file = d.file; config = v; };
      run = ctx: loc: ds: evalModules {
        inherit ctx; prefix = loc; modules = modules ++ map asModule ds;
        specialArgs = { name = lib.last loc; } // specialArgs;
      };
    in mkType "submodule" (v: isAttrs v || isFn v || isPath v) (ctx: loc: ds: (run ctx loc ds).config)
      // { own = true; subDefs = ctx: loc: ds: (run ctx loc ds).definitions; };
    # A module that is kept as a value: whoever imports it gets all its definitions.
    deferredModule = deferredModuleWith { };
    deferredModuleWith = { staticModules ? [ ] }: mkType "deferredModule" (v: isSet v || isFn v || isPath v)
      (_: loc: ds: { imports = staticModules ++ map (d: lib.setDefaultModuleLocation "${d.file}, via option ${lib.showOption loc}" d.value) ds; })
      // { own = true; };
  };

  # --- evaluation ---

  evalOption = ctx: opt: defs: loc: let
    type = opt.type or types.unspecified;
    byPrio = discharge (defs ++ (if opt ? default then [ { file = "default"; value = lib.mkOptionDefault opt.default; } ] else [ ]));
    v = if byPrio == [ ] && type.name != "submodule" then undefined loc else at ctx type loc byPrio;
  in (opt.apply or (x: x)) v;

  # What is set below a freeform submodule without being declared is a value as well.
  freeform = ctx: loc: defs: changeDeep ctx types.unspecified loc (byShape (ctx // { change = { }; }) loc defs);

  # Definitions with what they set at one path set at another, for options that are the alias of another one.
  # One that is changed is set otherwise.
  move = ctx: { from, to }: d: let
    without = p: v: if tail p == [ ] then removeAttrs v p else v // { ${head p} = without (tail p) v.${head p}; };
  in concatMap (e: if lib.hasAttrByPath from e.value
    then [ (e // { value = without from e.value; }) (e // { value = lib.setAttrByPath to (changeDeep ctx types.unspecified from (lib.getAttrFromPath from e.value)); }) ]
    else [ e ]) (pushDefs [ d ]);

  evalTree = ctx: opts: defs: loc:
    if ty opts == "option" then evalOption ctx opts defs loc
    else let
      ds = pushDefs defs;
      names = lib.unique (attrNames opts ++ namesOf ds);
    in listToAttrs (map (n: {
      name = n;
      value = if opts ? ${n} then evalTree ctx opts.${n} (defsOf n ds) (loc ++ [ n ]) else (if ctx.freeform or null == loc then freeform (removeAttrs ctx [ "freeform" ]) else byShape ctx) (loc ++ [ n ]) (defsOf n ds);
    }) names);

  # What modules get as `options`: every option with what is known of it. A changed value counts as changed definitions.
  optionInfo = ctx: config: opts: defs: loc:
    if ty opts == "option" then let
      given = discharge (defs ++ (if opts ? default then [ { file = head (opts.declarations or [ ] ++ [ "default" ]); value = lib.mkOptionDefault opts.default; } ] else [ ]));
      type = opts.type or types.unspecified;
      shown = map (d: d // { value = if ctx.change == { } then d.value else changeDeep ctx type loc d.value; }) given;
    in opts // {
      inherit loc type;
      raw = opts; # as it was declared
      value = lib.getAttrFromPath (lib.drop ctx.depth loc) config;
      isDefined = given != [ ];
      definitions = map (d: d.value) shown;
      definitionsWithLocations = map (d: { inherit (d) file value; }) shown;
      files = map (d: d.file) given;
      highestPrio = if given == [ ] then 9999 else (head given).prio or 100;
      __toString = _: lib.showOption loc;
    }
    else let ds = pushDefs defs; in mapAttrs (n: o: optionInfo ctx config o (defsOf n ds) (loc ++ [ n ])) opts;

  mergeOptions = a: b:
    if ty a == "option" || ty b == "option" then a // b
    else a // mapAttrs (n: v: if a ? ${n} then mergeOptions a.${n} v else v) b;

  declaredIn = file: o:
    if ty o == "option" then o // { declarations = [ file ]; }
    else if isSet o then mapAttrs (_: declaredIn file) o
    else o;

  # Every definition as { file, loc, hash }: its path stops where its value is no attribute set.
  walk = opts: file: loc: v: let
    t = tryEval (builtins.seq v v);
    condition = tryEval v.condition;
    known = ty opts == "option";
  in
    if !t.success then [ { inherit file loc; hash = "error"; } ]
    else if ty v == "merge" then concatMap (walk opts file loc) v.contents
    else if ty v == "if" then
      if !condition.success then [ { inherit file loc; hash = "error"; } ]
      else if condition.value then walk opts file loc v.content else [ ]
    else if elem (ty v) [ "override" "order" ] then map (d: d // { hash = d.hash + toString v.priority; }) (walk opts file loc v.content)
    else if known && (opts.type.subDefs or null) != null then [ ] # the nested modules tell them
    else if isSet v then concatMap # an empty set defines nothing
      (n: walk (if known then { } else opts.${n} or { }) file (loc ++ [ n ]) v.${n}) (attrNames v)
    else [ { inherit file loc; hash = fingerprint v; } ];

  # Definitions inside options of submodule type, and the defaults of those that nothing defines.
  walkOptions = ctx: opts: defs: loc:
    if ty opts == "option" then let ds = discharge defs; in
      if (opts.type.subDefs or null) != null then opts.type.subDefs ctx loc ds
      else if ds == [ ] && opts ? default then [ { file = "default"; inherit loc; hash = fingerprint opts.default; } ]
      else [ ]
    else let ds = pushDefs defs; in concatMap (n: walkOptions ctx opts.${n} (defsOf n ds) (loc ++ [ n ])) (attrNames opts);

  show = v:
    if isFn v then "<function>"
    else if lib.isDerivation v then { drv = v.outPath; }
    else if isAttrs v then mapAttrs (_: show) v
    else if isList v then map show v
    else if isPath v then toString v
    else v;
  fingerprint = v:
    let t = tryEval (let s = unsafeDiscardStringContext (toJSON (show v)); in builtins.seq s s);
    in if t.success then hashString "md5" t.value else "error";

  # Every value of a part of config as { loc, set, hash }; a set's own hash is not told.
  walkValues = loc: v: let t = tryEval (builtins.seq v v); in
    if !t.success then [ { inherit loc; set = false; hash = "error"; } ]
    else if isSet v then [ { inherit loc; set = true; hash = ""; bool = false; } ] ++ concatMap (n: walkValues (loc ++ [ n ]) v.${n}) (attrNames v)
    else [ { inherit loc; set = false; bool = isBool v; hash = fingerprint v; } ];

  evalModules = { modules, specialArgs ? { }, prefix ? [ ], ctx ? { change = { }; }, ... }: let
    base = { inherit lib; } // specialArgs // { inherit config; options = info; };
    apply = f: let formals = functionArgs' f; in
      f (base // mapAttrs (n: _: base.${n} or config._module.args.${n}) (lib.filterAttrs (n: optional: base ? ${n} || !optional) formals));
    functionArgs' = f: if isFunction f then functionArgs f else f.__functionArgs or { };
    # A file is known by its path, so that one which is imported twice counts once; any other module by where it stands.
    load = file: key: n: m:
      if isPath m || isString m then module (toString m) (toString m) (import m)
      else module file "${key}:anon-${toString n}" m;
    module = file: key: m:
      if isFn m then module file key (apply m)
      else if elem (ty m) [ "if" "override" ] then module file key { config = m; }
      else let
        f = if m ? _file then toString m._file else file;
        whole = m ? config || m ? options;
        # As nixpkgs' unifyModuleSyntax: beside config and options only what describes the module may stand.
        about = [ "imports" "options" "config" "_file" "key" "require" "disabledModules" "_class" "meta" "_moved" "freeformType" ];
        beside = removeAttrs m about;
      in {
        key = toString (m.key or key);
        file = f;
        options = m.options or { };
        moved = if m ? _moved then [ m._moved ] else [ ];
        freeform = m ? freeformType;
        disabled = map (d: if isAttrs d then d.key else if isString d && !(lib.hasPrefix "/" d) then "/modules/${d}" else toString d) (m.disabledModules or [ ]);
        imports = m.imports or [ ];
        config = if !whole then beside
          else if beside == { } then m.config or { }
          else throw "Module has an unsupported attribute `${head (attrNames beside)}'";
      };
    # As in nixpkgs: level by level, and what is imported comes before what imports it.
    closure = keep: builtins.genericClosure {
      startSet = filter keep (lib.imap1 (load "<entry>" "entry") modules);
      operator = m: filter keep (lib.imap1 (load m.file m.key) m.imports);
    };
    # A module that is disabled brings no others in, but what those disable is disabled.
    loaded = let found = closure (_: true); off = concatMap (m: m.disabled) found; in
      lib.reverseList (if off == [ ] then found else closure (m: !(elem m.key off)));
    optionTree = foldl' (a: m: mergeOptions a (declaredIn m.file m.options)) { } loaded;
    info = optionInfo (ctx // { depth = length prefix; }) config optionTree defs prefix;
    moves = concatMap (m: m.moved) loaded;
    defs = foldl' (ds: m: concatMap (move ctx m) ds) (map (m: { inherit (m) file; value = m.config; }) loaded) moves;
    config = let c = evalTree (if lib.any (m: m.freeform) loaded then ctx // { freeform = prefix; } else ctx) optionTree defs prefix; in c // { _module = (c._module or { }) // { args = c._module.args or { }; }; };
  in {
    config = if prefix == [ ] then config else removeAttrs config [ "_module" ];
    options = info;
    definitions = filter (d: d.loc != prefix) (concatMap (d: walk optionTree d.file prefix d.value) defs) ++ walkOptions ctx optionTree defs prefix;
    # An alias within the root is no value of its own.
    values = root: filter (v: lib.all (m: m.from != v.loc || head m.to != root) moves) (walkValues [ root ] (config.${root} or { }));
    extendModules = more: evalModules {
      inherit prefix ctx;
      modules = modules ++ more.modules or [ ];
      specialArgs = specialArgs // (more.specialArgs or { });
    };
  };
in
{ inherit types evalModules walkValues fingerprint; }
