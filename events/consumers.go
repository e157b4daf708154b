package events

import (
	"context"
	"errors"

	"github.com/enoki-go/enoki/broker"
)

// eachConsumer calls f for each consumer of ours in the streams of all sources, until it
// returns an error. A stream that goes meanwhile is passed over.
func eachConsumer(ctx context.Context, c *broker.Conn, f func(*broker.Stream, broker.ConsumerState, note) error) error {
	names, err := c.Streams(ctx, subjectOf(c.Namespace(), "*", "*", ">"))
	if err != nil {
		return err
	}
	for _, name := range names {
		stream, err := c.FindStream(ctx, name)
		if errors.Is(err, broker.ErrNoStream) {
			continue
		}
		if err != nil {
			return err
		}
		all, err := stream.Consumers(ctx)
		if err != nil {
			return err
		}
		for _, state := range all {
			if n, ours := noteOf(state.Note); ours {
				if err := f(stream, state, n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
