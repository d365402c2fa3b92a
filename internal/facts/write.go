package facts

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// A Format is how tables are written.
type Format string

// The formats.
const (
	Parquet Format = "parquet" // Apache Parquet, zstd
	NDJSON  Format = "ndjson"  // a JSON object a line
)

// Formats are the names of all.
var Formats = []string{string(Parquet), string(NDJSON)}

// batch is how many rows are handed over at once.
const batch = 1024

// schemaKey is what the version of the tables is called in the metadata of a Parquet file.
const schemaKey = "nixsink.schema"

// writerOptions are those of every Parquet file.
func writerOptions() []parquet.WriterOption {
	return []parquet.WriterOption{
		parquet.Compression(&zstd.Codec{}),
		parquet.KeyValueMetadata(schemaKey, strconv.Itoa(Schema)),
		parquet.CreatedBy("nixsink", strconv.Itoa(Schema), ""),
		parquet.MaxRowsPerRowGroup(1 << 19), // what is held in memory while a file is written
	}
}

// rowWriter takes rows one by one.
type rowWriter[T any] interface {
	write(rows []T) error
	close() error
}

type parquetRows[T any] struct{ w *parquet.GenericWriter[T] }

func (p parquetRows[T]) write(rows []T) error { _, err := p.w.Write(rows); return err }
func (p parquetRows[T]) close() error         { return p.w.Close() }

type jsonRows[T any] struct{ enc *json.Encoder }

func (j jsonRows[T]) write(rows []T) error {
	for i := range rows {
		if err := j.enc.Encode(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}
func (jsonRows[T]) close() error { return nil }

func rowsTo[T any](w io.Writer, f Format) rowWriter[T] {
	if f == NDJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return jsonRows[T]{enc}
	}
	return parquetRows[T]{parquet.NewGenericWriter[T](w, writerOptions()...)}
}

// writeTable writes a table's rows of one snapshot into dir, and nothing if there are none.
func writeTable[T any](dir, table string, f Format, rows iter.Seq[T], head func(*T)) (err error) {
	var file *os.File
	var buf *bufio.Writer
	var out rowWriter[T]
	defer func() {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			err = fmt.Errorf("write table %s: %w", table, err)
		}
	}()
	pending := make([]T, 0, batch)
	flush := func() error {
		if len(pending) == 0 {
			return nil
		}
		if out == nil {
			if file, err = os.Create(filepath.Join(dir, fileOf(table, f))); err != nil {
				return err
			}
			buf = bufio.NewWriter(file)
			out = rowsTo[T](buf, f)
		}
		err := out.write(pending)
		pending = pending[:0]
		return err
	}
	for r := range rows {
		head(&r)
		if pending = append(pending, r); len(pending) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	return errors.Join(out.close(), buf.Flush())
}

func fileOf(table string, f Format) string { return table + "." + string(f) }
