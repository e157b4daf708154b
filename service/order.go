package service

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// stopAll stops the services. One that others of this process call stops after
// them, since their running calls may still need it; the rest, and those that
// call each other, stop at once, as all do after Kill. The drain times all begin
// now.
func (a *App) stopAll(ctx context.Context) error {
	began := time.Now()
	errs := make([]error, len(a.containers))
	stopped := make(map[*container]chan struct{}, len(a.containers))
	for _, c := range a.containers {
		stopped[c] = make(chan struct{})
	}
	var all sync.WaitGroup
	for i, c := range a.containers {
		all.Go(func() {
			defer close(stopped[c])
			for _, caller := range a.callersOf(c) {
				a.awaitStop(stopped[caller])
			}
			errs[i] = c.stop(ctx, began)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// awaitStop waits for a service to stop, until Kill: then all leave at once.
func (a *App) awaitStop(stopped <-chan struct{}) {
	select {
	case <-stopped:
	case <-a.killed:
	}
}

// interruptAll interrupts what runs in all services at once.
func (a *App) interruptAll() {
	var all sync.WaitGroup
	for _, c := range a.containers {
		all.Go(c.pool.cancel)
	}
	all.Wait()
}

// callersOf returns the services here that declare calls of c, and that c does
// not call in its turn, however indirectly.
func (a *App) callersOf(c *container) []*container {
	return slices.DeleteFunc(slices.Clone(a.containers), func(caller *container) bool {
		return !slices.Contains(caller.calls(), c) || c.reaches(caller, map[*container]bool{})
	})
}

// calls returns the services here that fields of c call.
func (c *container) calls() []*container {
	var called []*container
	for _, p := range c.providers {
		d, ok := p.provider.(dependency.Describer)
		if !ok {
			continue
		}
		if other, err := c.app.container(d.Describe().Service); err == nil {
			called = append(called, other)
		}
	}
	return called
}

// reaches reports whether c calls other, or a service that does.
func (c *container) reaches(other *container, seen map[*container]bool) bool {
	if c == other {
		return true
	}
	seen[c] = true
	return slices.ContainsFunc(c.calls(), func(next *container) bool {
		return !seen[next] && next.reaches(other, seen)
	})
}
