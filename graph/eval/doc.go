// Package eval evaluates NixOS modules without Nix, as far as it takes to see where values go.
//
// In: the parsed files of a tree and the names of its entry points. Out: every place where an option is read (Read),
// every option that is declared (Declaration) and defined (Definition), each definition with the options that it comes
// from (Origins). Which options are central values, and what follows from definitions that feed each other, is not
// known here: that is package graph. Nothing is executed, nothing is read but what Host gives.
//
// A value is a shape, as far as it is known, and the origins of the value as a whole. Evaluation is lazy, as in Nix:
// what nobody asks for adds nothing to a definition. These are the rules; code refers to them by number.
//
//  1. Names. Lexical scopes first (let, rec, arguments, inherit), then the names that Nix itself puts in scope, then
//     every `with` from the inside out. A `with` over part of config offers the names that are declared there.
//  2. Aliases. A value keeps its origins through every name that it is bound to; the names are kept as the way it took.
//  3. Functions are values with their scope, and are entered once per call, with the arguments of that call: local
//     ones, ones from imported files, curried ones, with formals, defaults and @. A function that is entered again while
//     it runs is followed maxRecursion calls deep; beyond that its result counts as anything made of its arguments.
//  4. Selection. a.b has the origins of the attribute and those of a as a whole, and nothing of a's other attributes.
//     `or` takes both sides, unless it is certain that the attribute is there (an option that is declared is), or certain
//     that it is not. A computed name that is not known has an identity, what it is made of (symbol.go): users.${user} read is what
//     users.${user} is defined as, and the name decides nothing where nothing else is defined there.
//  5. Guards. `?`, hasAttr and hasAttrByPath depend on whether something is there, not on what it holds.
//  6. Update. In a // b the attributes of b win where it is certain that b has them; where a condition decides, both
//     are kept and the condition controls both.
//  7. Iteration. Going over part of config gives its names and its members. The names of a group of declared options
//     are known and depend on nothing; those of a registry are the registry's. A filter by literal names leaves those.
//  8. The unknown. A function of which nothing is known gives anything made of its arguments: it may widen, never lose. Values that hold
//     each other have the same origins, wherever one enters.
//     What lib and builtins do is a table (libTable); the next function is one line there.
//  9. Modules. imports are followed through paths, lists, functions, readDir and lists of files; a path with a name that
//     is not known stands for every file of the tree that it can be; a function that makes
//     modules gives one instance per call. A module that nothing imports belongs to what the modules around it belong to, if they agree. One that stands
//     under a condition that is false and nowhere else takes no part (left_out.go).
//  10. Declarations are what `options` holds after evaluation, so that wrappers of the repository's own work. What a
//     function that is not known makes there is an option of which nothing more is known.
//  11. Types. attrsOf makes a registry, submodule an instance whose `config` and `name` are its own. Its modules get the arguments of
//     submoduleWith and those that they pass each other, and import files and each other. Below a list no
//     option has a path. What a type says of the kind of its values decides isString, typeOf and comparisons with null.
//  12. Definitions. A path goes down through attribute sets and ends at anything else; at a list it ends. mkMerge gives
//     each of its parts, mkIf controls all below it, mkForce and its like change nothing about where a value goes; what // puts
//     beside one of them is dropped. An option
//     that is handed over as it is takes all below it along, under the same names. A module that disabledModules names is no part of that configuration.
//  13. Kinds. What becomes part of a value is data; what becomes part of a name, key; what a condition is made of,
//     control (mkIf, if, optional*, assert, filter). The strongest kind of an origin is the one that is kept.
//  14. Questions. Whether something is there, whether it is null and how many elements it has are asked apart from what it holds
//     (Aspect), and what is defined decides only what it bears upon (Bearing).
//  15. Conditions. Those around a definition are taken together: what the others settle already decides nothing, nor does what
//     leads to the same constant in every branch.
//  16. Hidden definitions. What another definition always outweighs is marked, and so is one whose condition decides nothing since
//     the same constant is there anyway, and one in a file that nothing imports beside files that a module picks by name.
//  17. Configurations. Each call that evaluates modules makes one (makers), and so does an option that holds modules of its own (places):
//     a home, a container, a specialisation. What a source defines lands below the place of its configuration; the conditions around
//     such an option are conditions over all that its modules define. All hosts have one tree of paths, and what is known of a path
//     carries the set of hosts that it holds in; homes and containers are below their host.
//     A container within a container is followed unless one around makes one of the same text: those have no end.
//  18. Sharing. A source (a file, a function, a set) is followed once and gives a Summary, with the questions that it asked of its
//     configuration: what is declared at a path, which names are there, what an argument is. Another configuration whose answers are
//     the same takes part in it; one that would be answered otherwise by the end is followed again (revise), so that the order of
//     imports changes nothing. What one file writes inline belongs to that file's summary.
//     What a file means for one home is put below another one, with its questions (move).
//  19. Functions and modules that an option holds (config.lib, deferredModule) are followed where they are called or imported.
//  20. Other configurations. What a configuration reads of another one (nodes.db.config, self.nixosConfigurations.db.config) is asked there, and what comes
//     of it leads from that one to the reader; where the name is computed, from each that it may be.
//
// Bounds: maxDepth nested evaluations, maxDeep levels of structure, maxSearched values searched for one module, fuelPerModule expressions for one module and fuelPerEntry more for
// each entry of a folder that it lists, more for files of more than longText bytes, fuelForBuilds and fuelForPlatforms for what a flake makes for every platform, maxWithinItself
// submodules of a type within itself, maxRecursion calls within each other, or maxGrounded with a text or path that is known,
// maxBlindRecursion and maxBlind calls with something unknown, maxHoles unknown names in a row, maxAlternatives values kept apart. Where one of
// those up to maxGrounded cuts something short, Limits says where and why; the others only widen.
package eval
