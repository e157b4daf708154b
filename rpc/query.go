package rpc

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// query is a question about calls that was sent to one instance or to all.
type query struct {
	patrol  *patrol
	address broker.Address
	calls   []sighting
	asked   time.Time
	at      place // that was asked, none where all were
	peer    *peer // whose instances were asked, where all were
	over    atomic.Bool
}

// ask sends a question. The caller holds mu.
func (p *patrol) ask(now time.Time, subject string, about *query, calls []sighting) {
	for some := range slices.Chunk(calls, maxKeys) {
		q := &query{patrol: p, calls: some, asked: now, at: about.at, peer: about.peer, address: p.caller.inbox.Address(queryKind)}
		p.caller.inbox.Open(q.address, q)
		p.queries = append(p.queries, q)
		keys := make([]string, len(some))
		for i, c := range some {
			keys[i] = c.subject
		}
		p.cut = p.caller.conn.Send(&broker.Msg{Subject: subject, Reply: q.address.Subject, Data: encode(keys)}) != nil
	}
}

// Receive takes the answer. It must not use the inbox, where the calls are found.
func (q *query) Receive(m *broker.Msg) {
	if q.over.CompareAndSwap(false, true) {
		go q.patrol.digest(q, m, time.Now()) // ends at once
	}
}

// digest tells calls that they are lost: those that the answer names, or all where
// nobody was there to answer.
func (p *patrol) digest(q *query, m *broker.Msg, now time.Time) {
	gone := broker.NoResponders(m)
	if gone && (!p.trusted(now) || q.foreign(now)) {
		return
	}
	unknown, err := keysOf(m)
	if err != nil && !gone {
		return
	}
	if !gone {
		p.answered(q.at, now)
	}
	for _, c := range q.calls {
		if _, named := slices.BinarySearch(unknown, c.subject); gone || named {
			p.caller.inbox.At(c.subject, func(r broker.Receiver) {
				if f, ok := r.(*flight); ok {
					f.post(heard{word: lost, attempt: c.attempt})
				}
			})
		}
	}
}

// foreign reports whether a service that nobody of was there to ask is one that
// does not take part in the direct protocol. Its calls are let fly, for the time being.
func (q *query) foreign(now time.Time) bool {
	if q.peer == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), knownLimit)
	defer cancel()
	foreign := !q.peer.takesPart(ctx, q.patrol.caller)
	if foreign {
		q.peer.foreign.Store(now.UnixNano())
	}
	return foreign
}

// trusted reports whether "nobody is there" can be believed: not just after a
// reconnect.
func (p *patrol) trusted(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.caller.conn.Connections() == p.epoch && p.hears(now)
}

// unsettled reports whether the connection was made anew so lately that services
// may not be there yet.
func (p *patrol) unsettled(now time.Time) bool {
	connections := p.caller.conn.Connections()
	p.mu.Lock()
	defer p.mu.Unlock()
	return connections > 1 && (connections != p.epoch || now.Before(p.settled))
}

// answered notes that an instance lives.
func (p *patrol) answered(at place, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.watched[at]; w != nil {
		w.heard = now
	}
}
