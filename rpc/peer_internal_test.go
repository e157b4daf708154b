package rpc

import (
	"context"
	"log/slog"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/internal/plain"
)

// bus is a broker for tests that see what a caller sends.
type bus struct {
	t      *testing.T
	port   int
	server *natsserver.Server
}

func newBus(t *testing.T) *bus {
	t.Helper()
	b := &bus{t: t, port: freeport.Row(t, 1)}
	b.start()
	return b
}

// start starts the broker, always at the same port.
func (b *bus) start() {
	b.t.Helper()
	b.server = plain.Server(b.t, func(o *natsserver.Options) { o.Port = b.port })
}

func (b *bus) stop() { plain.Stop(b.server) }

// caller returns a connected caller whose patrol walks only where the test does.
func (b *bus) caller() *caller {
	b.t.Helper()
	config := broker.Defaults()
	config.URL = b.server.ClientURL()
	conn, err := broker.Dial(config, slog.New(slog.DiscardHandler))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Stop(b.t.Context()) })
	if err := conn.Await(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	c := newCaller(conn, "test", defaults("test"))
	if err := c.Start(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	c.patrol.stop()
	return c
}

// reconnected lets the connection of c break and come back.
func (b *bus) reconnected(c *caller) {
	b.t.Helper()
	before := c.conn.Connections()
	b.stop()
	b.start()
	await.Until(b.t, "it is connected again", func() bool { return c.conn.Connections() > before })
}

// hear returns what is sent to a subject.
func (b *bus) hear(subject string) <-chan *nats.Msg {
	b.t.Helper()
	nc := plain.Conn(b.t, b.server.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond))
	messages := make(chan *nats.Msg, 10_000)
	_, err := nc.ChanSubscribe(subject, messages)
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return messages
}

func TestBudgetAllowsTenAndATenthOfTheAnswers(t *testing.T) {
	t.Parallel()
	var b budget
	taken := func() (n int) {
		for b.take() {
			n++
		}
		return n
	}
	if have := taken(); have != budgetBurst {
		t.Errorf("at first: have %d, want %d", have, budgetBurst)
	}
	for _, tt := range []struct{ answers, want int }{{0, 0}, {9, 0}, {1, 1}, {35, 3}, {5, 1}, {100_000, budgetBurst}} {
		for range tt.answers {
			b.earn()
		}
		if have := taken(); have != tt.want {
			t.Errorf("after %d further answers: have %d, want %d", tt.answers, have, tt.want)
		}
	}
}

// registry is what a caller is told of services that exist.
type registry map[string]bool

func (r registry) has(_ context.Context, service string) bool { return r[service] }

func TestServiceExistsThatAnsweredOnceOrIsKnown(t *testing.T) {
	t.Parallel()
	c := newBus(t).caller()
	p := c.peerOf(shop)
	if c.known = nil; p.exists(t.Context(), c) {
		t.Error("nobody knows it: have it exist")
	}
	c.known = registry{"other": true}
	if p.exists(t.Context(), c) {
		t.Error("another is known: have it exist")
	}
	c.known = registry{"shop": true}
	if !p.exists(t.Context(), c) {
		t.Error("it is known: have it not exist")
	}
	if c.known = nil; !p.exists(t.Context(), c) {
		t.Error("it was known before: have it not exist")
	}
	answered := c.peerOf(target{service: "answered"})
	answered.succeeded()
	if !answered.exists(t.Context(), c) {
		t.Error("it has answered: have it not exist")
	}
}

func TestCallsOfAServiceShareItsPeer(t *testing.T) {
	t.Parallel()
	c := newBus(t).caller()
	p := c.peerOf(shop)
	if c.peerOf(target{service: "shop", method: "sell"}) != p || c.peerOf(target{service: "shop", peer: p}) != p {
		t.Error("have another peer for another method, want one for the service")
	}
	buy := p.line(c, "buy")
	if c.peerOf(target{service: "stock"}) == p || p.line(c, "buy") != buy || p.line(c, "sell") == buy {
		t.Error("have services or methods mixed up")
	}
}

// refuse notes that a call of the line was refused just now, and for as long as
// the test takes.
func (l *line) refuse() { l.busy.Store(time.Now().Add(time.Hour).UnixNano()) }

func TestOnlyTheMethodIsCrowdedWhoseCallsWaitAfterARefusal(t *testing.T) {
	t.Parallel()
	c := newBus(t).caller()
	p := c.peerOf(shop)
	p.line(c, "buy").refuse()
	p.line(c, "sell").refuse()
	if p.crowded("buy") != nil {
		t.Error("nobody waits: have buy crowded")
	}
	l, calls := lined(t, c, 1)
	if p.crowded("buy") != l || p.crowded("sell") != nil || p.crowded("look") != nil {
		t.Error("a call of buy waits: want only that crowded")
	}
	if l.busy.Store(time.Now().Add(-jam).UnixNano()); p.crowded("buy") != nil {
		t.Errorf("the refusal was %v ago: have buy crowded", jam)
	}
	l.refuse()
	if l.leave(calls[0]); p.crowded("buy") != nil {
		t.Error("it has left: have buy crowded")
	}
}

func TestLinesWithoutCallsAreNotVisited(t *testing.T) {
	t.Parallel()
	c := newBus(t).caller()
	visited := func() (n int) {
		c.eachLine(func(*line) { n++ })
		return n
	}
	c.peerOf(target{service: "idle"}).line(c, "rest")
	if have := visited(); have != 0 {
		t.Errorf("have %d lines visited, want none", have)
	}
	l, calls := lined(t, c, 1)
	if have := visited(); have != 1 {
		t.Errorf("have %d lines visited, want 1", have)
	}
	if l.leave(calls[0]); visited() != 0 {
		t.Error("the line is empty: have it visited")
	}
}

// Red with code that lets a call overtake those that wait: under overload it
// would find the worker that was to be offered to them.
func TestCallStandsBehindThoseThatWait(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, calls := b.caller(), b.hear("svc.rpc.shop.buy")
	l, _ := lined(t, c, 1)
	l.refuse()
	f := flightsOf(t, c, 1)[0]
	f.timer.Reset(time.Hour)
	if err := f.depart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l.len() != 2 || f.line != l || f.journey.state != waiting || len(calls) != 0 {
		t.Errorf("have %d in line, state %s, %d calls sent; want it in line", l.len(), stateNames[f.journey.state], len(calls))
	}
}
