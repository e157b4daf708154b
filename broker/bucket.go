package broker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Bucket is a store of values by key, which the processes on a broker share. It
// is laid out as every tool expects: nats kv shows it. It is safe for concurrent
// use. Its methods wait while the broker is away, for as long as ctx lives.
type Bucket struct {
	stream *Stream
	prefix string // of the subjects of all keys
}

// Bucket returns a bucket, which it makes where it is missing. A value is kept
// for ttl, 0 for ever; of a bucket that was there before, that of its maker holds.
// Where the broker stores nothing the error is ErrNoJetStream, at once.
func (c *Conn) Bucket(ctx context.Context, name string, ttl time.Duration) (*Bucket, error) {
	if !ValidName(name) {
		return nil, fmt.Errorf("bucket: have name %.100q, want 1 to 64 letters, digits, - or _", name)
	}
	duplicates := duplicateWindow
	if ttl > 0 {
		duplicates = min(duplicates, ttl)
	}
	prefix := "$KV." + name + "."
	s, err := c.stream(ctx, jetstream.StreamConfig{
		Name: "KV_" + name, Subjects: []string{prefix + ">"},
		MaxMsgsPerSubject: 1, MaxAge: ttl, Duplicates: duplicates, Discard: jetstream.DiscardNew,
		MaxMsgs: -1, MaxBytes: -1, MaxMsgSize: -1, MaxConsumers: -1,
		AllowRollup: true, DenyDelete: true, AllowDirect: true,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", name, err)
	}
	return &Bucket{s, prefix}, nil
}

// duplicateWindow is how long message ids are remembered where nothing else is said.
const duplicateWindow = 2 * time.Minute

// subject returns where the value of a key is.
func (b *Bucket) subject(key string) (string, error) {
	if !ValidName(key) {
		return "", fmt.Errorf("bucket: have key %.100q, want 1 to 64 letters, digits, - or _", key)
	}
	return b.prefix + key, nil
}

// Put stores the value of a key, which is a ValidName.
func (b *Bucket) Put(ctx context.Context, key string, value []byte) error {
	subject, err := b.subject(key)
	if err != nil {
		return err
	}
	_, err = b.stream.publish(ctx, &Msg{Subject: subject, Data: value})
	return err
}

// Get returns the value of a key, and whether it has one.
func (b *Bucket) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	subject, err := b.subject(key)
	if err != nil {
		return nil, false, err
	}
	e, found, err := b.stream.Last(ctx, subject)
	if err != nil || !found || isMarker(e.Msg) {
		return nil, false, err
	}
	return e.Msg.Data, true, nil
}

// isMarker reports whether a message says that a key was deleted, by a tool or by
// the broker.
func isMarker(m *Msg) bool {
	return m.Header.Get("KV-Operation") != "" || m.Header.Get(jetstream.MarkerReasonHeader) != ""
}

// Keys returns the keys that have a value, sorted. A key that a tool deleted may
// be among them until its ttl has passed.
func (b *Bucket) Keys(ctx context.Context) ([]string, error) {
	var keys []string
	err := b.stream.insist(ctx, func(ctx context.Context) error {
		info, err := b.stream.use().Info(ctx, jetstream.WithSubjectFilter(b.prefix+">"))
		if err != nil {
			return err
		}
		keys = keys[:0]
		for subject := range info.State.Subjects {
			keys = append(keys, strings.TrimPrefix(subject, b.prefix))
		}
		return nil
	})
	slices.Sort(keys)
	return keys, err
}
