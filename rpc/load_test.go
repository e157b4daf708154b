package rpc_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// ask sends a request and returns where the answer will come.
func ask(t *testing.T, nc *nats.Conn, subject, body string, headers nats.Header) <-chan *nats.Msg {
	t.Helper()
	answers := make(chan *nats.Msg, 1)
	inbox := nc.NewInbox()
	if _, err := nc.ChanSubscribe(inbox, answers); err != nil {
		t.Fatal(err)
	}
	if err := nc.PublishMsg(&nats.Msg{Subject: subject, Reply: inbox, Data: []byte(body), Header: headers}); err != nil {
		t.Fatal(err)
	}
	return answers
}

func TestWrongCallsAreAnsweredWhileAllWorkersAreBusy(t *testing.T) {
	g := newGate()
	defer close(g.open)
	w := svctest.New(t, g, svctest.Config("workers: 1"))
	w.Client().Proxy("gate").Async(await.Within(t), "pass", 1)
	await.Take(t, g.entered)
	if err := callErr(t, w.Client(), "gate.pass", "one"); !errors.Is(err, rpc.ErrBadArguments) {
		t.Errorf("have %v, want ErrBadArguments", err)
	}
	if err := callErr(t, w.Client(), "gate.passs"); !errors.Is(err, rpc.ErrUnknownMethod) {
		t.Errorf("have %v, want ErrUnknownMethod", err)
	}
}

func TestCallThatExpiresInTheQueueNeverStarts(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g, svctest.Config("workers: 1"))
	nc := plain.Conn(t, w.Broker().URL())
	first := ask(t, nc, "svc.rpc.gate.pass", "1", nil)
	await.Take(t, g.entered)
	late := ask(t, nc, "svc.rpc.gate.pass", "2", nats.Header{"Svc-Left-Ms": {"1"}})
	request(t, nc, "svc.rpc.gate.nothing", "") // answered after the one before was put in line
	<-time.NewTimer(2 * time.Millisecond).C    // its time is up
	close(g.open)
	await.Take(t, first)
	if f := failureOf(t, await.Take(t, late)); f.Name != "svc.expired" || f.Code != "timeout" {
		t.Errorf("have %+v, want svc.expired", f)
	}
	svctest.Call[int](w, "gate.pass", 3)
	if got := await.Take(t, g.entered); got != 3 {
		t.Errorf("have a run with %d, want the next one to be 3", got)
	}
}

func TestOverloadIsToldToTheCallerThatIsTooMany(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g, svctest.Config("workers: 1"))
	nc := plain.Conn(t, w.Broker().URL())
	answers := []<-chan *nats.Msg{ask(t, nc, "svc.rpc.gate.pass", "0", nil)}
	await.Take(t, g.entered)
	for range 10 {
		answers = append(answers, ask(t, nc, "svc.rpc.gate.pass", "0", nil))
	}
	f := failureOf(t, request(t, nc, "svc.rpc.gate.pass", "0"))
	if f.Name != "svc.overloaded" || f.Code != "exhausted" || !strings.Contains(f.Message, "gate.pass: 10 calls wait for 1 workers already") {
		t.Errorf("have %+v, want svc.overloaded with the numbers", f)
	}
	close(g.open)
	for i, a := range answers {
		if answer := await.Take(t, a); string(answer.Data) != "0" {
			t.Errorf("call %d: have %q, want 0", i, answer.Data)
		}
	}
	if got := svctest.Call[int](w, "gate.pass", 5); got != 5 {
		t.Errorf("after the overload: have %d, want 5", got)
	}
}

func TestStopAnswersWhatHasArrived(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g, svctest.Config("workers: 1"))
	nc := plain.Conn(t, w.Broker().URL())
	answers := []<-chan *nats.Msg{ask(t, nc, "svc.rpc.gate.pass", "0", nil)}
	await.Take(t, g.entered)
	for range 3 {
		answers = append(answers, ask(t, nc, "svc.rpc.gate.pass", "0", nil))
	}
	request(t, nc, "svc.rpc.gate.echo", `"no number"`) // those before it have arrived
	stopped := make(chan struct{})
	go func() { w.Stop(); close(stopped) }()
	await.Until(t, "stopping", func() bool { return strings.Contains(w.Log(), "stopping") })
	close(g.open)
	for i, a := range answers {
		if answer := await.Take(t, a); string(answer.Data) != "0" {
			t.Errorf("call %d: have %q, want 0", i, answer.Data)
		}
	}
	await.Take(t, stopped)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := w.Client().Proxy("gate").Call(ctx, "echo", 1)
	if !errors.Is(err, rpc.ErrTimeout) && !errors.Is(err, rpc.ErrUnknownService) { // it may have ended before it was registered
		t.Errorf("after the stop: have %v, want ErrTimeout", err)
	}
}

func TestStopThatMayWaitNoLongerRefusesWhatIsQueued(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g, svctest.Config("{workers: 1, drain: 0s}"))
	nc := plain.Conn(t, w.Broker().URL())
	running := ask(t, nc, "svc.rpc.gate.pass", "0", nil)
	await.Take(t, g.entered)
	queued := ask(t, nc, "svc.rpc.gate.pass", "0", nil)
	request(t, nc, "svc.rpc.gate.echo", `"no number"`)
	w.Stop()
	if f := failureOf(t, await.Take(t, queued)); f.Name != "svc.stopping" || f.Code != "unavailable" {
		t.Errorf("queued: have %+v, want svc.stopping", f)
	}
	if f := failureOf(t, await.Take(t, running)); f.Code != "canceled" {
		t.Errorf("running: have %+v, want canceled", f)
	}
}

// Ping and Pong call each other.
type Ping struct {
	_ rpc.Method `method:"Serve" args:"n"`
	_ rpc.Method `method:"Leaf" args:"n"`

	Pong rpc.Func[int, int] `rpc:"pong.back"`
}

// Pong calls Ping while Ping waits for it.
type Pong struct {
	_ rpc.Method `method:"Back" args:"n"`

	Leaf rpc.Func[int, int] `rpc:"ping.leaf"`
}

func (p *Ping) Serve(ctx context.Context, n int) (int, error) { return p.Pong(ctx, n) }
func (*Ping) Leaf(n int) int                                  { return n }
func (p *Pong) Back(ctx context.Context, n int) (int, error)  { return p.Leaf(ctx, n) }

func TestServicesThatWaitForEachOtherDoNotDeadlock(t *testing.T) {
	w := svctest.New(t, &Ping{}, &Pong{}, svctest.Config("services: {ping: {workers: 2}, pong: {workers: 1}}"))
	for n := range 50 {
		if got := svctest.Call[int](w, "ping.serve", n); got != n {
			t.Errorf("have %d, want %d", got, n)
		}
	}
}

// Upper waits for Lower with all its workers.
type Upper struct {
	_ rpc.Method `method:"Ask" args:"n"`

	Echo rpc.Func[int, int] `rpc:"gate.echo"`
}

// Ask asks.
func (u *Upper) Ask(ctx context.Context, n int) (int, error) { return u.Echo(ctx, n) }

func TestAllWorkersMayWaitForRepliesAtOnce(t *testing.T) {
	w := svctest.New(t, &Upper{}, newGate(), svctest.Config("workers: 2"))
	var pending []*rpc.Pending[rpc.Result]
	for n := range 16 {
		pending = append(pending, w.Client().Proxy("upper").Async(await.Within(t), "ask", n))
	}
	for n, p := range pending {
		if got, err := decoded[int](p.Result(await.Within(t))); got != n || err != nil {
			t.Errorf("have %d, %v, want %d", got, err, n)
		}
	}
}
