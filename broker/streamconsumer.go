package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// ensure makes the consumer where it is missing, and its stream.
func (c *Consumer) ensure(ctx context.Context) error {
	there, err := c.stream.js.Consumer(ctx, c.stream.want.Name, c.config.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if err := c.stream.ensure(ctx); err != nil {
			return err
		}
		err = jetstream.ErrConsumerNotFound
	}
	switch {
	case errors.Is(err, jetstream.ErrConsumerNotFound):
		return c.create(ctx)
	case err != nil:
		return err
	default:
		return c.supersede(ctx, there.CachedInfo().Config)
	}
}

// create makes the consumer, where it has to in place of the one that it replaces.
func (c *Consumer) create(ctx context.Context) error {
	stream, former := c.stream.want.Name, c.config.Replaces
	_, err := c.stream.js.CreateOrUpdateConsumer(ctx, stream, c.config.wanted())
	if former == "" || !inTheWay(err) {
		return err
	}
	err = c.stream.js.DeleteConsumer(ctx, stream, former)
	switch {
	case errors.Is(err, jetstream.ErrConsumerNotFound): // another process was faster
	case err != nil:
		return fmt.Errorf("consumer %s of an earlier version is in the way; remove it with nats consumer rm %s %s: %w",
			former, stream, former, cmp.Or(context.Cause(ctx), err))
	default:
		c.logger().InfoContext(ctx, "a consumer of an earlier version was removed", "former", former)
	}
	_, err = c.stream.js.CreateOrUpdateConsumer(ctx, stream, c.config.wanted())
	return err
}

// inTheWay reports whether another consumer of a work queue wants the same messages.
func inTheWay(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == codeUnfiltered || api.ErrorCode == codeNotUnique)
}

func (c ConsumerConfig) wanted() jetstream.ConsumerConfig {
	want := jetstream.ConsumerConfig{
		Durable: c.Name, FilterSubject: c.Filter, Description: c.Note,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.AckWait, MaxDeliver: -1,
		MaxAckPending: cmp.Or(c.MaxHeld, 100_000), MaxWaiting: 8192,
		InactiveThreshold: c.Idle,
	}
	if c.FromNow {
		want.DeliverPolicy = jetstream.DeliverNewPolicy
	}
	return want
}

// supersede changes what may be changed of a consumer that was made otherwise. The
// subject may not: what waits under the old one would be lost.
func (c *Consumer) supersede(ctx context.Context, there jetstream.ConsumerConfig) error {
	want := c.config.wanted()
	if there.Description == want.Description || c.config.Supersedes == nil || !c.config.Supersedes(there.Description) {
		return nil
	}
	there.Description, there.AckWait, there.MaxAckPending, there.InactiveThreshold = want.Description, want.AckWait, want.MaxAckPending, want.InactiveThreshold
	_, err := c.stream.js.UpdateConsumer(ctx, c.stream.want.Name, there)
	return err
}
