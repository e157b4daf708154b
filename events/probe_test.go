package events_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
)

// Probe is a service whose handlers, and what they do, a test chooses.
type Probe struct {
	tags   []string                                      // one for each handler
	handle func(ctx context.Context, p Payment) error    // what Take does; nil for nothing
	raw    func(ctx context.Context, r events.Raw) error // what TakeRaw does
	book   book
}

// Entrypoints binds the handlers.
func (p *Probe) Entrypoints() []entrypoint.Binding {
	var all []entrypoint.Binding
	for _, tag := range p.tags {
		all = append(all, entrypoint.Bind(events.Handler{}, (*Probe).Take, reflect.StructTag(tag)))
	}
	if p.raw != nil {
		all = append(all, entrypoint.Bind(events.Handler{}, (*Probe).TakeRaw, `source:"payments" event:"raw"`))
	}
	return all
}

// Take takes an event down, then does what the test wants.
func (p *Probe) Take(ctx context.Context, payment Payment) error {
	p.book.write(ctx, "probe", payment)
	if p.handle == nil {
		return nil
	}
	return p.handle(ctx, payment)
}

// TakeRaw does what the test wants.
func (p *Probe) TakeRaw(ctx context.Context, r events.Raw) error { return p.raw(ctx, r) }

// probe is a Probe that handles payments.paid, with more in its tag.
func probe(more string, handle func(ctx context.Context, p Payment) error) *Probe {
	return &Probe{tags: []string{`source:"payments" event:"paid" ` + more}, handle: handle, book: newBook()}
}

// Other is the same as another service.
type Other struct{ Probe }

// orders takes n events out of the book, and returns what they are of.
func (b book) orders(t *testing.T, n int) []string {
	t.Helper()
	all := make([]string, n)
	for i := range all {
		all[i] = await.Take(t, b).payment.Order
	}
	return all
}

// payments are n of them, o0 and so on.
func payments(n int) []Payment {
	all := make([]Payment, n)
	for i := range all {
		all[i] = Payment{Order: fmt.Sprintf("o%d", i), Amount: i}
	}
	return all
}
