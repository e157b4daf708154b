package broker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// How long one request to JetStream may take, and how long to wait before the
// next. A reply is lost with the connection, and a cluster that elects a leader
// does not answer, so the limit is short and the same is asked again.
const (
	tryLimit = 2 * time.Second
	tryWait  = 50 * time.Millisecond
	tryPause = time.Second
)

// insist repeats f until it succeeds or fails for good, or ctx ends. While the
// connection is down it waits for it.
func (s *Stream) insist(ctx context.Context, f func(context.Context) error) error {
	return s.repeat(ctx, func() error { return s.once(ctx, f) })
}

// repeat is insist for f that bounds itself what it waits for.
func (s *Stream) repeat(ctx context.Context, f func() error) error {
	barred := false
	for wait := tryWait; ; wait = min(2*wait, tryPause) {
		err := s.conn.Await(ctx)
		if err == nil {
			err = f()
		}
		if err == nil {
			return nil
		}
		err = s.explain(err)
		again := s.passes(err)
		if errors.Is(err, ErrForbidden) && !barred {
			barred, again = true, true // another request about the stream may have been meant
		}
		if !again || !pause(ctx, s.conn.closed, wait) {
			return fmt.Errorf("stream %s: %w", s.want.Name, err)
		}
	}
}

// once calls f with a context that ends with the connection too.
func (s *Stream) once(ctx context.Context, f func(context.Context) error) error {
	ctx, forget := s.conn.barrable(ctx, s.want.Name)
	defer forget()
	ctx, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	down, over := s.conn.down(), make(chan struct{})
	defer close(over)
	go func() { // ends with f
		select {
		case <-down:
			cancel()
		case <-over:
		}
	}()
	err := f(ctx)
	if cause := context.Cause(ctx); errors.Is(cause, ErrForbidden) && err != nil && !errors.Is(err, ErrForbidden) {
		return cause
	}
	return err
}

// explain puts what JetStream says into our words.
func (s *Stream) explain(err error) error {
	var api *jetstream.APIError
	switch {
	case errors.Is(err, jetstream.ErrNoStreamResponse):
		return err
	case errors.Is(err, nats.ErrNoResponders), errors.Is(err, jetstream.ErrJetStreamNotEnabled),
		errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return ErrNoJetStream.Because(err)
	case errors.Is(err, nats.ErrConnectionClosed):
		return ErrClosed
	case errors.Is(err, nats.ErrMaxPayload):
		return ErrTooLarge.Explain("the broker takes at most %d bytes (its setting max_payload)", s.conn.nc.MaxPayload())
	case !errors.As(err, &api):
		return err
	case lacksRoom(api):
		return ErrFull.Explain("the broker has no room for stream %s, which reserves %d bytes: %s; give it more (max_file_store in its configuration, or the limits of the account), or have less reserved",
			s.want.Name, s.want.MaxBytes, api.Description)
	case isFull(api):
		return ErrFull.Explain("stream %s is full: %s", s.want.Name, api.Description)
	case api.ErrorCode == codeTooLarge:
		return ErrTooLarge.Explain("stream %s takes no message of this size: %s", s.want.Name, api.Description)
	case api.ErrorCode == codeNoReplicas, api.ErrorCode == codeNoPeers:
		return fmt.Errorf("configuration key broker.replicas: have %d: %w", s.want.Replicas, err)
	default:
		return err
	}
}

// Numbers of errors of JetStream that its client has no names for.
const (
	codeNoPeers     jetstream.ErrorCode = 10005 // no suitable peers for placement
	codeNoResources jetstream.ErrorCode = 10023
	codeNoMemory    jetstream.ErrorCode = 10028
	codeNoStorage   jetstream.ErrorCode = 10047
	codeTooLarge    jetstream.ErrorCode = 10054
	codeNoReplicas  jetstream.ErrorCode = 10074 // more than one replica without a cluster
	codeStoreFailed jetstream.ErrorCode = 10077
	codeUnfiltered  jetstream.ErrorCode = 10099 // a second consumer of a work queue, for all of it
	codeNotUnique   jetstream.ErrorCode = 10100 // one for a part of which another consumer is
)

// isFull reports whether the broker refused a message for want of room. Storing
// fails for other reasons too, under the same number.
func isFull(e *jetstream.APIError) bool {
	switch e.ErrorCode {
	case codeStoreFailed:
		return strings.Contains(e.Description, "maximum")
	default:
		return lacksRoom(e)
	}
}

// lacksRoom reports whether the broker cannot reserve what a stream wants.
func lacksRoom(e *jetstream.APIError) bool {
	return e.ErrorCode == codeNoResources || e.ErrorCode == codeNoMemory || e.ErrorCode == codeNoStorage
}

// passes reports whether the same may succeed later.
func (*Stream) passes(err error) bool {
	var api *jetstream.APIError
	switch {
	case errors.Is(err, ErrNoJetStream), errors.Is(err, ErrFull), errors.Is(err, ErrClosed), errors.Is(err, ErrTooLarge),
		errors.Is(err, ErrNoStream):
		return false
	case errors.As(err, &api):
		return api.Code == 503 || api.Code == 408 || api.Code == 429 || api.ErrorCode == codeNoPeers
	default:
		return errors.Is(err, ErrDisconnected) || errors.Is(err, ErrRefused) || errors.Is(err, nats.ErrDisconnected) ||
			errors.Is(err, nats.ErrReconnectBufExceeded) || errors.Is(err, nats.ErrTimeout) ||
			errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, jetstream.ErrStreamNotFound) ||
			errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	}
}

// pause waits about as long as it is told, and reports whether neither ctx nor
// the connection ended meanwhile.
func pause(ctx context.Context, closed <-chan struct{}, wait time.Duration) bool {
	timer := time.NewTimer(wait/2 + rand.N(wait)) //nolint:gosec // it keeps processes from asking all at once, no secret
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	case <-closed:
		return false
	}
}
