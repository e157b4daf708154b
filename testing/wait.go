package svctest

import (
	"slices"
	"sync"
	"time"

	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/service"
)

// Waiter waits until a method has run through an entrypoint and everything it
// used was released.
type Waiter struct {
	world           *World
	service, method string
	matches         []func(service.CallEnded) bool
	ended           chan service.CallEnded
}

// Expect begins to watch a method, given by its Go name; call it before the
// stimulus. With predicates, only a call that all of them accept counts.
func (w *World) Expect(name, method string, matches ...func(service.CallEnded) bool) *Waiter {
	w.t.Helper()
	w.mustHave(name, method)
	waiter := &Waiter{world: w, service: name, method: method, matches: matches, ended: make(chan service.CallEnded, 1)}
	w.watchers.add(waiter)
	return waiter
}

// mustHave fails the test where there is no such entrypoint.
func (w *World) mustHave(name, method string) {
	w.t.Helper()
	var services, methods []string
	for _, s := range w.app.Manifest().Services {
		services = append(services, s.Name)
		if s.Name != name {
			continue
		}
		for _, e := range s.Entrypoints {
			methods = append(methods, e.Method)
		}
	}
	switch {
	case !slices.Contains(services, name):
		w.t.Fatalf("expect: no service %q; services are %s", name, suggest.List(services))
	case !slices.Contains(methods, method):
		w.t.Fatalf("expect: %s has no entrypoint for method %q; its methods with entrypoints are %s", name, method, suggest.List(methods))
	}
}

// Wait returns the call that ended, and fails the test where none does in time.
func (w *Waiter) Wait() service.CallEnded {
	w.world.t.Helper()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case e := <-w.ended:
		return e
	case <-timer.C:
		w.world.watchers.remove(w)
		w.world.t.Fatalf("%s.%s did not run, or no run was accepted, within %v", w.service, w.method, limit)
		return service.CallEnded{}
	}
}

func (w *Waiter) accepts(e service.CallEnded) bool {
	if e.Call.Service != w.service || e.Call.Method.Name != w.method {
		return false
	}
	for _, match := range w.matches {
		if !match(e) {
			return false
		}
	}
	return true
}

// watchers are the waiters that have seen nothing yet.
type watchers struct {
	mu  sync.Mutex // guards all
	all []*Waiter
}

func (w *watchers) add(waiter *Waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, waiter)
}

func (w *watchers) remove(waiter *Waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = slices.DeleteFunc(w.all, func(x *Waiter) bool { return x == waiter })
}

// observe is the observer of the application.
func (w *watchers) observe(e service.Event) {
	ended, ok := e.(service.CallEnded)
	if !ok {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = slices.DeleteFunc(w.all, func(waiter *Waiter) bool {
		if !waiter.accepts(ended) {
			return false
		}
		waiter.ended <- ended
		return true
	})
}
