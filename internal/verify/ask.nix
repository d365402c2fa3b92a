# What evaluation knows of one configuration. text is JSON: { roots, tree, only, changes, want }
#
#   roots    the tracked namespaces, each a list of names
#   tree     what the names of the tree's own files begin with
#   only     the first names of the options that are looked at; null: all
#   changes  values that are set otherwise: { loc, pick }, pick being which of the other values of its type
#   targets  options of which it is told what they come to
#   skip     values that make evaluation fail: they are not looked at
#   bare     defaults are not looked at
#   want     "all": also what is declared, and the imports; "values": no definitions; "force": the changed values alone, failing with what evaluation
#            says; "leaves": the options below the namespaces, and nothing of them
#
# given is what lib.evalModules or nixosSystem made. Only builtins are used, since nobody tells where this tree has its lib from.
text: given:
let
  inherit (builtins)
    all attrNames attrValues concatLists concatMap deepSeq elem elemAt filter foldl' fromJSON genList groupBy hashString head isAttrs isBool
    isFloat isFunction isInt isList isPath isString length listToAttrs map mapAttrs match replaceStrings seq stringLength substring tail toJSON tryEval
    unsafeDiscardStringContext;
  input = fromJSON text;

  take = n: l: genList (elemAt l) (if n < length l then n else length l);
  drop = n: l: genList (i: elemAt l (i + n)) (if n < length l then length l - n else 0);
  under = p: l: take (length p) l == p;
  at = p: v: if p == [ ] then v else at (tail p) v.${head p};
  there = p: v: p == [ ] || (let t = tryEval (isAttrs v && v ? ${head p}); in t.success && t.value && there (tail p) v.${head p});
  put = p: v: if p == [ ] then v else { ${head p} = put (tail p) v; };
  # A set with one of its parts set otherwise.
  with' = p: v: set: if p == [ ] then v else set // { ${head p} = with' (tail p) v set.${head p}; };
  hasPrefix = p: s: substring 0 (stringLength p) s == p;

  isOption = x: isAttrs x && (x._type or null) == "option";
  isProperty = v: isAttrs v && v ? _type && elem v._type [ "merge" "if" "override" "order" ];
  isFn = v: isFunction v || isAttrs v && v ? __functor;
  isPlain = v: isAttrs v && !(v ? _type) && !(v ? outPath) && !(v ? __functor);

  # --- fingerprints ---

  # A value without functions, packages and sets that are known by their type, so that JSON can be made of it. Sets may be endless.
  show = depth: v:
    if isFn v then "<function>"
    else if depth == 0 then "<deep>"
    else if isAttrs v then
      if v ? outPath then { path = toString v.outPath; }
      else if v ? _type && !(isProperty v) then "<typed>"
      else mapAttrs (_: show (depth - 1)) v
    else if isList v then map (show (depth - 1)) v
    else if isPath v then toString v
    else v;
  fingerprint = v:
    let t = tryEval (let s = unsafeDiscardStringContext (toJSON (show 12 v)); in seq s s);
    in if t.success then hashString "md5" t.value else "error";
  # A value that is short, as Nix writes it.
  word = v: let
    t = tryEval (
      if v == null || isBool v || isInt v || isFloat v then toJSON v
      else if isString v && stringLength v <= 200 then unsafeDiscardStringContext (toJSON v)
      else if isPath v then toJSON (toString v)
      else "");
  in if t.success then t.value else "";

  # --- types ---

  unspecified = { name = "unspecified"; };
  elemOf = type: type.nestedTypes.elemType or unspecified;
  enumOf = type: let p = type.functor.payload or [ ]; in if isList p then p else p.values or [ ];
  subOptions = type: loc: let t = tryEval ((type.getSubOptions or (_: { })) loc); in if t.success then t.value else { };
  accepts = type: v: let t = tryEval ((type.check or (_: true)) v); in t.success && t.value;

  # Some values of a type, best first.
  samples = type: let n = type.name or "unspecified"; nested = type.nestedTypes or { }; in
    if n == "enum" then enumOf type
    else if n == "bool" then [ true false ]
    else if elem n [ "attrsOf" "lazyAttrsOf" "submodule" "attrs" ] then [ { } ]
    else if n == "listOf" then [ [ ] ]
    else if n == "path" then [ "/other" ]
    else if elem n [ "nullOr" "uniq" "unique" "nonEmptyListOf" ] then samples (elemOf type)
    else if n == "coercedTo" then samples (nested.coercedType or unspecified) ++ samples (nested.finalType or unspecified)
    else if n == "either" then samples (nested.left or unspecified) ++ samples (nested.right or unspecified)
    else filter (accepts type) [ "other" 4242 true "/other" 1.5 "1" { } [ ] ];

  # Other values than v, of its type as far as that can be told, best first.
  others = type: v: let
    first = others' type v;
    none = filter (_: v != null && (type.name or "") == "nullOr") [ null ];
  in if accepts type v then take 1 first ++ none ++ drop 1 first else samples type; # what apply makes of a value is of another type
  others' = type: v: let
    kinds = let n = type.name or "unspecified"; nested = type.nestedTypes or { }; in
      if elem n [ "nullOr" "uniq" "unique" ] then elemOf type
      else if n == "either" then (if accepts (nested.left or unspecified) v then nested.left or unspecified else nested.right or unspecified)
      else type;
    members = enumOf kinds;
  in filter (x: x != v && accepts type x) (
    if (kinds.name or "") == "enum" then members
    else if v == null then samples type
    else if isBool v then [ (!v) ]
    else if isInt v then [ (v + 1) (v - 1) ]
    else if isFloat v then [ (v + 0.5) (v - 0.5) ]
    else if isString v then otherStrings v
    else if isPath v then [ (v + "-other") ]
    else if isList v then let more = map (x: v ++ [ x ]) (if v == [ ] then samples (elemOf kinds) else others (elemOf kinds) (head v)); in take 1 more ++ [ [ ] ] ++ drop 1 more
    else if isAttrs v && v ? outPath then [ (v // { outPath = v.outPath + "-other"; }) ]
    else if isPlain v then [ (v // { nixsinkAdded = "other"; }) ]
    else [ ]);
  otherStrings = s: let
    number = match "(.*[^0-9])?([0-9])([^0-9]*)" s; # the last digit
    digits = { "0" = "1"; "1" = "2"; "2" = "3"; "3" = "4"; "4" = "5"; "5" = "6"; "6" = "7"; "7" = "8"; "8" = "9"; "9" = "8"; };
    pre = match "(.*)([0-9])([^0-9]*)" s;
  in (if s == "" then [ "other" ] else [ (s + "-other") ])
    ++ (if pre != null then [ (elemAt pre 0 + digits.${elemAt pre 1} + elemAt pre 2) ] else [ ])
    ++ [ (s + "0") "other" "1" "/other" ];

  # --- central values ---

  # The parts of config below a namespace that can be set by themselves, each { loc, at, type, value }: at is where a definition goes, above loc
  # where an option is a set that its type does not look into; a registry is one itself, and its members are others.
  leavesOf = opts: cfg: loc: concatMap (n: let l = loc ++ [ n ]; in
    if opts ? ${n} && isAlias opts.${n} then [ ]
    else if opts ? ${n} && isOption opts.${n} then leaf (opts.${n}.type or unspecified) cfg.${n} l
    else if opts ? ${n} && isAttrs opts.${n} then leavesOf opts.${n} (if there [ n ] cfg then cfg.${n} else { }) l
    else shaped null cfg.${n} l) (filter (n: n != "_module") (attrNames (opts // (let t = tryEval (if isAttrs cfg then cfg else { }); in if t.success then t.value else { }))));
  # What mkAliasOptionModule and mkRenamedOptionModule declare is another name of an option.
  isAlias = o: isOption o && (let t = tryEval (let d = o.description or ""; in isString d && hasPrefix "Alias of " d); in t.success && t.value);
  leaf = type: value: loc: let
    t = tryEval (seq value value);
    v = t.value;
    n = type.name or "unspecified";
    nested = type.nestedTypes or { };
    itself = { inherit loc type value; at = loc; registry = false; };
  in
    if elem loc (input.skip or [ ]) || !t.success || !(isPlain v) then [ itself ]
    else if elem n [ "attrsOf" "lazyAttrsOf" "attrsWith" ] then
      [ (itself // { registry = true; }) ] ++ concatMap (m: leaf (elemOf type) v.${m} (loc ++ [ m ])) (attrNames v)
    else if n == "submodule" then let o = subOptions type loc; in if o == { } then shaped null v loc else leavesOf o v loc
    else if elem n [ "nullOr" "uniq" "unique" ] && nested ? elemType then leaf (elemOf type) value loc
    else if n == "either" && nested ? left then leaf (if accepts nested.left v then nested.left else nested.right) value loc
    else if n == "coercedTo" && nested ? finalType then leaf nested.finalType value loc
    else shaped { inherit loc value; } v loc;
  # A set that no declaration takes apart. whole is the option it belongs to; null: each part may be defined by itself.
  shaped = whole: value: loc: let
    t = tryEval (seq value value);
    at = if whole == null then loc else whole.loc;
    self = { inherit loc at value whole; type = unspecified; registry = false; };
  in if t.success && isPlain t.value && t.value != { } && length loc < 16 then concatMap (n: shaped whole t.value.${n} (loc ++ [ n ])) (attrNames t.value) else [ self ];

  rootLeaves = sys: concatMap (r: let
      o = if there r sys.options then at r sys.options else { };
      c = if there r sys.config then at r sys.config else { };
    in if isOption o then leaf (o.type or unspecified) c r else leavesOf o c r) input.roots;

  # What a value could be otherwise; of one that is not defined, what it could be. A registry has one more member, or none.
  candidates = l:
    if l.registry then let
      more = map (x: { nixsinkAdded = x; }) (concatMap (n: [ l.value.${n} ]) (take 1 (attrNames l.value)) ++ samples (elemOf l.type));
    in take 1 more ++ filter (x: l.value != x) [ { } ] ++ drop 1 more
    else if (tryEval (seq l.value true)).success then others l.type l.value
    else samples l.type;
  # The part of a definition that makes it so.
  setting = l: pick: let c = elemAt (candidates l) pick; in
    if l.registry && c != { } then { at = l.at ++ [ "nixsinkAdded" ]; value = c.nixsinkAdded; }
    else if l.at == l.loc then { inherit (l) at; value = c; }
    else { inherit (l) at; value = with' (drop (length l.at) l.loc) c l.whole.value; };

  written = rootLeaves given;
  byLoc = groupBy (l: toJSON l.loc) written;
  module = change: let s = setting (head byLoc.${toJSON change.loc}) change.pick; in
    { _file = "nixsink"; config = put s.at { _type = "override"; priority = 0; content = s.value; }; };
  system = if input.changes == [ ] then given else given.extendModules { modules = map module input.changes; };

  kindOf = l: let t = tryEval (let v = l.value; in
      if l.registry then "registry" else if isBool v then "bool" else if isInt v then "int" else if isFloat v then "float" else if isString v then "string"
      else if isPath v then "path" else if isList v then "list" else if v == null then "null" else if isFn v then "function" else if isAttrs v then "set" else "other");
    in if t.success then t.value else "error";
  tellLeaf = l: if elem l.loc (input.skip or [ ]) then { inherit (l) loc; kind = "error"; hash = "error"; word = ""; others = 0; } else {
    inherit (l) loc;
    kind = kindOf l;
    hash = if l.registry then fingerprint (attrNames l.value) else fingerprint l.value;
    word = if l.registry then "" else word l.value;
    others = let t = tryEval (length (candidates l)); in if t.success then t.value else 0;
  };

  # --- definitions ---

  ofTree = file: let f = toString file; in f == "<unknown-file>" || isAny (map (p: hasPrefix p f) input.tree);
  isAny = elem true;
  inRoot = loc: isAny (map (r: under r loc) input.roots);

  # What the tree defines below some options, each { file, loc, hash }; a path stops where its value is no set.
  definedIn = opts: cfg: loc: let
    own = attrNames opts;
    c = tryEval (if isAttrs cfg then cfg else { });
    free = filter (n: !(opts ? ${n})) (if c.success then attrNames c.value else [ ]);
    wanted = n: n != "_module" && (loc != [ ] || input.only == null || elem n input.only);
  in concatMap (n: let l = loc ++ [ n ]; o = opts.${n}; t = tryEval (isAttrs o); in
      if inRoot l || !t.success || !t.value then [ ]
      else if isOption o then definitionsOf o cfg l
      else definedIn o (if there [ n ] cfg then cfg.${n} else { }) l) (filter wanted own)
    ++ concatMap (n: let l = loc ++ [ n ]; in if inRoot l then [ ] else final "" l c.value.${n}) (filter wanted free);

  definitionsOf = o: cfg: loc: let
    given' = tryEval (let ds = filter (d: ofTree d.file) (o.definitionsWithLocations or [ ]); in seq (length ds) ds);
    mine = given'.value;
    value = valueAt cfg loc;
    inner = nestedOptions o loc;
    told = concatMap (d: walk (unsafeDiscardStringContext (toString d.file)) loc d.value 100 value) mine;
    strongest = ds: let best = foldl' (p: d: if d.prio < p then d.prio else p) 9999 ds; in filter (d: d.prio == best) ds;
  in
    if !given'.success then [ { file = ""; inherit loc; hash = "error"; } ]
    else if mine == [ ] then [ ]
    else if inner != [ ] then concatMap (i: definedIn' i.options i.config i.loc) inner
    else map (d: { inherit (d) file loc hash; }) (concatMap strongest (attrValues (groupBy (d: toJSON d.loc) told)));
  definedIn' = opts: cfg: loc: definedIn (removeAttrs opts [ "_module" ]) cfg loc;
  valueAt = cfg: loc: let n = elemAt loc (length loc - 1); in cfg.${n};

  # The evaluated options of submodules, where this lib keeps them (valueMeta).
  nestedOptions = o: loc: let
    m = let t = tryEval (o.valueMeta or { }); in if t.success && isAttrs t.value then t.value else { };
    one = loc: m: let t = tryEval (m.configuration.options or null); in
      if t.success && t.value != null then [ { inherit loc; inherit (m.configuration) options config; } ] else [ ];
    members = let t = tryEval (attrNames m.attrs); in if m ? attrs && t.success then t.value else [ ];
    each = map (n: one (loc ++ [ n ]) m.attrs.${n}) members;
  in if m ? configuration then one loc m
    else if members != [ ] && all (x: x != [ ]) each then concatLists each
    else [ ];

  walk = file: loc: v: prio: value: let
    t = tryEval (seq v v);
    condition = tryEval (v.condition == true);
    leaf' = hash: [ { inherit file loc hash prio; } ];
    here = tryEval (isPlain value);
  in
    if !t.success then leaf' "error"
    else if isFn v then (if here.success && here.value then map (d: d // { inherit prio; }) (final file loc value) else leaf' "function")
    else if isProperty v then
      if v._type == "merge" then concatMap (x: walk file loc x prio value) v.contents
      else if v._type == "if" then
        if !condition.success then leaf' "error" else if condition.value then walk file loc v.content prio value else [ ]
      else if v._type == "override" then walk file loc v.content v.priority value
      else map (d: d // { hash = d.hash + toString v.priority; }) (walk file loc v.content prio value)
    else if isPlain v && length loc < 20 then # an empty set defines nothing
      concatMap (n: walk file (loc ++ [ n ]) v.${n} prio (if there [ n ] value then value.${n} else null)) (attrNames v)
    else leaf' (fingerprint v);

  # What a part of config comes to, where nothing tells who defines it.
  final = file: loc: v: let t = tryEval (seq v v); in
    if !t.success then [ { inherit file loc; hash = "error"; } ]
    else if isPlain t.value && length loc < 12 then concatMap (n: final file (loc ++ [ n ]) t.value.${n}) (attrNames t.value)
    else [ { inherit file loc; hash = fingerprint v; } ];

  # What some options come to, each { loc, hash }; a path may have * for any name, and ends where one is not known whole.
  comesTo = p: loc: v: let
    t = tryEval (isPlain v);
    n = head p;
    names = if !t.success || !t.value then [ ] else if n == "*" then filter (m: m != "_module") (attrNames v) else if v ? ${n} then [ n ] else [ ];
  in if p == [ ] || match ".+[*].*|.*[*].+" n != null then [ { inherit loc; hash = fingerprint v; } ]
    else concatMap (m: comesTo (tail p) (loc ++ [ m ]) v.${m}) names;

  # --- what is declared, and imported ---

  declaredIn = opts: loc: if isOption opts then [ (tellOption opts loc) ] else concatMap (n: let l = loc ++ [ n ]; o = opts.${n}; in
    if isOption o then [ (tellOption o l) ] else if isAttrs o && n != "_module" then declaredIn o l else [ ]) (attrNames opts);
  tellOption = o: loc: let
    safe = d: v: let t = tryEval (seq v v); in if t.success then t.value else d;
    type = safe unspecified (o.type or unspecified);
    str = v: unsafeDiscardStringContext (toString v);
  in {
    inherit loc;
    type = safe "" (type.description or "");
    typeName = safe "" (type.name or "");
    description = let d = safe null (o.description or null); in if isString d then unsafeDiscardStringContext d else if isAttrs d then d.text or "" else "";
    default = if o ? default && !(input.bare or false) then word o.default else "";
    hasDefault = o ? default;
    readOnly = o.readOnly or false;
    
    files = safe [ ] (let f = map str (o.declarations or [ ]); in deepSeq f f);
  };

  imports = let
    edge = m: concatMap (i: (if i.disabled or false then [ ] else [ { from = unsafeDiscardStringContext (toString m.file); to = unsafeDiscardStringContext (toString i.file); } ] ++ edge i)) m.imports;
    top = map (m: { from = ""; to = unsafeDiscardStringContext (toString m.file); }) (filter (m: !(m.disabled or false)) given.graph);
  in top ++ concatMap edge (filter (m: !(m.disabled or false)) given.graph);

  failing = let t = tryEval (let ms = map (a: unsafeDiscardStringContext (toString a.message)) (filter (a: !a.assertion) (system.config.assertions or [ ])); in deepSeq ms ms);
    in if t.success && isList t.value then t.value else [ ];

  values = map tellLeaf (rootLeaves system);
  definitions = definedIn system.options system.config [ ];
in
if input.want == "force" then
  { forced = map (c: deepSeq (show 12 (at c.loc system.config)) true) input.changes; }
else if input.want == "leaves" then
  { leaves = map (o: o.loc) (concatMap (r: if there r given.options then declaredIn (at r given.options) r else [ ]) input.roots); }
else {
  inherit values failing;
  finals = concatMap (p: comesTo p [ ] system.config) (input.targets or [ ]);
  definitions = if input.want == "values" then [ ] else definitions;
} // (if input.want != "all" then { } else {
  names = filter (n: n != "_module") (attrNames (system.options // system.config));
  declared = concatMap (r: if there r given.options then declaredIn (at r given.options) r else [ ]) input.roots;
  imports = if given ? graph then imports else [ ];
  graph = given ? graph;
  extends = given ? extendModules;
})
