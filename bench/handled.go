package main

import (
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/nats-io/nats.go"
)

// handled counts the events that a handler has handled, and reports over a connection
// of its own, so that a contestant's is that of the contestant.
type handled struct {
	nc      *nats.Conn
	subject string
	count   atomic.Int64
}

func reportSubject(contestant string) string { return "bench.handled." + contestant }

func openHandled(a assignment) (*handled, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return nil, err
	}
	d := &handled{nc: nc, subject: reportSubject(a.Contestant)}
	_, err = nc.Subscribe(d.subject+".now", func(m *nats.Msg) {
		if err := m.Respond(writeCount(d.count.Load())); err != nil {
			warnings.Warn("report", "error", err)
		}
	})
	if err == nil {
		err = nc.Flush()
	}
	return d, err
}

// handle is what every contestant does with an event.
func (d *handled) handle(h happening) error {
	n := d.count.Add(1)
	if !h.Report {
		return nil
	}
	return d.nc.Publish(d.subject, writeCount(n))
}

func writeCount(n int64) []byte { return strconv.AppendInt(nil, n, 10) }

func readCount(data []byte) (int64, error) {
	n, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("have count %.20q, want a number", data)
	}
	return n, nil
}
