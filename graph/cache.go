package graph

import (
	"sync"

	"nixsink/parse"
)

// A Cache keeps the trees of files from one analysis to the next: a file that holds what it held before is not parsed again. Analyses may share
// one at the same time, since nobody changes a tree. Of each name it knows the text that was read last, so it grows no larger than the
// trees that it is used for.
type Cache struct {
	mu    sync.Mutex
	known map[string]cached
}

// cached is a file with what its comments say.
type cached struct {
	file  *parse.File
	notes notes
}

// NewCache makes an empty cache.
func NewCache() *Cache { return &Cache{known: map[string]cached{}} }

// parse gives the tree of a text. Without a cache it is made.
func (c *Cache) parse(name, src string) (*parse.File, notes) {
	if c != nil {
		c.mu.Lock()
		k, ok := c.known[name]
		c.mu.Unlock()
		if ok && k.file.Src == src {
			return k.file, k.notes
		}
	}
	read := parse.Parse
	if c != nil {
		read = parse.Alone // each file is kept until it changes
	}
	f := read(name, src)
	n := readNotes(f) // now, while the text is in the processor's cache
	if c != nil {
		c.mu.Lock()
		c.known[name] = cached{f, n}
		c.mu.Unlock()
	}
	return f, n
}

// keep forgets the files that are no longer part of a tree.
func (c *Cache) keep(byName map[string]*parse.File) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for name := range c.known {
		if byName[name] == nil {
			delete(c.known, name)
		}
	}
}
