// Package devbroker runs NATS servers with JetStream on a developer's machine:
// one in the foreground, or one in a process of its own that every svc shares.
package devbroker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// ready is how long a server may take to accept connections; recovering a large
// store is what takes time.
const ready = 10 * time.Second

// Config says where a Broker listens and what it keeps.
type Config struct {
	Addr      string    // host:port; port 0 is any free one
	Store     string    // folder for the data; locked while the broker runs
	JetStream bool      // without it nothing is stored and Store is not touched
	Log       io.Writer // one line per message
	Verbose   bool      // log notices too, not only warnings and errors
}

// A Broker is a NATS server that runs in this process.
type Broker struct {
	server *server.Server
	unlock func()
}

// Start returns a broker that accepts connections. An address or a store that
// is in use is an error that names it.
func Start(c Config) (*Broker, error) {
	opts, err := c.options()
	if err != nil {
		return nil, err
	}
	unlock := func() {}
	if c.JetStream {
		if unlock, err = lock(c.Store); err != nil {
			return nil, err
		}
	}
	b, err := start(opts, c)
	if err != nil {
		unlock()
		return nil, err
	}
	b.unlock = unlock
	return b, nil
}

// roomForAll is what streams may reserve, however small the disk is: most of them stay
// nearly empty while somebody develops, and what they have is never preallocated.
const roomForAll = 1 << 40

func (c Config) options() (*server.Options, error) {
	host, port, err := splitAddr(c.Addr)
	if err != nil {
		return nil, err
	}
	return &server.Options{
		Host:                   host,
		Port:                   cmp.Or(port, server.RANDOM_PORT),
		JetStream:              c.JetStream,
		StoreDir:               c.Store,
		JetStreamMaxStore:      roomForAll,
		DisableJetStreamBanner: true,
		NoSigs:                 true,
	}, nil
}

func splitAddr(addr string) (string, int, error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("broker address: want host:port, have %q", addr)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("broker address: want a port from 0 to 65535, have %q", addr)
	}
	return host, int(port), nil
}

func start(opts *server.Options, c Config) (*Broker, error) {
	if err := tryListen(c.Addr); err != nil {
		return nil, err
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("start broker at %s: %w", c.Addr, err)
	}
	log := &logger{to: c.Log, verbose: c.Verbose, fatal: make(chan string, 1)}
	s.SetLoggerV2(log, false, false, false)
	s.Start()
	if err := log.await(s); err != nil {
		s.Shutdown()
		return nil, fmt.Errorf("start broker at %s: %w", c.Addr, err)
	}
	return &Broker{server: s}, nil
}

// tryListen asks for the port before the server does, which would open its
// store first and report the port last.
func tryListen(addr string) error {
	l, err := net.Listen("tcp", addr) //nolint:noctx // it does not wait for anything
	if err == nil {
		return l.Close()
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		_, port, _ := net.SplitHostPort(addr)
		return &PortError{Addr: addr, Port: port}
	}
	return fmt.Errorf("start broker: %w", err)
}

// A PortError says that something else listens on the broker's port.
type PortError struct{ Addr, Port string }

func (e *PortError) Error() string {
	return fmt.Sprintf("start broker at %s: port %s is in use; stop what listens there, or choose another port with --addr 127.0.0.1:0 (any free one)", e.Addr, e.Port)
}

// URL returns where clients connect.
func (b *Broker) URL() string { return b.server.ClientURL() }

// Stop closes every connection and returns once the store is closed. It may be
// called once.
func (b *Broker) Stop() {
	b.server.Shutdown()
	b.server.WaitForShutdown()
	b.unlock()
}

// AwaitIdle returns nil once no client has been connected for idle, or the
// cause that ended ctx. A client that came and went in between counts.
func (b *Broker) AwaitIdle(ctx context.Context, idle time.Duration) error {
	return devserver.AwaitIdle(ctx, idle, func() (uint64, int) { return b.connections(), b.server.NumClients() })
}

// connections returns how many clients have ever connected.
func (b *Broker) connections() uint64 {
	v, err := b.server.Varz(nil)
	if err != nil {
		return 0
	}
	return v.TotalConnections
}
