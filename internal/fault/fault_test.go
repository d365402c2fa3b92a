package fault

import (
	"errors"
	"strings"
	"testing"
)

func TestCatch(t *testing.T) {
	var nothing []int
	var none map[string]int
	for name, work := range map[string]func(){
		"index out of range": func() { _ = nothing[len(nothing)] },
		"nil map":            func() { none["secret"] = 1 },
		"a value is of another type": func() {
			var x any = "secret"
			_ = x.(int)
		},
		"panic with a string":              func() { panic("secret") },
		"panic with a *errors.errorString": func() { panic(errors.New("secret")) },
	} {
		f := Catch("check", "secret.nix", work)
		if f == nil {
			t.Errorf("%s: nothing was caught", name)
			continue
		}
		report := strings.Join(f.Report(), "\n")
		if !strings.Contains(report, name) || strings.Contains(report, "secret") || !strings.Contains(report, "fault_test.go:") || len(f.Report()) > frames+1 {
			t.Errorf("%s: report\n%s", name, report)
		}
		if !strings.Contains(f.Error(), "secret.nix: ") {
			t.Errorf("%s: %v does not say where", name, f)
		}
	}
	done := false
	if f := Catch("check", "", func() { done = true }); f != nil || !done {
		t.Error("work that is done is no fault")
	}
}
