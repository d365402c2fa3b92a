package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// A target is a system in Go's words.
type target struct{ os, arch string }

func (t target) String() string { return t.os + "/" + t.arch }

func (t target) executable(name string) string {
	if t.os == "windows" {
		return name + ".exe"
	}
	return name
}

// build gives a program that depends on nothing of this machine: static, without paths, symbols or a build ID.
func (r *release) build(ctx context.Context, t target, name, pkg string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "nixsink-release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ldflags := "-s -w -buildid= -X nixsink/internal/cli.buildVersion=" + r.version
	if r.revision != "" {
		ldflags += " -X nixsink/internal/cli.buildRevision=" + r.revision
	}
	program := filepath.Join(dir, t.executable(name))
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", program, pkg)
	cmd.Dir = r.source
	// Levels of the processor are the oldest that Go knows, whatever this machine's environment asks for.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+t.os, "GOARCH="+t.arch, "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s for %s: %w\n%s", name, t, err, out)
	}
	return os.ReadFile(program)
}

// shared are the files that every archive holds beside the program: licence, manual pages, completions.
func shared(source string) ([]file, error) {
	var files []file
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		data, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, 0o644, data})
	}
	dir, err := os.MkdirTemp("", "nixsink-release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if _, err := ask("man", "-o", dir); err != nil {
		return nil, err
	}
	pages, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, p := range pages {
		data, err := os.ReadFile(filepath.Join(dir, p.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, file{"man/" + p.Name(), 0o644, data})
	}
	for shell, name := range map[string]string{"bash": "nixsink.bash", "fish": "nixsink.fish", "zsh": "_nixsink", "powershell": "nixsink.ps1"} {
		data, err := ask("completion", shell)
		if err != nil {
			return nil, err
		}
		files = append(files, file{"completions/" + name, 0o644, data})
	}
	slices.SortFunc(files, byName)
	return files, nil
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
