package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/fault"
)

var (
	// ErrNoJetStream is returned for all that is stored where the broker stores
	// nothing.
	ErrNoJetStream = fault.Declare("svc.no_jetstream", fault.Unavailable,
		"the broker stores nothing: JetStream is off; start nats-server with -js, or put jetstream {} into its configuration and into that of the account")
	// ErrFull is returned for a message that a stream has no room for.
	ErrFull = fault.Declare("svc.full", fault.Exhausted, "the stream is full")
)

// stream is a stream of JetStream that this process uses, and makes where nobody
// has.
type stream struct {
	conn *Conn
	js   jetstream.JetStream
	want jetstream.StreamConfig

	mu     sync.Mutex // guards what follows
	handle jetstream.Stream
}

func (c *Conn) stream(ctx context.Context, want jetstream.StreamConfig) (*stream, error) {
	js, err := jetstream.New(c.nc)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", want.Name, err)
	}
	want.Replicas = c.settings.Replicas
	s := &stream{conn: c, js: js, want: want}
	return s, s.insist(ctx, s.ensure)
}

// ensure makes the stream where it is missing and takes it as it is where it is
// not: other processes, of other versions, use it too. It only raises the number
// of replicas, because who says nothing wants one.
func (s *stream) ensure(ctx context.Context) error {
	handle, err := s.js.Stream(ctx, s.want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		handle, err = s.js.CreateStream(ctx, s.want)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // made in this moment, a little different
			handle, err = s.js.Stream(ctx, s.want.Name)
		}
	}
	if err != nil {
		return err
	}
	if now := handle.CachedInfo().Config; now.Replicas < s.want.Replicas {
		now.Replicas = s.want.Replicas
		if handle, err = s.js.UpdateStream(ctx, now); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handle = handle
	return nil
}

// use returns the stream as it was when it was last looked at.
func (s *stream) use() jetstream.Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.handle
}

// publish stores m and returns where. It tries until the broker has answered or
// ctx ends; with a message id, what is stored twice within the window counts once.
func (s *stream) publish(ctx context.Context, m *Msg, opts ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	var ack *jetstream.PubAck
	opts = append(opts, jetstream.WithRetryAttempts(0))
	err := s.insist(ctx, func(ctx context.Context) (err error) {
		ack, err = s.js.PublishMsg(ctx, m, opts...)
		if errors.Is(err, jetstream.ErrNoStreamResponse) {
			return errors.Join(err, s.ensure(ctx)) // it was deleted, or has no leader now
		}
		return err
	})
	return ack, err
}

// stored is a message as a stream holds it.
type stored struct {
	msg      *Msg
	sequence uint64
	at       time.Time
}

// last returns the newest message on a subject.
func (s *stream) last(ctx context.Context, subject string) (m stored, found bool, err error) {
	return s.read(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return s.use().GetLastMsgForSubject(ctx, subject)
	})
}

// at returns the message with a number.
func (s *stream) at(ctx context.Context, sequence uint64) (m stored, found bool, err error) {
	return s.read(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return s.use().GetMsg(ctx, sequence)
	})
}

func (s *stream) read(ctx context.Context, get func(context.Context) (*jetstream.RawStreamMsg, error)) (m stored, found bool, err error) {
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
		m = stored{&Msg{Subject: raw.Subject, Header: raw.Header, Data: raw.Data}, raw.Sequence, raw.Time}
		found = true
		return nil
	})
	return m, found, err
}
