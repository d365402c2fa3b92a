package history

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nixsink/internal/door"
	"nixsink/internal/git"
)

// keyOf names what the analysis of these files, sorted by name, gives: it depends on their names, on the blobs of all that Nix code can read, on the
// options and on the program. A commit that changes pages and pictures only has its parent's key.
func keyOf(files []git.Entry, o Options) string {
	h := sha256.New()
	g := o.Graph
	settings, err := json.Marshal([]any{o.Key, g.Roots, g.ArgRoots, g.Entries, g.Loaders, g.Exclude, g.Layers, g.Aliases, g.IDRules, g.CriticalMin, o.Check})
	if err != nil {
		return "" // what cannot be named is not kept
	}
	h.Write(settings)
	for _, e := range files {
		hash := e.Hash
		switch strings.ToLower(filepath.Ext(e.Name)) {
		case ".md", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".pdf":
			hash = ""
		}
		fmt.Fprintf(h, "%q %s %t\n", e.Name, hash, e.Mode == git.Link)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// load takes a point from the cache. Whatever is wrong with an entry, it is as if it were not there.
func load(dir, key string) (Point, bool) {
	if dir == "" || key == "" {
		return Point{}, false
	}
	text, err := door.Read(filepath.Join(dir, key+".json"), door.MaxData)
	if err != nil {
		return Point{}, false
	}
	var p Point
	if json.Unmarshal(text, &p) != nil || p.FanOut == nil {
		return Point{}, false
	}
	return p, true
}

// save puts a point into the cache; a cache that cannot be written is none.
func save(dir, key string, p Point) {
	if dir == "" || key == "" || os.MkdirAll(dir, 0o700) != nil {
		return
	}
	if text, err := json.Marshal(p); err == nil {
		_, _ = door.Replace(filepath.Join(dir, key+".json"), text)
	}
}
