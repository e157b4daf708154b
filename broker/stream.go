package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
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
	// ErrFull is returned for a message that a stream has no room for, and for a
	// stream that the broker has no room for.
	ErrFull = fault.Declare("svc.full", fault.Exhausted, "the stream is full")
	// ErrNoStream is returned for a stream that is not there and that nobody has to
	// make.
	ErrNoStream = fault.Declare("svc.no_stream", fault.NotFound, "there is no such stream")
)

// Keep says which messages a stream keeps.
type Keep int

const (
	// KeepUntilDone keeps each until one consumer has acknowledged it: a queue of work.
	KeepUntilDone Keep = iota
	// KeepWhileWanted keeps each until all consumers that were there when it came have
	// acknowledged it; without any, none.
	KeepWhileWanted
	// KeepAll keeps each until its age or the room ends.
	KeepAll
)

// StreamConfig says what a stream holds. It is read where the stream is made; of
// one that was there before, that of its maker holds.
type StreamConfig struct {
	Name       string        // letters, digits, - and _
	Subjects   []string      // what is stored; may end in ".>"
	Keep       Keep          // which messages stay, and how long; KeepUntilDone
	MaxMsgs    int64         // messages that are kept; 100 000, -1 for any number
	MaxBytes   int64         // bytes of them, which the broker reserves; 256 MiB
	MaxMsgSize int32         // bytes of one; whatever the broker takes
	MaxAge     time.Duration // after which a message is dropped; 24 h
	Duplicates time.Duration // for which an id is remembered; 2 min
	DropOldest bool          // to make room; else what has no room is refused

	MaxPerSubject int64 // messages that are kept of one subject, the newest; any number
}

// Stream is a stream of JetStream that this process uses, and makes where nobody
// has. What it holds survives the broker's process. It is safe for concurrent use.
type Stream struct {
	conn *Conn
	js   jetstream.JetStream
	want jetstream.StreamConfig

	expires bool          // the broker drops messages whose ttl has passed
	ahead   time.Duration // of our clock, that of the broker; 0 where the broker is older than 2.10

	mu     sync.Mutex // guards handle
	handle jetstream.Stream
}

// Stream returns a stream, which it makes where it is missing. It waits while the
// broker is away, for as long as ctx lives. Where the broker stores nothing the
// error is ErrNoJetStream, at once.
func (c *Conn) Stream(ctx context.Context, config StreamConfig) (*Stream, error) {
	return c.stream(ctx, config.wanted())
}

func (c StreamConfig) wanted() jetstream.StreamConfig {
	want := jetstream.StreamConfig{
		Name: c.Name, Subjects: c.Subjects, Retention: c.Keep.policy(), Discard: jetstream.DiscardNew,
		MaxMsgs: cmp.Or(c.MaxMsgs, 100_000), MaxBytes: cmp.Or(c.MaxBytes, 256<<20), MaxMsgSize: cmp.Or(c.MaxMsgSize, -1), MaxConsumers: -1,
		MaxAge: cmp.Or(c.MaxAge, 24*time.Hour), Duplicates: cmp.Or(c.Duplicates, duplicateWindow),
		AllowMsgTTL: true, // a broker older than 2.11 does not know it
	}
	want.MaxMsgsPerSubject = cmp.Or(c.MaxPerSubject, -1)
	if c.DropOldest {
		want.Discard = jetstream.DiscardOld
	}
	return want
}

func (k Keep) policy() jetstream.RetentionPolicy {
	switch k {
	case KeepWhileWanted:
		return jetstream.InterestPolicy
	case KeepAll:
		return jetstream.LimitsPolicy
	default:
		return jetstream.WorkQueuePolicy
	}
}

func (c *Conn) stream(ctx context.Context, want jetstream.StreamConfig) (*Stream, error) {
	js, err := jetstream.New(c.nc)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", want.Name, err)
	}
	want.Replicas = c.settings.Replicas
	s := &Stream{conn: c, js: js, want: want}
	if err := s.insist(ctx, s.ensure); err != nil {
		return nil, err
	}
	info := s.use().CachedInfo()
	if !info.TimeStamp.IsZero() {
		s.ahead = time.Until(info.TimeStamp)
	}
	s.expires = info.Config.AllowMsgTTL
	return s, nil
}

// ensure makes the stream where it is missing and takes it as it is where it is
// not: other processes, of other versions, use it too. It only raises the number
// of replicas, because who says nothing wants one.
func (s *Stream) ensure(ctx context.Context) error {
	handle, err := s.js.Stream(ctx, s.want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if len(s.want.Subjects) == 0 {
			return ErrNoStream.Explain("there is no stream %s", s.want.Name)
		}
		handle, err = s.js.CreateStream(ctx, s.want)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // made in this moment, a little different
			handle, err = s.js.Stream(ctx, s.want.Name)
		}
	}
	if err != nil {
		return err
	}
	if other := handle.CachedInfo().Config.Subjects; !covers(other, s.want.Subjects) {
		return fmt.Errorf("it stores %q, want %q: it belongs to somebody else; give one of the two another name or namespace", other, s.want.Subjects)
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

// covers reports whether a stream with some subjects stores all that are wanted.
func covers(some, wanted []string) bool {
	for _, w := range wanted {
		if !slices.ContainsFunc(some, func(s string) bool { return Matches(s, w) }) {
			return false
		}
	}
	return true
}

// use returns the stream as it was when it was last looked at.
func (s *Stream) use() jetstream.Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.handle
}

// Name returns the name of the stream.
func (s *Stream) Name() string { return s.want.Name }
