package role_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// What callers and services are when one writes them with nats.go alone. Each test
// shows what comes of it; docs/reliability.md names the tests that keep the framework
// from the same.

const calls = "naive.calls"

// member adds a member of a queue group, with a connection of its own.
func member(t *testing.T, url string, handle nats.MsgHandler) *nats.Subscription {
	t.Helper()
	nc := plain.Conn(t, url)
	s, err := nc.QueueSubscribe(calls, "members", handle)
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func publish(t *testing.T, nc *nats.Conn, n int) {
	t.Helper()
	for range n {
		if err := nc.Publish(calls, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
}

// Two members of ten workers each: one that gets eleven of twenty calls lets one wait
// for a whole wave, while the other one has a worker that idles.
func TestNaiveQueueGroupTakesTwoWaves(t *testing.T) {
	const trials, wave, workers = 100, 20, 10
	url := plain.Server(t).ClientURL()
	got := make(chan int, wave)
	for i := range 2 {
		member(t, url, func(*nats.Msg) { got <- i })
	}
	nc, slow := plain.Conn(t, url), 0
	for range trials {
		publish(t, nc, wave)
		var each [2]int
		for range wave {
			each[await.Take(t, got)]++
		}
		if max(each[0], each[1]) > workers {
			slow++
		}
	}
	if slow < trials/2 {
		t.Errorf("have %d of %d trials that take two waves, want most", slow, trials)
	}
}

// What the broker has sent already is thrown away.
func TestNaiveUnsubscribingWhenFullLosesCalls(t *testing.T) {
	const sent = 100
	url := plain.Server(t).ClientURL()
	nc, arrived := plain.Conn(t, url), make(chan struct{})
	var handled atomic.Int64
	s := member(t, url, func(m *nats.Msg) {
		<-arrived
		handled.Add(1)
		_ = m.Sub.Unsubscribe() // full: let others have the next
	})
	publish(t, nc, sent)
	await.Until(t, "all have arrived", func() bool { n, _, err := s.Pending(); return err == nil && n >= sent-1 })
	close(arrived)
	await.Until(t, "it is full", func() bool { return !s.IsValid() })
	if handled.Load() != 1 {
		t.Errorf("have %d of %d calls handled, want one: the others are lost", handled.Load(), sent)
	}
}

// Nobody keeps a call: it costs the broker as much as it can do, and is lost with
// whoever has it at the moment.
func TestNaiveForwardingWhenFullGoesInCircles(t *testing.T) {
	url := plain.Server(t).ClientURL()
	hops := make(chan bool, 1000)
	for range 2 {
		nc := plain.Conn(t, url)
		member(t, url, func(m *nats.Msg) {
			select {
			case hops <- true:
				_ = nc.PublishMsg(&nats.Msg{Subject: m.Subject}) // full: let another one have it
			default: // it is enough
			}
		})
	}
	publish(t, plain.Conn(t, url), 1)
	for range cap(hops) {
		await.Take(t, hops)
	}
}

// A member that is frozen gets its share of every attempt.
func TestNaiveRetryMeetsTheFrozenInstanceAgain(t *testing.T) {
	const asked, attempts, patience = 100, 3, time.Second
	url := plain.Server(t).ClientURL()
	member(t, url, func(*nats.Msg) {})
	member(t, url, func(m *nats.Msg) { _ = m.Respond(nil) })
	nc := plain.Conn(t, url)
	var lost atomic.Int64
	var all sync.WaitGroup
	for range asked {
		all.Go(func() {
			for range attempts {
				if _, err := nc.Request(calls, nil, patience); err == nil {
					return
				}
			}
			lost.Add(1)
		})
	}
	if all.Wait(); lost.Load() == 0 {
		t.Errorf("have none of %d calls lost after %d attempts, want some: an instance answers", asked, attempts)
	}
}

func TestNaiveStartWithoutAFlushIsNotReachable(t *testing.T) {
	url := plain.Server(t).ClientURL()
	wire := plain.NewWire(t, url)
	service, caller := plain.Conn(t, wire.URL()), plain.Conn(t, url)
	waits, release := wire.HoldUp()
	if _, err := service.Subscribe(calls, func(m *nats.Msg) { _ = m.Respond(nil) }); err != nil {
		t.Fatal(err)
	}
	await.Take(t, waits) // the subscription is on its way, and Subscribe has returned
	if _, err := caller.Request(calls, nil, 10*time.Second); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("have %v, want a first call that finds nobody", err)
	}
	release()
	if err := service.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := caller.Request(calls, nil, 10*time.Second); err != nil {
		t.Errorf("after a flush: %v", err)
	}
}

func TestNaiveLongSubjectClosesTheConnection(t *testing.T) {
	lost := make(chan bool, 10)
	nc := plain.Conn(t, plain.Server(t).ClientURL(), nats.DisconnectErrHandler(func(*nats.Conn, error) { lost <- true }))
	if err := nc.Publish(strings.Repeat("x", 5000), nil); err != nil {
		t.Fatal(err)
	}
	await.Take(t, lost)
}

// An administrator who changes a password twice the wrong way round ends every process.
func TestNaiveClientGivesUpAfterTwoRefusals(t *testing.T) {
	first := plain.Server(t)
	closed := make(chan bool, 1)
	plain.Conn(t, first.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(time.Millisecond),
		nats.ReconnectJitter(0, 0), nats.ClosedHandler(func(*nats.Conn) { closed <- true }))
	port := first.Addr().String()[strings.LastIndex(first.Addr().String(), ":")+1:]
	plain.Stop(first)
	plain.Server(t, func(o *server.Options) { o.Authorization, o.Port = "secret", number(t, port) })
	await.Take(t, closed)
}

// The broker says that it is forbidden, but not to whom.
func TestNaiveForbiddenCallWaitsForItsTimeout(t *testing.T) {
	s := plain.Server(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "u", Password: "p", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Deny: []string{calls}},
		}}}
	})
	nc := plain.Conn(t, s.ClientURL(), nats.UserInfo("u", "p"), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := nc.RequestWithContext(ctx, calls, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("have %v, want the end of its time", err)
	}
}

// A service answers wherever it is told to, with its own permissions.
func TestNaiveServicePublishesForItsCaller(t *testing.T) {
	url := plain.Server(t).ClientURL()
	member(t, url, func(m *nats.Msg) { _ = m.Respond(nil) })
	nc, got := plain.Conn(t, url), make(chan *nats.Msg, 1)
	if _, err := nc.ChanSubscribe("payments.refund", got); err != nil {
		t.Fatal(err)
	}
	if err := nc.PublishRequest(calls, "payments.refund", nil); err != nil {
		t.Fatal(err)
	}
	await.Take(t, got)
}
