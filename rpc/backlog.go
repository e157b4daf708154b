package rpc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/enoki-go/enoki/broker"
)

// Backlog is how many durable calls a service has not answered yet.
type Backlog struct {
	Service string
	Calls   uint64 // stored, those that run included
}

// Backlogs returns those of all services that take durable calls, running or not, sorted
// by service. Where the broker stores nothing the error is broker.ErrNoJetStream.
func Backlogs(ctx context.Context, c *broker.Conn) ([]Backlog, error) {
	names, err := c.Streams(ctx, queueSubject(c.Namespace(), "*", ">"))
	if err != nil {
		return nil, fmt.Errorf("backlogs of durable calls: %w", err)
	}
	var all []Backlog
	for _, name := range names {
		service, ours := strings.CutPrefix(name, c.StreamName("RPC", "")+"_")
		if !ours {
			continue
		}
		state, err := stateOf(ctx, c, name)
		if errors.Is(err, broker.ErrNoStream) { // gone since it was listed
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("backlogs of durable calls: %w", err)
		}
		all = append(all, Backlog{service, state.Messages})
	}
	return all, nil
}

func stateOf(ctx context.Context, c *broker.Conn, name string) (broker.StreamState, error) {
	stream, err := c.FindStream(ctx, name)
	if err != nil {
		return broker.StreamState{}, err
	}
	return stream.State(ctx)
}
