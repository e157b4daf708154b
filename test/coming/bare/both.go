package bare

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/rpc"
)

// Ask calls a method of an Enoki service with nothing but a NATS client.
func Ask(ctx context.Context, nc *nats.Conn, name string) (text string, err error) {
	body, err := json.Marshal(name)
	if err != nil {
		return "", err
	}
	answer, err := nc.RequestWithContext(ctx, "svc.rpc.greeting_service.hello", body)
	if err != nil {
		return "", err
	}
	if code := answer.Header.Get("Nats-Service-Error-Code"); code != "" {
		return "", fmt.Errorf("%s: %s", code, answer.Header.Get("Nats-Service-Error"))
	}
	err = json.Unmarshal(answer.Data, &text)
	return text, err
}

// Welcome is a service of Enoki that calls a worker which has not moved.
type Welcome struct {
	NATS *nats.Conn // from a constructor, given with service.Provide

	_ rpc.Method `method:"Welcome" args:"name"`
}

// Welcome greets name.
func (w *Welcome) Welcome(ctx context.Context, name string) (string, error) {
	text, err := Hello(ctx, w.NATS, name)
	return text + " Welcome!", err
}

// Tell emits an event of the source payments that services of Enoki handle.
func Tell(ctx context.Context, js jetstream.JetStream, e Paid) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = js.Publish(ctx, "svc.evt.payments.-.paid", body)
	return err
}
