// Package plain is NATS as it is without us, for tests: servers and clients that
// know nothing of this module. All of them end with the test.
package plain

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/internal/freeport"
)

// ready bounds how long a server starts. It is generous: machines that run tests are
// busy.
const ready = 10 * time.Second

// Server starts a server on a free port of the loopback interface. It stores nothing
// and lets everybody in, unless change says otherwise.
func Server(tb testing.TB, change ...func(*server.Options)) *server.Server {
	tb.Helper()
	options := &server.Options{Host: "127.0.0.1", Port: freeport.Row(tb, 1), NoLog: true, NoSigs: true}
	for _, f := range change {
		f(options)
	}
	s, err := server.NewServer(options)
	if err != nil {
		tb.Fatalf("start server: %v", err)
	}
	s.Start()
	tb.Cleanup(func() { Stop(s) })
	if !s.ReadyForConnections(ready) {
		tb.Fatalf("start server: not ready within %v", ready)
	}
	return s
}

// Stop ends a server, for a test that goes on without it, and waits until it has. A
// second Stop does nothing.
func Stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// Conn connects a client.
func Conn(tb testing.TB, url string, options ...nats.Option) *nats.Conn {
	tb.Helper()
	nc, err := nats.Connect(url, options...)
	if err != nil {
		tb.Fatalf("connect to %s: %v", url, err)
	}
	tb.Cleanup(nc.Close)
	return nc
}

// JetStream connects a client that stores.
func JetStream(tb testing.TB, url string) jetstream.JetStream {
	tb.Helper()
	js, err := jetstream.New(Conn(tb, url))
	if err != nil {
		tb.Fatalf("store with %s: %v", url, err)
	}
	return js
}
