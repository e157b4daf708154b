package events

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
)

// ErrNoLetter is returned for a dead letter that is not there, or not any more.
var ErrNoLetter = fault.Declare("svc.no_letter", fault.NotFound, "there is no such dead letter")

// DeadLetters are those of a namespace. They are kept for 30 days. It is safe for
// concurrent use.
type DeadLetters struct {
	conn *broker.Conn

	mu     sync.Mutex // guards what follows
	stream *broker.Stream
	routes routes
}

// OpenDeadLetters returns the dead letters on a broker. It waits while that is away,
// for as long as ctx lives, and makes nothing: where no handler has ever run there are
// none. Where the broker stores nothing the error is broker.ErrNoJetStream.
func OpenDeadLetters(ctx context.Context, c *broker.Conn) (*DeadLetters, error) {
	d := &DeadLetters{conn: c}
	_, err := d.open(ctx)
	return d, err
}

// open returns the stream, nil where nobody has made it yet.
func (d *DeadLetters) open(ctx context.Context) (*broker.Stream, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stream != nil {
		return d.stream, nil
	}
	stream, err := d.conn.FindStream(ctx, deadConfig(d.conn).Name)
	if errors.Is(err, broker.ErrNoStream) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	d.stream = stream
	return stream, nil
}

// All returns the dead letters that match, oldest first. Those that come meanwhile are
// not among them, so that a loop which replays what dies again has an end.
func (d *DeadLetters) All(ctx context.Context, f LetterFilter) iter.Seq2[Letter, error] {
	return func(yield func(Letter, error) bool) {
		if err := d.each(ctx, f, func(l Letter) bool { return yield(l, nil) }); err != nil {
			yield(Letter{}, fmt.Errorf("dead letters: %w", err))
		}
	}
}

// each calls f with the dead letters that match until it returns false.
func (d *DeadLetters) each(ctx context.Context, filter LetterFilter, f func(Letter) bool) error {
	if err := filter.Check(); err != nil {
		return err
	}
	stream, err := d.open(ctx)
	if stream == nil || err != nil {
		return err
	}
	state, err := stream.State(ctx)
	if err != nil {
		return err
	}
	subject := deadSubject(d.conn.Namespace(), cmp.Or(filter.Handler, ">"))
	for from := uint64(1); ; {
		e, found, err := stream.Next(ctx, subject, from)
		if !found || err != nil || e.Sequence > state.Last {
			return err
		}
		if l := letterOf(d.conn.Namespace(), e); filter.matches(l) && !f(l) {
			return nil
		}
		from = e.Sequence + 1
	}
}

// Get returns the dead letter with a number, or ErrNoLetter.
func (d *DeadLetters) Get(ctx context.Context, number uint64) (Letter, error) {
	missing := ErrNoLetter.Explain("there is no dead letter %d: it was replayed or dropped, or is older than %d days", number, int(deadKept.Hours()/24))
	stream, err := d.open(ctx)
	switch {
	case err != nil:
		return Letter{}, err
	case stream == nil, number == 0: // the broker would take 0 for another question
		return Letter{}, missing
	}
	e, found, err := stream.At(ctx, number)
	switch {
	case err != nil:
		return Letter{}, fmt.Errorf("dead letters: %w", err)
	case !found:
		return Letter{}, missing
	}
	return letterOf(d.conn.Namespace(), e), nil
}

// Count returns how many dead letters there are, which costs one question however many
// they are.
func (d *DeadLetters) Count(ctx context.Context) (uint64, error) {
	stream, err := d.open(ctx)
	if stream == nil || err != nil {
		return 0, err
	}
	state, err := stream.State(ctx)
	if err != nil {
		return 0, fmt.Errorf("dead letters: %w", err)
	}
	return state.Messages, nil
}

// Drop removes a dead letter for good. One that is not there is none to remove.
func (d *DeadLetters) Drop(ctx context.Context, l Letter) error {
	stream, err := d.open(ctx)
	if stream == nil || err != nil {
		return err
	}
	if err := stream.Delete(ctx, l.Number); err != nil {
		return fmt.Errorf("drop dead letter %d: %w", l.Number, err)
	}
	return nil
}
