package svctest

import (
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/internal/inprocess"
)

// TB is the part of testing.TB that this package uses.
type TB interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	TempDir() string
	Name() string
}

// Broker is a real NATS server with JetStream in the test's process.
type Broker struct {
	t       TB
	options *server.Options
	server  atomic.Pointer[server.Server]
	address string // without a socket; else ""
}

// NewBroker starts a broker on a free port of the loopback interface; in Virtual it
// has no socket. It ends with the test.
func NewBroker(t TB) *Broker {
	t.Helper()
	b := &Broker{t: t, options: &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT,
		JetStream: true, StoreDir: t.TempDir(),
		JetStreamMaxStore: roomForAll,
		NoLog:             true, NoSigs: true,
	}}
	if inBubble() {
		b.serve()
	} else {
		t.Cleanup(process.enterBroker(t.Name()))
		if port, err := freeport.Find(1); err == nil { // nobody else takes it while the broker is stopped
			b.options.Port = port
		}
	}
	b.start()
	t.Cleanup(b.Stop)
	return b
}

// serve lets those who connect do without a socket.
func (b *Broker) serve() {
	b.t.Helper()
	if !process.hasBubble() {
		b.t.Fatalf("start broker: in a bubble of testing/synctest; want svctest.Virtual instead of synctest.Test")
		return
	}
	b.options.DontListen = true
	address, forget := inprocess.Serve(b.connect)
	b.t.Cleanup(forget)
	b.address = address
}

func (b *Broker) connect() (net.Conn, error) {
	conn, err := b.server.Load().InProcessConn()
	if err != nil {
		return nil, fmt.Errorf("broker %s is stopped: %w", b.address, err)
	}
	return newMemoryConn(conn), nil
}

func (b *Broker) start() {
	b.t.Helper()
	s, err := server.NewServer(b.options)
	if err != nil {
		b.t.Fatalf("start broker: %v", err)
		return
	}
	s.Start()
	if !s.ReadyForConnections(startLimit) {
		b.t.Fatalf("start broker: not ready within %v", startLimit)
		return
	}
	b.server.Store(s)
	if addr, ok := s.Addr().(*net.TCPAddr); ok {
		b.options.Port = addr.Port
	}
}

// roomForAll is what streams may reserve, however small the disk of the machine is: a
// test stores little.
const roomForAll = 1 << 40

// startLimit is generous: machines that run tests are busy.
const startLimit = 10 * time.Second

// URL returns where the broker is.
func (b *Broker) URL() string {
	if b.address != "" {
		return "nats://" + b.address
	}
	return fmt.Sprintf("nats://127.0.0.1:%d", b.options.Port)
}

// Stop ends the broker and waits until it has.
func (b *Broker) Stop() {
	b.settle()
	s := b.server.Load()
	s.Shutdown()
	s.WaitForShutdown()
}

// settle waits until no stream is being made: a server that is shut down meanwhile
// leaves the goroutines of that stream behind.
func (b *Broker) settle() {
	limit := time.NewTimer(startLimit)
	tick := time.NewTicker(time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for {
		if info, err := b.server.Load().Jsz(nil); err != nil || info.API.Inflight == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return
		}
	}
}

// Restart starts a stopped broker again: same URL, same storage.
func (b *Broker) Restart() {
	b.t.Helper()
	b.start()
}
