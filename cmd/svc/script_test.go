package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/enoki-go/enoki/internal/freeport"
)

// patience is how long a script waits for another process to do something. It is for a
// machine with more to do than it can: only a failure takes so long.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	slowBuild = time.Hour
	testscript.Main(withBuilds{m}, map[string]func(){"svc": main})
}

// Each script is a user at a terminal, with a cache folder and ports for the
// development servers of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, params(t, "testdata/script"))
}

// params runs the scripts of a folder.
func params(t *testing.T, dir string) testscript.Params {
	t.Helper()
	shared := goEnv(t)
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, shared...)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("SVC_DEV_BROKER", freeport.Addr(t))
			env.Setenv("SVC_DEV_REDIS", freeport.Addr(t))
			env.Setenv("SVC_DEV_IDLE", "1m")
			port := freeport.Row(t, 2)
			env.Setenv("PORT", strconv.Itoa(port))
			env.Setenv("NEXT_PORT", strconv.Itoa(port+1))
			env.Defer(func() { endServers(env.WorkDir) })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"checkout":  checkout,
			"module":    writeModule,
			"snapshot":  snapshot,
			"unchanged": unchanged,
			"await":     awaitText,
			"listens":   listens,
			"free":      free,
			"alive":     alive,
			"prints":    prints,
			"stopwatch": stopwatch,
			"within":    within,
		},
	}
}

// goEnv is the environment in which the go command finds what it has built
// before, and asks nobody.
func goEnv(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	dirs := strings.Split(strings.TrimSpace(string(out)), "\n")
	enoki, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"GOCACHE=" + dirs[0], "GOMODCACHE=" + dirs[1], "PROXY=" + dirs[2], "ENOKI=" + enoki,
		// Nobody debugs what is linked here; without DWARF that takes two thirds of the time.
		"GOPROXY=off", "GONOSUMDB=*", "GOFLAGS=-ldflags=-w", "GOTOOLCHAIN=local", "NATS_URL=", "REDIS_URL=",
		"SVC_LOG=text", "NO_COLOR=", "CLICOLOR_FORCE=",
	}
}

// endServers ends the development servers of a script, which outlive it by
// design.
func endServers(workDir string) {
	files, _ := filepath.Glob(filepath.Join(workDir, ".cache/svc/*/*/pid"))
	for _, file := range files {
		var pid int
		data, _ := os.ReadFile(file)
		if _, err := fmt.Sscan(string(data), &pid); err != nil {
			continue
		}
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Signal(syscall.SIGTERM)
		}
	}
}

// writeModule is `module DIR PATH`: a module that requires this checkout, with a
// package ping that holds an entrypoint kind which nothing reaches.
func writeModule(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: module DIR PATH")
	}
	dir, enoki := ts.MkAbs(args[0]), ts.Getenv("ENOKI")
	goMod := ts.ReadFile(filepath.Join(enoki, "go.mod"))
	_, requires, _ := strings.Cut(goMod, "\n")
	write(ts, filepath.Join(dir, "go.mod"), fmt.Sprintf("module %s\n%s\nrequire github.com/enoki-go/enoki v0.0.0\n\nreplace github.com/enoki-go/enoki => %s\n", args[1], requires, enoki))
	write(ts, filepath.Join(dir, "go.sum"), ts.ReadFile(filepath.Join(enoki, "go.sum")))
	write(ts, filepath.Join(dir, "ping/ping.go"), pingSource)
}

const pingSource = `package ping

import (
	"context"
	"reflect"

	"github.com/enoki-go/enoki/entrypoint"
)

type Method struct{}

func (Method) Declare(reflect.StructTag, *entrypoint.Method, entrypoint.Host) (entrypoint.Entrypoint, error) {
	return idle{}, nil
}

type idle struct{}

func (idle) Start(context.Context) error { return nil }
func (idle) Stop(context.Context) error  { return nil }
`

func write(ts *testscript.TestScript, path, text string) {
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, []byte(text), 0o644))
}

// snapshot is `snapshot DIR`; `unchanged DIR` fails if anything below has
// changed since.
func snapshot(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("TREE_"+args[0], treeHash(ts, ts.MkAbs(args[0])))
}

func unchanged(ts *testscript.TestScript, _ bool, args []string) {
	if have, want := treeHash(ts, ts.MkAbs(args[0])), ts.Getenv("TREE_"+args[0]); have != want {
		ts.Fatalf("%s has changed:\nhave %s\nwant %s", args[0], have, want)
	}
}

func treeHash(ts *testscript.TestScript, dir string) string {
	var content strings.Builder
	var names []string
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		names = append(names, filepath.Base(path))
		content.WriteString(path + "\x00" + d.Type().String() + "\x00")
		if d.Type().IsRegular() {
			content.WriteString(ts.ReadFile(path) + "\x00")
		}
		return nil
	}))
	return fmt.Sprintf("%x %s", sha256.Sum256([]byte(content.String())), names)
}

// awaitText is `await FILE REGEXP [COUNT]`: it returns once the text of FILE, which
// a process in the background writes, matches so many times.
func awaitText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await FILE REGEXP [COUNT]")
	}
	want := 1
	if len(args) == 3 {
		_, err := fmt.Sscan(args[2], &want)
		ts.Check(err)
	}
	re := regexp.MustCompile("(?m)" + args[1])
	text := ""
	eventually(ts, func() bool {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		text = string(data)
		return err == nil && len(re.FindAllString(text, -1)) >= want
	}, func() string { return fmt.Sprintf("%s does not match %q %d times:\n%s", args[0], args[1], want, text) })
}

// listens is `listens ADDR`: it returns once a broker greets there; `! listens`
// once nothing listens.
func listens(ts *testscript.TestScript, neg bool, args []string) {
	eventually(ts, func() bool {
		conn, err := net.Dial("tcp", args[0])
		if err == nil {
			_ = conn.Close()
		}
		return (err == nil) != neg
	}, func() string { return fmt.Sprintf("listening at %s: have %v, want %v", args[0], neg, !neg) })
}

// free is `free NAME`: it sets NAME to an address where nothing listens.
func free(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], freeport.Addr(ts))
}

// alive is `alive FILE`: the process whose id FILE holds runs; `! alive` returns
// once it does not.
func alive(ts *testscript.TestScript, neg bool, args []string) {
	var pid int
	_, err := fmt.Sscan(ts.ReadFile(args[0]), &pid)
	ts.Check(err)
	runs := func() bool {
		// A zombie has no command line; in a container nobody may reap it.
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return err == nil && len(line) > 0
	}
	if !neg {
		if !runs() {
			ts.Fatalf("process %d has ended", pid)
		}
		return
	}
	eventually(ts, func() bool { return !runs() }, func() string { return fmt.Sprintf("process %d still runs", pid) })
}

// eventually polls another process; there is nothing to wait on.
func eventually(ts *testscript.TestScript, done func() bool, complaint func() string) {
	for deadline := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("after %s: %s", patience, cmp.Or(complaint(), "not done"))
		}
	}
}
