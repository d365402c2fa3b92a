package eval

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What the real builtins say of versions is what we say.
func TestCompareVersions(t *testing.T) {
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	all := []string{"", "0", "1", "1.0", "1.0pre", "1.0pre1", "1.a", "1.1", "1.007", "1..2", "24.05pre-git", "24.05", "2.3a", "2.3b", "2.3a1", "2.3-1", "9", "10", "1.0-rc1", "-1", "a", "pre"}
	quoted, _ := json.Marshal(all)
	expr := fmt.Sprintf(`let all = builtins.fromJSON ''%s''; in builtins.toJSON (map (x: map (builtins.compareVersions x) all) all)`, quoted)
	out, err := exec.Command("nix-instantiate", "--eval", "--json", "-E", expr).Output()
	if err != nil {
		t.Fatal(err)
	}
	var text string
	var want [][]int
	if err := json.NewDecoder(strings.NewReader(string(out))).Decode(&text); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Fatal(err)
	}
	for i, x := range all {
		for j, y := range all {
			if got := compareVersions(x, y); got != want[i][j] {
				t.Errorf("%q and %q: %d, and Nix says %d", x, y, got, want[i][j])
			}
		}
	}
}
