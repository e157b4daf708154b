// Package service hosts service structs: it reads their declarations, fills
// their fields, and runs their methods on workers.
//
// Main is a whole program; New, Start and Stop are the same for a program that has
// more to do. Options add what the structs do not say themselves.
//
// The source, for who wants to know how. A call arrives at a method of its host
// (host.go) and becomes a job (job.go), which waits for its turn in the pool (pool.go,
// queue.go; limit.go says how many may run). A worker serves it (worker.go): through
// the middleware (middleware.go) to a copy of the struct, with the dependencies that
// are lent to it, and the method (loan.go); then it is answered. Beside this way lie
// workers that are kept for calls to come (slot.go), calls that run on the goroutine
// that brought them (inplace.go, pace.go) and the end of all (drain.go).
//
// Before the first call, New puts the application together (assemble.go) from what the
// structs declare (scan.go, marker.go, spec.go) and who fills their fields (fill.go,
// and graph.go for what fx makes); app.go and container.go start it and, in the order
// of order.go, stop it; run.go and main.go do that for a process.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency"
)

// App is one or more services in one process. Make it with New.
type App struct {
	config       *config.Config
	logger       *slog.Logger
	structs      []any
	constructors []any
	lent         map[reflect.Type]dependency.Provider
	middleware   []Middleware
	observers    []Observer
	tracer       dependency.Tracer // nil for nobody
	defaults     []defaults
	extensions   []extension
	replaced     []replacement
	restricted   []restriction
	stubs        []stub

	settings   settings
	containers []*container
	shared     shared
	graph      *graph

	failed  chan error // takes the first failure of background work
	failing sync.Once
	killed  chan struct{} // closed by Kill
	quit    chan struct{} // takes a constructor's wish to stop
	kill    sync.Once
	started atomic.Bool // or stopped without a start
	stopped sync.Once
	stopErr error
}

// New reads the declarations of the services, resolves their methods and fields
// and runs the constructors. It reports every mistake at once and does no I/O of
// its own. A nil configuration is an empty one.
func New(cfg *config.Config, options ...Option) (*App, error) {
	if cfg == nil {
		cfg = config.Empty()
	}
	a := &App{
		config: cfg,
		lent:   make(map[reflect.Type]dependency.Provider),
		failed: make(chan error, 1),
		killed: make(chan struct{}),
		quit:   make(chan struct{}, 1),
		shared: newShared(),
	}
	for _, o := range options {
		o(a)
	}
	if a.logger == nil {
		a.logger = slog.Default()
	}
	var m mistakes
	a.addDefaults(&m)
	if err := dependency.KeepProcess(extended{a}, newProcess(a)); err != nil {
		return nil, err
	}
	a.assemble(&m)
	a.extend(&m)
	a.shared.sealed = true
	if err := m.err(); err != nil {
		return nil, err
	}
	return a, nil
}

// hosts reports whether that very struct was given before.
func (a *App) hosts(service any) bool {
	return slices.ContainsFunc(a.structs, func(s any) bool {
		return reflect.TypeOf(s) == reflect.TypeOf(service) && reflect.ValueOf(s).Kind() == reflect.Pointer && s == service
	})
}

// Start makes the services reachable, in the order in which they were given.
// ctx bounds starting. Where one fails, what was started is stopped again.
func (a *App) Start(ctx context.Context) error {
	if a.started.Swap(true) {
		return errors.New("start: the application was started or stopped before; make a new one")
	}
	if err := a.start(ctx); err != nil {
		return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	return nil
}

func (a *App) start(ctx context.Context) error {
	if err := a.graph.start(ctx); err != nil {
		return err
	}
	if err := a.shared.start(ctx); err != nil {
		return err
	}
	for _, c := range a.containers {
		if err := c.start(ctx); err != nil {
			return err
		}
	}
	a.shared.ready()
	a.logger.InfoContext(ctx, "ready", "services", len(a.containers))
	a.warnUnused(ctx)
	return nil
}

// warnUnused points at sections that look misspelt. One that only resembles
// nothing may belong to a service of another process that shares the file.
func (a *App) warnUnused(ctx context.Context) {
	for _, u := range a.config.Unused() {
		if u.Nearest != "" {
			a.logger.WarnContext(ctx, "nothing here reads this section of the configuration; is it misspelt?",
				"section", u.Key, "at", u.At.String(), "did_you_mean", u.Nearest)
		}
	}
}

// Stop stops all services, those that others here call after these: entrypoints,
// then running calls, which may take as long as ctx lives and at most the
// configured drain time; then what they used. Later calls of Stop return what the first did. An application that
// was stopped cannot be started.
func (a *App) Stop(ctx context.Context) error {
	a.stopped.Do(func() { a.stopErr = a.stop(ctx) })
	return a.stopErr
}

func (a *App) stop(ctx context.Context) error {
	if !a.started.Swap(true) {
		return nil
	}
	drain, cancel := context.WithCancel(ctx)
	defer cancel()
	defer a.onKill(func() {
		cancel()
		a.interruptAll()
	})()
	a.shared.leave(drain)
	err := a.stopAll(drain)
	closing, done := a.closing(ctx)
	defer done()
	return errors.Join(err, a.shared.stop(closing), a.graph.stop(closing))
}

// closing returns the context in which what calls no longer need is closed: it
// has a limit of its own, and a short one after Kill.
func (a *App) closing(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := closeLimit
	if a.wasKilled() {
		limit = killedCloseLimit
	}
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}

// onKill calls f once Kill is called, until the function it returns is, which
// waits for f.
func (a *App) onKill(f func()) (unhook func()) {
	over := make(chan struct{})
	var hook sync.WaitGroup
	hook.Go(func() {
		select {
		case <-a.killed:
			f()
		case <-over:
		}
	})
	return func() {
		close(over)
		hook.Wait()
	}
}

// Kill makes a Stop that is under way, or the next one, wait no longer: the
// running calls of all services are interrupted and cancelled at once, and get
// one second to return.
func (a *App) Kill() { a.kill.Do(func() { close(a.killed) }) }

func (a *App) wasKilled() bool {
	select {
	case <-a.killed:
		return true
	default:
		return false
	}
}

// Failed returns a channel that receives the first failure of background work,
// after which the application is to be stopped.
func (a *App) Failed() <-chan error { return a.failed }

func (a *App) fail(err error) {
	first := false
	a.failing.Do(func() {
		first = true
		a.failed <- err
	})
	if !first {
		a.logger.Error("further failure in the background", "error", err)
	}
}

// container returns the service of that name.
func (a *App) container(name string) (*container, error) {
	names := make([]string, len(a.containers))
	for i, c := range a.containers {
		if names[i] = c.spec.name; names[i] == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("no service %q here, have %v", name, names)
}
