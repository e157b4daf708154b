package service

import (
	"context"
	"log/slog"
	"runtime"
	"testing"
	"weak"

	"github.com/enoki-go/enoki/entrypoint"
)

// An idle worker would otherwise keep the message of the last call, with all its
// arguments, until the next.
func TestIdleWorkerKeepsNothingOfItsLastCall(t *testing.T) {
	app, err := New(nil, With(&patient{Work: func(context.Context) error { return nil }}), Logger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	c := app.containers[0]
	p := serveOnce(t, c)
	for range 100 {
		runtime.GC()
		if p.Value() == nil {
			break
		}
		runtime.Gosched()
	}
	if p.Value() != nil {
		t.Error("the call is still reachable")
	}
	c.pool.drain(t.Context())
}

// serveOnce lets a worker serve a call and returns what can tell whether anybody
// still holds it.
func serveOnce(t *testing.T, c *container) weak.Pointer[entrypoint.Call] {
	t.Helper()
	call := &entrypoint.Call{ID: "1", Method: c.entrypoints[0].entry.method}
	done := make(chan struct{})
	h := &host{container: c}
	if !h.TrySpawn(call, func(any, error) { close(done) }) {
		t.Fatal("no worker is free")
	}
	<-done
	return weak.Make(call)
}
