package flowtest

import (
	"strings"
	"testing"
)

// TestHosts pins how configurations are written, compared with an analysis and held against evaluation.
func TestHosts(t *testing.T) {
	c, err := Parse([]byte("x\n-- flake.nix --\n{ }\n-- want --\nmy.a -> services.x.v data [web db]\nmy.b -> services.y.v control [db]\nmy.c -> services.z.v data\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Flows[0].String(); got != "my.a -> services.x.v data [db web]" {
		t.Errorf("flow %s", got)
	}
	a := Flow{"my.a", "services.x.v", "data", In([]string{"nixosConfigurations.web", "nixosConfigurations.db"})}
	b := Flow{"my.b", "services.y.v", "control", "db"}
	z := Flow{"my.c", "services.z.v", "data", "web"} // want says nothing of where it holds
	for _, tt := range []struct {
		name string
		got  []Flow
		want string
	}{
		{"right", []Flow{a, b, z}, ""},
		{"apart", []Flow{{"my.a", "services.x.v", "data", "web"}, {"my.a", "services.x.v", "data", "db"}, b, z}, ""},
		{"too few", []Flow{{"my.a", "services.x.v", "data", "web"}, b, z}, "hosts: my.a -> services.x.v data [db web], got [web]"},
		{"too many", []Flow{a, {"my.b", "services.y.v", "control", "db web"}, z}, "hosts: my.b -> services.y.v control [db], got [db web]"},
		{"not told", []Flow{a, {From: "my.b", To: "services.y.v", Kind: "control"}, z}, "hosts: my.b -> services.y.v control [db], got []"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(c.Compare(tt.got, nil), "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
	truth := Truth{Effects: []Effect{
		{Value: split("my.a"), Option: split("services.x.v"), Host: "web"},
		{Value: split("my.b"), Option: split("services.y.v"), Host: "db"},
		{Value: split("my.b"), Option: split("services.y.v"), Host: "web"},
		{Value: split("my.c"), Option: split("services.z.v"), Host: "web"},
	}}
	want := "evaluation also shows: my.b -> services.y.v [web]\nevaluation does not show in db: my.a -> services.x.v data [db web]"
	if got := strings.Join(truth.Check(c), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestCopied tells the member that the harness adds from what a value really reaches.
func TestCopied(t *testing.T) {
	shown := func(value, option string, inner bool) Effect {
		return Effect{Value: split(value), Option: split(option), Inner: inner}
	}
	truth := Truth{Effects: []Effect{
		shown("my.shell", "users.a.shell", false), shown("my.shell", "users.a.added", false),
		shown("my.sites", "services.x.added", false), shown("my.d", "my.sites.added.v", true), shown("my.sites.added.p", "services.x.added", false),
	}}
	for i, want := range []bool{false, true, false, true, false} {
		if e := truth.Effects[i]; truth.copied(e) != want {
			t.Errorf("%s -> %s: copied is not %v", join(e.Value), join(e.Option), want)
		}
	}
}
