package facts

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
)

// identifier gives the rows of one table and snapshot their Head.
type identifier[T any] struct {
	snapshot string
	key      []int // fields that tell a fact from others
	fact     []int // fields that are no places
	seen     map[string]int
	buf      []byte
}

// newIdentifier reads the tags of T, whose first field is a Head.
func newIdentifier[T any](snapshot string) *identifier[T] {
	id := &identifier[T]{snapshot: snapshot, seen: map[string]int{}}
	t := reflect.TypeFor[T]()
	for i := 1; i < t.NumField(); i++ {
		f := t.Field(i)
		if f.Tag.Get("key") != "" {
			id.key = append(id.key, i)
		}
		if f.Tag.Get("place") == "" {
			id.fact = append(id.fact, i)
		}
	}
	return id
}

// identify fills in the head of a row. Facts that nothing tells apart are numbered in their order.
func (id *identifier[T]) identify(row *T) {
	v := reflect.ValueOf(row).Elem()
	h := v.Field(0).Addr().Interface().(*Head)
	h.Snapshot = id.snapshot
	h.Key = id.hash(v, id.key, 0)
	if n := id.seen[h.Key]; n > 0 {
		id.seen[h.Key]++
		h.Key = id.hash(v, id.key, n)
	} else {
		id.seen[h.Key] = 1
	}
	h.Fact = id.hash(v, id.fact, 0)
}

func (id *identifier[T]) hash(v reflect.Value, fields []int, nth int) string {
	id.buf = binary.AppendUvarint(id.buf[:0], uint64(nth))
	for _, i := range fields {
		id.buf = appendField(id.buf, v.Field(i))
	}
	return digest(id.buf)
}

// digest is the first 64 bits of a SHA-256, in hexadecimal.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// appendField writes a field so that no two lists of fields are written alike: texts and lists with their lengths.
func appendField(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		b = binary.AppendUvarint(b, uint64(v.Len()))
		return append(b, v.String()...)
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	case reflect.Int32, reflect.Int64:
		return binary.AppendVarint(b, v.Int())
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float()))
	case reflect.Slice:
		b = binary.AppendUvarint(b, uint64(v.Len()))
		for i := range v.Len() {
			b = appendField(b, v.Index(i))
		}
		return b
	}
	panic(fmt.Sprintf("a column of kind %s", v.Kind()))
}
