package graph

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/graph/eval"
	"nixsink/internal/secrets"
)

// secretFiles says which files hold secrets as text that evaluation can read: those that a filter of git encrypts (gitattributes(5)), or that are
// encrypted in this checkout by such a filter, those that the configuration names, those with a private key in them, those that are called like a
// secret, and those in which tools keep secrets on a machine.
type secretFiles struct {
	t      *tree
	globs  []string // of the configuration
	crypt  []cryptList
	known  map[string]SecretBy
	sealed map[string]bool // files that are encrypted, by what is in them
	names  map[string]bool // of secrets that files which are not Nix read where tools keep them on a machine
	left   int             // how many more files in folders are looked at for these
}

// A cryptList is what the .gitattributes of one folder says of the files below it.
type cryptList struct {
	dir   string // with a slash at its end; "" for the root
	rules *ignoreList
}

// SecretBy tells by what the contents of a file are known to be secret.
type SecretBy uint8

// What tells that a file's contents are secret.
const (
	NoSecret SecretBy = iota // nothing does
	ByName                   // it is called like one
	ByFilter                 // a filter of git encrypts it
	ByKey                    // there is a private key in it
	ByConfig                 // the configuration says so
	ByPlace                  // tools keep secrets where it lies on a machine
)

// SecretFile tells by what the contents of a file are secret that evaluation reads, or that a definition names: one of the tree by its name
// relative to the root, or one of a machine.
func (g *Graph) SecretFile(name string) SecretBy { return g.secretFiles[name] }

func newSecretFiles(t *tree, globs []string) *secretFiles {
	s := &secretFiles{t: t, globs: globs, sealed: map[string]bool{}, known: map[string]SecretBy{}, names: map[string]bool{}, left: mostInFolders}
	for _, dir := range append([]string{""}, s.attributed()...) {
		src, _, err := t.disk.read(path.Join(dir, ".gitattributes"), maxIgnoreBytes)
		if err != nil {
			continue
		}
		if text := encryptedPatterns(src); text != "" {
			at := dir
			if at != "" {
				at += "/"
			}
			s.crypt = append(s.crypt, cryptList{at, parseIgnore(text, "", nil)})
		}
	}
	for _, p := range t.problems {
		if p.Sealed && (strings.Contains(p.Msg, "git-crypt") || strings.Contains(p.Msg, "transcrypt")) {
			s.known[p.At.File] = ByFilter
		}
	}
	return s
}

// attributed are the folders below the root that have a .gitattributes of their own, those further up first.
func (s *secretFiles) attributed() (out []string) {
	for _, d := range sortedKeys(s.t.dirs) {
		for _, e := range s.t.dirs[d] {
			if d != "" && e.name == ".gitattributes" {
				out = append(out, d)
			}
		}
	}
	return out
}

// encryptedPatterns are the patterns of a .gitattributes whose files a filter encrypts, as a .gitignore would have them.
func encryptedPatterns(attributes string) string {
	var b strings.Builder
	for line := range strings.Lines(attributes) {
		fields := strings.Fields(line)
		if len(fields) < 2 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], "!") {
			continue
		}
		for _, f := range fields[1:] {
			switch {
			case strings.HasPrefix(f, "filter=") && strings.Contains(f, "crypt"):
				b.WriteString(fields[0] + "\n")
			case f == "!filter", f == "-filter", strings.HasPrefix(f, "filter="):
				b.WriteString("!" + fields[0] + "\n")
			}
		}
	}
	return b.String()
}

// holds says whether what a file holds is secret. name is relative to the root, or absolute.
func (s *secretFiles) holds(name string) bool { return s.by(name) != NoSecret }

func (s *secretFiles) by(name string) SecretBy {
	by, again := s.known[name]
	if !again {
		by = s.look(name)
		s.known[name] = by
	}
	return by
}

func (s *secretFiles) look(name string) SecretBy {
	if path.IsAbs(name) {
		if secrets.AtRuntime(name) {
			return ByPlace
		}
		return NoSecret
	}
	for _, g := range s.globs {
		if doublestar.MatchUnvalidated(strings.TrimPrefix(g, "./"), name) {
			return ByConfig
		}
	}
	for _, c := range s.crypt {
		if below, ok := strings.CutPrefix(name, c.dir); ok && c.rules != nil && c.rules.ignores(below, false) {
			return ByFilter
		}
	}
	if strings.HasSuffix(name, ".nix") || bare(name) || secrets.Encrypted(name) {
		return NoSecret
	}
	if !s.there(name) {
		return NoSecret
	}
	if entries, folder := s.t.dirs[name]; folder {
		s.within(name, entries)
		return NoSecret
	}
	text, _, err := s.t.disk.read(s.t.resolve(name), maxSecretBytes)
	s.noteNames(text)
	switch {
	case err != nil:
	case strings.HasPrefix(text, "\x00GITCRYPT\x00"):
		return ByFilter
	case secrets.Sealed(text):
		s.sealed[name] = true
	case notText(text) != nil:
	case secrets.Holds(text):
		return ByKey
	case secrets.NamedSecret(name) && strings.TrimSpace(text) != "":
		return ByName
	}
	return NoSecret
}

// within reads the files of a folder that a definition names for what they read where tools keep secrets.
func (s *secretFiles) within(dir string, entries []dirEntry) {
	for _, e := range entries {
		name := path.Join(dir, e.name)
		if below, folder := s.t.dirs[name]; folder {
			s.within(name, below)
			continue
		}
		if s.left--; s.left < 0 {
			return
		}
		if strings.HasSuffix(name, ".nix") || bare(name) || secrets.Encrypted(name) {
			continue
		}
		text, _, err := s.t.disk.read(name, maxSecretBytes)
		if err == nil && notText(text) == nil {
			s.noteNames(text)
		}
	}
}

// everywhere reads what of the tree is neither Nix nor writing for people for the secrets that it reads where tools keep them: scripts, and files of tools that no option names (.envrc).
func (s *secretFiles) everywhere() {
	left := mostOfTree
	for _, dir := range sortedKeys(s.t.dirs) {
		for _, e := range s.t.dirs[dir] {
			name := path.Join(dir, e.name)
			if _, folder := s.t.dirs[name]; folder || unread[strings.ToLower(path.Ext(name))] || bare(name) || secrets.Encrypted(name) {
				continue
			}
			if left--; left < 0 {
				return
			}
			text, _, err := s.t.disk.read(name, maxSecretBytes)
			if err == nil && notText(text) == nil && !secrets.Sealed(text) {
				s.noteNames(text)
			}
		}
	}
}

// unread are endings of files that read no secret: Nix, which is evaluated, and writing.
var unread = map[string]bool{".nix": true, ".md": true, ".org": true, ".txt": true, ".lock": true, ".pub": true, ".svg": true, ".patch": true}

// noText are endings of files that hold no text: pictures, fonts, sound, films and archives. They are large, and a clone without all contents lacks them.
var noText = map[string]bool{".png": true, ".jpg": true, ".jpeg": true, ".webp": true, ".gif": true, ".avif": true, ".ico": true, ".ttf": true, ".otf": true, ".woff": true, ".woff2": true, ".mp3": true, ".ogg": true, ".wav": true,
	".flac": true, ".mp4": true, ".webm": true, ".mkv": true, ".pdf": true, ".zip": true, ".gz": true, ".xz": true, ".zst": true, ".7z": true}

// bare says whether a file holds no text, by its name.
func bare(name string) bool { return noText[strings.ToLower(path.Ext(name))] }

// mostOfTree bounds the files of a tree that are read.
const mostOfTree = 2000

// noteNames keeps the names of secrets that a text reads where tools keep them.
func (s *secretFiles) noteNames(text string) {
	for _, n := range secrets.NamesAtRuntime(text) {
		s.names[n] = true
	}
}

// mostInFolders bounds the files of folders that are read.
const mostInFolders = 500

// ReadAtRuntime reports whether a file that is not Nix names a secret by the file in which it lies on a machine (/run/agenix/NAME in a configuration of
// Caddy, or in an .envrc).
func (g *Graph) ReadAtRuntime(secret string) bool { return g.atRuntime[secret] }

// maxSecretBytes bounds what is looked at: no secret is as long.
const maxSecretBytes = 1 << 16

// there says whether the tree has a file or folder of a name.
func (s *secretFiles) there(name string) bool {
	if _, ok := s.t.dirs[name]; ok {
		return true
	}
	for _, e := range s.t.dirs[strings.TrimSuffix(path.Dir(name), ".")] {
		if e.name == path.Base(name) {
			return true
		}
	}
	return false
}

// filesOf are the files that a definition names.
func (s *secretFiles) filesOf(d *eval.Definition) []File {
	var out []File
	for _, f := range d.Files() {
		abs := path.IsAbs(f.Name) || strings.HasPrefix(f.Name, "~")
		by := s.by(f.Name)
		out = append(out, File{Name: f.Name, Copied: f.Copied, There: !abs && s.there(f.Name), Sealed: s.sealed[f.Name], Secret: by})
	}
	return out
}
