package dependency

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrHandled is the outcome of a call whose event the inbox knows: an earlier call
// had its effect, this one had none.
var ErrHandled = errors.New("the event was handled before")

// InboxEntry says which event a call handles, and where to remember it.
type InboxEntry struct {
	Database string // whose transaction is the effect of the event
	Consumer string // who handles it: every consumer has the event once
	ID       string // of the event
}

// WithInbox returns the context of a call that handles an event. The transaction
// of the call on the entry's database stores the entry first. Where it is there
// already the transaction refuses every statement and is rolled back, and the
// outcome of a call that returned no error of its own is ErrHandled.
func WithInbox(ctx context.Context, e InboxEntry) context.Context {
	return context.WithValue(ctx, inboxKey{}, &inbox{entry: e})
}

// InboxOf returns the event that the call which ctx belongs to handles.
func InboxOf(ctx context.Context) (InboxEntry, bool) {
	i, ok := ctx.Value(inboxKey{}).(*inbox)
	if !ok {
		return InboxEntry{}, false
	}
	return i.entry, true
}

// SetHandled notes that the event of the call was handled before. Who lends the
// transaction calls it.
func SetHandled(ctx context.Context) {
	if i, ok := ctx.Value(inboxKey{}).(*inbox); ok {
		i.handled.Store(true)
	}
}

// Handled reports whether the event of the call was handled before, whatever the
// method made of the error that told it so. Who gave the call its event asks when
// the call has ended, and acknowledges the event.
func Handled(ctx context.Context) bool {
	i, ok := ctx.Value(inboxKey{}).(*inbox)
	return ok && i.handled.Load()
}

type inboxKey struct{}

type inbox struct {
	entry   InboxEntry
	handled atomic.Bool
}
