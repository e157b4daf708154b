package dependency

import (
	"context"
	"time"
)

// Letter is a message that waits in a database until it was sent.
type Letter struct {
	ID      string // of the writer's choice; two letters of one database never share it
	Subject string
	Header  map[string][]string
	Body    []byte
}

// Outbox is what the transaction of a call offers to those who send.
type Outbox interface {
	// Put stores a letter with the transaction: it will be sent if that is
	// committed, and is gone with its rollback.
	Put(ctx context.Context, l Letter) error
}

// KeepOutbox leaves the outbox of the call's transaction on a database for the
// others of the call. Who lends transactions calls it from Acquire and is Scoped.
func KeepOutbox(ctx context.Context, database string, o Outbox) {
	Keep(ctx, outboxKey{database}, o)
}

// OutboxOf returns the outbox of the transaction that the call which ctx belongs
// to has on a database. False means that ctx is not that of a call, or that the
// service has no such database.
func OutboxOf(ctx context.Context, database string) (Outbox, bool) {
	o, ok := Kept(ctx, outboxKey{database}).(Outbox)
	return o, ok
}

type outboxKey struct{ database string }

// OutboxClaim is for how long the letters that Pending returned are kept from
// other relays.
const OutboxClaim = 10 * time.Second

// OutboxStore is the outbox of one database as its relays see it: every instance
// of every service that writes to it has one. They take turns, so that letters
// keep their order. All methods may be called concurrently and work while the
// database is away: with an error.
type OutboxStore interface {
	// Pending returns the letters that wait, in the order in which they were put,
	// at most limit of them, and claims the outbox for OutboxClaim: until then, or
	// until Sent, the other relays are told that nothing waits. A relay that dies
	// with a claim delays the letters by that time; one that is slower than its
	// claim, or dies before Sent, causes some to be sent twice.
	//
	// The order is that of the Puts of transactions which do not overlap: of two
	// that are open at the same time the later one may commit, and be sent, first.
	// Where a transaction has locked the row that its letters are about before it
	// puts them, the letters about one row are in the order of its changes.
	Pending(ctx context.Context, limit int) ([]Letter, error)
	// Sent removes letters that were sent and ends the claim of Pending. It is called
	// once after every Pending that returned letters, without ids where none could be
	// sent.
	Sent(ctx context.Context, ids ...string) error
	// Changed receives after letters were committed in this process, once for many.
	// Those of other processes are found by asking Pending now and then.
	Changed() <-chan struct{}
}
