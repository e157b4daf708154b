package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// known are the services that exist, running or not: those that have registered on
// this broker within a week. Nobody depends on it: without it, and whenever it
// cannot tell, a service is not known.
type known struct {
	conn *broker.Conn

	mu     sync.Mutex // guards what follows
	bucket *broker.Bucket
	found  map[string]bool
}

const (
	knownKept   = 7 * 24 * time.Hour
	knownAgain  = 24 * time.Hour
	knownRetry  = 2 * time.Second
	knownLimit  = time.Second
	knownBucket = "_services"
)

func newKnown(conn *broker.Conn) *known {
	return &known{conn: conn, found: make(map[string]bool)}
}

// registration is what is kept of a service.
type registration struct {
	Seen time.Time `json:"seen"`
}

// register keeps a service known until ctx ends. It is run in the background.
func (k *known) register(ctx context.Context, service string) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		err := k.put(ctx, service)
		switch {
		case err == nil:
			timer.Reset(knownAgain)
		case errors.Is(err, broker.ErrNoJetStream):
			k.conn.Logger().DebugContext(ctx, "services are not kept: nobody can tell one that is away from one that never was", "reason", err)
			return nil
		default:
			timer.Reset(knownRetry)
		}
	}
}

func (k *known) put(ctx context.Context, service string) error {
	b, err := k.open(ctx)
	if err != nil {
		return err
	}
	value, err := json.Marshal(registration{time.Now().UTC()})
	if err != nil {
		return err
	}
	return b.Put(ctx, service, value)
}

func (k *known) open(ctx context.Context) (*broker.Bucket, error) {
	k.mu.Lock()
	b := k.bucket
	k.mu.Unlock()
	if b != nil {
		return b, nil
	}
	b, err := k.conn.Bucket(ctx, k.conn.Namespace()+knownBucket, knownKept)
	if err == nil {
		k.mu.Lock()
		k.bucket = b
		k.mu.Unlock()
	}
	return b, err
}

// has reports whether a service is known. It waits no longer than a second, and
// remembers only that one is.
func (k *known) has(ctx context.Context, service string) bool {
	k.mu.Lock()
	remembered := k.found[service]
	k.mu.Unlock()
	if remembered {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, knownLimit)
	defer cancel()
	b, err := k.open(ctx)
	if err != nil {
		return false
	}
	if _, found, err := b.Get(ctx, service); !found || err != nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.found[service] = true
	return true
}

// names returns the services that are known, sorted; none where nobody can tell.
func (k *known) names(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, knownLimit)
	defer cancel()
	b, err := k.open(ctx)
	if err != nil {
		return nil
	}
	names, err := b.Keys(ctx)
	if err != nil {
		return nil
	}
	return names
}
