package check

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Share is a part of a whole that somebody asks for: finite, from 0 to 1. No other number can be one, so a gate never compares with
// NaN, which nothing is below. The zero Share is 0.
type Share struct{ v float64 }

// NewShare makes a share of a number that may be none.
func NewShare(v float64) (Share, error) {
	if math.IsNaN(v) || v < 0 || v > 1 {
		return Share{}, fmt.Errorf("%v is no share: write a number from 0 to 1, such as 0.7 for 70 %%", v)
	}
	return Share{v + 0}, nil // -0 is 0
}

// Float is the share as a number from 0 to 1.
func (s Share) Float() float64 { return s.v }

// UnmarshalText reads a number as TOML writes it: 0.7, 1, 1e-1.
func (s *Share) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(strings.ReplaceAll(string(text), "_", ""), 64)
	if err == nil {
		*s, err = NewShare(v)
	}
	if err != nil {
		return fmt.Errorf("%q is no share: write a number from 0 to 1, such as 0.7 for 70 %%", text)
	}
	return nil
}

// UnmarshalTOML reads the value as it stands in the file, so that an error has its place. A string is no number, whatever it holds.
func (s *Share) UnmarshalTOML(raw []byte) error { return placed(raw, s.UnmarshalText(raw)) }

// MarshalText writes the number.
func (s Share) MarshalText() ([]byte, error) { return strconv.AppendFloat(nil, s.v, 'g', -1, 64), nil }

// Count is a number of things: whole, and not negative. The zero Count is 0.
type Count struct{ n int }

// maxCount is more than any tree has of anything, and an int everywhere.
const maxCount = 1_000_000_000

// NewCount makes a count of a number that may be none.
func NewCount(n int) (Count, error) {
	if n < 0 || n > maxCount {
		return Count{}, fmt.Errorf("%d is no count: write a whole number from 0 to %d", n, maxCount)
	}
	return Count{n}, nil
}

// Int is the count as a number.
func (c Count) Int() int { return c.n }

// UnmarshalText reads a whole number as TOML writes it: 300, 1_000.
func (c *Count) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(strings.ReplaceAll(string(text), "_", ""), 0, 64)
	if err != nil || n < 0 || n > maxCount {
		return fmt.Errorf("%q is no count: write a whole number from 0 to %d", text, maxCount)
	}
	c.n = int(n)
	return nil
}

// UnmarshalTOML reads the value as it stands in the file, so that an error has its place.
func (c *Count) UnmarshalTOML(raw []byte) error { return placed(raw, c.UnmarshalText(raw)) }

// placed gives an error the place of a part of the file.
func placed(raw []byte, err error) error {
	if err == nil {
		return nil
	}
	return unstable.NewParserError(raw, "%w", err)
}

// MarshalText writes the number.
func (c Count) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(c.n), 10), nil }
