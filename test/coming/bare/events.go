package bare

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Paid is an event.
type Paid struct {
	Order string `json:"order"`
}

// Pay stores an event.
func Pay(ctx context.Context, js jetstream.JetStream, e Paid) error {
	if _, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: "PAYMENTS", Subjects: []string{"payments.>"}}); err != nil {
		return err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = js.Publish(ctx, "payments.paid", body)
	return err
}

// OnPaid has f handle events; of all that use the name, one gets each. An error brings the
// event back a second later, five times.
func OnPaid(ctx context.Context, js jetstream.JetStream, name string, f func(Paid) error) (jetstream.ConsumeContext, error) {
	c, err := js.CreateOrUpdateConsumer(ctx, "PAYMENTS", jetstream.ConsumerConfig{
		Durable: name, FilterSubject: "payments.paid", AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: 5,
	})
	if err != nil {
		return nil, err
	}
	return c.Consume(func(m jetstream.Msg) {
		var e Paid
		switch err := json.Unmarshal(m.Data(), &e); {
		case err != nil:
			_ = m.Term() // it would never fit
		case f(e) != nil:
			_ = m.NakWithDelay(time.Second)
		default:
			_ = m.Ack()
		}
	})
}

// Once runs f once for all instances: who is first to write the key of the day has it.
func Once(ctx context.Context, days jetstream.KeyValue, day string, f func() error) error {
	_, err := days.Create(ctx, day, nil)
	if errors.Is(err, jetstream.ErrKeyExists) {
		return nil
	}
	if err != nil {
		return err
	}
	return f()
}
