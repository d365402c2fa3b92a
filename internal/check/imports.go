package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/suggest"
	"nixsink/parse"
)

var disabledImport = Check{
	Name:    "disabled-import",
	Summary: "an import is commented out",
	Default: Info,
	Doc: `An entry of an imports list is commented out: the module is there, and nothing of it is in force. The comment's own reason is shown
where one is written beside it. Import the module, or delete both.

` + "```nix" + `
-- default.nix --
{
  imports = [
    ./ssh.nix
    # ./policy.nix  # TODO-POLICY-7 after the rebuild     # <- here
  ];
}
-- ssh.nix --
{ services.openssh.enable = true; }
-- policy.nix --
{ security.sudo.enable = false; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, im := range p.Graph.Imports {
			if !im.Disabled {
				continue
			}
			f := Finding{At: im.At, Value: im.To, Message: fmt.Sprintf("the import of %s is commented out", im.To)}
			if im.Reason != "" {
				f.Message += ": " + oneLine(im.Reason)
			}
			if im.Missing {
				f.Message += " (there is no such file)"
			} else if m := p.modules[im.To]; m != nil {
				f.Related = append(f.Related, Related{At: p.top(im.To), Message: "the module that is left out"})
			}
			out = append(out, f)
		}
		return out
	},
}

var missingImport = Check{
	Name:    "missing-import",
	Summary: "an imported file does not exist",
	Default: Error,
	InForce: true,
	Doc: `An import names a file that is not there: evaluation fails as soon as this module takes part. Commented-out imports are not meant, nor
are those that look first (` + "`pathExists`, `tryEval`" + `), nor files that an ignore file names: they are kept apart from the repository.
What goes through the folders that there are (readDir) and finds no such file in one of them is information: it may never ask for that one.
So is what another flake below this one imports that this one does not take, such as a template: it may be put together elsewhere. In a tree without a flake Nix reads what
lies in the folder, so that ` + "`hardware-configuration.nix`" + ` and a file that there is a template of (` + "`variables.example.nix`, `defaults/variables.nix`" + `) are information, too.
A file that several modules import is one finding.

` + "```nix" + `
-- default.nix --
{
  imports = [
    ./ssh.nix
    ./firewal.nix # <- here
  ];
}
-- ssh.nix --
{ services.openssh.enable = true; }
-- firewall.nix --
{ networking.firewall.enable = true; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		at, of := map[graph.Place]int{}, map[string]int{}
		for _, im := range p.Graph.Imports {
			if !im.Missing || im.Disabled || im.External {
				continue
			}
			if i, ok := at[im.At]; ok {
				// A computed list of names: one place, one finding.
				out[i].Message = strings.TrimSuffix(out[i].Message, " and others from here") + " and others from here"
				continue
			}
			if p.tries(im) {
				continue
			}
			f := Finding{
				At: im.At, Value: im.To,
				Message: fmt.Sprintf("there is no file %s%s", im.To, p.nearestFile(im.To)),
			}
			if p.fromListing(im) || p.isTreeByChance(im) {
				f.Severity = Info
			}
			if flake := p.otherFlake(im.From); flake != "" {
				f.Severity = Info
				f.dependOn(flake + " is a flake of its own, and may be put together elsewhere")
			} else if why := p.madeThere(im.To); why != "" {
				f.Severity = Info
				f.dependOn(why)
			}
			// What many modules import and is nowhere is one thing that is missing.
			if i, ok := of[im.To]; ok && out[i].Severity == f.Severity && !p.dormant(out[i].At.File) {
				out[i].Related = append(out[i].Related, Related{At: f.At, Message: "imported here, too"})
				at[im.At] = i
				continue
			}
			at[im.At], of[im.To] = len(out), len(out)
			out = append(out, f)
		}
		return out
	},
}

// madeThere says why a file may be on the machine and not in the tree, "" if nothing speaks for it: without a flake, Nix reads what lies in the folder, tracked
// by git or not.
func (p *Pass) madeThere(name string) string {
	if p.Graph.Files["flake.nix"] != nil {
		return ""
	}
	base := path.Base(name)
	if base == "hardware-configuration.nix" {
		return "nixos-generate-config writes it on each machine"
	}
	for _, file := range p.files() {
		if isTemplateOf(file, base) && file != name {
			return file + " may be what it is made of"
		}
	}
	return ""
}

// templateWords are what folders and files are called that hold what a file begins with.
var templateWords = []string{"default", "defaults", "example", "examples", "sample", "samples", "template", "templates", "skeleton", "dist"}

// isTemplateOf reports whether a file is named as one that another is made of: defaults/variables.nix, variables.example.nix, example-variables.nix.
func isTemplateOf(file, base string) bool {
	is := func(word string) bool { return slices.Contains(templateWords, word) }
	own := path.Base(file)
	if own == base {
		return is(path.Base(path.Dir(file)))
	}
	words := strings.FieldsFunc(strings.TrimSuffix(own, ".nix"), func(r rune) bool { return strings.ContainsRune(".-_", r) })
	rest := slices.DeleteFunc(slices.Clone(words), is)
	return len(rest) < len(words) && strings.Join(rest, "") == strings.Join(strings.FieldsFunc(strings.TrimSuffix(base, ".nix"), func(r rune) bool { return strings.ContainsRune(".-_", r) }), "")
}

var unreachableModule = Check{
	Name:    "unreachable-module",
	Summary: "no import reaches a module",
	Default: Info,
	Doc: `No entry point imports this module, directly or through others: what it says is not in force. Import it, delete it, or exclude it in
the configuration file. Where the only import of it is commented out, that place is shown. If more than half of all modules are
not reached, then it is the entry points or the way of importing that nixsink does not know, and it says that instead.

` + "```nix" + `
-- configuration.nix --
{ imports = [ ./ssh.nix ]; }
-- ssh.nix --
{ services.openssh.enable = true; }
-- policy.nix --
{ security.sudo.enable = false; } # <- here
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		reached := false
		for _, m := range p.Graph.Modules {
			reached = reached || m.Reachable
		}
		if !reached {
			return nil // without an entry point "unreachable" says nothing
		}
		disabled := map[string][]*graph.Import{}
		live := map[string][]string{}
		for _, im := range p.Graph.Imports {
			if im.Disabled {
				disabled[im.To] = append(disabled[im.To], im)
			} else {
				live[im.To] = append(live[im.To], im.From)
			}
		}
		unknown := p.unknownFolders()
		var out []Finding
		all := 0
		for _, m := range p.Graph.Modules {
			if m.Instance != "" || m.Role == "unparsed" || m.Role == "helper" {
				continue
			}
			if all++; m.Reachable {
				continue
			}
			if slices.ContainsFunc(unknown, func(dir string) bool { return strings.HasPrefix(m.Path, dir) }) {
				continue
			}
			f := Finding{At: p.top(m.Path), Value: m.Path, Message: "no import reaches this module"}
			if why := p.account().mayImport(p); why != "" {
				f.dependOn(why)
			}
			if from := live[m.Path]; len(from) > 0 {
				f.Message += fmt.Sprintf(": %s imports it, and nothing reaches that either", from[0])
			}
			for _, im := range disabled[m.Path] {
				f.Related = append(f.Related, Related{At: im.At, Message: "an import of it is commented out here"})
			}
			if len(f.Related) > 0 && len(live[m.Path]) == 0 {
				f.Message += ": its import is commented out"
			}
			out = append(out, f)
		}
		if len(out) > all/2 && len(out) > few {
			return []Finding{{At: p.entry(), Anchor: "-", Message: fmt.Sprintf(
				"no import that could be followed reaches %d of %d modules, such as %s: name the files where imports begin in `entries`, tell of your own way of importing in a `[[loader]]`, or `exclude` what is no part",
				len(out), all, out[0].Value)}}
		}
		return out
	},
}

// few is how many modules may be unreached, whatever their share, before the entry points are doubted.
const few = 10

// fromListing reports whether the name of what is missing was put together from a folder that is there: nobody has written it down.
func (p *Pass) fromListing(im *graph.Import) bool {
	dir := path.Dir(im.To)
	if _, ok := slices.BinarySearch(p.Graph.Folders, dir); !ok || dir == "." || p.Graph.Files[im.From] == nil {
		return false
	}
	// What both have in common, ../ says.
	below, from := im.To, path.Dir(im.From)+"/"
	for {
		name, rest, ok := strings.Cut(below, "/")
		if !ok || !strings.HasPrefix(from, name+"/") {
			break
		}
		below, from = rest, from[len(name)+1:]
	}
	return slices.ContainsFunc(strings.Split(strings.TrimSuffix(strings.TrimSuffix(below, ".nix"), "/default"), "/"), func(name string) bool {
		return name != ".." && !containsWord(p.Graph.Files[im.From].Src, name)
	})
}

// isTreeByChance reports whether what is missing is the tree's own default.nix, which nobody has named: an input of a computed name (inputs.${name}) may
// be the flake itself, and hardly is.
func (p *Pass) isTreeByChance(im *graph.Import) bool {
	text := p.Graph.Text(im.At)
	return im.To == "default.nix" && !strings.Contains(text, "./") && !containsWord(text, "self") && !containsWord(text, "root")
}

// otherFlake is the flake that a file belongs to, where that is another one than the tree's own and that one does not speak of its folder; "" otherwise.
func (p *Pass) otherFlake(file string) string {
	own := p.Graph.Files["flake.nix"]
	if own == nil {
		return ""
	}
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if name := path.Join(dir, "flake.nix"); p.Graph.Files[name] != nil {
			if strings.Contains(own.Src, dir) {
				return ""
			}
			return name
		}
	}
	return ""
}

// containsWord reports whether a name stands in a text as a word.
func containsWord(text, name string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(name)
		if (start == 0 || !isWord(text[start-1])) && (end == len(text) || !isWord(text[end])) {
			return true
		}
		from = end
	}
}

// tries reports whether an import looks first whether there is something: the binding that it stands in asks pathExists or tryEval.
func (p *Pass) tries(im *graph.Import) bool {
	in := im.At.Span
	if o := p.outline(im.From); o != nil {
		for _, b := range o.bindings {
			if b.Contains(im.At.Span) {
				in = b.Span // the innermost comes last
			}
		}
	}
	if slices.ContainsFunc([]string{"pathExists", "pathIsDirectory", "pathIsRegularFile", "tryEval"}, func(name string) bool { return p.mentionsName(im.From, in, name) }) {
		return true
	}
	s := p.syntax(im.From)
	return s != nil && slices.ContainsFunc(s.guards, func(g guarded) bool {
		return g.body.Contains(im.At.Span) && p.mentionsName(im.From, g.cond, "pathExists")
	})
}

// nearestFile suggests a file of the same name elsewhere, or one of almost that name in the same folder.
func (p *Pass) nearestFile(name string) string {
	var beside, same []string
	for _, f := range p.files() {
		if path.Base(f) == path.Base(name) && !slices.Contains(everywhereNames, path.Base(f)) {
			same = append(same, f)
		}
		if path.Dir(f) == path.Dir(name) && suggest.Within(path.Base(f), path.Base(name), 2) {
			beside = append(beside, f)
		}
	}
	if len(same) == 1 {
		return fmt.Sprintf(", did you mean %q?", same[0])
	}
	return didYouMean(name, beside)
}

// everywhereNames are files of which every folder has its own: one of the name elsewhere is another one.
var everywhereNames = []string{"default.nix", "configuration.nix", "hardware-configuration.nix", "hardware.nix", "home.nix", "module.nix", "options.nix", "flake.nix", "disko.nix", "disks.nix", "networking.nix", "users.nix"}

// oneLine folds a comment into one line and takes its markers off.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.TrimLeft(strings.TrimSpace(s), "#* ")), " ")
}

// unknownFolders are the folders of which an import takes files that are not known, because a function could not be followed that makes
// the list (imports = helper.modulesIn ./.): what lies below may well be reached. Each ends in a slash.
func (p *Pass) unknownFolders() []string {
	var out []string
	for _, im := range p.Graph.Imports {
		m := p.modules[im.From]
		if !im.External || im.Disabled || m == nil || !m.Reachable || p.Graph.Files[im.From] == nil {
			continue
		}
		parse.Walk(p.Graph.Files[im.From].Expr, func(n parse.Node) bool {
			if lit, ok := n.(*parse.Path); ok && im.At.Span.Contains(lit.Span) && len(lit.Parts) == 1 && strings.HasPrefix(lit.Parts[0].Text, ".") {
				out = append(out, path.Join(path.Dir(im.From), lit.Parts[0].Text)+"/")
			}
			return n.Range().Start < im.At.Span.End && im.At.Span.Start < n.Range().End
		})
	}
	return out
}
