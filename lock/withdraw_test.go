package lock_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// mute stands between a client and its broker. From the first record of a lock on that
// the client stores, it hears nothing, until release.
type mute struct {
	listener net.Listener
	stored   chan struct{} // closed with that record
	released chan struct{}
	release  func()
	once     sync.Once
	work     sync.WaitGroup
}

func newMute(t *testing.T, url string) *mute {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mute{listener: l, stored: make(chan struct{}), released: make(chan struct{})}
	m.release = sync.OnceFunc(func() { close(m.released) })
	m.work.Go(func() { m.accept(strings.TrimPrefix(url, "nats://")) })
	t.Cleanup(func() { _ = l.Close(); m.release(); m.work.Wait() })
	return m
}

func (m *mute) url() string { return "nats://" + m.listener.Addr().String() }

func (m *mute) accept(address string) {
	for {
		near, err := m.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", address)
		if err != nil {
			_ = near.Close()
			continue
		}
		m.work.Go(func() { m.pass(far, near, m.said) })
		m.work.Go(func() { m.pass(near, far, m.heard) })
	}
}

// pass lets through what comes from one side, after a look at it.
func (*mute) pass(to, from net.Conn, look func(part []byte)) {
	part := make([]byte, 64<<10)
	for {
		n, err := from.Read(part)
		if look(part[:n]); err == nil {
			_, err = to.Write(part[:n])
		}
		if err != nil {
			_, _ = to.Close(), from.Close()
			return
		}
	}
}

func (m *mute) said(part []byte) {
	if bytes.Contains(part, []byte("PUB $KV.LOCKS_")) {
		m.once.Do(func() { close(m.stored) })
	}
}

func (m *mute) heard([]byte) {
	select {
	case <-m.stored:
		<-m.released
	default:
	}
}

func TestLockOfACallThatWasNotToldInTimeIsNobodys(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	m := newMute(t, b.URL())
	ctx, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	refused := make(chan error, 1)
	late := contenderFor(t, m.url(), "svc", time.Hour)
	go func() {
		_, err := late.Acquire(ctx)
		refused <- err
	}()
	await.Take(t, m.stored)
	giveUp()
	if err := await.Take(t, refused); err == nil {
		t.Fatal("have the lock, want an error: nobody could tell that it is stored")
	}
	m.release()
	held, err := contenderFor(t, b.URL(), "svc", time.Hour).Acquire(await.Within(t))
	if err != nil {
		t.Fatalf("have %v, want the lock, which nobody holds, long before its ttl", err)
	}
	release(t, held)
}
