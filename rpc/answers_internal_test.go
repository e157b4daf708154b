package rpc

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// epoch is when the tests of algorithms begin.
var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func answerTo(subject string, size int) *broker.Msg {
	return &broker.Msg{Subject: subject, Data: bytes.Repeat([]byte{byte(size)}, size)}
}

func TestAnswersAreForgottenByAge(t *testing.T) {
	t.Parallel()
	a := newAnswers()
	a.add(answerTo("x", 3), epoch)
	for _, tt := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {answersKept, true}, {answersKept + 1, false}} {
		if found := a.find("x", epoch.Add(tt.after)); (found != nil) != tt.want {
			t.Errorf("after %v: have %v, want found %v", tt.after, found, tt.want)
		}
	}
}

func TestBigAnswersAreNotKeptAndHideNoOlderOne(t *testing.T) {
	t.Parallel()
	a := newAnswers()
	a.add(answerTo("x", answerBytes), epoch)
	if a.find("x", epoch) == nil {
		t.Errorf("an answer of %d bytes: have none, want it kept", answerBytes)
	}
	a.add(answerTo("x", answerBytes+1), epoch)
	if found := a.find("x", epoch); found != nil || a.bytes != 0 {
		t.Errorf("have %d bytes, %d in all; want neither the big answer nor the one that it replaces", len(found.body), a.bytes)
	}
}

// Red with code that returns the place in the ring: it is used again for another
// call while the answer is being sent.
func TestFoundAnswerStaysAsItIs(t *testing.T) {
	t.Parallel()
	a := newAnswers()
	a.add(&broker.Msg{Subject: "x", Data: []byte("mine")}, epoch)
	found := a.find("x", epoch)
	for n := range answersMost {
		a.add(&broker.Msg{Subject: strconv.Itoa(n), Data: []byte("evil")}, epoch)
	}
	if string(found.body) != "mine" || found.subject != "x" {
		t.Errorf("have %s for %s, want mine for x", found.body, found.subject)
	}
}

func TestBigBuffersAreNotKept(t *testing.T) {
	t.Parallel()
	a := newAnswers()
	for n := range 4 {
		a.add(answerTo(strconv.Itoa(n), answerBytes), epoch)
		a.add(answerTo(strconv.Itoa(n), 1), epoch)
	}
	for i, slot := range a.ring {
		if slot.subject == "" && cap(slot.body) > answerRoom {
			t.Errorf("place %d: have %d bytes for nothing, want at most %d", i, cap(slot.body), answerRoom)
		}
	}
}

// model is answers as one would write it down: everything that ever came, in one
// list, and where what is kept begins.
type model struct {
	all   []*broker.Msg  // nil for what is forgotten
	at    map[string]int // of the last answer to each call
	first int
	bytes int
}

func (m *model) add(msg *broker.Msg) {
	if at, ok := m.at[msg.Subject]; ok {
		m.forget(at)
	}
	if len(msg.Data) > answerBytes {
		return
	}
	m.at[msg.Subject] = len(m.all)
	m.all = append(m.all, msg)
	m.bytes += len(msg.Data)
	for ; len(m.all)-m.first > answersMost; m.first++ {
		m.forget(m.first)
	}
	for at := m.first; m.bytes > answersBytes; at++ {
		m.forget(at)
	}
}

func (m *model) forget(at int) {
	if msg := m.all[at]; msg != nil {
		m.bytes -= len(msg.Data)
		m.all[at] = nil
	}
}

func (m *model) find(subject string) *broker.Msg {
	if at, ok := m.at[subject]; ok {
		return m.all[at]
	}
	return nil
}

func TestAnswersKeepWhatAListWouldKeep(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ steps, subjects, small, big int }{
		"few calls again and again": {2_000, 7, 50, 0},
		"number":                    {answersMost + 2_000, 1 << 20, 3, 0},
		"bytes":                     {800, 1 << 20, answerBytes, 0},
		"bytes, few calls":          {1_200, 400, answerBytes, 0},
		"too big between":           {1_000, 30, 100, answerBytes + 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(len(name)))) //nolint:gosec // a test that can be repeated
			a, m := newAnswers(), model{at: make(map[string]int)}
			for step := range tt.steps {
				msg := answerTo(strconv.Itoa(r.IntN(tt.subjects)), r.IntN(tt.small+1))
				if tt.big > 0 && r.IntN(5) == 0 {
					msg = answerTo(msg.Subject, tt.big)
				}
				a.add(msg, epoch)
				m.add(msg)
				wantSame(t, step, &a, &m, msg.Subject)
				if step%997 == 0 {
					wantAllSame(t, step, &a, &m)
				}
			}
			wantAllSame(t, tt.steps, &a, &m)
		})
	}
}

func wantAllSame(t *testing.T, step int, a *answers, m *model) {
	t.Helper()
	kept := 0
	for _, msg := range m.all {
		if msg != nil {
			kept++
			at, ok := a.index[msg.Subject]
			if !ok || !bytes.Equal(a.ring[at].body, msg.Data) {
				t.Fatalf("step %d, %s: have another answer or none, want %d bytes", step, msg.Subject, len(msg.Data))
			}
		}
	}
	if len(a.index) != kept || len(a.ring) > answersMost {
		t.Fatalf("step %d: have %d answers in %d places, want %d in at most %d", step, len(a.index), len(a.ring), kept, answersMost)
	}
}

func wantSame(t *testing.T, step int, a *answers, m *model, subject string) {
	t.Helper()
	have, want := a.find(subject, epoch), m.find(subject)
	if (have == nil) != (want == nil) || have != nil && !bytes.Equal(have.body, want.Data) || a.bytes != m.bytes {
		t.Fatalf("step %d, %s: have %v, %d bytes in all; want %v, %d", step, subject, have, a.bytes, want, m.bytes)
	}
}
