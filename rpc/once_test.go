package rpc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Those who play an instance or a caller here know docs/protocol.md and NATS,
// nothing else.

// hearAll returns what is sent to a subject.
func hearAll(t *testing.T, nc *nats.Conn, subject string, queue ...string) <-chan *nats.Msg {
	t.Helper()
	messages := make(chan *nats.Msg, 10_000)
	var err error
	if len(queue) > 0 {
		_, err = nc.ChanQueueSubscribe(subject, queue[0], messages)
	} else {
		_, err = nc.ChanSubscribe(subject, messages)
	}
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

// collect calls as a program does that only knows requests. The function that it
// returns waits for the answer and returns all that came.
func collect(t *testing.T, nc *nats.Conn, subject, body string) func() []string {
	t.Helper()
	inbox := nc.NewInbox()
	messages := hearAll(t, nc, inbox)
	if err := nc.PublishRequest(subject, inbox, []byte(body)); err != nil {
		t.Fatal(err)
	}
	return func() []string {
		have := []string{string(await.Take(t, messages).Data)}
		request(t, nc, subject+"_no_such_method", "") // answered after whatever was sent before
		for range len(messages) {
			have = append(have, string((<-messages).Data))
		}
		return have
	}
}

// played is an instance of Bench that a test plays.
type played struct {
	t  *testing.T
	nc *nats.Conn
	id string

	calls, own, tickets <-chan *nats.Msg
}

func play(t *testing.T, b *svctest.Broker, id string) *played {
	t.Helper()
	nc := plain.Conn(t, b.URL())
	return &played{
		t: t, nc: nc, id: id,
		own:     hearAll(t, nc, "svc.rpci.bench."+id+".>"),
		tickets: hearAll(t, nc, "svc.rpcw.bench.ticket"),
		calls:   hearAll(t, nc, "svc.rpc.bench.*", "bench"),
	}
}

// say sends a word about a call, or an offer.
func (p *played) say(kind, to, reply string) {
	p.t.Helper()
	m := &nats.Msg{Subject: to, Reply: reply, Header: nats.Header{"Svc-Kind": {kind}, "Svc-Inst": {p.id}}}
	if err := p.nc.PublishMsg(m); err != nil {
		p.t.Fatal(err)
	}
}

// answer sends a result, which is a text.
func (p *played) answer(call, text string) {
	p.t.Helper()
	if err := p.nc.Publish(call, append([]byte{0xa0 | byte(len(text))}, text...)); err != nil { //nolint:gosec // short
		p.t.Fatal(err)
	}
}

// player is a caller of Bench that a test plays.
type player struct {
	t     *testing.T
	nc    *nats.Conn
	inbox string
}

func playCaller(t *testing.T, b *svctest.Broker) player {
	t.Helper()
	return player{t, plain.Conn(t, b.URL()), "_INBOX.test." + nats.NewInbox()[len("_INBOX."):]}
}

// send sends a call and returns what comes to its address.
func (p player) send(subject, token, body string) (address string, messages <-chan *nats.Msg) {
	p.t.Helper()
	address = p.inbox + ".call." + token
	messages = hearAll(p.t, p.nc, address)
	p.publish(subject, address, body)
	return address, messages
}

func (p player) publish(subject, reply, body string) {
	p.t.Helper()
	if err := p.nc.PublishRequest(subject, reply, []byte(body)); err != nil {
		p.t.Fatal(err)
	}
}

func wantKind(t *testing.T, m *nats.Msg, kind string) {
	t.Helper()
	if have := m.Header.Get("Svc-Kind"); have != kind {
		t.Fatalf("have %q %s, want %q", have, m.Data, kind)
	}
}

// Red with code that tries again whatever was lost.
func TestCallThatRunsAtMostOnceIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(gated(open))
	all := benches(t, b, log, 2, 1)
	defer close(open)
	call := dialTo(t, b).Proxy("bench").Async(t.Context(), "once", 1)
	all[at(await.Take(t, log.started))].vanish()
	if _, err := ranOn(t, call); !errors.Is(err, rpc.ErrWorkerLost) || log.times(1) != 1 {
		t.Errorf("have %v, %d runs, want ErrWorkerLost and one", err, log.times(1))
	}
}

// Red with code that never tries such a call again.
func TestCallThatRunsAtMostOnceWaitsForAWorker(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	log := newRuns(takes(50 * time.Millisecond))
	benches(t, b, log, 2, 1)
	client := dialTo(t, b).Proxy("bench")
	var calls []*rpc.Pending[rpc.Result]
	for n := range 10 {
		calls = append(calls, client.Async(t.Context(), "once", n))
	}
	for n, call := range calls {
		if _, err := ranOn(t, call); err != nil || log.times(n) != 1 {
			t.Errorf("call %d: have %v, %d runs, want an answer and one", n, err, log.times(n))
		}
	}
}

func TestCallWhoseMessageReachedNobodyHasNotBegun(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := play(t, b, "a")
	call := dialTo(t, b).Proxy("bench").Async(t.Context(), "once", 1)
	p.say("busy", await.Take(t, p.calls).Reply, "")
	p.say("offer", await.Take(t, p.tickets).Reply, "svc.rpci.bench.ghost.once.1")
	p.say("offer", await.Take(t, p.tickets).Reply, "svc.rpci.bench.a.once.1")
	bound := await.Take(t, p.own)
	if begun, attempt := bound.Header.Get("Svc-Begun"), bound.Header.Get("Svc-Attempt"); begun != "" || attempt != "2" {
		t.Errorf("have begun %q, attempt %q, want the second attempt of a call that did not begin", begun, attempt)
	}
	p.answer(bound.Reply, "done")
	if have, err := ranOn(t, call); have != "done" {
		t.Errorf("have %q, %v, want done", have, err)
	}
}

// Red with code that takes a ticket that nobody heard for a call that nobody got:
// it ran 7 of 17 902 calls twice.
func TestTicketThatNobodyHeardDoesNotMeanThatTheCallDidNotBegin(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := play(t, b, "a")
	call := dialTo(t, b).Proxy("bench").Async(t.Context(), "once", 1)
	p.say("accept", await.Take(t, p.calls).Reply, "")
	if err := p.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	p.nc.Close()
	<-time.NewTimer(1200 * time.Millisecond).C // in which the call is lost, and a ticket that nobody hears
	log := newRuns(takes(0))
	benches(t, b, log, 1, 1)
	if _, err := ranOn(t, call); !errors.Is(err, rpc.ErrWorkerLost) || log.times(1) != 0 {
		t.Errorf("have %v, %d further runs, want ErrWorkerLost and none", err, log.times(1))
	}
}

func TestCallerAsksForAnAnswerThatWasLost(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := play(t, b, "a")
	call := dialTo(t, b).Proxy("bench").Async(t.Context(), "run", 1)
	sent := await.Take(t, p.calls)
	p.say("accept", sent.Reply, "")
	probe := await.Take(t, p.own)
	if want := `["` + sent.Reply + `"]`; string(probe.Data) != want || probe.Subject != "svc.rpci.bench.a.probe" {
		t.Fatalf("have %s %s, want a probe of %s", probe.Subject, probe.Data, want)
	}
	p.answer(sent.Reply, "done")
	if have, err := ranOn(t, call); have != "done" || len(p.calls) != 0 {
		t.Errorf("have %q, %v, %d more calls, want done", have, err, len(p.calls))
	}
}

// Red with code that keeps no answers: the method would run again.
func TestAnswerIsSentAgainAndTheMethodRunsOnce(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(gated(open))
	benches(t, b, log, 1, 2)
	p := playCaller(t, b)
	address, messages := p.send("svc.rpc.bench.run", "1", "1")
	accepted := await.Take(t, messages)
	wantKind(t, accepted, "accept")
	for _, again := range []struct{ subject, body string }{{"svc.rpc.bench.run", "1"}, {"svc.rpcw.bench.where", `["` + address + `"]`}} {
		p.publish(again.subject, address, again.body)
		wantKind(t, await.Take(t, messages), "accept")
	}
	close(open)
	for _, again := range []struct{ subject, reply, body string }{
		{},
		{"svc.rpc.bench.run", address, "1"},
		{"svc.rpcw.bench.where", p.inbox + ".query.0", `["` + address + `","_INBOX.other"]`},
		{"svc.rpci.bench." + accepted.Header.Get("Svc-Inst") + ".probe", p.inbox + ".query.1", `["` + address + `"]`},
	} {
		if again.subject != "" {
			p.publish(again.subject, again.reply, again.body)
		}
		m := await.Take(t, messages)
		if string(m.Data) != `"a"` || len(m.Header) > 0 {
			t.Errorf("%s: have %s %v, want the answer", again.subject, m.Data, m.Header)
		}
	}
	if have := log.times(1); have != 1 {
		t.Errorf("have %d runs, want 1", have)
	}
}

func TestProbeIsToldWhichCallsAreUnknown(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	benches(t, b, newRuns(gated(open)), 1, 2)
	defer close(open)
	p := playCaller(t, b)
	address, messages := p.send("svc.rpc.bench.run", "1", "1")
	instance := await.Take(t, messages).Header.Get("Svc-Inst")
	m := request(t, p.nc, "svc.rpci.bench."+instance+".probe", `["_INBOX.other","`+address+`","_INBOX.call.2"]`)
	if want := `["_INBOX.call.2","_INBOX.other"]`; string(m.Data) != want {
		t.Errorf("have %s, want %s", m.Data, want)
	}
}
