package rpc_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestResultsOfManyGoroutinesAreNeverMixedUp(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Echo{})
	pair, err := rpc.FuncOf[Pair, Pair](w.Client(), "echo.pair")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for g := range 64 {
		all.Go(func() {
			for i := range 200 {
				want := Pair{Text: string(rune('A' + g)), Number: g*1000 + i}
				if got, err := pair(t.Context(), want); got != want || err != nil {
					t.Errorf("have %v, %v, want %v", got, err, want)
					return
				}
			}
		})
	}
	all.Wait()
}

// Late answers when it is told to.
type Late struct {
	_ service.Name `name:"late"`
	_ rpc.Method   `method:"Answer" args:"n"`
	_ rpc.Method   `method:"Echo" args:"n"`

	entered chan int
	release chan struct{}
}

// Answer returns minus n, when everybody has given it up.
func (l *Late) Answer(n int) int {
	l.entered <- n
	<-l.release
	return -n
}

// Echo returns n.
func (*Late) Echo(n int) int { return n }

func TestLateRepliesNeverReachAnotherCall(t *testing.T) {
	t.Parallel()
	l := &Late{entered: make(chan int, 50), release: make(chan struct{})}
	w := svctest.New(t, l, svctest.Config("workers: 60"))
	s := dial(t, w, rpc.WithTimeout(await.Patience))
	var given sync.WaitGroup
	for n := range 50 {
		given.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			if _, err := s.Proxy("late").Call(ctx, "answer", n+1); !errors.Is(err, rpc.ErrTimeout) {
				t.Errorf("have %v, want ErrTimeout", err)
			}
		})
	}
	given.Wait()
	for range 50 {
		await.Take(t, l.entered)
	}
	var calls sync.WaitGroup
	for g := range 8 {
		calls.Go(func() {
			for i := range 100 {
				want := g*100 + i
				if got, err := decoded[int](s.Proxy("late").Call(t.Context(), "echo", want)); got != want || err != nil {
					t.Errorf("have %d, %v, want %d", got, err, want)
				}
				if g == 0 && i == 10 {
					close(l.release) // 50 late replies arrive among the others
				}
			}
		})
	}
	calls.Wait()
}

func TestRepliesTwiceOverReachOneCall(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Echo{})
	nc := plain.Conn(t, w.Broker().URL())
	// A second answer to each call, as a retry would make it.
	_, err := nc.Subscribe("svc.rpc.echo.*", func(m *nats.Msg) { _ = m.Respond([]byte("\xa5other")) })
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	pair, err := rpc.FuncOf[Pair, any](w.Client(), "echo.pair")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		got, err := pair(await.Within(t), Pair{"x", n})
		if m, ok := got.(map[string]any); err != nil || got != "other" && (!ok || m["text"] != "x") {
			t.Fatalf("have %v, %v, want an answer to call %d", got, err, n)
		}
	}
}

func TestStopWhileManyCallsArrive(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Echo{})
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				_, err := w.Client().Proxy("echo").Call(ctx, "pair", "x", 1)
				cancel()
				if err != nil {
					wantText(t, err, "call echo.pair: no answer within")
					return
				}
			}
		})
	}
	await.Until(t, "calls", func() bool {
		found, err := w.Client().Connection().Discover(await.Within(t), "echo")
		return err == nil && len(found) == 1
	})
	w.Stop()
	all.Wait()
}
