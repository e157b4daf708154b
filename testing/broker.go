package svctest

import (
	"fmt"
	"net"
	"time"

	"github.com/nats-io/nats-server/v2/server"
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
	server  *server.Server
}

// NewBroker starts a broker on a free port of the loopback interface. It ends
// with the test.
func NewBroker(t TB) *Broker {
	t.Helper()
	b := &Broker{t: t, options: &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT,
		JetStream: true, StoreDir: t.TempDir(),
		NoLog: true, NoSigs: true,
	}}
	b.start()
	t.Cleanup(b.Stop)
	return b
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
	b.server = s
	if addr, ok := s.Addr().(*net.TCPAddr); ok {
		b.options.Port = addr.Port
	}
}

// startLimit is generous: machines that run tests are busy.
const startLimit = 10 * time.Second

// URL returns where the broker is.
func (b *Broker) URL() string { return fmt.Sprintf("nats://127.0.0.1:%d", b.options.Port) }

// Stop ends the broker and waits until it has.
func (b *Broker) Stop() {
	b.settle()
	b.server.Shutdown()
	b.server.WaitForShutdown()
}

// settle waits until no stream is being made: a server that is shut down meanwhile
// leaves the goroutines of that stream behind.
func (b *Broker) settle() {
	limit := time.NewTimer(startLimit)
	tick := time.NewTicker(time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for {
		if info, err := b.server.Jsz(nil); err != nil || info.API.Inflight == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return
		}
	}
}

// Restart starts a stopped broker again: same port, same storage.
func (b *Broker) Restart() {
	b.t.Helper()
	b.start()
}
