package broker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Stored says where a message is.
type Stored struct {
	Sequence  uint64 // number in the stream
	Duplicate bool   // one with the same id was there already; Sequence is that one's
}

// Store returns once m is stored. It repeats until the broker has said so or ctx
// ends, which after a fault can be in doubt: within the duplicate window the same
// id is stored once, so who is in doubt may store again. Where there is no room
// the error is ErrFull, at once. After ttl, rounded up to a second, the broker
// drops the message if it can; 0 is for MaxAge. Many may be stored at a time.
func (s *Stream) Store(ctx context.Context, m *Msg, id string, ttl time.Duration) (Stored, error) {
	return s.publish(ctx, s.labelled(m, id, ttl))
}

// Outgoing is a message that is to be stored, as the parameters of Store without a ttl.
type Outgoing struct {
	Msg *Msg
	ID  string
}

// HeaderStoreID is the header by which the broker recognises a message. Who has set it
// to the id before spares Store a copy of the others.
const HeaderStoreID = jetstream.MsgIDHeader

// storeWindow is how many messages StoreAll sends before it waits.
const storeWindow = 500

// StoreAll is Store for many messages, which are sent in their order without waiting
// for each. After a fault, what was sent again may be stored behind others. An error
// says which messages may not be stored; their Sequence is 0.
func (s *Stream) StoreAll(ctx context.Context, all []Outgoing) ([]Stored, error) {
	messages := make([]*Msg, len(all))
	for i, o := range all {
		messages[i] = s.labelled(o.Msg, o.ID, 0)
	}
	stored, errs := make([]Stored, len(all)), []error(nil)
	for i, try := range s.publishAll(ctx, messages) {
		stored[i] = try.stored
		if try.err != nil {
			errs = append(errs, fmt.Errorf("message %d, id %s: %w", i, all[i].ID, try.err))
		}
	}
	return stored, errors.Join(errs...)
}

// tried is what became of a message that was sent.
type tried struct {
	stored Stored
	err    error
}

// publishAll is publish for many messages.
func (s *Stream) publishAll(ctx context.Context, all []*Msg) []tried {
	result := make([]tried, 0, len(all))
	for window := range slices.Chunk(all, storeWindow) {
		for i, try := range s.postAll(ctx, window) {
			if try.err != nil && ctx.Err() == nil && s.passes(s.explain(try.err)) {
				try.stored, try.err = s.publish(ctx, window[i])
			}
			if try.err != nil {
				try = tried{err: s.explain(try.err)}
			}
			result = append(result, try)
		}
	}
	return result
}

// postAll sends all messages once and waits for all answers.
func (s *Stream) postAll(ctx context.Context, all []*Msg) []tried {
	acks, result := make([]*ack, len(all)), make([]tried, len(all))
	for i, m := range all {
		acks[i], result[i].err = s.conn.post(m)
	}
	ctx, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	for i, a := range acks {
		if a != nil {
			result[i].stored, result[i].err = a.wait(ctx, nil)
		}
	}
	return result
}

// labelled returns m with the headers that say how it is stored.
func (s *Stream) labelled(m *Msg, id string, ttl time.Duration) *Msg {
	if ttl == 0 && m.Header.Get(HeaderStoreID) == id {
		return m
	}
	header := make(Header, len(m.Header)+2)
	maps.Copy(header, m.Header)
	header[jetstream.MsgIDHeader] = []string{id}
	if s.expires && ttl > 0 {
		header[jetstream.MsgTTLHeader] = []string{(ttl + time.Second - 1).Truncate(time.Second).String()}
	}
	return &Msg{Subject: m.Subject, Header: header, Data: m.Data}
}

// publish stores m and returns where. It tries until the broker has answered or
// ctx ends; with a message id, what is stored twice within the window counts once.
func (s *Stream) publish(ctx context.Context, m *Msg) (stored Stored, err error) {
	err = s.repeat(ctx, func() error {
		stored, err = s.try(ctx, m)
		if errors.Is(err, jetstream.ErrNoStreamResponse) {
			return errors.Join(err, s.once(ctx, s.ensure)) // it was deleted, or has no leader now
		}
		return err
	})
	return stored, err
}

func (s *Stream) try(ctx context.Context, m *Msg) (Stored, error) {
	a, err := s.conn.post(m)
	if err != nil {
		return Stored{}, err
	}
	timer := time.NewTimer(tryLimit)
	defer timer.Stop()
	return a.wait(ctx, timer.C)
}
