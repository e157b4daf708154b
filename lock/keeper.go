package lock

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/waitgroup"
)

// keeper is a lock as this process knows it. One call at a time contends for it with
// other processes; the others wait for that one.
type keeper struct {
	conn   *broker.Conn
	name   string
	ttl    time.Duration
	holder string
	turn   chan struct{} // has room for the call that contends, or holds
	seen   sighting      // for whoever has the turn

	life   context.Context // of all that is held; ended by Stop
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu     sync.Mutex // guards bucket
	bucket *broker.Bucket
}

// sighting is the newest state of a lock that another holds, and since when it is
// known here. Nobody's clock but ours decides how long it has not been renewed.
type sighting struct {
	revision uint64
	since    time.Time
}

func newKeeper(conn *broker.Conn, name string, ttl time.Duration, holder string) *keeper {
	k := &keeper{conn: conn, name: name, ttl: ttl, holder: holder, turn: make(chan struct{}, 1)}
	k.life, k.cancel = context.WithCancel(context.Background())
	return k
}

func (k *keeper) mutex() Mutex {
	return Mutex{
		Acquire:    func(ctx context.Context) (*Held, error) { return k.named(k.acquire(ctx)) },
		TryAcquire: func(ctx context.Context) (*Held, error) { return k.named(k.tryAcquire(ctx)) },
	}
}

func (k *keeper) named(h *Held, err error) (*Held, error) {
	if err != nil {
		return nil, fmt.Errorf("acquire lock %s: %w", k.name, err)
	}
	return h, nil
}

// Stop gives back what is still held. The host calls it when nothing runs any more.
func (k *keeper) Stop(ctx context.Context) error {
	k.cancel()
	if err := waitgroup.Wait(ctx, &k.work); err != nil {
		return fmt.Errorf("give back lock %s: %w", k.name, err)
	}
	return nil
}

const (
	startLimit = 2 * time.Second
	tryLimit   = 2 * time.Second // for TryAcquire
	// keptFor is how long the bucket keeps what nobody renews or takes. It is longer
	// than any ttl.
	keptFor = 24 * time.Hour
)

// probe opens the bucket if the broker is there.
func (k *keeper) probe(ctx context.Context) error {
	if !k.conn.Peek(ctx) {
		return nil // it is opened when it is needed
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if _, err := k.open(ctx); errors.Is(err, broker.ErrNoJetStream) {
		return fmt.Errorf("lock %s: %w", k.name, err)
	}
	return nil
}

func (k *keeper) open(ctx context.Context) (*broker.Bucket, error) {
	k.mu.Lock()
	known := k.bucket
	k.mu.Unlock()
	if known != nil {
		return known, nil
	}
	b, err := k.conn.Bucket(ctx, "LOCKS_"+k.conn.Namespace(), keptFor)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bucket = b
	return b, nil
}

// acquire waits for the turn, then for the lock.
func (k *keeper) acquire(ctx context.Context) (*Held, error) {
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, errTurn.Because(context.Cause(ctx))
	case <-k.life.Done():
		return nil, broker.ErrClosed
	}
	w := &waiter{keeper: k, told: make(chan struct{}, 1)}
	defer w.stop()
	return k.inTurn(ctx, ctx, w.wait)
}

func (k *keeper) tryAcquire(ctx context.Context) (*Held, error) {
	select {
	case k.turn <- struct{}{}:
	default:
		return nil, errTurn
	}
	limited, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	return k.inTurn(limited, ctx, func(_ context.Context, _ *broker.Bucket, owner string) error {
		return heldBy(owner)
	})
}

var errTurn = ErrHeld.Explain("another call of this instance holds it or waits for it")

func heldBy(owner string) *fault.Error { return ErrHeld.Explain("%s holds it", owner) }

// A blockedFunc is called while another holds the lock. It returns when it is to be
// looked again.
type blockedFunc func(ctx context.Context, b *broker.Bucket, owner string) error

// inTurn contends for the lock until ctx ends, and gives the turn to the next where it
// is not got. What is held ends with of.
func (k *keeper) inTurn(ctx, of context.Context, blocked blockedFunc) (*Held, error) {
	mine := &bid{record: record{ID: rand.Text(), Holder: k.holder, TTL: k.ttl}}
	h, err := k.contend(ctx, of, mine, blocked)
	switch {
	case err == nil:
	case mine.sent:
		k.work.Go(func() { k.withdraw(mine) })
	default:
		<-k.turn
	}
	return h, err
}

// bid is what a call wants to store to have the lock.
type bid struct {
	bucket   *broker.Bucket
	record   record
	revision uint64 // in whose place
	sent     bool   // it may be stored, whatever the call was told
}

func (k *keeper) contend(ctx, of context.Context, mine *bid, blocked blockedFunc) (_ *Held, err error) {
	if mine.bucket, err = k.open(ctx); err != nil {
		return nil, err
	}
	for ; ; mine.record.Writes++ {
		e, err := mine.bucket.Entry(ctx, k.name)
		if err != nil {
			return nil, err
		}
		there := readRecord(e.Value, k.ttl)
		mine.revision, mine.sent = e.Revision, k.free(e, there, mine.record.ID)
		if !mine.sent {
			if err := blocked(ctx, mine.bucket, there.Holder); err != nil {
				return nil, err
			}
			continue
		}
		h, err := k.take(ctx, of, mine)
		if h != nil || err != nil {
			return h, err
		}
	}
}

// withdraw removes what was stored for a call that was not told so in time: else the lock
// would be nobody's until its ttl has passed. Then the turn is the next one's. What
// arrives later than that finds another revision.
func (k *keeper) withdraw(mine *bid) {
	ctx, cancel := context.WithTimeout(context.Background(), giveBackLimit)
	defer cancel()
	h := &Held{keeper: k, bucket: mine.bucket, record: mine.record, revision: mine.revision, ctx: ctx}
	_ = h.giveBack(ctx) // what stays expires
}

// free reports whether the lock may be taken: nobody holds it, or a holder that was
// not heard of for its ttl; or this very call has it and was not told.
func (k *keeper) free(e broker.BucketEntry, there record, id string) bool {
	if e.Revision == 0 || e.Deleted || there.ID == id {
		return true
	}
	if e.Revision != k.seen.revision {
		k.seen = sighting{e.Revision, time.Now()}
	}
	return time.Since(k.seen.since) >= there.TTL
}

// take stores the record of this call in place of what is there. Neither a lock nor an
// error means that it is to be looked again.
func (k *keeper) take(ctx, of context.Context, mine *bid) (*Held, error) {
	sent := time.Now()
	try, cancel := context.WithTimeout(ctx, k.ttl/3)
	defer cancel()
	token, err := mine.bucket.Swap(try, k.name, mine.record.bytes(), mine.revision)
	switch {
	case err == nil:
		return k.hold(of, mine.bucket, mine.record, token, sent), nil
	case errors.Is(err, broker.ErrChanged), try.Err() != nil && ctx.Err() == nil:
		if err := rest(ctx, restAfterLoss); err != nil {
			return nil, heldBy("somebody else").Because(err)
		}
		return nil, nil
	default:
		return nil, err
	}
}
