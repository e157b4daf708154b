package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestRestartOfTheBrokerLosesNoDurableCall(t *testing.T) {
	b := svctest.NewBroker(t)
	j := program(t, b.URL()).Jobs()
	var handles []rpc.Handle
	for i := range 20 {
		handles = append(handles, submit(t, j, "print", i))
	}
	b.Stop()
	b.Restart()
	p := newPress()
	svctest.New(t, b, p)
	for i, h := range handles {
		wantResult(t, j, h, int64(2*i))
	}
	if n := p.printed.Load(); n != 20 {
		t.Errorf("have %d runs, want 20", n)
	}
}

// Fifty calls wait for a service; their results are stored together, and those that are
// too large change nothing about the others.
func TestResultsThatAreStoredTogetherAreEachTheirOwn(t *testing.T) {
	b := svctest.NewBroker(t)
	j := program(t, b.URL()).Jobs()
	var handles []rpc.Handle
	for i := range 50 {
		if i%10 == 9 {
			handles = append(handles, submit(t, j, "bulk"))
			continue
		}
		handles = append(handles, submit(t, j, "print", i))
	}
	svctest.New(t, b, newPress())
	for i, h := range handles {
		if i%10 != 9 {
			wantResult(t, j, h, int64(2*i))
			continue
		}
		if _, err := fetch(t, j, h); !errors.Is(err, rpc.ErrBadResult) {
			t.Errorf("%s: have %v, want ErrBadResult", h, err)
		}
	}
}

func TestResultComesThoughTheBrokerRestartsMeanwhile(t *testing.T) {
	b := svctest.NewBroker(t)
	p := newPress()
	svctest.New(t, b, p)
	j := program(t, b.URL()).Jobs()
	h := submit(t, j, "wait", 3)
	await.Take(t, p.entered)
	fetched := make(chan error, 1)
	go func() {
		v, err := fetch(t, j, h)
		if err == nil && v != int64(3) {
			err = fmt.Errorf("have %v, want 3", v)
		}
		fetched <- err
	}()
	b.Stop()
	close(p.open) // it ends while there is nobody to tell
	b.Restart()
	if err := await.Take(t, fetched, 3*await.Patience); err != nil {
		t.Error(err)
	}
	await.Until(t, "the queue is empty", func() bool { return queued(t, plain.JetStream(t, b.URL())) == 0 })
}

func TestSameKeyRunsOnce(t *testing.T) {
	b := svctest.NewBroker(t)
	p := newPress()
	svctest.New(t, b, p)
	j := program(t, b.URL()).Jobs()
	key := rpc.WithKey(await.Within(t), "invoice-7")
	one, err := j.Submit(key, "press.print", 1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := j.Submit(key, "press.print", 1)
	if err != nil || two != one {
		t.Errorf("have %s, %v, want %s again", two, err, one)
	}
	wantResult(t, j, one, int64(2))
	b.Stop() // the broker forgets the ids of what is not in the queue any more
	b.Restart()
	three, err := program(t, b.URL()).Jobs().Submit(rpc.WithKey(await.Within(t), "invoice-7"), "press.print", 1)
	if err != nil || three != one {
		t.Errorf("have %s, %v, want %s again", three, err, one)
	}
	other, err := j.Submit(rpc.WithKey(await.Within(t), "invoice-7"), "press.jam")
	if err != nil || other == one {
		t.Errorf("have %s, %v, want another: it is another method", other, err)
	}
	wantResult(t, j, three, int64(2))
	if n := p.printed.Load(); n != 1 {
		t.Errorf("have %d runs, want 1", n)
	}
}

func TestKeysThatCannotBeOne(t *testing.T) {
	j := program(t, svctest.NewBroker(t).URL()).Jobs()
	for _, key := range []string{"", "a,b", "a b", "a\nb", "\x1b[2J", strings.Repeat("x", 64), "\xff"} {
		_, err := j.Submit(rpc.WithKey(await.Within(t), key), "press.print", 1)
		wantCode(t, err, fault.Invalid)
	}
}

func TestFullQueueRefusesAtOnce(t *testing.T) {
	b := svctest.NewBroker(t)
	narrow(t, b.URL(), jetstream.StreamConfig{MaxMsgs: 2})
	j := program(t, b.URL()).Jobs()
	submit(t, j, "print", 1)
	submit(t, j, "print", 2)
	began := time.Now()
	_, err := j.Submit(await.Within(t), "press.print", 3)
	if !errors.Is(err, broker.ErrFull) || fault.CodeOf(err) != fault.Exhausted || time.Since(began) > time.Second {
		t.Errorf("have %v after %v, want ErrFull at once", err, time.Since(began))
	}
}

func TestExpiredDurableCallIsNotStarted(t *testing.T) {
	b := svctest.NewBroker(t)
	narrow(t, b.URL(), jetstream.StreamConfig{MaxMsgs: 100}) // without AllowMsgTTL: it stays in the queue
	j := program(t, b.URL()).Jobs()
	const waits = time.Millisecond
	late := submit(t, j.Timeout(waits), "print", 1)
	intime := submit(t, j, "print", 2)
	<-await.Within(t, 2*waits).Done() // the clock that counts is that of the machine
	p := newPress()
	svctest.New(t, b, p)
	wantResult(t, j, intime, int64(4))
	if v, err := fetch(t, j, late); !errors.Is(err, rpc.ErrExpired) {
		t.Errorf("have %v, %v, want ErrExpired", v, err)
	}
	if n := p.printed.Load(); n != 1 {
		t.Errorf("have %d runs, want 1", n)
	}
}

func TestBrokerDropsAnExpiredCall(t *testing.T) {
	j := program(t, svctest.NewBroker(t).URL()).Jobs()
	h := submit(t, j.Timeout(time.Millisecond), "print", 1)
	if _, err := fetch(t, j, h); !errors.Is(err, rpc.ErrNoResult) {
		t.Errorf("have %v, want ErrNoResult", err)
	}
}

func TestDurableCallsNeedABrokerThatStores(t *testing.T) {
	url := plain.Server(t).ClientURL()
	began := time.Now()
	if _, err := program(t, url).Jobs().Submit(await.Within(t), "press.print", 1); !errors.Is(err, broker.ErrNoJetStream) || time.Since(began) > time.Second {
		t.Errorf("submit: have %v after %v, want ErrNoJetStream at once", err, time.Since(began))
	}
	cfg, err := config.Load(config.Define("broker.url=" + url))
	if err != nil {
		t.Fatal(err)
	}
	app, err := service.New(cfg, service.With(newPress()))
	if err != nil {
		t.Fatal(err)
	}
	err = app.Start(await.Within(t))
	if !errors.Is(err, broker.ErrNoJetStream) {
		t.Errorf("start: have %v, want ErrNoJetStream", err)
	}
	wantText(t, err, "durable methods of press", "nats-server with -js")
	if err := app.Stop(await.Within(t)); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestServiceWithDurableMethodsStartsBeforeTheBroker(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	p := newPress()
	w := svctest.New(t, b, p)
	b.Restart()
	j := w.Client().Jobs()
	wantResult(t, j, submit(t, j, "print", 4), int64(8))
}

// Sender submits from within a service.
type Sender struct {
	_ service.Name `name:"sender"`
	_ rpc.Method   `method:"Send"`
	_ rpc.Method   `method:"Ask"`

	Print rpc.Job[int, int] `rpc:"press.print" timeout:"1h"`
	Any   rpc.Jobs
}

// Send returns the text of a handle.
func (s *Sender) Send(ctx context.Context, page int) (rpc.Handle, error) {
	return s.Print.Submit(ctx, page)
}

// Ask sends and waits.
func (s *Sender) Ask(ctx context.Context, page int) (int, error) { return s.Print.Call(ctx, page) }

func TestJobIsAFieldOfAService(t *testing.T) {
	w := svctest.New(t, newPress(), &Sender{})
	if got := svctest.Call[int](w, "sender.ask", 3); got != 6 {
		t.Errorf("have %d, want 6", got)
	}
	h := svctest.Call[rpc.Handle](w, "sender.send", 4)
	wantResult(t, w.Client().Jobs(), h, int64(8))
	job, err := rpc.JobOf[int, int](w.Client(), "press.print")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := job.Result(await.Within(t), h); got != 8 || err != nil {
		t.Errorf("have %d, %v, want 8", got, err)
	}
	jam, err := rpc.JobOf[rpc.None, rpc.None](w.Client(), "press.jam")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jam.Call(await.Within(t), rpc.None{}); !errors.Is(err, errNoPaper) {
		t.Errorf("have %v, want the error of the method", err)
	}
	_, err = jam.Result(await.Within(t), h)
	wantCode(t, err, fault.Invalid)
}
