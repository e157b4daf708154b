package rpc_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// launch starts a press apart from the broker that the test knows.
func launch(t *testing.T, url, settings string, p *Press) *service.App {
	t.Helper()
	cfg, err := config.Load(config.Text("test", settings), config.Define("broker.url="+url))
	if err != nil {
		t.Fatal(err)
	}
	app, err := service.New(cfg, service.With(p))
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	return app
}

func TestDurableCallOfADeadWorkerRunsAgain(t *testing.T) {
	b := svctest.NewBroker(t)
	way := plain.NewWire(t, b.URL())
	dying, living := newPress(), newPress()
	app := launch(t, way.URL(), "drain: 0s", dying)
	t.Cleanup(func() { _ = app.Stop(t.Context()) })
	j := program(t, b.URL()).Jobs()
	h := submit(t, j, "wait", 5)
	await.Take(t, dying.entered)
	way.Cut()
	died := time.Now()
	svctest.New(t, b, living)
	close(living.open)
	wantResult(t, j, h, int64(5))
	took := time.Since(died)
	t.Logf("run again %v after the worker died", took)
	if took > 6*time.Second {
		t.Errorf("have the result after %v, want it within 6 s", took)
	}
}

// A service that leaves gives back what it runs; whoever gives back before it has
// ended to ask is given it again, and nobody works on it for AckWait.
func TestDurableCallOfAServiceThatLeavesGoesToAnotherAtOnce(t *testing.T) {
	b := svctest.NewBroker(t)
	leaving, staying := newPress(), newPress()
	app := launch(t, b.URL(), "drain: 10ms", leaving)
	j := program(t, b.URL()).Jobs()
	h := submit(t, j, "wait", 5)
	await.Take(t, leaving.entered)
	launchedSecond := launch(t, b.URL(), "", staying)
	t.Cleanup(func() { _ = launchedSecond.Stop(await.Within(t)) })
	close(staying.open)
	began := time.Now()
	if err := app.Stop(await.Within(t)); err != nil {
		t.Logf("stop: %v", err)
	}
	wantResult(t, j, h, int64(5))
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("have the result after %v, want it at once", took)
	}
	if n := staying.printed.Load(); n != 1 {
		t.Errorf("have %d runs elsewhere, want 1", n)
	}
}

func TestServiceThatLeavesEndsWhatItRuns(t *testing.T) {
	b := svctest.NewBroker(t)
	leaving, staying := newPress(), newPress()
	app := launch(t, b.URL(), "", leaving)
	j := program(t, b.URL()).Jobs()
	h := submit(t, j, "wait", 5)
	await.Take(t, leaving.entered)
	second := launch(t, b.URL(), "", staying)
	t.Cleanup(func() { _ = second.Stop(await.Within(t)) })
	stopped := make(chan error, 1)
	go func() { stopped <- app.Stop(await.Within(t)) }()
	other := submit(t, j, "print", 1)
	wantResult(t, j, other, int64(2))
	close(leaving.open)
	if err := await.Take(t, stopped); err != nil {
		t.Error(err)
	}
	wantResult(t, j, h, int64(5))
	if len(staying.entered) > 0 {
		t.Error("have the call run elsewhere, too")
	}
}

// What was done but not acknowledged is not done again.
func TestDurableCallWhoseResultIsThereDoesNotRunAgain(t *testing.T) {
	b := svctest.NewBroker(t)
	j, js := program(t, b.URL()).Jobs(), plain.JetStream(t, b.URL())
	h := submit(t, j, "print", 1)
	c, err := js.CreateConsumer(await.Within(t), "RPC_press", jetstream.ConsumerConfig{
		Durable: "workers", AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: -1, AckWait: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Next()
	if err != nil {
		t.Fatal(err)
	}
	_, err = js.PublishMsg(await.Within(t), &nats.Msg{
		Subject: "svc.rpcr.press." + h.ID(), Data: []byte("7"), Header: nats.Header{"Content-Type": {"application/json"}},
	})
	if err == nil {
		err = m.Nak()
	}
	if err != nil {
		t.Fatal(err)
	}
	p := newPress()
	svctest.New(t, b, p)
	await.Until(t, "acknowledged", func() bool { return queued(t, js) == 0 })
	wantResult(t, j, h, int64(7))
	if n := p.printed.Load(); n != 0 {
		t.Errorf("have %d runs, want none", n)
	}
}

func TestDurableCallsNeverTakeMoreThanTheWorkers(t *testing.T) {
	b := svctest.NewBroker(t)
	full, free := newPress(), newPress()
	one := launch(t, b.URL(), "workers: 2", full)
	j := program(t, b.URL()).Jobs()
	var handles []rpc.Handle
	for i := range 2 {
		handles = append(handles, submit(t, j, "wait", i))
		await.Take(t, full.entered)
	}
	for i := range 5 {
		handles = append(handles, submit(t, j, "wait", i+2))
	}
	two := launch(t, b.URL(), "workers: 5", free)
	for range 5 {
		await.Take(t, free.entered)
	}
	close(full.open)
	close(free.open)
	for i, h := range handles {
		wantResult(t, j, h, int64(i))
	}
	for _, app := range []*service.App{one, two} {
		if err := app.Stop(await.Within(t)); err != nil {
			t.Error(err)
		}
	}
}

func TestReplyInboxIsToldTheResult(t *testing.T) {
	b := svctest.NewBroker(t)
	svctest.New(t, b, newPress())
	nc := plain.Conn(t, b.URL())
	for i, reply := range []string{nc.NewInbox(), "svc.rpc.press.count"} {
		heard := make(chan *nats.Msg, 10)
		sub, err := nc.ChanSubscribe(reply, heard)
		if err != nil {
			t.Fatal(err)
		}
		js := plain.JetStream(t, b.URL())
		id := "plain" + strconv.Itoa(i)
		ack, err := js.PublishMsg(await.Within(t), &nats.Msg{
			Subject: "svc.rpcq.press.print", Data: []byte("5"), Header: nats.Header{"Svc-Id": {id}, "Svc-Reply": {reply}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if m := await.Take(t, heard); string(m.Data) != "10" {
				t.Errorf("have %s, want 10", m.Data)
			}
		}
		h, err := rpc.ParseHandle("press.print." + strconv.FormatUint(ack.Sequence, 10) + "." + id)
		if err != nil {
			t.Fatal(err)
		}
		wantResult(t, program(t, b.URL()).Jobs(), h, int64(10))
		if len(heard) > 0 {
			t.Errorf("have a message on %s, which is no inbox", reply)
		}
		_ = sub.Unsubscribe()
	}
}
