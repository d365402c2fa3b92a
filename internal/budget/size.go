package budget

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// Size is a number of bytes as people write it: 512MiB, 2GiB, 1.5g, 1000000. The zero Size is none.
type Size int64

// units, longest first, in bytes. One letter is a power of 1024, as for GOMEMLIMIT's own KiB, and as ulimit and systemd have it.
var units = []struct {
	name  string
	bytes float64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40}, {"b", 1}, {"", 1},
}

// Set reads a size.
func (s *Size) Set(text string) error {
	low := strings.ToLower(strings.TrimSpace(text))
	for _, u := range units {
		number, ok := strings.CutSuffix(low, u.name)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(v) || v < 0 || v*u.bytes > math.MaxInt64/2 {
			break
		}
		*s = Size(v * u.bytes)
		return nil
	}
	return fmt.Errorf("%q is no size: write a number with a unit, such as 512MiB or 2GiB; 0 is no limit", text)
}

// String writes the size.
func (s Size) String() string {
	for _, u := range []struct {
		name  string
		bytes Size
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if s >= u.bytes {
			return strconv.FormatFloat(math.Round(float64(s)/float64(u.bytes)*10)/10, 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// Type names the kind of value in help.
func (s *Size) Type() string { return "size" }

// most is what a run takes of a large machine unless it is told otherwise.
const most = 8 << 30

// Memory is what a run may use unless it is told otherwise: GOMEMLIMIT if that is set, else three quarters of what the machine or the
// container has, and at most 8 GiB.
func Memory() Size {
	if os.Getenv("GOMEMLIMIT") != "" {
		if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
			return Size(limit)
		}
		return 0 // off
	}
	have := machine("/proc/meminfo")
	for _, name := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(name); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
				have = min(have, n)
			}
		}
	}
	if have == math.MaxInt64 {
		return most
	}
	return Size(min(have/4*3, most))
}

// machine reads how much memory the machine has, in bytes.
func machine(name string) int64 {
	text, err := os.ReadFile(name)
	if err != nil {
		return math.MaxInt64
	}
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "MemTotal:"); ok {
			if n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64); err == nil {
				return n << 10
			}
		}
	}
	return math.MaxInt64
}
