package role

import (
	"context"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/service"
)

// handlers is the service that handles most events.
type handlers struct {
	_ service.Name `name:"handlers"`

	Facts *journal

	_ events.Handler `method:"OnDone" source:"emitter" event:"done" attempts:"4" backoff:"200ms"`
	_ events.Handler `method:"OnDoneToo" source:"emitter" event:"done"`
	_ events.Handler `method:"OnNotice" source:"emitter" event:"notice" mode:"broadcast"`
}

// OnDone takes as long as it is told, and fails as planned.
func (h *handlers) OnDone(ctx context.Context, e Event) error {
	return h.Facts.handle(ctx, OnDone, e)
}

// OnDoneToo takes no time and never fails, whatever the other handler does.
func (h *handlers) OnDoneToo(ctx context.Context, e Event) error {
	e.For, e.Fails = 0, 0
	return h.Facts.handle(ctx, OnDoneToo, e)
}

// OnNotice is called in every process.
func (h *handlers) OnNotice(ctx context.Context, e Event) error {
	return h.Facts.handle(ctx, OnNotice, e)
}

// sequence is the service that handles events in the order of their keys.
type sequence struct {
	_ service.Name `name:"sequence"`

	Facts *journal

	_ events.Handler `method:"OnStep" source:"emitter" event:"step" ordered:"key" attempts:"4" backoff:"100ms"`
}

// OnStep takes as long as it is told, and fails as planned.
func (s *sequence) OnStep(ctx context.Context, e Event) error {
	return s.Facts.handle(ctx, OnStep, e)
}

// looseSequence is what is naive of sequence: events come in order by themselves.
type looseSequence struct {
	_ service.Name `name:"sequence"`

	Facts *journal

	_ events.Handler `method:"OnStep" source:"emitter" event:"step" attempts:"4" backoff:"100ms"`
}

// OnStep takes as long as it is told, and fails as planned.
func (s *looseSequence) OnStep(ctx context.Context, e Event) error {
	return s.Facts.handle(ctx, OnStep, e)
}

// late is the service that wants events and is away until the stream is full.
type late struct {
	_ service.Name `name:"late"`

	Facts *journal

	_ events.Handler `method:"OnExcess" source:"filler" event:"excess"`
}

// OnExcess takes no time.
func (l *late) OnExcess(ctx context.Context, e Event) error {
	return l.Facts.handle(ctx, OnExcess, e)
}
