package events_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestReliableHandlerWithoutStorageIsRefusedInOneLine(t *testing.T) {
	a, _ := app(t, plain.Server(t).ClientURL(), "", probe(``, nil))
	err := a.Start(await.Within(t))
	wantText(t, err, "handler probe.take of payments.paid", "JetStream is off", `reliable:"false"`)
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("have several lines:\n%v", err)
	}
}

func TestUnreliableHandlerNeedsNoStorage(t *testing.T) {
	url := plain.Server(t).ClientURL()
	p := probe(`reliable:"false"`, nil)
	run(t, url, "", p)
	nc := plain.Conn(t, url)
	if err := nc.Publish("svc.evt.payments.-.paid", []byte(`{"order":"o1"}`)); err != nil {
		t.Fatal(err)
	}
	if g := await.Take(t, p.book); g.payment.Order != "o1" || g.info.ID == "" {
		t.Errorf("have %+v, want o1", g)
	}
}

func TestHandlerStartsBeforeTheBroker(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	p := probe(``, nil)
	run(t, b.URL(), "", p)
	b.Restart()
	d := dial(t, b, "payments").Dispatcher()
	await.Until(t, "an event comes", func() bool {
		emit(t, d, "paid", Payment{Order: "o1"})
		return len(p.book) > 0
	})
}

func TestEventsSurviveARestartOfTheBroker(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	w := svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	for _, payment := range payments(10) {
		emit(t, d, "paid", payment)
	}
	p.book.orders(t, 10)
	b.Stop()
	b.Restart()
	for _, payment := range payments(10) {
		emit(t, d, "paid", payment)
	}
	p.book.orders(t, 10)
	if log := w.Log(); strings.Contains(log, "level=ERROR") {
		t.Errorf("have errors in the log:\n%s", log)
	}
}

func TestBroadcastReachesAnInstanceAcrossARestartOfTheBroker(t *testing.T) {
	b := svctest.NewBroker(t)
	one, two := probe(`mode:"broadcast"`, nil), probe(`mode:"broadcast"`, nil)
	svctest.New(t, b, one)
	svctest.New(t, b, two)
	d := dial(t, b, "payments").Dispatcher()
	b.Stop()
	b.Restart()
	for _, payment := range payments(5) {
		emit(t, d, "paid", payment)
	}
	one.book.orders(t, 5)
	two.book.orders(t, 5)
}

func TestBroadcastWaitsForAnInstanceThatHasAnIdentity(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`mode:"broadcast"`, nil)
	_, stop := run(t, b.URL(), "events: {identity: one}", p)
	stop()
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{Order: "o1"})
	run(t, b.URL(), "events: {identity: one}", p)
	p.book.orders(t, 1)
}

// The first instance is killed while it handles an event: another one gets it at
// once.
func TestEventOfAKilledInstanceGoesToAnother(t *testing.T) {
	b, entered := svctest.NewBroker(t), make(chan int, 1)
	var calls atomic.Int64
	first := probe(``, func(ctx context.Context, _ Payment) error {
		if calls.Add(1) == 1 {
			entered <- 1
			<-ctx.Done()
		}
		return ctx.Err()
	})
	a, _ := app(t, b.URL(), "", first)
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	d := dial(t, b, "payments").Dispatcher()
	emit(t, d, "paid", Payment{Order: "o1"})
	await.Take(t, entered)
	second := probe(``, nil)
	run(t, b.URL(), "", second)
	a.Kill()
	_ = a.Stop(await.Within(t)) // it says that the call was cancelled
	if g := await.Take(t, second.book); g.payment.Order != "o1" {
		t.Errorf("have %+v, want o1", g)
	}
	if dead := letters(t, b); len(dead) > 0 {
		t.Errorf("have %+v, want no dead letter", dead)
	}
}

// The oldest broker that is supported can do everything that this package asks for.
func TestOldBrokerCanDoItAll(t *testing.T) {
	url, namespace := old(t)
	yaml := "broker: {namespace: " + namespace + "}\nevents: {max_bytes: 16777216}"
	p := probe(`backoff:"1ms" attempts:"2"`, func(_ context.Context, p Payment) error {
		if p.Order == "bad" {
			return errDeclined
		}
		return nil
	})
	emitter := &Payments{}
	a, log := app(t, url, yaml, p, emitter)
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(await.Within(t)) })
	for _, order := range []string{"good", "bad"} {
		if _, err := a.Invoke(await.Within(t), "payments", "Pay", Payment{Order: order}); err != nil {
			t.Fatal(err)
		}
	}
	p.book.orders(t, 3)
	await.Until(t, "the bad one is dead", func() bool { return strings.Contains(log.String(), "event is dead") })
}

func TestBrokerWithoutRoomForTheStreamIsNamedAtTheStart(t *testing.T) {
	s := plain.Server(t, func(o *server.Options) {
		o.JetStream, o.StoreDir, o.JetStreamMaxStore = true, t.TempDir(), 64<<20
	})
	a, _ := app(t, s.ClientURL(), "", probe(``, nil))
	wantText(t, a.Start(await.Within(t)), "handler probe.take", "no room for stream", "reserves", "max_file_store")
}
