package rpc

import (
	"time"

	"github.com/enoki-go/enoki/broker"
)

// answers keeps the last answers of an instance, so that one that got lost can be
// sent again instead of running the method again.
type answers struct {
	index map[string]int // reply subject → place in ring
	ring  []answer
	next  int // place that is filled next
	bytes int
}

// answer is what a call was answered with.
type answer struct {
	subject string
	header  broker.Header
	body    []byte
	at      time.Time
}

const (
	answersKept  = 60 * time.Second
	answersMost  = 10_000
	answersBytes = 16 << 20
	answerBytes  = 64 << 10
	answerRoom   = 1 << 10 // of a body, that is used again
)

func newAnswers() answers { return answers{index: make(map[string]int)} }

// find returns a copy of the answer to a call, nil where there is none. What it
// points to stays as it is only as long as the ledger's lock is held, so the body
// is copied.
func (a *answers) find(subject string, now time.Time) *answer {
	at, ok := a.index[subject]
	if !ok || now.Sub(a.ring[at].at) > answersKept {
		return nil
	}
	found := a.ring[at]
	found.body = append([]byte(nil), found.body...)
	return &found
}

// add keeps an answer, in place of the one before to the same call.
func (a *answers) add(m *broker.Msg, now time.Time) {
	if at, ok := a.index[m.Subject]; ok {
		a.drop(at)
	}
	if len(m.Data) > answerBytes {
		return
	}
	if a.next == len(a.ring) && len(a.ring) < answersMost {
		a.ring = append(a.ring, answer{})
	}
	a.next %= len(a.ring)
	a.drop(a.next)
	slot := &a.ring[a.next]
	slot.subject, slot.header, slot.at = m.Subject, m.Header, now
	slot.body = append(slot.body[:0], m.Data...)
	a.index[m.Subject] = a.next
	a.bytes += len(m.Data)
	a.next++
	a.trim()
}

// drop forgets the answer at a place.
func (a *answers) drop(at int) {
	slot := &a.ring[at]
	if slot.subject == "" {
		return
	}
	delete(a.index, slot.subject)
	a.bytes -= len(slot.body)
	slot.subject, slot.header = "", nil
	if slot.body = slot.body[:0]; cap(slot.body) > answerRoom {
		slot.body = nil
	}
}

// trim forgets the oldest until the rest is small enough.
func (a *answers) trim() {
	for at := a.next; a.bytes > answersBytes; at++ {
		a.drop(at % len(a.ring))
	}
}
