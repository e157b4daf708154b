package rpc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// gated is work that goes on until the test lets it, or its context ends.
func gated(open <-chan struct{}) func(context.Context, run) error {
	return func(ctx context.Context, _ run) error {
		select {
		case <-open:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Red with plain request and reply: the caller waits for its deadline.
func TestCallRunsElsewhereOnceItsInstanceIsGone(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"accepted": 2 * acceptance, "not accepted yet": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, open := svctest.NewBroker(t), make(chan struct{})
			log := newRuns(gated(open))
			all := benches(t, b, log, 2, 1)
			defer close(open)
			call := dialTo(t, b).Proxy("bench").Async(t.Context(), "run", 1)
			first := await.Take(t, log.started)
			<-time.NewTimer(after).C // what happens to it in this time is what differs
			all[at(first)].vanish()
			began := time.Now()
			second := await.Take(t, log.started)
			if took := time.Since(began); took > 1500*time.Millisecond || second.instance == first.instance {
				t.Errorf("have it run on %s after %v, want on the other instance in about a second", second.instance, took)
			}
			open <- struct{}{} // either run; the lost one is not heard
			open <- struct{}{}
			if on, err := ranOn(t, call); on != second.instance {
				t.Errorf("have an answer of %q, %v, want one of %s", on, err, second.instance)
			}
		})
	}
}

// Red with code that tries for ever: such a call ends every instance there is.
func TestCallThatEndsItsInstancesIsGivenUpAfterThree(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	var all []*instance
	ready := make(chan struct{})
	log := newRuns(func(ctx context.Context, r run) error {
		<-ready
		all[at(r)].vanish()
		return gated(open)(ctx, r)
	})
	all = benches(t, b, log, 4, 1)
	close(ready)
	defer close(open)
	_, err := ranOn(t, dialTo(t, b).Proxy("bench").Async(t.Context(), "run", 1))
	if !errors.Is(err, rpc.ErrWorkerLost) {
		t.Errorf("have %v, want ErrWorkerLost", err)
	}
	wantText(t, err, "call bench.run: 3 instances of bench were lost")
	if have := log.times(1); have != 3 {
		t.Errorf("have %d runs, want 3", have)
	}
}

// Red with code that takes "no responders" for "no such service".
func TestCallsWaitForAServiceThatIsDown(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	log := newRuns(takes(0))
	down := benches(t, b, log, 1, 2)[0]
	client := dialTo(t, b).Proxy("bench")
	if _, err := client.Call(await.Within(t), "run", 0); err != nil {
		t.Fatal(err)
	}
	down.stop()
	tickets := hearAll(t, plain.Conn(t, b.URL()), "svc.rpcw.bench.ticket")
	var calls []*rpc.Pending[rpc.Result]
	for n := range 10 {
		calls = append(calls, client.Async(t.Context(), "run", n+1))
	}
	await.Take(t, tickets)
	instanceOf(t, b, &Bench{id: "b", log: log}, "workers: 2")
	for n, call := range calls {
		if on, err := ranOn(t, call); on != "b" || log.times(n+1) != 1 {
			t.Errorf("call %d: have %q, %v, %d runs, want one on b", n+1, on, err, log.times(n+1))
		}
	}
}

func TestTimeoutSaysThatNoInstanceIsRunning(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	down := benches(t, b, newRuns(takes(0)), 1, 1)[0]
	client := dialTo(t, b, rpc.WithTimeout(300*time.Millisecond)).Proxy("bench")
	if _, err := client.Call(await.Within(t), "run", 1); err != nil {
		t.Fatal(err)
	}
	down.stop()
	_, err := client.Call(await.Within(t), "run", 2)
	if !errors.Is(err, rpc.ErrTimeout) {
		t.Errorf("have %v, want ErrTimeout", err)
	}
	wantText(t, err, "call bench.run: no answer within 300ms (rpc.WithTimeout); no instance of bench is running")
}

func TestTimeoutSaysThatAllWorkersAreBusy(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(func(context.Context, run) error { // what it returned at the deadline could come first
		<-open
		return nil
	})
	benches(t, b, log, 1, 1)
	defer close(open)
	busy := dialTo(t, b, rpc.WithTimeout(900*time.Millisecond)).Proxy("bench").Async(t.Context(), "run", 1)
	await.Take(t, log.started)
	_, err := dialTo(t, b, rpc.WithTimeout(300*time.Millisecond)).Proxy("bench").Call(t.Context(), "run", 2)
	if !errors.Is(err, rpc.ErrTimeout) {
		t.Errorf("have %v, want ErrTimeout", err)
	}
	wantText(t, err, "no answer within 300ms (rpc.WithTimeout); all workers of bench.run were busy")
	_, err = ranOn(t, busy)
	wantText(t, err, "no answer within 900ms (rpc.WithTimeout); instance ", " had the call")
}

// Red with code that counts what it does not hear while there is no connection:
// the calls would run again on the other instance.
func TestBrokerThatRestartsLosesNoCallAndRunsNoneTwice(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{"for an instant": 0, "for longer than an instance may be silent": 4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, open := svctest.NewBroker(t), make(chan struct{})
			log := newRuns(gated(open))
			benches(t, b, log, 2, 10)
			s := dialTo(t, b)
			greet := s.Proxy("bench").Async(t.Context(), "run", -1) // so that s knows that there is such a service
			open <- struct{}{}
			if _, err := ranOn(t, greet); err != nil {
				t.Fatal(err)
			}
			await.Take(t, log.started)
			var calls []*rpc.Pending[rpc.Result]
			async := func(from, to int) {
				for n := from; n < to; n++ {
					calls = append(calls, s.Proxy("bench").Async(t.Context(), "run", n))
				}
			}
			async(0, 8)
			for range 8 {
				await.Take(t, log.started)
			}
			b.Stop()
			disconnected(t, s)
			async(8, 16) // the broker never saw them
			<-time.NewTimer(away).C
			for range 4 {
				open <- struct{}{} // their answers cannot be sent
			}
			b.Restart()
			for range 8 {
				await.Take(t, log.started)
			}
			<-time.NewTimer(3 * time.Second).C // in which a second run would start
			close(open)
			for n, call := range calls {
				if _, err := ranOn(t, call); err != nil || log.times(n) != 1 {
					t.Errorf("call %d: have %v, %d runs, want an answer and one", n, err, log.times(n))
				}
			}
		})
	}
}
