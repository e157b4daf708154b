package rpc_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Clamp has one worker, which is held.
type Clamp struct {
	_ service.Name `name:"clamp"`
	_ rpc.Subject  `method:"Hold" subject:"clamp.hold" args:"n"`

	entered chan int
	open    chan struct{}
}

func newClamp() *Clamp { return &Clamp{entered: make(chan int, 100), open: make(chan struct{})} }

// Hold returns n once it is let go.
func (p *Clamp) Hold(ctx context.Context, n int) (int, error) {
	p.entered <- n
	select {
	case <-p.open:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// burst sends n requests and returns where the answers come.
func burst(t *testing.T, nc *nats.Conn, n int, headers nats.Header) <-chan *nats.Msg {
	t.Helper()
	inbox, answers := nats.NewInbox(), make(chan *nats.Msg, n)
	if _, err := nc.ChanSubscribe(inbox, answers); err != nil {
		t.Fatal(err)
	}
	for range n {
		if err := nc.PublishMsg(&nats.Msg{Subject: "clamp.hold", Reply: inbox, Header: headers, Data: []byte("1")}); err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

func TestSubjectRefusesWhatMayNotWait(t *testing.T) {
	p := newClamp()
	w := svctest.New(t, svctest.Config("workers: 1"), p)
	answers := burst(t, plain.Conn(t, w.Broker().URL()), 12, nil) // one runs and ten wait
	await.Take(t, p.entered)
	wantAnswer(t, await.Take(t, answers), `{"code":503,"data":"clamp.hold: 10 calls wait for 1 workers already (configuration key workers)"}`)
	close(p.open)
	for range 11 {
		wantAnswer(t, await.Take(t, answers), `{"code":200,"data":1}`)
	}
}

func TestMessageThatWaitsTooLongIsAnsweredSo(t *testing.T) {
	p := newClamp()
	w := svctest.New(t, svctest.Config("workers: 1"), p)
	nc := plain.Conn(t, w.Broker().URL())
	running := burst(t, nc, 1, nil)
	await.Take(t, p.entered)
	late := burst(t, nc, 1, nats.Header{"Svc-Left-Ms": {"20"}})
	wantAnswer(t, await.Take(t, late), `{"code":504,"data":"the time of the call was up before a worker was free"}`)
	close(p.open)
	wantAnswer(t, await.Take(t, running), `{"code":200,"data":1}`)
}

// Red where the subscription is ended without what it holds, or the connection before
// the answer is sent.
func TestStopAnswersWhatHadArrived(t *testing.T) {
	p := newClamp()
	w := svctest.New(t, svctest.Config("workers: 1"), p)
	nc := plain.Conn(t, w.Broker().URL())
	answers := burst(t, nc, 3, nil)
	await.Take(t, p.entered)
	stopped := make(chan struct{})
	go func() { w.Stop(); close(stopped) }() // the test waits for it
	await.Until(t, "nobody listens any more", func() bool {
		_, err := nc.RequestWithContext(await.Within(t), "clamp.hold", []byte("x"))
		return err != nil
	})
	close(p.open)
	for range 3 {
		wantAnswer(t, await.Take(t, answers), `{"code":200,"data":1}`)
	}
	await.Take(t, stopped)
}

// lines is a log.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// mend leads to a broker from where a wire did that was cut.
func mend(t *testing.T, from, to string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", strings.TrimPrefix(from, "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	go func() { // ends with the listener
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := new(net.Dialer).DialContext(context.WithoutCancel(t.Context()), "tcp", strings.TrimPrefix(to, "nats://"))
			if err != nil {
				_ = near.Close()
				continue
			}
			go func() { _, _ = io.Copy(far, near); _ = far.Close() }()  // ends with the service
			go func() { _, _ = io.Copy(near, far); _ = near.Close() }() // as that one
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
}

// Red where an answer is only tried once: nobody asks for it again.
func TestAnswerWaitsForTheBroker(t *testing.T) {
	p, b, log := newClamp(), svctest.NewBroker(t), make(lines, 1000)
	wire := plain.NewWire(t, b.URL())
	cfg, err := config.Load(config.Define("broker.url=" + wire.URL()))
	if err != nil {
		t.Fatal(err)
	}
	app, err := service.New(cfg, service.With(p), service.Logger(slog.New(slog.NewTextHandler(log, nil))))
	if err == nil {
		err = app.Start(await.Within(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	answers := burst(t, plain.Conn(t, b.URL()), 1, nil)
	await.Take(t, p.entered)
	wire.Cut()
	for !strings.Contains(await.Take(t, log), "connection to broker lost") {
	}
	close(p.open)
	mend(t, wire.URL(), b.URL())
	wantAnswer(t, await.Take(t, answers), `{"code":200,"data":1}`)
	if err := app.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
}
