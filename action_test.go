package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// published is a server that has one release, as internal/cmd/release makes it, and the folder of its files.
func published(t *testing.T, version string) (url, dir string) {
	t.Helper()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("the scripts are tried on Linux and macOS")
	}
	for _, name := range []string{"bash", "curl", "git", "tar", "awk"} {
		program(t, name)
	}
	bin := t.TempDir()
	install(t, bin)
	root := t.TempDir()
	dir = filepath.Join(root, "v"+version)
	name := fmt.Sprintf("nixsink_%s_%s_%s.tar.gz", version, runtime.GOOS, runtime.GOARCH)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("tar", "-czf", filepath.Join(dir, name), "-C", bin, "nixsink").CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, out)
	}
	sum := sha256.Sum256([]byte(read(t, dir, name)))
	write(t, filepath.Join(dir, "SHA256SUMS"), fmt.Sprintf("%x  %s\n%x  other\n", sum, name, sha256.Sum256(nil)), 0o644)
	server := httptest.NewServer(http.FileServer(http.Dir(root)))
	t.Cleanup(server.Close)
	return server.URL, dir
}

func write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

const wellKept = `{ lib, config, ... }:
{
  # source-id: CFG.ports
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  # source-ids: CFG.ports.a CFG.ports.b
  config.my.ports = {
    a = 1001;
    b = 1002;
  };
  # source-id: CFG.ports.a
  # sink: services.a.port
  config.services.a.port = config.my.ports.a;
  # source-id: CFG.ports.b
  # sink: services.b.port
  config.services.b.port = config.my.ports.b;
}
`

// repository makes a git repository with a first commit and gives its revision.
func repository(t *testing.T, env []string) (dir, rev string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "configuration.nix"), wellKept, 0o644)
	script(t, dir, env, "git init -q -b main . && git add . && git commit -q -m one", true)
	return dir, strings.TrimSpace(script(t, dir, env, "git rev-parse HEAD", true))
}

// script runs a shell script and gives what it prints.
func script(t *testing.T, dir string, env []string, text string, ok bool) string {
	t.Helper()
	cmd := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", text)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if (err == nil) != ok {
		t.Errorf("%s: %v\n%s", text, err, out)
	}
	return string(out)
}

// A runner is as much of GitHub's as the Action needs: nothing in its environment but what is set here.
type runner struct {
	t           *testing.T
	dir, temp   string
	env         []string
	expressions map[string]string
	steps       []step
}

type step struct {
	Name, ID, If, Shell, Run, Uses string
	Env                            map[string]string
}

var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)

func (r *runner) value(text string) string {
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		v, ok := r.expressions[name]
		if !ok {
			r.t.Errorf("the expression %s is not known here", name)
		}
		return v
	})
}

// action runs the Action's own steps; the verdict is whether the last passes.
func (r *runner) action() (passes bool, log string) {
	r.t.Helper()
	output, path, summary := filepath.Join(r.temp, "output"), filepath.Join(r.temp, "path"), filepath.Join(r.temp, "summary")
	for _, f := range []string{output, path, summary} {
		write(r.t, f, "", 0o644)
	}
	for _, s := range r.steps {
		if s.Uses != "" || s.ID == "" && s.Name == "Comment" && r.expressions["inputs.comment"] != "true" {
			continue
		}
		added := strings.ReplaceAll(strings.TrimSpace(read(r.t, path)), "\n", ":")
		env := append(append([]string{}, r.env...), "GITHUB_OUTPUT="+output, "GITHUB_PATH="+path, "GITHUB_STEP_SUMMARY="+summary, "PATH="+added+":"+r.temp+"/bin:/usr/local/bin:/usr/bin:/bin")
		for k, v := range s.Env {
			env = append(env, k+"="+r.value(v))
		}
		cmd := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", r.value(s.Run))
		cmd.Dir, cmd.Env = r.dir, env
		out, err := cmd.CombinedOutput()
		log += string(out)
		for line := range strings.Lines(read(r.t, output)) {
			k, v, _ := strings.Cut(strings.TrimSpace(line), "=")
			r.expressions["steps.check.outputs."+k] = v
		}
		if err != nil {
			return false, log
		}
	}
	return true, log
}

// The Action's steps, from an empty runner to SARIF, summary, comment and verdict.
func TestAction(t *testing.T) {
	url, release := published(t, "0.1.0")
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Inputs map[string]struct{ Default string }
		Runs   struct{ Steps []step }
	}
	if err := yaml.Unmarshal([]byte(read(t, "action.yml")), &action); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	env := []string{"HOME=" + temp, "RUNNER_TEMP=" + temp, "GITHUB_ACTION_PATH=" + here, "GITHUB_REPOSITORY=o/r", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org", "PATH=/usr/local/bin:/usr/bin:/bin"}
	dir, base := repository(t, env)
	r := &runner{t: t, dir: dir, temp: temp, env: env, steps: action.Runs.Steps, expressions: map[string]string{
		"runner.temp": temp, "github.event.pull_request.base.sha": base, "github.event.pull_request.number": "7",
		"inputs.releases || format('{0}/{1}/releases/download', github.server_url, github.action_repository)": url,
	}}
	for name, input := range action.Inputs {
		r.expressions["inputs."+name] = input.Default
	}
	// gh notes what it is asked, and knows the comment that the test says is there.
	gh := filepath.Join(temp, "gh")
	write(t, filepath.Join(temp, "bin/gh"), "#!/bin/sh\necho \"$@\" >>"+gh+".log\ncase $* in *--paginate*) cat "+gh+".ids ;; esac\n", 0o755)
	asked := func(ids string, speak func() (bool, string)) (passes bool, log, calls string) {
		t.Helper()
		write(t, gh+".ids", ids, 0o644)
		write(t, gh+".log", "", 0o644)
		passes, log = speak()
		return passes, log, read(t, gh+".log")
	}

	if passes, log, calls := asked("", r.action); !passes || strings.Contains(calls, "POST") || strings.Contains(calls, "DELETE") {
		t.Errorf("a tree with nothing new: %v\n%s\n%s", passes, calls, log)
	}
	if text := read(t, temp, "summary"); !strings.Contains(text, "all gates passed") {
		t.Errorf("summary: %s", text)
	}
	if _, _, calls := asked("11\n12\n", r.action); !strings.Contains(calls, "DELETE repos/o/r/issues/comments/11") {
		t.Errorf("a comment about what is settled stays:\n%s", calls)
	}

	write(t, filepath.Join(dir, "configuration.nix"), strings.Replace(wellKept, "1002", "1001", 1), 0o644)
	script(t, dir, env, "git commit -q -a -m worse", true)
	passes, log, calls := asked("", r.action)
	if passes || !strings.Contains(log, "::error file=configuration.nix,line=8") || !strings.Contains(calls, "POST repos/o/r/issues/7/comments") || r.expressions["steps.check.outputs.status"] != "1" {
		t.Errorf("a change for the worse: %v\n%s\n%s", passes, calls, log)
	}
	if text := read(t, r.expressions["steps.check.outputs.sarif"]); !strings.Contains(text, "port-collision") {
		t.Errorf("SARIF: %s", text)
	}
	if text := read(t, temp, "nixsink/comment.md"); !strings.HasPrefix(text, "<!-- nixsink check -->\n") || !strings.Contains(text, "port-collision") {
		t.Errorf("comment: %s", text)
	}
	if _, _, calls := asked("11\n", r.action); !strings.Contains(calls, "PATCH repos/o/r/issues/comments/11") || strings.Contains(calls, "POST") {
		t.Errorf("a second comment:\n%s", calls)
	}
	r.expressions["inputs.changed-since"], r.expressions["inputs.args"] = "", "--min-severity info"
	if passes, log, _ := asked("", r.action); passes || !strings.Contains(log, "missing-doc") {
		t.Errorf("more flags: %s", log)
	}

	// What is not what was published is not used.
	for input, wrong := range map[string]string{"inputs.checksum": strings.Repeat("0", 64), "inputs.version": "0.2.0/../v0.1.0"} {
		kept := r.expressions[input]
		r.expressions[input] = wrong
		if passes, log := r.action(); passes {
			t.Errorf("%s %s: passes\n%s", input, wrong, log)
		}
		r.expressions[input] = kept
	}
	write(t, filepath.Join(release, "SHA256SUMS"), "", 0o644)
	if passes, log := r.action(); passes || !strings.Contains(log, "it is not used") {
		t.Errorf("a release without checksums: %s", log)
	}
}

// The GitLab component's scripts, with the variables that GitLab sets.
func TestGitLabComponent(t *testing.T) {
	url, release := published(t, "0.1.0")
	text := read(t, "templates/nixsink.yml")
	spec, job, ok := strings.Cut(text, "\n---\n")
	if !ok {
		t.Fatal("no specification of inputs")
	}
	var inputs struct {
		Spec struct {
			Inputs map[string]struct{ Default string }
		}
	}
	if err := yaml.Unmarshal([]byte(spec), &inputs); err != nil {
		t.Fatal(err)
	}
	job = regexp.MustCompile(`\$\[\[ inputs\.(\w+) \]\]`).ReplaceAllStringFunc(job, func(m string) string {
		name := strings.Fields(strings.TrimPrefix(m, "$[["))[0]
		input, ok := inputs.Spec.Inputs[strings.TrimPrefix(name, "inputs.")]
		if !ok {
			t.Errorf("%s is not among the inputs", name)
		}
		if name == "inputs.releases" {
			return url
		}
		return `"` + input.Default + `"`
	})
	var jobs struct {
		Nixsink struct {
			Variables    map[string]string
			BeforeScript []string `yaml:"before_script"`
			Script       []string
		}
	}
	if err := yaml.Unmarshal([]byte(job), &jobs); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	env := []string{"HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org", "PATH=/usr/local/bin:/usr/bin:/bin"}
	dir, base := repository(t, env)
	for k, v := range jobs.Nixsink.Variables {
		env = append(env, k+"="+v)
	}
	run := func(more ...string) (string, bool) {
		cmd := exec.Command("sh", "-c", strings.Join(append(jobs.Nixsink.BeforeScript, jobs.Nixsink.Script...), "\n"))
		cmd.Dir, cmd.Env = dir, append(append([]string{}, env...), more...)
		out, err := cmd.CombinedOutput()
		return string(out), err == nil
	}
	if out, ok := run(); !ok {
		t.Errorf("a tree that is well: %s", out)
	}
	write(t, filepath.Join(dir, "configuration.nix"), strings.Replace(wellKept, "1002", "1001", 1), 0o644)
	if out, ok := run("CI_MERGE_REQUEST_DIFF_BASE_SHA=" + base); ok || !strings.Contains(out, "port-collision") {
		t.Errorf("a change for the worse: %s", out)
	}
	for _, name := range []string{"gl-code-quality.json", "nixsink.xml"} {
		if !strings.Contains(read(t, dir, name), "port-collision") {
			t.Errorf("%s has no finding", name)
		}
	}
	write(t, filepath.Join(release, "SHA256SUMS"), "", 0o644)
	if out, ok := run(); ok {
		t.Errorf("a release without checksums is used: %s", out)
	}
}

// MkDocs itself runs the hook: it writes the pages, and in CI it fails if they are stale.
func TestMkDocsHook(t *testing.T) {
	mkdocs := program(t, "mkdocs")
	dir := t.TempDir()
	bin := install(t, dir)
	write(t, filepath.Join(dir, "configuration.nix"), wellKept, 0o644)
	write(t, filepath.Join(dir, "mkdocs_hook.py"), read(t, "ci/examples/mkdocs_hook.py"), 0o644)
	write(t, filepath.Join(dir, "mkdocs.yml"), "site_name: x\nrepo_url: https://example.org/o/r\nhooks: [mkdocs_hook.py]\n", 0o644)
	write(t, filepath.Join(dir, "docs/index.md"), "# Home\n", 0o644)
	build := func(ci string) (string, bool) {
		cmd := exec.Command(mkdocs, "build", "--quiet")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "NIXSINK="+bin, "CI="+ci)
		out, err := cmd.CombinedOutput()
		return string(out), err == nil
	}
	if out, ok := build("true"); ok {
		t.Errorf("no pages, and CI passes: %s", out)
	}
	if out, ok := build(""); !ok {
		t.Fatalf("mkdocs: %s", out)
	}
	if page := read(t, dir, "site/config/index.html"); !strings.Contains(page, "CFG.ports.a") {
		t.Error("the site does not have the values")
	}
	if out, ok := build("true"); !ok {
		t.Errorf("what is committed is fresh, and CI fails: %s", out)
	}
	write(t, filepath.Join(dir, "configuration.nix"), strings.ReplaceAll(wellKept, "ports.b", "ports.c"), 0o644)
	if out, ok := build("true"); ok || !strings.Contains(out, "stale") {
		t.Errorf("what is committed is stale, and CI passes: %s", out)
	}
}

// Every file for other programs is what it says it is: YAML or TOML that parses, commands and flags that exist.
func TestExamplesParse(t *testing.T) {
	files, err := filepath.Glob("ci/examples/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{".github/workflows/*.yml", ".github/ISSUE_TEMPLATE/*.yml", ".pre-commit-hooks.yaml"} {
		more, err := filepath.Glob(pattern)
		if err != nil || len(more) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, more...)
	}
	for _, file := range files {
		var doc any
		if err := yaml.Unmarshal([]byte(read(t, file)), &doc); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	var hooks []struct{ ID, Entry string }
	if err := yaml.Unmarshal([]byte(read(t, ".pre-commit-hooks.yaml")), &hooks); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	install(t, dir)
	env := []string{"HOME=" + dir, "PATH=" + dir + ":/usr/local/bin:/usr/bin:/bin", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org"}
	repo, _ := repository(t, env)
	script(t, repo, env, "nixsink docs -w . && nixsink graph . --view sinks --format svg=docs/values.svg", true)
	for _, h := range hooks {
		script(t, repo, env, h.Entry, true)
	}
	if out := script(t, repo, env, "sed -i.bak 's/1002/1001/' configuration.nix && "+hooks[0].Entry, false); !strings.Contains(out, "port-collision") {
		t.Errorf("%s: %s", hooks[0].ID, out)
	}
}
