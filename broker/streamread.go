package broker

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Entry is a message as a stream holds it.
type Entry struct {
	Msg      *Msg
	Sequence uint64    // number in the stream
	Stored   time.Time // by the clock of this machine
}

// At returns the message with a number. It is not found once it was acknowledged or
// dropped.
func (s *Stream) At(ctx context.Context, sequence uint64) (e Entry, found bool, err error) {
	return s.read(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return s.use().GetMsg(ctx, sequence)
	})
}

// Last returns the newest message on a subject.
func (s *Stream) Last(ctx context.Context, subject string) (e Entry, found bool, err error) {
	return s.read(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return s.use().GetLastMsgForSubject(ctx, subject)
	})
}

// Next returns the first message on a subject, which may be a pattern, whose number
// is at least sequence.
func (s *Stream) Next(ctx context.Context, subject string, sequence uint64) (e Entry, found bool, err error) {
	return s.read(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return s.use().GetMsg(ctx, max(sequence, 1), jetstream.WithGetMsgSubject(subject))
	})
}

func (s *Stream) read(ctx context.Context, get func(context.Context) (*jetstream.RawStreamMsg, error)) (e Entry, found bool, err error) {
	err = s.insist(ctx, func(ctx context.Context) error {
		raw, err := get(ctx)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			return nil
		case errors.Is(err, jetstream.ErrStreamNotFound):
			return s.ensure(ctx)
		case err != nil:
			return err
		}
		e = Entry{&Msg{Subject: raw.Subject, Header: raw.Header, Data: raw.Data}, raw.Sequence, raw.Time.Add(-s.ahead)}
		found = true
		return nil
	})
	return e, found, err
}

// Delete removes the message with a number. One that is not there is none to
// remove.
func (s *Stream) Delete(ctx context.Context, sequence uint64) error {
	return s.insist(ctx, func(ctx context.Context) error {
		err := s.use().DeleteMsg(ctx, sequence)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
			if _, get := s.use().GetMsg(ctx, sequence); errors.Is(get, jetstream.ErrMsgNotFound) {
				return nil
			}
		}
		return err
	})
}
