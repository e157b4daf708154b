package rpc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// answers waits until a service can be called again: in the present mode a call
// that finds nobody, or was sent into a dying connection, is not tried again.
func answers(t *testing.T, s *rpc.Standalone, target string, args ...any) {
	t.Helper()
	await.Until(t, target+" answers", func() bool {
		try, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := s.Proxy("").Call(try, target, args...)
		return err == nil
	})
}

func TestIdleServiceAnswersAfterTheConnectionWasCut(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Echo{}, &Front{})
	for range 2 {
		w.Broker().Stop()
		w.Broker().Restart()
		answers(t, w.Client(), "echo.nothing")
		answers(t, w.Client(), "front.run", "func")
	}
}

func TestCallMadeWhileTheBrokerIsAwayWaitsForIt(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Echo{})
	w.Broker().Stop()
	disconnected(t, w.Client())
	p := w.Client().Proxy("nobody").Async(await.Within(t), "there")
	w.Broker().Restart()
	if _, err := p.Result(await.Within(t)); !errors.Is(err, rpc.ErrUnknownService) {
		t.Errorf("have %v, want an answer of the broker's", err)
	}
}

func disconnected(t *testing.T, s *rpc.Standalone) {
	t.Helper()
	await.Until(t, "disconnected", func() bool { return s.Connection().Send(&broker.Msg{Subject: "x"}) != nil })
}

func TestCallThatTheBrokerNeverSawSaysSo(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Echo{})
	w.Broker().Stop()
	disconnected(t, w.Client())
	for range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		_, err := w.Client().Proxy("echo").Call(ctx, "nothing")
		cancel()
		if !errors.Is(err, broker.ErrDisconnected) {
			t.Errorf("have %v, want ErrDisconnected", err)
		}
		wantCode(t, err, fault.Unavailable)
		wantText(t, err, "call echo.nothing", "not connected to broker nats://127.0.0.1:")
	}
}

func TestServiceStartsBeforeItsBroker(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	b.Stop()
	w := svctest.New(t, b, &Echo{}, &Front{})
	b.Restart()
	answers(t, w.Client(), "front.run", "client")
}

func TestServiceStopsQuicklyWhileItsBrokerIsAway(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Echo{}, &Front{})
	w.Broker().Stop()
	disconnected(t, w.Client())
	started := time.Now()
	w.Stop()
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("the stop took %v, want less than 2 s", took)
	}
}

func TestServiceStopsQuicklyThatNeverSawABroker(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	b.Stop()
	w := svctest.New(t, b, &Echo{}, &Front{})
	started := time.Now()
	w.Stop()
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("the stop took %v, want less than 2 s", took)
	}
}

func TestCallCutShortByTheBrokerEndsAndTheNextSucceeds(t *testing.T) {
	t.Parallel()
	g := newGate()
	w := svctest.New(t, g)
	s := dial(t, w, rpc.WithTimeout(500*time.Millisecond))
	p := s.Proxy("gate").Async(t.Context(), "hold", 1)
	await.Take(t, g.entered)
	w.Broker().Stop()
	close(g.open)
	if _, err := p.Result(await.Within(t)); !errors.Is(err, rpc.ErrTimeout) {
		t.Errorf("have %v, want ErrTimeout", err)
	}
	w.Broker().Restart()
	answers(t, s, "gate.hold", 2)
}

func TestReplyArrivesAfterTheConnectionWasCutMidCall(t *testing.T) {
	t.Parallel()
	g := newGate()
	w := svctest.New(t, g)
	p := w.Client().Proxy("gate").Async(await.Within(t), "hold", 1)
	await.Take(t, g.entered)
	w.Broker().Stop()
	w.Broker().Restart()
	answers(t, w.Client(), "gate.echo", 1) // both ends are connected again
	close(g.open)
	if got, err := decoded[int](p.Result(await.Within(t))); got != 1 || err != nil {
		t.Errorf("have %d, %v, want 1", got, err)
	}
}

func TestTwoWorldsOnOneBrokerShareTheCalls(t *testing.T) {
	b := svctest.NewBroker(t)
	one, two := newGate(), newGate()
	w := svctest.New(t, b, one)
	svctest.New(t, b, two)
	close(one.open)
	close(two.open)
	for n := range 50 {
		svctest.Call[int](w, "gate.pass", n)
	}
	first, second := len(one.entered), len(two.entered)
	if first+second != 50 || first == 0 || second == 0 {
		t.Errorf("have %d and %d runs, want 50 in all and some in each", first, second)
	}
	found, err := w.Client().Connection().Discover(await.Within(t), "gate")
	if err != nil || len(found) != 2 || found[0].ID == found[1].ID {
		t.Errorf("have %v, %v, want two instances", found, err)
	}
}

func TestSameStructGivenTwiceIsHostedOnce(t *testing.T) {
	g := newGate()
	close(g.open)
	w := svctest.New(t, g, g)
	svctest.Call[int](w, "gate.pass", 1)
	if len(g.entered) != 1 {
		t.Errorf("have %d runs, want 1", len(g.entered))
	}
	wantText(t, startErr(t, newGate(), newGate()), `service name "gate" is taken`)
}
