package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// owner is whose repository the documented lines and the examples name. It is a placeholder until there is one: -owner NAME puts it in everywhere, here too.
const owner = "OWNER"

// owned are the files that name the owner. Nothing else has to know: the program does not, and the Action asks the runner where it is from.
var owned = []string{
	"internal/cmd/release/owner.go", ".ci/run", "README.md", "docs/install.md", "docs/ci.md", "docs/editors.md", "ci/install.sh", "ci/examples/flake.nix", "ci/examples/forgejo.yml",
	"ci/examples/pages.yml", "ci/examples/woodpecker.yml", "templates/nixsink.yml",
}

// setOwner names another owner in all files of a source.
func setOwner(source, name string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}$`).MatchString(name) {
		return fmt.Errorf("%q is no name of an owner", name)
	}
	for _, file := range owned {
		path := filepath.Join(source, filepath.FromSlash(file))
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte(owner+"/nixsink"), []byte(name+"/nixsink"))
		text = bytes.ReplaceAll(text, []byte("const owner = \""+owner+"\""), []byte("const owner = \""+name+"\""))
		if err := os.WriteFile(path, text, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return nil
}
