package broker

import (
	"cmp"
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// WorkQueueConfig says what a work queue holds. It is read where the queue is
// made; of one that was there before, that of its maker holds.
type WorkQueueConfig struct {
	Name       string        // of the stream
	Subjects   []string      // what is stored; may end in ".>"
	MaxMsgs    int64         // messages that wait or are worked on; 100 000
	MaxBytes   int64         // bytes of them, which the broker reserves; 256 MiB
	MaxAge     time.Duration // after which a message is dropped; 24 h
	Duplicates time.Duration // for which an id is remembered; 2 min
}

// WorkQueue is a stream whose messages are each worked on until one consumer has
// acknowledged them. They survive the broker's process. It is safe for concurrent
// use.
type WorkQueue struct {
	conn    *Conn
	stream  *stream
	expires bool          // the broker drops messages whose ttl has passed
	ahead   time.Duration // of our clock, that of the broker; 0 where the broker is older than 2.10
}

// WorkQueue returns a work queue, which it makes where it is missing. It waits
// while the broker is away, for as long as ctx lives. Where the broker stores
// nothing the error is ErrNoJetStream, at once.
func (c *Conn) WorkQueue(ctx context.Context, config WorkQueueConfig) (*WorkQueue, error) {
	s, err := c.stream(ctx, jetstream.StreamConfig{
		Name: config.Name, Subjects: config.Subjects, Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: cmp.Or(config.MaxMsgs, 100_000), MaxBytes: cmp.Or(config.MaxBytes, 256<<20), MaxMsgSize: -1, MaxConsumers: -1,
		MaxAge: cmp.Or(config.MaxAge, 24*time.Hour), Duplicates: cmp.Or(config.Duplicates, duplicateWindow),
		AllowMsgTTL: true, // a broker older than 2.11 does not know it
	})
	if err != nil {
		return nil, err
	}
	q := &WorkQueue{conn: c, stream: s}
	info := s.use().CachedInfo()
	if !info.TimeStamp.IsZero() {
		q.ahead = time.Until(info.TimeStamp)
	}
	q.expires = info.Config.AllowMsgTTL
	return q, nil
}

// Stored says where a message is.
type Stored struct {
	Sequence  uint64 // number in the stream
	Duplicate bool   // one with the same id was there already; Sequence is that one's
}

// Store returns once m is stored. It repeats until the broker has said so or ctx
// ends, which after a fault can be in doubt: within the duplicate window the same
// id is stored once, so who is in doubt may store again. Where there is no room
// the error is ErrFull, at once. After ttl, rounded up to a second, the broker
// drops the message if it can; 0 is for MaxAge.
func (q *WorkQueue) Store(ctx context.Context, m *Msg, id string, ttl time.Duration) (Stored, error) {
	opts := []jetstream.PublishOpt{jetstream.WithMsgID(id)}
	if q.expires && ttl > 0 {
		opts = append(opts, jetstream.WithMsgTTL((ttl + time.Second - 1).Truncate(time.Second)))
	}
	ack, err := q.stream.publish(ctx, m, opts...)
	if err != nil {
		return Stored{}, err
	}
	return Stored{ack.Sequence, ack.Duplicate}, nil
}

// Look returns the message with a number, and when it was stored, by the clock of
// this machine. It is not found once it was acknowledged or dropped.
func (q *WorkQueue) Look(ctx context.Context, sequence uint64) (m *Msg, at time.Time, found bool, err error) {
	s, found, err := q.stream.at(ctx, sequence)
	return s.msg, s.at.Add(-q.ahead), found, err
}
