package eval

import (
	"testing"

	"nixsink/parse"
)

// TestSameName holds that the name of a selected member decides nothing only where all that is defined there has that name.
func TestSameName(t *testing.T) {
	for _, c := range []struct {
		name, more string // beside the definition of the same name
		decides    bool
	}{
		{"nothing else", ``, false},
		{"another field of another member", `users.root.shell = "x";`, false},
		{"another member", `users.root.keys = [ "r" ];`, true},
		{"a member of another computed name", `users.${config.my.other}.keys = [ "r" ];`, true},
		{"a name made of it", `users."x-${config.my.user}".keys = [ "r" ];`, true},
		{"a set that is not known", `users = import <x>;`, true},
	} {
		ev := following([]*parse.File{parse.Parse("main.nix", `{ config, lib, ... }: {
			options.my.user = lib.mkOption { };
			options.my.other = lib.mkOption { };
			config = lib.mkMerge [ { users.${config.my.user}.keys = [ "k" ]; out = config.users.${config.my.user}.keys; } { `+c.more+` } ];
		}`)}, false)
		decides := false
		for _, d := range ev.Definitions {
			if pathText(d.Path) != "out" {
				continue
			}
			for o := range ev.Origins(d) {
				decides = decides || pathText(o.Path) == "my.user"
			}
		}
		if decides != c.decides {
			t.Errorf("%s: the name decides: %v", c.name, decides)
		}
	}
}
