package config

import (
	"fmt"
	"strings"
	"testing"
)

// Numbers of gates are finite and from 0 to 1, or whole and not negative; what is not is told with its place.
func TestNumbers(t *testing.T) {
	share := []string{"gate.source-id-coverage", "gate.declaration-coverage", "gate.sink-coverage", "gate.annotation-precision", "gate.module-documentation",
		"gate.option-documentation", "gate.patch-coverage", "gate.layer-coverage.core", "benchmarks.documentation", "benchmarks.source-id"}
	count := []string{"gate.max-lines", "gate.max-modules", "gate.max-module-lines", "gate.max-fan-out", "gate.max-reach", "check.max-lines", "check.low-fan-out",
		"check.hardening-min", "critical", "benchmarks.lines", "benchmarks.modules", "benchmarks.longest-module"}
	try := func(key, value string) error {
		table, name := "", key
		if t, n, ok := strings.Cut(key, "."); ok {
			table, name = t, n
		}
		text := fmt.Sprintf("%s = %s\n", name, value)
		if table != "" {
			text = fmt.Sprintf("[%s]\n%s", table, text)
		}
		_, err := Parse("c.toml", []byte(text))
		return err
	}
	for _, c := range []struct {
		keys      []string
		good, bad string
	}{
		{share, "0 1 0.0 1.0 0.7 1e-3 0.000_1 +0.5 -0.0", "nan +nan -nan inf -inf 1.0000001 -0.1 -1 2 70 true 'much' [0.5]"},
		{count, "0 1 300 1_000 0x10", "-1 0.5 nan inf 9999999999999999999 1e3 true 'many' [3]"},
	} {
		for _, key := range c.keys {
			for _, v := range strings.Fields(c.good) {
				if err := try(key, v); err != nil {
					t.Errorf("%s = %s: %v", key, v, err)
				}
			}
			for _, v := range strings.Fields(c.bad) {
				if err := try(key, v); err == nil || !strings.HasPrefix(err.Error(), "c.toml:") || strings.Count(err.Error(), ":") < 3 {
					t.Errorf("%s = %s: no error with its place: %v", key, v, err)
				}
			}
		}
	}
}
