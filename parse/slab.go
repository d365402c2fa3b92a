package parse

// slab hands out values of one type from chunks, so that a tree costs the allocator one call in many nodes.
// A chunk may serve several files; it lives as long as one of them does, and with it whatever its values lead to (see Alone).
type slab[T any] struct {
	free []T
	size int // of the chunk that free is from
}

// Chunks grow up to slabChunk: a file that is parsed alone leaves at most as much unused as it needs.
const firstChunk, slabChunk = 8, 128

// chunk makes a chunk for n values or more.
func (s *slab[T]) chunk(n int) {
	s.size = min(max(firstChunk, 2*s.size), slabChunk)
	for s.size < n {
		s.size *= 2
	}
	s.free = make([]T, s.size)
}

func (s *slab[T]) one() *T {
	if len(s.free) == 0 {
		s.chunk(1)
	}
	p := &s.free[0]
	s.free = s.free[1:]
	return p
}

// copy gives a copy of v that nothing can be appended to in place. It is nil for nothing.
func (s *slab[T]) copy(v []T) []T {
	n := len(v)
	if n == 0 {
		return nil
	}
	if n > len(s.free) {
		if n >= slabChunk/4 {
			return append(make([]T, 0, n), v...)
		}
		s.chunk(n)
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	copy(out, v)
	return out
}

// slabs are the nodes that the parser makes.
type slabs struct {
	idents      slab[Ident]
	ints        slab[Int]
	strings     slab[String]
	paths       slab[Path]
	lists       slab[List]
	sets        slab[Set]
	lets        slab[Let]
	withs       slab[With]
	ifs         slab[If]
	lambdas     slab[Lambda]
	applies     slab[Apply]
	selects     slab[Select]
	hasAttrs    slab[HasAttr]
	unaries     slab[Unary]
	binaries    slab[Binary]
	parens      slab[Paren]
	attrs       slab[Attr]
	inherits    slab[Inherit]
	formalLists slab[Formals]

	exprSlices    slab[Expr]
	bindingSlices slab[Binding]
	partSlices    slab[Part]
	nameSlices    slab[AttrName]
	formalSlices  slab[Formal]
	commentSlices slab[Comment]
}

// scratch are the lists that are being read, each on top of the one around it; a finished list is copied out at its exact length.
type scratch struct {
	exprs    []Expr
	bindings []Binding
	parts    []Part
	names    []AttrName
	formals  []Formal
	pieces   []piece
	bytes    []byte
}

// finish moves what lies above mark into a slice of its own.
func finish[T any](s *slab[T], stack *[]T, mark int) []T {
	out := s.copy((*stack)[mark:])
	clear((*stack)[mark:])
	*stack = (*stack)[:mark]
	return out
}
