package events

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// handled is a method that handles events.
type handled struct {
	handlerOptions
	hub       *hub
	center    *center // nil where it is not reliable
	host      entrypoint.Host
	method    *entrypoint.Method
	name      string // of the method on the wire
	inbox     *dependency.OutboxPlace
	lanes     []*lane
	suspects  turn
	announced *broker.Announcement
	counters  broker.Counters
}

var _ entrypoint.Describer = (*handled)(nil)

// String returns "service.method".
func (e *handled) String() string { return e.host.Service() + "." + e.name }

// Describe says where the events come from.
func (e *handled) Describe() entrypoint.Description {
	d := entrypoint.Description{
		Kind: kind, Name: e.name, Address: subjectOf(e.hub.conn.Namespace(), e.Source, "*", e.Event),
		Options: map[string]string{"source": e.Source, "event": e.Event, "mode": string(e.Mode)},
	}
	if len(e.method.In) == 1 {
		d.Input = schemaOf(e.method.In[0])
	}
	if !e.Reliable {
		d.Options["reliable"] = "false"
	}
	if e.Ordered != "" {
		d.Options["ordered"] = e.Ordered
	}
	return d
}

// checkInbox refuses an inbox in a database that the service does not have.
func (e *handled) checkInbox() error {
	if e.inbox == nil {
		return nil
	}
	if err := e.inbox.Check(); err != nil {
		return fmt.Errorf("tag key inbox: %w", err)
	}
	return nil
}

// announce makes the service findable, and the events that the method handles.
func (e *handled) announce() error {
	d := e.Describe()
	d.Options["kind"] = kind
	if paths := e.method.SensitivePaths(); len(paths) > 0 {
		d.Options[MetadataSensitive] = strings.Join(paths, ",")
	}
	e.announced.Add(broker.Endpoint{Name: e.name, Subject: d.Address, QueueGroup: e.host.Service(), Metadata: d.Options}, &e.counters)
	return e.announced.Publish()
}

// MetadataSensitive is the key in the metadata of a handler's endpoint under which
// discovery says which fields of the payload must not be shown: paths, with commas
// between them, "*" for all.
const MetadataSensitive = "sensitive"

// count counts an event that was handled.
func (e *handled) count(took time.Duration, err error) {
	e.counters.Count(took)
	if err != nil {
		e.counters.Fail(oneLine(fault.From(err).Message))
	}
}

// Start receives events. Where the broker is away it returns at once, and receives as
// soon as it is there; where it stores nothing, the service is refused.
func (e *handled) Start(ctx context.Context) error {
	if err := e.checkInbox(); err != nil {
		return err
	}
	if err := e.center.start(ctx, e); err != nil {
		return err
	}
	return e.announce()
}

// Stop ends receiving: what has not begun is given back. What runs goes on.
func (e *handled) Stop(ctx context.Context) error {
	return errors.Join(e.announced.Withdraw(ctx), e.center.drain(ctx, e))
}
