package broker

import (
	"cmp"
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// RecordsConfig says what records are kept. It is read where their stream is made.
type RecordsConfig struct {
	Name     string        // of the stream
	Subjects []string      // what is kept; may end in ".>"
	MaxBytes int64         // bytes of them, which the broker reserves; beyond, the oldest go; 256 MiB
	MaxAge   time.Duration // after which a record goes; 24 h
}

// Records is a stream that keeps the last message on each subject. What is stored
// is published too, which tells whoever subscribes that there is something to ask
// for. It is published a moment before it is stored, so who asked once after
// subscribing, and found nothing, may not be told. It is safe for concurrent use.
type Records struct{ stream *Stream }

// Records returns a stream of records, which it makes where it is missing. It
// waits while the broker is away, for as long as ctx lives. Where the broker
// stores nothing the error is ErrNoJetStream, at once.
func (c *Conn) Records(ctx context.Context, r RecordsConfig) (*Records, error) {
	s, err := c.stream(ctx, jetstream.StreamConfig{
		Name: r.Name, Subjects: r.Subjects, Discard: jetstream.DiscardOld, MaxMsgsPerSubject: 1,
		MaxMsgs: -1, MaxBytes: cmp.Or(r.MaxBytes, 256<<20), MaxMsgSize: -1, MaxConsumers: -1,
		MaxAge: cmp.Or(r.MaxAge, 24*time.Hour), Duplicates: duplicateWindow,
		// Without AllowDirect it is the leader that answers: a follower may not yet
		// know a record that its reader has been told of.
	})
	if err != nil {
		return nil, err
	}
	return &Records{s}, nil
}

// Put stores m in place of what was on its subject. It repeats until the broker
// has said so or ctx ends.
func (r *Records) Put(ctx context.Context, m *Msg) error {
	_, err := r.stream.publish(ctx, m)
	return err
}

// PutAll is Put for many records, which are sent without waiting for each. It returns
// an error for each, nil where it is stored.
func (r *Records) PutAll(ctx context.Context, all []*Msg) []error {
	errs := make([]error, len(all))
	for i, try := range r.stream.publishAll(ctx, all) {
		errs[i] = try.err
	}
	return errs
}

// Last returns the record on a subject, and whether there is one.
func (r *Records) Last(ctx context.Context, subject string) (m *Msg, found bool, err error) {
	e, found, err := r.stream.Last(ctx, subject)
	return e.Msg, found, err
}
