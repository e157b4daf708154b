package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/waitgroup"
)

// container hosts one service: it owns the workers, the entrypoints and the
// dependencies.
type container struct {
	app      *App
	spec     *spec
	instance string
	logger   *slog.Logger
	settings settings

	handler     Handler
	pool        *pool
	limit       *limit            // of the service
	kinds       map[string]*limit // of entrypoint kinds, from the configuration
	entrypoints []mounted
	lenders     []*lender // fields whose values are lent per call, in order
	providers   []*lender // all fields that have a provider, in order
	scoped      bool      // a lender leaves values for the others of a call
	background  sync.WaitGroup
	life        context.Context // of background work; ended by stop
	end         context.CancelFunc
	begun       int // providers whose Start was called
}

// mounted is an entrypoint with what declared it.
type mounted struct {
	entrypoint.Entrypoint
	entry  entry
	served *dependency.Served
}

// start makes the service reachable: dependencies in the order of their fields,
// then entrypoints.
func (c *container) start(ctx context.Context) error {
	for _, p := range c.providers {
		c.begun++
		if err := guarded(func() error { return c.startProvider(ctx, p) }); err != nil {
			return fmt.Errorf("start %s.%s: %w", c.spec.name, p.name, err)
		}
	}
	for _, e := range c.entrypoints {
		if err := guarded(func() error { return e.Start(ctx) }); err != nil {
			return fmt.Errorf("start %s.%s: %w", c.spec.name, e.entry.method.Name, err)
		}
	}
	c.emit(Started{Service: c.spec.name, Manifest: c.manifest()})
	return nil
}

func (c *container) startProvider(ctx context.Context, l *lender) error {
	if err := l.provider.Start(ctx); err != nil {
		return err
	}
	if constant, ok := l.provider.(dependency.Constant); ok {
		c.spec.fill(l.index, constant.Value())
	}
	return nil
}

// stop ends the service in the reverse order: entrypoints, calls, background
// work, dependencies. Only draining obeys ctx, and the configured drain time,
// which began when that of all services did; closing has its own limit.
func (c *container) stop(ctx context.Context, began time.Time) error {
	ctx, cancelDrain := context.WithDeadline(ctx, began.Add(c.settings.drain))
	defer cancelDrain()
	c.emit(Draining{Service: c.spec.name})
	err := c.stopEntrypoints(ctx)
	cancelled := c.pool.drain(ctx)
	closing, cancel := c.app.closing(ctx)
	defer cancel()
	err = errors.Join(err, c.stopBackground(closing))
	for _, p := range slices.Backward(c.providers[:c.begun]) {
		if e := guarded(func() error { return p.provider.Stop(closing) }); e != nil {
			err = errors.Join(err, fmt.Errorf("stop %s.%s: %w", c.spec.name, p.name, e))
		}
	}
	c.emit(Stopped{Service: c.spec.name, Cancelled: cancelled, Killed: c.app.wasKilled()})
	return err
}

// stopEntrypoints stops all at once: one that waits for its subscription to
// drain must not keep the others open.
func (c *container) stopEntrypoints(ctx context.Context) error {
	errs := make([]error, len(c.entrypoints))
	var all sync.WaitGroup
	for i, e := range c.entrypoints {
		all.Go(func() {
			if err := guarded(func() error { return e.Stop(ctx) }); err != nil {
				errs[i] = fmt.Errorf("stop %s.%s: %w", c.spec.name, e.entry.method.Name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// stopBackground ends the work that was started with Host.Go and waits for it.
func (c *container) stopBackground(ctx context.Context) error {
	c.end()
	if waitgroup.Wait(ctx, &c.background) != nil {
		return fmt.Errorf("stop %s: background work ignores the end of its context", c.spec.name)
	}
	return nil
}

// observed reports whether anybody wants to see calls: their events are not even
// made where nobody does.
func (c *container) observed() bool { return len(c.app.observers) > 0 }

// emit writes what happens to a service into the log, and tells the observers.
func (c *container) emit(e Event) {
	logEvent(c.app.logger, e)
	for _, observe := range c.app.observers {
		c.tell(observe, e)
	}
}

// tell lets an observer see an event; its panic costs that event only.
func (c *container) tell(observe Observer, e Event) {
	defer func() {
		if v := recover(); v != nil {
			c.logger.Error("an observer panicked", "event", fmt.Sprintf("%T", e), "panic", v)
		}
	}()
	observe(e)
}
