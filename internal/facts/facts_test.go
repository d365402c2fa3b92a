package facts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"nixsink/graph"
	"nixsink/internal/git/gittest"
)

// A process of a test does the job that it is given, or what the variable says.
const behave = "NIXSINK_FACTS_TEST"

func TestMain(m *testing.M) {
	switch os.Getenv(behave) {
	case "":
		os.Exit(m.Run())
	case "panic":
		panic("broken on purpose")
	case "sleep":
		time.Sleep(time.Minute)
	}
	var j Job
	err := json.NewDecoder(os.Stdin).Decode(&j)
	if err == nil {
		err = j.Do(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "nixsink:", err)
		os.Exit(2)
	}
}

// options are those of a run into a new folder; how is what its processes do.
func options(t *testing.T, how string, sources ...Source) Options {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if how == "" {
		how = "job"
	}
	return Options{Sources: sources, Out: filepath.Join(t.TempDir(), "out"), Format: Parquet, Buckets: 4, Jobs: 2, Time: time.Minute, Job: Job{Tool: "test", Key: "test", Most: 1000},
		Command: func(ctx context.Context) *exec.Cmd {
			cmd := exec.CommandContext(ctx, self)
			cmd.Env = append(os.Environ(), behave+"="+how)
			return cmd
		}}
}

func run(t *testing.T, o Options) Summary {
	t.Helper()
	sum, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// rows are all rows of a table.
func rows[T any](t *testing.T, o Options, table string) (out []T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(o.Out, table, "bucket=*", "*."+string(o.Format)))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if o.Format == NDJSON {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			for dec := json.NewDecoder(f); ; {
				var row T
				if err := dec.Decode(&row); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				out = append(out, row)
			}
			f.Close()
			continue
		}
		got, err := parquet.ReadFile[T](name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, got...)
	}
	return out
}

var small = map[string]string{
	"flake.nix": `{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./default.nix { networking.hostName = "a"; } ]; }; }; }`,
	"flake.lock": `{"nodes":{"nixpkgs":{"locked":{"type":"github","owner":"NixOS","repo":"nixpkgs","rev":"4c1018dae018162ec878d42fec712642d214fdfa","lastModified":1700000000,"narHash":"sha256-x"},
"original":{"type":"github","owner":"NixOS","repo":"nixpkgs","ref":"nixos-unstable"}},"root":{"inputs":{"nixpkgs":"nixpkgs"}}},"root":"root","version":7}`,
	"default.nix": `{ lib, config, ... }:
{
  options.my.port = lib.mkOption { type = lib.types.port; default = 8080; };
  options.my.name = lib.mkOption { type = lib.types.str; default = "wiki"; };
  config.services.web.port = config.my.port;
  config.services.web.name = config.my.name;
}
`,
}

func TestRun(t *testing.T) {
	repo := gittest.Init(t, small)
	bare := filepath.Join(t.TempDir(), "bare.git")
	gittest.Git(t, repo, "clone", "-q", "--bare", ".", bare)
	bundle := filepath.Join(t.TempDir(), "some.bundle")
	gittest.Git(t, repo, "bundle", "create", "-q", bundle, "HEAD")
	plain := t.TempDir()
	gittest.Write(t, plain, small)
	sources := []Source{Named(repo), Named(bare), Named(bundle), Named(plain), {Path: filepath.Join(plain, "none"), Name: "none"}, {Path: repo, Name: "wrong", Revision: "nope"}}
	for _, f := range []Format{Parquet, NDJSON} {
		o := options(t, "", sources...)
		o.Format = f
		sum := run(t, o)
		if sum.Whole != 4 || sum.Failed != 2 || sum.Done() != 6 {
			t.Fatalf("%s: %+v", f, sum)
		}
		commit := gittest.Git(t, repo, "rev-parse", "HEAD")
		hash := ""
		for _, s := range rows[Snapshot](t, o, "snapshots") {
			switch {
			case s.Status == "failed":
				if s.Why == "" || s.NARHash != "" {
					t.Errorf("%s: %+v", f, s)
				}
				continue
			case s.Repository == filepath.Base(plain):
				if s.Revision != "" {
					t.Errorf("%s: a folder has the revision %s", f, s.Revision)
				}
			case s.Revision != commit || s.Time == 0:
				t.Errorf("%s: %+v, want the commit %s", f, s, commit)
			}
			if hash == "" {
				hash = s.NARHash
			}
			if s.NARHash != hash || s.Files != 2 || s.Schema != Schema || !slices.Equal(s.Roots, []string{"my"}) {
				t.Errorf("%s: %+v", f, s)
			}
		}
		// The same files say the same, whatever they are kept in.
		by := map[string]int{}
		for _, r := range rows[Flow](t, o, "flows") {
			by[r.Fact]++
			if len(r.Key) != 16 || len(r.Snapshot) != 16 {
				t.Errorf("%s: %+v", f, r)
			}
		}
		if len(by) == 0 {
			t.Errorf("%s: there are no flows", f)
		}
		for fact, n := range by {
			if n != 4 {
				t.Errorf("%s: the fact %s of a flow is there %d times, want 4", f, fact, n)
			}
		}
		in := rows[Input](t, o, "inputs")
		want := Input{Name: "nixpkgs", Direct: true, Type: "github", Of: "github:NixOS/nixpkgs", Ref: "nixos-unstable", Revision: "4c1018dae018162ec878d42fec712642d214fdfa", NARHash: "sha256-x", Time: 1700000000}
		if len(in) != 4 {
			t.Fatalf("%s: %d inputs, want 4", f, len(in))
		}
		if want.Head = in[0].Head; in[0] != want {
			t.Errorf("%s: %+v, want %+v", f, in[0], want)
		}
		sets := map[string]bool{}
		for _, s := range rows[SetMember](t, o, "sets") {
			sets[s.Snapshot+s.Set] = true
		}
		for _, r := range rows[Reference](t, o, "references") {
			if !sets[r.Snapshot+r.Set] {
				t.Errorf("%s: %+v is read in a set that has no configuration", f, r)
			}
		}
		if n := len(rows[Took](t, o, "runs")); n != 6 {
			t.Errorf("%s: %d runs, want 6", f, n)
		}
		// What is there is not analysed again.
		if again := run(t, o); again.Known != 6 {
			t.Errorf("%s: again %+v, want all of it known", f, again)
		}
		if n := len(rows[Snapshot](t, o, "snapshots")); n != 6 {
			t.Errorf("%s: %d snapshots after the second run", f, n)
		}
		left, err := filepath.Glob(filepath.Join(o.Out, "_*"))
		if err != nil || len(left) != 2 { // _facts.json and _pending, which is empty
			t.Errorf("%s: left over is %q (%v)", f, left, err)
		}
	}
}

// TestBundleOfSeveralTips says that the list may name the one that is meant.
func TestBundleOfSeveralTips(t *testing.T) {
	repo := gittest.Init(t, small)
	first := gittest.Git(t, repo, "rev-parse", "HEAD")
	gittest.Git(t, repo, "branch", "one")
	gittest.Commit(t, repo, "two", map[string]string{"default.nix": "{ }"})
	gittest.Git(t, repo, "branch", "two")
	bundle := filepath.Join(t.TempDir(), "two.bundle")
	gittest.Git(t, repo, "bundle", "create", "-q", bundle, "one", "two")
	o := options(t, "", Source{bundle, "named", first}, Source{bundle, "unnamed", ""})
	if sum := run(t, o); sum.Whole != 1 || sum.Failed != 1 {
		t.Fatalf("%+v", sum)
	}
	for _, s := range rows[Snapshot](t, o, "snapshots") {
		if s.Repository == "named" && s.Revision != first {
			t.Errorf("%+v, want the commit %s", s, first)
		}
	}
}

// TestTables says that each table has the rows of the graph, and that keys tell them apart.
func TestTables(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../testdata/projects/homelab")); err != nil {
		t.Fatal(err)
	}
	o := options(t, "", Named(dir))
	run(t, o)
	g, err := graph.Analyze(t.Context(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	edges := 0
	for range g.Flows.Edges() {
		edges++
	}
	for table, want := range map[string]int{"modules": len(g.Modules), "values": len(g.Values), "references": len(g.References), "definitions": len(g.Definitions),
		"edges": edges, "flows": g.Flows.Len(), "imports": len(g.Imports), "annotations": len(g.Annotations), "unresolved": len(g.Unresolved), "problems": len(g.Problems)} {
		heads := rows[Head](t, o, table)
		if len(heads) != want {
			t.Errorf("%s has %d rows, the graph %d", table, len(heads), want)
		}
		keys := map[string]bool{}
		for _, h := range heads {
			if keys[h.Key] {
				t.Errorf("%s: the key %s is there twice", table, h.Key)
			}
			keys[h.Key] = true
		}
	}
	// The whole of it fits into few bytes a row, and a limit of flows leaves the direct ones.
	o = options(t, "", Named(dir))
	o.Job.Most = 10
	run(t, o)
	all := rows[Flow](t, o, "flows")
	if len(all) != len(g.Flows.Direct()) {
		t.Errorf("%d flows are listed, want the %d direct ones", len(all), len(g.Flows.Direct()))
	}
	for _, f := range all {
		if f.Through != 0 {
			t.Errorf("%+v is not direct", f)
		}
	}
	if s := rows[Snapshot](t, o, "snapshots"); s[0].Flows != int64(g.Flows.Len()) {
		t.Errorf("the snapshot counts %d flows, want %d", s[0].Flows, g.Flows.Len())
	}
}

// TestRowsChangeWithFacts says that a row changes if and only if what it says does: lines that are put in change nothing.
func TestRowsChangeWithFacts(t *testing.T) {
	repo := gittest.Init(t, small)
	name := Named(repo).Name
	heads := func(rev string) map[string]map[string]string {
		o := options(t, "", Source{Path: repo, Name: name, Revision: rev})
		run(t, o)
		out := map[string]map[string]string{}
		for _, table := range tables {
			if table.name == snapshotsTable {
				continue
			}
			out[table.name] = map[string]string{}
			for _, h := range rows[Head](t, o, table.name) {
				out[table.name][h.Key] = h.Fact
			}
		}
		return out
	}
	first := heads("HEAD")
	moved := map[string]string{"default.nix": "# One.\n# Two.\n" + small["default.nix"]}
	gittest.Commit(t, repo, "two", moved)
	second := heads("HEAD")
	for _, table := range tables {
		if table.name == "modules" || table.name == "findings" {
			continue // a file has more lines, and is documented
		}
		if !maps.Equal(first[table.name], second[table.name]) {
			t.Errorf("%s changed with two comments: %v, then %v", table.name, first[table.name], second[table.name])
		}
	}
	gittest.Commit(t, repo, "three", map[string]string{"default.nix": strings.ReplaceAll(moved["default.nix"], "8080", "8081")})
	third := heads("HEAD")
	changed := 0
	for key, fact := range third["values"] {
		if was, ok := second["values"][key]; !ok {
			t.Errorf("a value got a new key")
		} else if was != fact {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d values changed, want the one with another default", changed)
	}
	for _, same := range []string{"references", "imports", "configurations", "sets", "inputs", "flows"} {
		if !maps.Equal(second[same], third[same]) {
			t.Errorf("%s changed with a default", same)
		}
	}
}

// TestFailures says that a process which breaks, or never ends, is a row, and that --retry tries again.
func TestFailures(t *testing.T) {
	repo := gittest.Init(t, small)
	o := options(t, "panic", Named(repo))
	if sum := run(t, o); sum.Failed != 1 {
		t.Fatalf("%+v", sum)
	}
	s := rows[Snapshot](t, o, "snapshots")
	if len(s) != 1 || s[0].Status != "failed" || s[0].Why != "panic: broken on purpose" || s[0].Revision == "" {
		t.Fatalf("%+v", s)
	}
	if sum := run(t, o); sum.Known != 1 {
		t.Errorf("what failed was tried again unasked: %+v", sum)
	}
	o.Command, o.Retry = options(t, "job").Command, true
	if sum := run(t, o); sum.Whole != 1 {
		t.Errorf("what failed was not tried again: %+v", sum)
	}
	if runtime.GOOS == "windows" {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	o = options(t, "sleep", Named(repo))
	if _, err := Run(ctx, o); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a run that is ended gives %v", err)
	}
	if n := len(rows[Snapshot](t, o, "snapshots")); n != 0 {
		t.Errorf("a run that was ended blames %d repositories", n)
	}
}

// TestInterrupted says that a batch which was being made when a run was killed is whole afterwards, once.
func TestInterrupted(t *testing.T) {
	repo, other := gittest.Init(t, small), gittest.Init(t, map[string]string{"default.nix": small["default.nix"]})
	for _, at := range []string{"pending", "merging", "journal", "placing"} {
		t.Run(at, func(t *testing.T) {
			o := options(t, "", Named(repo))
			s, err := openStore(o.Out, storeHead{Schema, o.Format, o.Buckets})
			if err != nil {
				t.Fatal(err)
			}
			// A process has done its job, and ours is killed at some moment after.
			j := o.Job
			j.Source, j.Format, j.Dir, j.Scratch = Named(repo), o.Format, filepath.Join(s.path(workDir), "0"), t.TempDir()
			if err := os.MkdirAll(j.Dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := j.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
			row, err := readRow(j.Dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.take(j.Dir, row.Snapshot); err != nil {
				t.Fatal(err)
			}
			batch := journal{Batch: "0123456789abcdef", Snapshots: s.pending}
			if at != "pending" {
				if err := s.merge(batch); err != nil {
					t.Fatal(err)
				}
			}
			if at == "journal" || at == "placing" {
				text, _ := json.Marshal(batch)
				if err := os.WriteFile(s.path(commitFile), text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if at == "placing" { // one table is in its place already
				dir := filepath.Join("values", bucketOf(row.Repository, o.Buckets))
				if err := os.MkdirAll(s.path(dir), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.Rename(s.path(mergeDir, dir, "0123456789abcdef.parquet"), s.path(dir, "0123456789abcdef.parquet")); err != nil {
					t.Fatal(err)
				}
			}
			s.close()
			o.Sources = append(o.Sources, Named(other))
			if sum := run(t, o); sum.Known != 1 || sum.Whole != 1 {
				t.Errorf("after it: %+v", sum)
			}
			if n := len(rows[Snapshot](t, o, "snapshots")); n != 2 {
				t.Errorf("there are %d snapshots, want 2", n)
			}
			if n := len(rows[Value](t, o, "values")); n != 4 {
				t.Errorf("there are %d values, want 2 of each", n)
			}
		})
	}
}

func TestStoreRefuses(t *testing.T) {
	o := options(t, "", Named(gittest.Init(t, small)))
	run(t, o)
	other := o
	other.Format = NDJSON
	if _, err := Run(t.Context(), other); err == nil || !strings.Contains(err.Error(), "take another folder") {
		t.Errorf("another format in one folder gives %v", err)
	}
	// Somebody else writes.
	if err := os.WriteFile(filepath.Join(o.Out, lockFile), fmt.Appendln(nil, os.Getppid()), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "writes there") {
		t.Errorf("two runs into one folder give %v", err)
	}
	// Two repositories of one name.
	o.Sources = []Source{{Path: "a", Name: "x"}, {Path: "b", Name: "x"}}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "both be called x") {
		t.Errorf("two repositories of one name give %v", err)
	}
}

func TestReadList(t *testing.T) {
	got, err := ReadList(strings.NewReader("# of ours\n/src/a.git\nb/c\tteam/c\tv1\r\n\nd\t\tmain\n"), "list", "/work")
	want := []Source{{"/src/a.git", "a", ""}, {"/work/b/c", "team/c", "v1"}, {"/work/d", "d", "main"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if _, err := ReadList(strings.NewReader("a\tb\tc\td\n"), "list", ""); err == nil || !strings.HasPrefix(err.Error(), "list:1: ") {
		t.Errorf("four fields give %v", err)
	}
}
