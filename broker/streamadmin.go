package broker

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// FindStream returns a stream that somebody has made, ErrNoStream where nobody has.
func (c *Conn) FindStream(ctx context.Context, name string) (*Stream, error) {
	return c.stream(ctx, jetstream.StreamConfig{Name: name})
}

// Streams returns the names of the streams that store a subject, which may be a
// pattern, sorted.
func (c *Conn) Streams(ctx context.Context, subject string) ([]string, error) {
	js, err := jetstream.New(c.nc)
	if err != nil {
		return nil, err
	}
	var names []string
	all := &Stream{conn: c, js: js, want: jetstream.StreamConfig{Name: subject}}
	err = all.insist(ctx, func(ctx context.Context) error {
		names = names[:0]
		list := js.StreamNames(ctx, jetstream.WithStreamListSubject(subject))
		for name := range list.Name() {
			names = append(names, name)
		}
		return list.Err()
	})
	slices.Sort(names)
	return names, err
}

// StreamState is how full a stream is.
type StreamState struct {
	Messages uint64
	Last     uint64 // number of the newest message, also where that is gone
}

// State returns how full the stream is.
func (s *Stream) State(ctx context.Context) (state StreamState, err error) {
	err = s.insist(ctx, func(ctx context.Context) error {
		info, err := s.use().Info(ctx)
		if err != nil {
			return err
		}
		state = StreamState{info.State.Msgs, info.State.LastSeq}
		return nil
	})
	return state, err
}

// ConsumerState is what is known of a consumer, whoever made it.
type ConsumerState struct {
	Name    string
	Note    string
	Filter  string
	Pending uint64 // messages that it has not delivered yet
	Held    int    // delivered but not acknowledged, with those that wait to come again
	Waiting int    // requests for deliveries that stand
}

// Consumers returns the consumers of the stream, sorted by name.
func (s *Stream) Consumers(ctx context.Context) (all []ConsumerState, err error) {
	err = s.insist(ctx, func(ctx context.Context) error {
		all = all[:0]
		list := s.use().ListConsumers(ctx)
		for info := range list.Info() {
			all = append(all, stateOf(info))
		}
		return list.Err()
	})
	slices.SortFunc(all, func(a, b ConsumerState) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// Consumer returns what is known of one consumer, and whether it exists.
func (s *Stream) Consumer(ctx context.Context, name string) (state ConsumerState, found bool, err error) {
	err = s.insist(ctx, func(ctx context.Context) error {
		there, err := s.use().Consumer(ctx, name)
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		state, found = stateOf(there.CachedInfo()), true
		return nil
	})
	return state, found, err
}

func stateOf(info *jetstream.ConsumerInfo) ConsumerState {
	return ConsumerState{
		Name: info.Name, Note: info.Config.Description, Filter: info.Config.FilterSubject,
		Pending: info.NumPending, Held: info.NumAckPending, Waiting: info.NumWaiting,
	}
}

// DropConsumer removes a consumer, and with it what waited for it. One that is not
// there is none to remove.
func (s *Stream) DropConsumer(ctx context.Context, name string) error {
	return s.insist(ctx, func(ctx context.Context) error {
		err := s.use().DeleteConsumer(ctx, name)
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			return nil
		}
		return err
	})
}
