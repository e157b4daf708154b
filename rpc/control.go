package rpc

import (
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
)

// broadcast takes what is sent to all instances. It runs on the goroutine of its
// subscription.
func (s *server) broadcast(m *broker.Msg) {
	switch tokenOf(m.Subject) {
	case ticketVerb:
		s.ticket(m)
	case whereVerb:
		s.where(m)
	case goneVerb:
		s.cancel(m)
	}
}

// control takes what is sent to this instance alone: a call for a worker that was
// offered, the refusal of an offer, or a question. It runs on the goroutine of its
// subscription.
func (s *server) control(m *broker.Msg) {
	last := strings.TrimPrefix(m.Subject, s.own)
	switch method, number, offered := strings.Cut(last, "."); {
	case offered:
		s.bound(m, method, number)
	case last == probeVerb:
		s.probe(m)
	case last == cancelVerb:
		s.cancel(m)
	}
}

func (s *server) ticket(m *broker.Msg) {
	var t ticket
	if err := codec.JSON.Decode(m.Data, &t); err != nil || !broker.IsInbox(m.Reply) {
		return
	}
	if e := s.methods[t.Method]; e != nil {
		e.desk.ask(m.Reply, t.Waiting)
	}
}

// bound takes the answer to an offer.
func (s *server) bound(m *broker.Msg, method, number string) {
	e := s.methods[method]
	switch {
	case e == nil:
	case m.Header.Get(headerKind) == kindDecline, broker.NoResponders(m):
		e.desk.lapse(number)
	case takesPart(m.Reply) && broker.IsInbox(m.Reply):
		s.redeem(&request{msg: m, name: method, received: time.Now(), server: s, direct: true}, e.desk.redeem(number))
	}
}

// redeem gives a call to the worker that was kept for it; to another where it is
// kept no more.
func (s *server) redeem(r *request, slot entrypoint.Slot) {
	switch {
	case !s.take(r):
		if slot != nil {
			slot.Release()
		}
	case slot == nil || !slot.Run(&r.call, nil):
		if err := r.served.host.Queue(&r.call, nil); err != nil {
			r.notRun(err)
		}
	}
}

// probe says which calls this instance does not know; answers that may have got
// lost it sends again.
func (s *server) probe(m *broker.Msg) {
	keys, err := keysOf(m)
	if err != nil || !broker.IsInbox(m.Reply) {
		return
	}
	unknown := []string{}
	for _, key := range keys {
		running, answered := s.ledger.find(key)
		switch {
		case answered != nil:
			s.repeat(answered)
		case running == nil:
			unknown = append(unknown, key)
		}
	}
	s.send(&broker.Msg{Subject: m.Reply, Data: encode(unknown)})
}

// where speaks up for the calls that this instance knows.
func (s *server) where(m *broker.Msg) {
	keys, err := keysOf(m)
	if err != nil {
		return
	}
	for _, key := range keys {
		running, answered := s.ledger.find(key)
		switch {
		case answered != nil:
			s.repeat(answered)
		case running != nil:
			s.accept(running)
		}
	}
}

// cancel ends the contexts of calls that nobody waits for.
func (s *server) cancel(m *broker.Msg) {
	keys, err := keysOf(m)
	if err != nil {
		return
	}
	for _, key := range keys {
		if r, _ := s.ledger.find(key); r != nil {
			r.call.Cancel()
		}
	}
}
