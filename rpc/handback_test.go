package rpc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// leave stops an instance that has to leave at once, as the second signal would.
func (i *instance) leave() (left chan struct{}) {
	left = make(chan struct{})
	go func() { // ends with the stop
		defer close(left)
		i.Kill()
		i.stop()
	}()
	return left
}

// Red with code that republishes the call for its caller: 54 of 100 were lost.
func TestCallIsHandedBackAndRunsElsewhereAtOnce(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(gated(open))
	all := benches(t, b, log, 2, 10)
	client := dialTo(t, b).Proxy("bench")
	var calls []*rpc.Pending[rpc.Result]
	for n := range 10 {
		calls = append(calls, client.Async(t.Context(), "run", n))
	}
	first := make(map[int]string)
	for range calls {
		r := await.Take(t, log.started)
		first[r.n] = r.instance
	}
	began := time.Now()
	<-all[0].leave()
	for n, on := range first {
		if on == "a" {
			if r := await.Take(t, log.started); r.instance != "b" || first[r.n] != "a" {
				t.Errorf("have call %d run on %s, want one of a's on b", r.n, r.instance)
			}
		}
		_ = n
	}
	if took := time.Since(began); took > 500*time.Millisecond {
		t.Errorf("have the calls run elsewhere after %v, want at once", took)
	}
	close(open)
	for n, call := range calls {
		runs := 1
		if first[n] == "a" {
			runs = 2
		}
		if on, err := ranOn(t, call); on != "b" || log.times(n) != runs {
			t.Errorf("call %d, first on %s: have %q, %v, %d runs, want %d and the answer of b", n, first[n], on, err, log.times(n), runs)
		}
	}
}

// Red with code that sends what an interrupted run returns: the caller would have
// that and not the result.
func TestResultOfAnInterruptedRunIsDropped(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(gated(open))
	leaving := benches(t, b, log, 1, 1)[0]
	p := playCaller(t, b)
	address, messages := p.send("svc.rpc.bench.run", "1", "1")
	await.Take(t, log.started)
	accepted := await.Take(t, messages)
	wantKind(t, accepted, "accept")
	left := leaving.leave()
	wantKind(t, await.Take(t, messages), "handback")
	p.publish("svc.rpci.bench."+accepted.Header.Get("Svc-Inst")+".probe", p.inbox+".query.1", `["`+address+`"]`)
	<-left
	if err := p.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if len(messages) > 0 {
		m := <-messages
		t.Errorf("have %v %s after the call was handed back, want nothing", m.Header, m.Data)
	}
}

func TestCallThatRunsAtMostOnceIsNotHandedBack(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	log := newRuns(func(ctx context.Context, _ run) error {
		<-ctx.Done()
		return fault.New(fault.Conflict, "half of it was done")
	})
	all := benches(t, b, log, 2, 1)
	call := dialTo(t, b).Proxy("bench").Async(t.Context(), "once", 1)
	<-all[at(await.Take(t, log.started))].leave()
	_, err := ranOn(t, call)
	wantCode(t, err, fault.Conflict)
	wantText(t, err, "half of it was done")
	if have := log.times(1); have != 1 {
		t.Errorf("have %d runs, want 1", have)
	}
}

// Red with code that leaves its own subject when it leaves the others: callers
// would take an instance for dead that only finishes its work.
func TestCallsThatRunWhileTheirInstanceStopsAreAnsweredByIt(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(gated(open))
	all := benches(t, b, log, 2, 10)
	client := dialTo(t, b).Proxy("bench")
	first := make(map[int]string)
	var calls []*rpc.Pending[rpc.Result]
	for n := range 10 {
		calls = append(calls, client.Async(t.Context(), "run", n))
		first[n] = await.Take(t, log.started).instance
	}
	stopped := make(chan struct{})
	go func() { // ends with the stop
		defer close(stopped)
		all[0].stop()
	}()
	<-time.NewTimer(3500 * time.Millisecond).C // longer than an instance may be silent
	close(open)
	<-stopped
	for n, call := range calls {
		if on, err := ranOn(t, call); on != first[n] || log.times(n) != 1 {
			t.Errorf("call %d: have %q, %v, %d runs, want one on %s", n, on, err, log.times(n), first[n])
		}
	}
}

// Tier is one of three services that call each other down to the last.
type Tier struct {
	Next rpc.Proxy

	ended   chan string
	entered chan string
	name    string
}

func (s *Tier) descend(ctx context.Context, next string) error {
	s.entered <- s.name
	if next == "" {
		<-ctx.Done()
	} else if _, err := s.Next.Call(ctx, next); err == nil {
		return errors.New("the call below returned")
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		s.ended <- s.name
	}
	return ctx.Err()
}

// Summit calls Ridge, which calls Valley.
type Summit struct {
	_ service.Name `name:"summit"`
	_ rpc.Method   `method:"Descend"`
	Tier
}

// Descend calls the next.
func (s *Summit) Descend(ctx context.Context) error { return s.descend(ctx, "ridge.descend") }

// Ridge calls Valley.
type Ridge struct {
	_ service.Name `name:"ridge"`
	_ rpc.Method   `method:"Descend"`
	Tier
}

// Descend calls the next.
func (s *Ridge) Descend(ctx context.Context) error { return s.descend(ctx, "valley.descend") }

// Valley waits.
type Valley struct {
	_ service.Name `name:"valley"`
	_ rpc.Method   `method:"Descend"`
	Tier
}

// Descend waits for the end of its context.
func (s *Valley) Descend(ctx context.Context) error { return s.descend(ctx, "") }

// Red with code that cancels only the call that its own caller made.
func TestEndOfTheCallersContextEndsAllCallsBelow(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"accepted": 2 * acceptance, "not accepted yet": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, entered, ended := svctest.NewBroker(t), make(chan string, 3), make(chan string, 3)
			top, middle, bottom := &Summit{}, &Ridge{}, &Valley{}
			for name, tier := range map[string]*Tier{"summit": &top.Tier, "ridge": &middle.Tier, "valley": &bottom.Tier} {
				tier.name, tier.entered, tier.ended = name, entered, ended
			}
			instanceOf(t, b, bottom, "")
			instanceOf(t, b, middle, "")
			instanceOf(t, b, top, "")
			ctx, cancel := context.WithCancel(t.Context())
			call := dialTo(t, b).Proxy("summit").Async(ctx, "descend")
			for range 3 {
				await.Take(t, entered)
			}
			<-time.NewTimer(after).C // what happens to them in this time is what differs
			cancel()
			if _, err := ranOn(t, call); !errors.Is(err, context.Canceled) {
				t.Errorf("have %v, want context.Canceled", err)
			}
			have := map[string]bool{await.Take(t, ended): true, await.Take(t, ended): true, await.Take(t, ended): true}
			if len(have) != 3 {
				t.Errorf("have the contexts ended in %v, want in all three", have)
			}
		})
	}
}

// Red with code that leaves the call in line: it would be offered the next worker.
func TestNothingIsLeftInLineOfACallThatWasCancelled(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(gated(open))
	benches(t, b, log, 1, 1)
	client := dialTo(t, b).Proxy("bench")
	nc := plain.Conn(t, b.URL())
	tickets, offers := hearAll(t, nc, "svc.rpcw.bench.ticket"), hearAll(t, nc, "_INBOX.client.*.line.*")
	p := playCaller(t, b)
	busy, messages := p.send("svc.rpc.bench.run", "1", "1")
	wantKind(t, await.Take(t, messages), "accept")
	ctx, cancel := context.WithCancel(t.Context())
	waits := client.Async(ctx, "run", 2)
	if have := string(await.Take(t, tickets).Data); have != `{"method":"run","waiting":1}` {
		t.Errorf("have the ticket %s, want one call to wait", have)
	}
	cancel()
	if _, err := ranOn(t, waits); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want context.Canceled", err)
	}
	if have := string(await.Take(t, tickets).Data); have != `{"method":"run","waiting":0}` {
		t.Errorf("have the ticket %s, want none to wait", have)
	}
	p.publish("svc.rpcw.bench.where", p.inbox+".query.1", `["`+busy+`"]`)
	wantKind(t, await.Take(t, messages), "accept") // the ticket before it was read, too
	close(open)
	await.Take(t, messages)
	if _, err := client.Call(await.Within(t), "run", 3); err != nil || log.times(2) != 0 || len(offers) != 0 {
		t.Errorf("have %v, %d runs of the call that was cancelled, %d offers, want none", err, log.times(2), len(offers))
	}
}
