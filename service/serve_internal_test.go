package service

import (
	"context"
	"log/slog"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
)

// ring is a stimulus without arguments, and the goroutine that receives it.
type ring struct {
	call entrypoint.Call
	over chan error
}

func (*ring) Decode([]any) error      { return nil }
func (*ring) Interrupt()              {}
func (r *ring) Done(_ any, err error) { r.over <- err }
func (*ring) Backlog() int            { return 0 }
func (*ring) Relieve()                {}

// BenchmarkServe measures what a container adds to a short call.
func BenchmarkServe(b *testing.B) {
	app, err := New(nil, With(&patient{Work: func(context.Context) error { return nil }}), Logger(slog.New(slog.DiscardHandler)))
	if err != nil {
		b.Fatal(err)
	}
	c := app.containers[0]
	h, over := &host{container: c}, make(chan error, 1)
	h.of("ring")
	b.ReportAllocs()
	for b.Loop() {
		r := &ring{over: over}
		r.call = entrypoint.Call{Kind: "ring", Name: "run", Method: c.entrypoints[0].entry.method, Stimulus: r}
		if err := h.Serve(&r.call, nil, r); err != nil {
			b.Fatal(err)
		}
		if err := <-over; err != nil {
			b.Fatal(err)
		}
	}
	c.pool.drain(b.Context())
}
