// Package lock is exclusive locks: one holder in the cluster, with a fencing token.
package lock

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/tag"
)

var (
	// ErrHeld is returned where somebody else holds the lock.
	ErrHeld = fault.Declare("svc.lock_held", fault.Conflict, "somebody else holds the lock")
	// ErrLost is the cause of the end of a lock's context, and what Release returns,
	// where the lock could not be kept: another may hold it now.
	ErrLost = fault.Declare("svc.lock_lost", fault.Unavailable, "the lock is lost")
)

// Mutex is an exclusive lock as a field of a service:
//
//	Nightly lock.Mutex `lock:"nightly" ttl:"10s"`
//
//	held, err := s.Nightly.Acquire(ctx)
//	if err != nil {
//		return err
//	}
//	defer held.Release(ctx)
//
// All services of a namespace that name the same lock contend for it, and so do the
// calls of one instance, and a call with itself. It needs JetStream. The tag key lock is its name, 1 to 64
// letters, digits, - or _. The tag key ttl says after which silence of its holder
// others take the lock, 10s by default and 100ms to 1h; a holder renews it three times
// in that time.
//
// A holder that is frozen, or cut off, can go on for a moment after another has taken
// the lock. What must not happen then has to be refused where it would: by a store
// that remembers the greatest [Held.Token] it was shown.
//
// Mutex is safe for concurrent use. In a test, set its funcs; see [Fake].
type Mutex struct {
	// Acquire waits for the lock, for as long as ctx lives: then the error is ErrHeld.
	// A lock whose holder has died comes free after its ttl. It is given back when ctx
	// ends, if it was not released before.
	Acquire func(ctx context.Context) (*Held, error)
	// TryAcquire does not wait: where somebody holds the lock the error is ErrHeld. It
	// takes over from a holder that has died once this process has known of it for ttl,
	// so also where it is tried from time to time. Where the broker is away it tries
	// for two seconds.
	TryAcquire func(ctx context.Context) (*Held, error)
}

const (
	defaultTTL = 10 * time.Second
	leastTTL   = 100 * time.Millisecond
	mostTTL    = time.Hour
)

// mutexOptions are the tag keys of Mutex.
type mutexOptions struct {
	Lock string        `tag:"lock,required"`
	TTL  time.Duration `tag:"ttl"`
}

// Provide fills the field.
func (Mutex) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	o := mutexOptions{TTL: defaultTTL}
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	if err := check(o.Lock, o.TTL); err != nil {
		return nil, err
	}
	conn, err := broker.Open(h)
	if err != nil {
		return nil, err
	}
	k, err := dependency.Shared(h, keeperKey{o.Lock}, func() (*keeper, error) {
		return newKeeper(conn, o.Lock, o.TTL, h.Service()+" "+h.Instance()), nil
	})
	if err != nil {
		return nil, err
	}
	if k.ttl != o.TTL {
		return nil, fmt.Errorf("tag key ttl: have %v for the lock %s, want %v as elsewhere in this process", o.TTL, o.Lock, k.ttl)
	}
	return provider{k}, nil
}

type keeperKey struct{ name string }

func check(name string, ttl time.Duration) error {
	if !broker.ValidName(name) {
		return fmt.Errorf("tag key lock: have %q, want 1 to 64 letters, digits, - or _", name)
	}
	if ttl < leastTTL || ttl > mostTTL {
		return fmt.Errorf("tag key ttl: have %v, want %v to %v", ttl, leastTTL, mostTTL)
	}
	return nil
}

// New returns a lock for a program that is no service. Use one for each name: those
// who share it contend at no cost.
func New(conn *broker.Conn, name string, ttl time.Duration) (Mutex, error) {
	if err := check(name, ttl); err != nil {
		return Mutex{}, fmt.Errorf("lock: %w", err)
	}
	return newKeeper(conn, name, ttl, "program").mutex(), nil
}

// provider is a Mutex as a dependency.
type provider struct{ *keeper }

var (
	_ dependency.Constant  = provider{}
	_ dependency.Describer = provider{}
)

// Start refuses a broker that stores nothing. One that is away may come later.
func (p provider) Start(ctx context.Context) error { return p.probe(ctx) }

// Stop does nothing: the keeper stops after all of its users.
func (provider) Stop(context.Context) error { return nil }

func (p provider) Value() any { return p.mutex() }

func (p provider) Acquire(context.Context) (any, dependency.Release, error) {
	return p.mutex(), nil, nil
}

// Describe says which lock it is.
func (p provider) Describe() dependency.Description {
	return dependency.Description{Kind: "lock", Target: p.name, Options: map[string]string{"ttl": p.ttl.String()}}
}
