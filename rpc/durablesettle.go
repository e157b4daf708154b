package rpc

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/enoki-go/enoki/broker"
)

// ended is a durable call that has a result, which is to be stored.
type ended struct {
	call   *durableRun
	result *broker.Msg
}

// settler has what has ended and is to be settled.
type settler struct {
	mu    sync.Mutex // guards what follows
	ended []ended
	runs  bool // settleAll
}

// settleSoon has a result stored. Those that come while others are being stored are
// stored together, so that many cost little more than one.
func (d *durableServer) settleSoon(c *durableRun, result *broker.Msg) {
	s := &d.settler
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = append(s.ended, ended{c, result})
	if !s.runs {
		s.runs = true
		d.work.Go(d.settleAll)
	}
}

// settleAll settles what has ended until nothing has.
func (d *durableServer) settleAll() {
	for all := d.settler.take(); len(all) > 0; all = d.settler.take() {
		d.settle(all)
	}
}

func (s *settler) take() []ended {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.ended
	s.ended, s.runs = nil, len(all) > 0
	return all
}

// settle stores results, tells who asked for that, and takes the calls out of the
// queue: in this order, so that no call is lost.
func (d *durableServer) settle(all []ended) {
	ctx, cancel := context.WithTimeout(d.life, storeLimit)
	defer cancel()
	for i, err := range d.store(ctx, all) {
		if errors.Is(err, broker.ErrTooLarge) {
			all[i].result = all[i].call.wire(all[i].call.badResult(err))
			err = d.depot.results.Put(ctx, all[i].call.addressed(all[i].result))
		}
		if err != nil && d.life.Err() != nil {
			continue // the service leaves before it could; Stop gives the call back
		}
		all[i].call.settle(all[i].result, err)
	}
}

// store stores results, and returns an error for each.
func (d *durableServer) store(ctx context.Context, all []ended) []error {
	if len(all) == 1 {
		return []error{d.depot.results.Put(ctx, all[0].call.addressed(all[0].result))}
	}
	results := make([]*broker.Msg, len(all))
	for i, e := range all {
		results[i] = e.call.addressed(e.result)
	}
	return d.depot.results.PutAll(ctx, results)
}

// addressed returns the result as it is stored.
func (c *durableRun) addressed(m *broker.Msg) *broker.Msg {
	m.Subject = c.resultSubject()
	m.Header[headerID] = []string{c.id()}
	m.Header[headerSequence] = []string{strconv.FormatUint(c.delivery.Sequence, 10)}
	return m
}

// settle ends a call whose result is stored, or lost where err says why.
func (c *durableRun) settle(m *broker.Msg, err error) {
	if err != nil {
		c.server.host.Logger().Error("result is lost", "method", c.name, "call_id", c.call.ID, "error", err)
	}
	if reply := c.header(headerReply); broker.IsInbox(reply) {
		_ = c.server.conn.Send(&broker.Msg{Subject: reply, Header: m.Header, Data: m.Data}) // who does not hear it asks
	}
	c.acknowledge()
}
