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
	seen            chan sight // has room for the only one

	mu   sync.Mutex // held while predicates run; guards done
	done bool       // nothing more is looked at
}

// sight is what a waiter waits for: a call, or what a predicate panicked with.
type sight struct {
	call     service.CallEnded
	panicked any
}

// Expect begins to watch a method, given by its Go name; call it before the
// stimulus. With predicates, only a call that all of them accept counts. They run
// one at a time on the workers, before the call is answered, so they must not wait
// for another call of the method; one that panics fails the test in Wait.
func (w *World) Expect(name, method string, matches ...func(service.CallEnded) bool) *Waiter {
	w.t.Helper()
	w.mustHave(name, method)
	waiter := &Waiter{world: w, service: name, method: method, matches: matches, seen: make(chan sight, 1)}
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

// Wait returns the call that ended; call it once. It fails the test
// where none does in time, or a predicate panics.
func (w *Waiter) Wait() service.CallEnded {
	w.world.t.Helper()
	timer := time.NewTimer(callLimit())
	defer timer.Stop()
	select {
	case s := <-w.seen:
		if s.panicked != nil {
			w.world.t.Fatalf("%s.%s: a predicate of Expect panicked: %v", w.service, w.method, s.panicked)
		}
		return s.call
	case <-timer.C:
		w.world.watchers.remove(w)
		w.world.t.Fatalf("%s.%s did not run, or no run was accepted, within %v", w.service, w.method, callLimit())
	}
	return service.CallEnded{}
}

// see shows the waiter a call, and reports whether it has seen enough.
func (w *Waiter) see(e service.CallEnded) (enough bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return true
	}
	defer func() {
		if v := recover(); v != nil {
			w.done, enough = true, true
			w.seen <- sight{panicked: v}
		}
	}()
	if w.done = w.accepts(e); w.done {
		w.seen <- sight{call: e}
	}
	return w.done
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

// waiting returns a copy: predicates are the test's, and may do anything, such as
// calling Expect.
func (w *watchers) waiting() []*Waiter {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

// observe is the observer of the application.
func (w *watchers) observe(e service.Event) {
	ended, ok := e.(service.CallEnded)
	if !ok {
		return
	}
	for _, waiter := range w.waiting() {
		if waiter.see(ended) {
			w.remove(waiter)
		}
	}
}
