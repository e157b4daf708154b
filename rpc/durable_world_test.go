package rpc_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

var errNoPaper = fault.Declare("press.no_paper", fault.Conflict, "out of paper")

// Press has durable methods.
type Press struct {
	_ service.Name `name:"press"`
	_ rpc.Method   `delivery:"durable" method:"Print" args:"page"`
	_ rpc.Method   `delivery:"durable" method:"Wait"`
	_ rpc.Method   `delivery:"durable" method:"Jam"`
	_ rpc.Method   `delivery:"durable" method:"Bulk"`
	_ rpc.Method   `method:"Count"`

	printed *atomic.Int64
	entered chan int
	open    chan struct{}
}

func newPress() *Press {
	return &Press{printed: new(atomic.Int64), entered: make(chan int, 1000), open: make(chan struct{})}
}

// Print returns twice its page.
func (p *Press) Print(page int) int {
	p.printed.Add(1)
	return 2 * page
}

// Wait returns n once the press is open, unless its context ends before.
func (p *Press) Wait(ctx context.Context, n int) (int, error) {
	p.printed.Add(1)
	p.entered <- n
	select {
	case <-p.open:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Jam fails.
func (*Press) Jam() error { return errNoPaper }

// Bulk returns more than the broker takes.
func (*Press) Bulk() []byte { return make([]byte, 2<<20) }

// Count is not durable.
func (p *Press) Count() int64 { return p.printed.Load() }

// program connects a program that is no service.
func program(t *testing.T, url string) *rpc.Standalone {
	t.Helper()
	s, err := rpc.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// submit stores a call of the press.
func submit(t *testing.T, j rpc.Jobs, method string, args ...any) rpc.Handle {
	t.Helper()
	h, err := j.Submit(await.Within(t), "press."+method, args...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// fetch waits for a result for longer than it takes to run a call again.
func fetch(t *testing.T, j rpc.Jobs, h rpc.Handle) (any, error) {
	t.Helper()
	r, err := j.Fetch(await.Within(t, 3*await.Patience), h)
	if err != nil {
		return nil, err
	}
	v, err := r.Value()
	if err != nil {
		t.Fatal(err)
	}
	return v, nil
}

func wantResult(t *testing.T, j rpc.Jobs, h rpc.Handle, want any) {
	t.Helper()
	if v, err := fetch(t, j, h); v != want || err != nil {
		t.Errorf("%s: have %v, %v, want %v", h, v, err, want)
	}
}

// narrow makes the queue of the press with limits of its own.
func narrow(t *testing.T, url string, c jetstream.StreamConfig) {
	t.Helper()
	c.Name, c.Subjects, c.Retention, c.Discard = "RPC_press", []string{"svc.rpcq.press.>"}, jetstream.WorkQueuePolicy, jetstream.DiscardNew
	if _, err := plain.JetStream(t, url).CreateStream(await.Within(t), c); err != nil {
		t.Fatal(err)
	}
}

// queued returns how many calls of the press have not been acknowledged.
func queued(t *testing.T, js jetstream.JetStream) uint64 {
	t.Helper()
	s, err := js.Stream(await.Within(t), "RPC_press")
	if err != nil {
		t.Fatal(err)
	}
	return s.CachedInfo().State.Msgs
}

func TestDurableCallOutlivesItsCaller(t *testing.T) {
	b := svctest.NewBroker(t)
	dying, err := rpc.Dial(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	text := submit(t, dying.Jobs(), "print", 21).String()
	if err := dying.Close(); err != nil {
		t.Fatal(err)
	}
	svctest.New(t, b, newPress())
	h, err := rpc.ParseHandle(text)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a result can be asked for repeatedly
		wantResult(t, program(t, b.URL()).Jobs(), h, int64(42))
	}
	await.Until(t, "the queue is empty", func() bool { return queued(t, plain.JetStream(t, b.URL())) == 0 })
}

func TestDurableErrorIsTheMethods(t *testing.T) {
	w := svctest.New(t, newPress())
	j := w.Client().Jobs()
	for method, want := range map[string]error{
		"jam": errNoPaper, "bulk": rpc.ErrBadResult, "prynt": rpc.ErrUnknownMethod, "count": rpc.ErrUnknownMethod,
		"print": rpc.ErrBadArguments,
	} {
		if v, err := fetch(t, j, submit(t, j, method)); !errors.Is(err, want) {
			t.Errorf("%s: have %v, %v, want %v", method, v, err, want)
		}
	}
}

func TestResultIsPendingUntilItIsThere(t *testing.T) {
	p := newPress()
	w := svctest.New(t, p)
	j := w.Client().Jobs()
	h := submit(t, j, "wait", 1)
	await.Take(t, p.entered)
	if _, err := j.Look(await.Within(t), h); !errors.Is(err, rpc.ErrPending) {
		t.Errorf("have %v, want ErrPending", err)
	}
	if _, err := j.Fetch(await.Within(t, 50*time.Millisecond), h); !errors.Is(err, rpc.ErrPending) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("have %v, want ErrPending because the context ended", err)
	}
	close(p.open)
	wantResult(t, j, h, int64(1))
	if r, err := j.Look(await.Within(t), h); err != nil {
		t.Errorf("have %v, %v, want the result", r, err)
	}
}

// A result is published just before it is stored: who subscribed in between, and
// asked before it was stored, waited until it asked again half a minute later.
func TestResultIsFoundThoughNobodyTellsOfIt(t *testing.T) {
	p := newPress()
	w := svctest.New(t, p)
	j := w.Client().Jobs()
	h := submit(t, j, "wait", 1)
	await.Take(t, p.entered)
	found := make(chan error, 1)
	go func() { found <- rpc.AwaitUntold(await.Within(t), j, h) }()
	close(p.open)
	began := time.Now()
	if err := await.Take(t, found); err != nil || time.Since(began) > time.Second {
		t.Errorf("have %v after %v, want the result soon", err, time.Since(began))
	}
}

func TestResultThatIsNeitherThereNorComing(t *testing.T) {
	w := svctest.New(t, newPress())
	j := w.Client().Jobs()
	h := submit(t, j, "print", 1)
	wantResult(t, j, h, int64(2))
	s, err := plain.JetStream(t, w.Broker().URL()).Stream(await.Within(t), "RPCR_press")
	if err == nil {
		err = s.Purge(await.Within(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	await.Until(t, "acknowledged", func() bool {
		_, err := j.Look(await.Within(t), h)
		return errors.Is(err, rpc.ErrNoResult)
	})
	if _, err := fetch(t, j, h); !errors.Is(err, rpc.ErrNoResult) {
		t.Errorf("have %v, want ErrNoResult at once", err)
	}
}
