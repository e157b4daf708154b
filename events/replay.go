package events

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/enoki-go/enoki/broker"
)

// Replay gives the event of a dead letter to its handler again, or to another one for
// to, with all its attempts, and removes the letter. Other handlers of the event do not
// get it. Where the handler is not known to the broker the error is ErrNoHandler, and
// the letter stays, as it does with every error: to replay it again stores the event
// once, within two minutes.
func (d *DeadLetters) Replay(ctx context.Context, l Letter, to string) error {
	r, err := d.route(ctx, l, to)
	if err != nil {
		return fmt.Errorf("replay dead letter %d: %w", l.Number, err)
	}
	h := maps.Clone(l.msg.Header)
	maps.DeleteFunc(h, func(key string, _ []string) bool {
		return strings.HasPrefix(key, "Nats-") || strings.HasPrefix(key, "Svc-Dead-")
	})
	h[headerTo] = []string{r.to}
	m := &broker.Msg{Subject: r.subject, Header: h, Data: l.msg.Data}
	id := "replay:" + strconv.FormatUint(l.Number, 10) + ":" + r.to + ":" + l.ID
	if _, err := r.stream.Store(ctx, m, id, 0); err != nil {
		return fmt.Errorf("replay dead letter %d: %w", l.Number, err)
	}
	if err := r.confirm(ctx); err != nil {
		return fmt.Errorf("replay dead letter %d: %w", l.Number, err)
	}
	return d.Drop(ctx, l)
}

// Route returns the subject on which the event of a dead letter would be stored for a
// handler, "" for its own: a replay that does nothing yet.
func (d *DeadLetters) Route(ctx context.Context, l Letter, to string) (subject string, err error) {
	r, err := d.route(ctx, l, to)
	return r.subject, err
}
