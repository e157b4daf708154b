package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// world is one application in a test. Everything that its fakes do is a step:
// it is recorded, and then does what the test set for it with on.
type world struct {
	t   *testing.T
	app *service.App

	mu     sync.Mutex // guards what follows
	steps  []string
	hooks  map[string]func(context.Context) error
	points map[string]*point // by service and method, as in "orders.Create"
	logs   bytes.Buffer
}

// worlds finds the world of a fake, which the container makes: the configuration
// names it.
var (
	worlds sync.Map
	nextID atomic.Int64
)

// newWorld makes an application, which is not started. The first options may be
// texts: configuration, as YAML.
func newWorld(t *testing.T, options ...any) *world {
	t.Helper()
	w, err := tryWorld(t, options...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func tryWorld(t *testing.T, options ...any) (*world, error) {
	t.Helper()
	w := &world{t: t, hooks: map[string]func(context.Context) error{}, points: map[string]*point{}}
	id := strconv.FormatInt(nextID.Add(1), 10)
	worlds.Store(id, w)
	t.Cleanup(func() { worlds.Delete(id) })
	sources := []config.Option{config.Text("world", fmt.Sprintf("probe: {world: %q}", id))}
	all := []service.Option{service.Logger(slog.New(slog.NewJSONHandler(w, nil)))}
	for _, o := range options {
		switch o := o.(type) {
		case string:
			sources = append(sources, config.Text("test.yml", o))
		case service.Option:
			all = append(all, o)
		default:
			all = append(all, service.With(o))
		}
	}
	cfg, err := config.Load(sources...)
	if err != nil {
		t.Fatal(err)
	}
	w.app, err = service.New(cfg, all...)
	return w, err
}

// startWorld makes an application, starts it, and stops it at the end of the
// test.
func startWorld(t *testing.T, options ...any) *world {
	t.Helper()
	w := newWorld(t, options...)
	w.start()
	return w
}

func (w *world) start() {
	w.t.Helper()
	if err := w.app.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = w.app.Stop(context.Background()) })
}

func (w *world) stop() {
	w.t.Helper()
	if err := w.app.Stop(context.Background()); err != nil {
		w.t.Error(err)
	}
}

// on sets what a step does.
func (w *world) on(step string, do func(context.Context) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hooks[step] = do
}

// note records what happened without doing more.
func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = append(w.steps, fmt.Sprintf(format, args...))
}

// step records what happened and does what the test wants then. The part of its
// text after a colon is detail.
func (w *world) step(ctx context.Context, text string) error {
	w.note("%s", text)
	name, _, _ := strings.Cut(text, ":")
	w.mu.Lock()
	do := w.hooks[name]
	w.mu.Unlock()
	if do == nil {
		return nil
	}
	return do(ctx)
}

// history returns the steps so far.
func (w *world) history() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.steps)
}

// forget drops the steps so far.
func (w *world) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = nil
}

func (w *world) wantHistory(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.history()); diff != "" {
		w.t.Errorf("steps (-want +have):\n%s", diff)
	}
}

// Write takes the log.
func (w *world) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.logs.Write(line)
}

// logged returns the records of the log that have a message.
func (w *world) logged(message string) []map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []map[string]any
	for line := range bytes.Lines(w.logs.Bytes()) {
		var record map[string]any
		if err := json.Unmarshal(line, &record); err != nil {
			w.t.Error(err)
		}
		if record["msg"] == message {
			found = append(found, record)
		}
	}
	return found
}

// outcome is what an entrypoint is told about a call.
type outcome struct {
	out any
	err error
}

// point returns the entrypoint of a method.
func (w *world) point(name string) *point {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.points[name]
	if p == nil {
		w.t.Fatalf("no entrypoint %q in %v", name, w.points)
	}
	return p
}

// spawn lets a worker run a method and returns where its outcome arrives.
func (w *world) spawn(name string) <-chan outcome {
	w.t.Helper()
	p := w.point(name)
	answers := make(chan outcome, 2) // one more than is right
	if err := p.host.Spawn(w.t.Context(), p.call(), to(answers)); err != nil {
		w.t.Fatal(err)
	}
	return answers
}

// call runs a method and returns its outcome.
func (w *world) call(name string) (any, error) {
	w.t.Helper()
	o := <-w.spawn(name)
	return o.out, o.err
}

func to(answers chan<- outcome) entrypoint.Done {
	return func(out any, err error) { answers <- outcome{out, err} }
}

// logText returns all that was logged.
func (w *world) logText() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.logs.String()
}
