//go:build linux

package scenarios_test

import (
	"bytes"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/rpc"
)

// A world is a broker, whoever works there, and their history.
type world struct {
	t      *testing.T
	url    string
	addr   string
	broker *process // nil until it is there
	record string   // the file of the history
	calls  int      // made by begin so far
}

// newWorld starts a broker.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := newVoid(t)
	w.startBroker()
	return w
}

// newVoid is a world whose broker is not there yet.
func newVoid(t *testing.T) *world {
	t.Helper()
	if err := bench.Look(); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, addr: freeport.Addr(t), record: filepath.Join(t.TempDir(), "history")}
	w.url = "nats://" + w.addr
	t.Cleanup(func() {
		if text, err := os.ReadFile(w.record); err == nil && t.Failed() {
			t.Logf("history:\n%s", child.Tail(string(text)))
		}
	})
	return w
}

// startBroker starts the broker, with what it has stored before.
func (w *world) startBroker() {
	w.t.Helper()
	w.broker = start(w.t, nil, "broker", "--addr", w.addr, "--store", filepath.Join(filepath.Dir(w.record), "store"))
	w.broker.await("^nats://", 1)
}

// run starts services with svc run and returns once they can be reached.
func (w *world) run(args ...string) *process {
	w.t.Helper()
	p := w.launch(args...)
	p.await(`msg=started`, 1)
	return p
}

// launch starts services with svc run.
func (w *world) launch(args ...string) *process {
	w.t.Helper()
	return start(w.t, []string{"ENOKI_HISTORY=" + w.record}, append([]string{"run", "--broker", w.url}, args...)...)
}

// workers is the argument that gives services so many workers.
func workers(n int) string { return "--define=workers=" + strconv.Itoa(n) }

// outcome is what a user sees of a command.
type outcome struct {
	code           int
	stdout, stderr string
	took           time.Duration
}

// svc runs a verb that ends by itself.
func (w *world) svc(args ...string) outcome {
	w.t.Helper()
	cmd := exec.CommandContext(await.Within(w.t, 2*patience), bench.Svc, append(args, "--broker", w.url)...)
	var stdout, stderr bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = bench.Env, &stdout, &stderr
	began := time.Now()
	_ = cmd.Run()
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), time.Since(began)}
}

// prints runs a verb that has to succeed, and returns its output.
func (w *world) prints(args ...string) string {
	w.t.Helper()
	o := w.svc(args...)
	if o.code != 0 {
		w.t.Fatalf("svc %q: have exit code %d and %s, want 0", args, o.code, o.stderr)
	}
	return strings.TrimSpace(o.stdout)
}

// client is a program that is no service: this one.
func (w *world) client() *rpc.Standalone {
	w.t.Helper()
	log := new(child.Output)
	c, err := rpc.Dial(w.url, rpc.WithLogger(slog.New(slog.NewTextHandler(log, nil))))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = c.Close()
		if w.t.Failed() {
			w.t.Logf("the client said:\n%s", child.Tail(log.String()))
		}
	})
	if err := c.Connection().Await(await.Within(w.t, patience)); err != nil {
		w.t.Fatal(err)
	}
	return c
}
