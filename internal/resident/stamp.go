package resident

import (
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// mattering are the ends of names of files that an analysis may read.
var mattering = []string{".nix", ".json", ".toml", ".lock", ".gitignore", ".ignore"}

// stampOf is a hash of the names, sizes and times of what lies in the folders of a state, and of its configuration file.
func stampOf(s *State) uint64 {
	h := fnv.New64a()
	put := func(name string, info os.FileInfo) {
		_, _ = h.Write(strconv.AppendInt(strconv.AppendInt(append([]byte(name), 0), info.Size(), 36), info.ModTime().UnixNano(), 36))
	}
	for _, dir := range s.Graph.Folders {
		entries, err := os.ReadDir(filepath.Join(s.Graph.Dir, filepath.FromSlash(dir)))
		if err != nil {
			_, _ = h.Write([]byte(dir + " is gone"))
			continue
		}
		for _, e := range entries {
			if e.IsDir() {
				_, _ = h.Write([]byte(e.Name() + "/"))
				continue
			}
			if ext := filepath.Ext(e.Name()); !slices.Contains(mattering, ext) {
				continue
			}
			if info, err := e.Info(); err == nil {
				put(e.Name(), info)
			}
		}
	}
	if info, err := os.Stat(s.Config); err == nil {
		put(s.Config, info)
	}
	return h.Sum64()
}
