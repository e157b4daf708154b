package rpc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestAsyncResultsAreCollectedInAnyOrderAndRepeatedly(t *testing.T) {
	w := svctest.New(t, &Shapes{})
	ctx := await.Within(t)
	scalar, err := rpc.FuncOf[int, string](w.Client(), "shapes.scalar")
	if err != nil {
		t.Fatal(err)
	}
	calls := []*rpc.Pending[string]{rpc.Async(ctx, scalar, 0), rpc.Async(ctx, scalar, 1), rpc.Async(ctx, scalar, 2)}
	for _, i := range []int{2, 0, 1, 2, 0} {
		if got, err := calls[i].Result(ctx); err != nil || got != string(rune('0'+i)) {
			t.Errorf("call %d: have %q, %v", i, got, err)
		}
	}
}

func TestAsyncFailureIsToldAtEveryAsk(t *testing.T) {
	w := svctest.New(t, &Shapes{})
	p := w.Client().Proxy("shapes").Async(await.Within(t), "scalar", "three")
	for range 2 {
		if _, err := p.Result(await.Within(t)); !errors.Is(err, rpc.ErrBadArguments) {
			t.Errorf("have %v, want ErrBadArguments", err)
		}
	}
}

func TestGivingUpOnAResultDoesNotEndTheCall(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g)
	p := w.Client().Proxy("gate").Async(await.Within(t), "pass", 5)
	await.Take(t, g.entered)

	hurry, cancel := context.WithCancelCause(t.Context())
	impatient := errors.New("impatient")
	cancel(impatient)
	if _, err := p.Result(hurry); !errors.Is(err, impatient) {
		t.Errorf("have %v, want the cause of the context", err)
	}
	select {
	case <-p.Done():
		t.Error("the call is done before the method returned")
	default:
	}
	close(g.open)
	if got, err := decoded[int](p.Result(await.Within(t))); got != 5 || err != nil {
		t.Errorf("have %d, %v, want 5", got, err)
	}
	await.Take(t, p.Done())
}

func TestResultThatIsThereIsReturnedThoughTheContextHasEnded(t *testing.T) {
	w := svctest.New(t, &Shapes{})
	p := w.Client().Proxy("shapes").Async(await.Within(t), "scalar", 1)
	await.Take(t, p.Done())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if _, err := p.Result(ended); err != nil {
			t.Fatalf("have %v, want the result", err)
		}
	}
}

func TestAsyncCallEndsWithItsContext(t *testing.T) {
	g := newGate()
	defer close(g.open)
	w := svctest.New(t, g)
	ctx, cancel := context.WithCancel(t.Context())
	p := w.Client().Proxy("gate").Async(ctx, "pass", 1)
	await.Take(t, g.entered)
	cancel()
	if _, err := p.Result(await.Within(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want context.Canceled", err)
	}
}
