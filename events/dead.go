package events

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
)

// Reasons why an event is dead.
const (
	reasonFailed     = "failed"     // its handler returned errors, as often as it may
	reasonUnreadable = "unreadable" // its payload is not what the handler takes
	reasonLost       = "lost"       // the processes that handled it were gone, again and again
)

// Headers of a dead letter, beside those of the event.
const (
	headerDeadReason   = "Svc-Dead-Reason"
	headerDeadSubject  = "Svc-Dead-Subject"  // of the event
	headerDeadConsumer = "Svc-Dead-Consumer" // that has delivered it
	headerDeadError    = "Svc-Dead-Error"    // text of the last error
	headerDeadName     = "Svc-Dead-Name"     // of the last error, where it is declared
	headerDeadAttempts = "Svc-Dead-Attempts"
	headerDeadFirst    = "Svc-Dead-First" // when it first failed, RFC 3339
	headerDeadLast     = "Svc-Dead-Last"

	headerDeadSensitive = "Svc-Dead-Sensitive" // paths of fields of the payload that the handler keeps from logs
)

func deadConfig(c *broker.Conn) broker.StreamConfig {
	return broker.StreamConfig{
		Name: c.StreamName("DLQ", ""), Subjects: []string{deadSubject(c.Namespace(), ">")}, Keep: broker.KeepAll, DropOldest: true,
		MaxMsgs: -1, MaxBytes: deadBytes, MaxAge: deadKept, Duplicates: deadWindow,
	}
}

// deadSubject returns the subject of the dead letters of a handler, "service.method".
func deadSubject(namespace, handler string) string { return namespace + ".dlq." + handler }

// bury moves an event to the dead letters: it is stored there before it leaves its
// stream, so that it is in one of the two whatever happens.
func (o *occurrence) bury(reason string, why error) {
	e, c := o.handled, o.handled.center
	if why != nil {
		o.tries.Error, o.tries.Name = oneLine(why.Error()), nameOf(why)
	}
	ctx, cancel := context.WithTimeout(c.life, triesLimit)
	defer cancel()
	id := o.lane.stream.Name() + "." + o.lane.name + "." + strconv.FormatUint(o.delivery.Sequence, 10)
	_, err := c.dead.Store(ctx, o.letter(reason), id, 0)
	if err == nil {
		err = o.delivery.Confirm(ctx)
	}
	if err != nil {
		e.host.Logger().Error("event cannot be moved to the dead letters; it will come again", "event_id", o.info.ID, "error", err)
		o.giveBack(runAgain)
		return
	}
	c.buried.Add(1)
	e.host.Logger().Error("event is dead; svc dlq shows and replays it", "handler", e.String(),
		"event", o.info.Source+"."+o.info.Type, "event_id", o.info.ID, "reason", reason, "error", o.tries.Error)
}

// letter returns the event as it is kept.
func (o *occurrence) letter(reason string) *broker.Msg {
	m, t := o.delivery.Msg, o.tries
	now := time.Now()
	if t.First.IsZero() {
		t.First, t.Last = now, now
	}
	h := maps.Clone(m.Header)
	if h == nil {
		h = broker.Header{}
	}
	maps.DeleteFunc(h, func(key string, _ []string) bool { return strings.HasPrefix(key, "Nats-") || key == headerTo })
	for key, value := range map[string]string{
		headerDeadReason: reason, headerDeadSubject: m.Subject, headerDeadConsumer: o.lane.name, headerDeadError: t.Error, headerDeadName: t.Name,
		headerDeadAttempts: strconv.Itoa(max(t.Errors, 1)), headerDeadFirst: t.First.UTC().Format(time.RFC3339Nano),
		headerDeadLast: t.Last.UTC().Format(time.RFC3339Nano), headerDeadSensitive: strings.Join(o.handled.method.SensitivePaths(), ","),
	} {
		if value != "" {
			h[key] = []string{value}
		}
	}
	return &broker.Msg{Subject: deadSubject(o.handled.hub.conn.Namespace(), o.handled.String()), Header: h, Data: m.Data}
}

// oneLine makes text fit for a header.
func oneLine(text string) string {
	const most = 1000
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return strings.Join(strings.Fields(text), " ")
}

// nameOf returns the name of a declared error.
func nameOf(err error) string { return fault.From(err).Name }
