//go:build linux

package scenarios_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
	"github.com/enoki-go/enoki/internal/freeport"
)

// A tour is an application of several services, examples/travel unless folder says
// another: its broker, its Redis, which a door stands in front of, and its processes by the
// names of their folders.
type tour struct {
	*world
	folder    string // below examples
	redis     *door
	env       []string
	port      string // of the gateway
	processes map[string]*process
}

// building bounds every wait for a process that svc builds first, at the same time as
// others.
const building = 4 * patience

// newTour returns a tour without anything running: no broker, the door shut.
func newTour(t *testing.T) *tour {
	t.Helper()
	redis, err := url.Parse(redistest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(t, redis.Host)
	return &tour{
		world: newVoid(t), folder: "travel", redis: d, port: strconv.Itoa(freeport.Row(t, 1)), processes: make(map[string]*process),
		env: []string{"REDIS_HOST=" + d.addr, "REDIS_DB=" + strings.TrimPrefix(redis.Path, "/")},
	}
}

// openTour returns a tour whose broker and Redis are there.
func openTour(t *testing.T) *tour {
	t.Helper()
	w := newTour(t)
	w.startBroker()
	w.redis.open()
	return w
}

// travel runs services as S21 has it: in the folder of the application.
func (w *tour) travel(targets ...string) *process {
	w.t.Helper()
	args := append([]string{"run", "--config", "config.yml", "--broker", w.url, "--port", w.port}, targets...)
	cmd := exec.Command(bench.Svc, args...)
	cmd.Dir, cmd.Env = filepath.Join(bench.Root, "examples", w.folder), slices.Concat(bench.Env, w.env)
	p := &process{child.Start(w.t, cmd, building), w.t}
	for _, target := range targets {
		w.processes[target] = p
	}
	return p
}

// all runs the three services, each in a process of its own, and returns once the gateway
// answers.
func (w *tour) all(order ...string) {
	w.t.Helper()
	for _, name := range order {
		w.travel(name)
	}
	for _, name := range order {
		w.processes[name].await("msg=started", 1)
	}
	w.ready()
}

// ready waits until the gateway takes requests.
func (w *tour) ready() {
	w.t.Helper()
	await.Until(w.t, "the gateway is ready", func() bool {
		answer, err := http.Get("http://127.0.0.1:" + w.port + "/readyz")
		if err != nil {
			return false
		}
		defer func() { _ = answer.Body.Close() }()
		return answer.StatusCode == http.StatusOK
	}, patience)
}

// crash kills the process that runs a service and starts it again.
func (w *tour) crash(name string) {
	w.t.Helper()
	w.kill(name)
	w.travel(name).await("msg=started", 1)
}

// kill kills the process that runs a service, as the kernel does when memory is short.
func (w *tour) kill(name string) {
	w.t.Helper()
	victim := w.processes[name]
	pid := worker(w.t, victim.Pid())
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		w.t.Fatalf("kill %d: %v", pid, err)
	}
	await.Until(w.t, name+" is gone", func() bool { return syscall.Kill(pid, 0) != nil }, patience)
	victim.Stop()
}

// worker returns the only child of a process.
func worker(t *testing.T, pid int) (id int) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil { // a thread may end
			all = append(all, strings.Fields(string(text))...)
		}
	}
	if len(all) != 1 {
		t.Fatalf("process %d has the children %v, want one", pid, all)
	}
	return number(t, all[0])
}

// types runs what a user types in a shell, where the server is at localhost:8000, or
// 5000, and returns what is printed.
func (w *tour) types(line string) string {
	w.t.Helper()
	line = strings.NewReplacer("localhost:8000", "localhost:"+w.port, "localhost:5000", "localhost:"+w.port).Replace(line)
	line = strings.Replace(line, "curl ", "curl -sS --max-time 30 ", 1)
	cmd := exec.CommandContext(await.Within(w.t, 2*patience), "sh", "-c", line)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		w.t.Fatalf("%s: %v: %s", line, err, stderr.String())
	}
	return strings.ReplaceAll(stdout.String(), "\r\n", "\n")
}
