// Package broker is everything that touches the bus: the connection, subjects,
// headers, streams and discovery.
package broker

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
)

// Msg is a message on the bus.
type Msg = nats.Msg

// Header holds the headers of a message; keys are case-sensitive.
type Header = nats.Header

// Host is the part of a container that a connection needs.
type Host interface {
	Config(section string, into any) error
	Shared(key any, build func() (any, error)) (any, error)
	Go(name string, f func(ctx context.Context) error)
	Logger() *slog.Logger
}

var (
	// ErrClosed is returned for everything that is tried on a closed connection.
	ErrClosed = fault.Declare("svc.closed", fault.Unavailable, "the connection to the broker was closed; make a new one")
	// ErrDisconnected is returned while there is no connection; a later try may
	// succeed.
	ErrDisconnected = fault.Declare("svc.disconnected", fault.Unavailable, "not connected to the broker")
	// ErrRefused is returned while the broker does not accept the credentials.
	ErrRefused = fault.Declare("svc.refused", fault.Unauthenticated, "the broker refuses the credentials")
	// ErrForbidden is returned for a subject to which the broker does not let this
	// process send.
	ErrForbidden = fault.Declare("svc.forbidden", fault.Denied, "the broker's permissions forbid it")
	// ErrTooLarge is returned for a message that is larger than the broker takes.
	ErrTooLarge = fault.Declare("svc.too_large", fault.Invalid, "the message is too large")
)

// Conn is a connection to the broker that heals itself. It is safe for
// concurrent use. Make it with Open within a service, with Dial elsewhere.
type Conn struct {
	settings Config
	logger   *slog.Logger
	id       string
	closed   chan struct{} // closed when the connection is, for good
	begin    func()        // called by Start; nil outside a service

	nc *nats.Conn // set by Start

	process   dependency.Process
	announced map[string]*Announcement // by their services; complete when Ready returns

	connections atomic.Uint64 // made so far
	acks        acks

	mu           sync.Mutex // guards what follows
	forbidden    []func(subject string)
	requests     map[*storeRequest]struct{}
	connected    chan struct{} // closed while connected
	disconnected chan struct{} // closed after a loss, until connected
}

type connKey struct{}

// Open returns the connection of this process, which the container starts before
// its first user and stops after the last.
func Open(h Host) (*Conn, error) {
	return dependency.Shared(h, connKey{}, func() (*Conn, error) {
		settings := Defaults()
		if err := h.Config("broker", &settings); err != nil {
			return nil, err
		}
		c, err := newConn(settings, h.Logger())
		if err != nil {
			return nil, err
		}
		c.process = dependency.ProcessOf(h)
		c.begin = func() { h.Go("connection to the broker", c.watch) }
		return c, nil
	})
}

// Dial connects a program that is no service. The broker need not be there yet:
// the connection is made as soon as it is.
func Dial(settings Config, logger *slog.Logger) (*Conn, error) {
	c, err := newConn(settings, logger)
	if err != nil {
		return nil, err
	}
	return c, c.Start(context.Background())
}

func newConn(settings Config, logger *slog.Logger) (*Conn, error) {
	if _, err := settings.options(); err != nil {
		return nil, err
	}
	return &Conn{
		settings:  settings,
		logger:    logger,
		id:        strings.ToLower(rand.Text()[:12]),
		closed:    make(chan struct{}),
		announced: make(map[string]*Announcement),
		connected: make(chan struct{}), disconnected: make(chan struct{}),
	}, nil
}

// Start connects. Where the broker cannot be reached it says so in the log and
// goes on trying in the background.
func (c *Conn) Start(context.Context) error {
	options, err := c.settings.options()
	if err != nil {
		return err
	}
	options = append(options, nats.CustomInboxPrefix(nats.InboxPrefix+c.InboxName()+"."+c.id+"-n"))
	c.nc, err = nats.Connect(c.settings.URL, append(options, c.defaults()...)...)
	if unreadable, ok := errors.AsType[*url.Error](err); ok {
		err = unreadable.Err // it would quote the URL, password and all
	}
	if err != nil {
		return fmt.Errorf("connect to broker %s: %w", c.URL(), err)
	}
	if c.begin != nil {
		c.begin()
	}
	if !c.nc.IsConnected() {
		c.logger.Warn("broker unreachable; it is tried again until it answers", "url", c.URL(), "error", cmp.Or(c.nc.LastError(), nats.ErrNoServers))
	}
	return nil
}

// defaults are the options of every connection; each answers for something that
// was lost without it, see docs/protocol.md, "Connection".
func (c *Conn) defaults() []nats.Option {
	return []nats.Option{
		nats.Name("enoki " + c.id),
		nats.SetCustomDialer(&dialer{net.Dialer{Timeout: nats.DefaultTimeout}}),
		nats.MaxReconnects(-1),
		nats.RetryOnFailedConnect(true),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, time.Second),
		nats.ReconnectBufSize(-1), // never send what the caller has given up
		nats.IgnoreAuthErrorAbort(),
		nats.PingInterval(5 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.PermissionErrOnSubscribe(true),
		nats.ConnectHandler(c.onConnect),
		nats.ReconnectHandler(c.onConnect),
		nats.DisconnectErrHandler(c.onDisconnect),
		nats.ErrorHandler(c.onError),
		nats.ClosedHandler(c.onClosed),
	}
}

// Stop sends what is buffered and closes the connection.
func (c *Conn) Stop(ctx context.Context) error {
	if c.nc == nil {
		return nil
	}
	err := c.Flush(ctx)
	c.nc.Close()
	return err
}

// URL returns where the broker is, without its password.
func (c *Conn) URL() string { return config.Redact(c.settings.URL) }

// Logger returns the logger of the connection.
func (c *Conn) Logger() *slog.Logger { return c.logger }

// Restricted reports whether the process has only the permissions that its
// declarations need (configuration key broker.restricted).
func (c *Conn) Restricted() bool { return c.settings.Restricted }

// InboxName returns the second token of the subjects where answers come that are for
// no service in particular: of one service a process is named after, so that its
// permissions need not let it read what is meant for others.
func (c *Conn) InboxName() string {
	if c.settings.Inbox != "" {
		return c.settings.Inbox
	}
	if c.process != nil {
		if all := c.process.Services(); len(all) > 0 {
			return all[0].Name
		}
	}
	return noService
}

// noService stands for the service in the inboxes of a program that is none.
const noService = "client"

// Namespace returns the first token of all subjects.
func (c *Conn) Namespace() string { return c.settings.Namespace }

// Flush returns once the broker has taken all that was sent and subscribed so
// far. While disconnected it returns at once: subscriptions are sent when the
// connection is made.
func (c *Conn) Flush(ctx context.Context) error {
	if !c.nc.IsConnected() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, flushLimit)
	defer cancel()
	if err := c.nc.FlushWithContext(ctx); err != nil && c.nc.IsConnected() {
		return fmt.Errorf("flush to broker %s: %w", c.URL(), err)
	}
	return nil
}

// flushLimit bounds Flush: nats.go refuses a context without a deadline.
const flushLimit = 5 * time.Second

// Await blocks until the connection is up, for as long as ctx lives.
func (c *Conn) Await(ctx context.Context) error {
	if c.nc.IsClosed() {
		return ErrClosed
	}
	select {
	case <-c.up():
		return nil
	case <-ctx.Done():
		return c.refused()
	}
}

// refused says why there is no connection.
func (c *Conn) refused() error {
	switch err := c.nc.LastError(); {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired):
		return ErrRefused.Explain("broker %s refuses the credentials: %v", c.URL(), err).Because(err)
	case err != nil:
		return ErrDisconnected.Explain("not connected to broker %s: %v", c.URL(), err)
	default:
		return ErrDisconnected.Explain("not connected to broker %s", c.URL())
	}
}

// Closed returns a channel that is closed when the connection is, for good.
func (c *Conn) Closed() <-chan struct{} { return c.closed }

// Connections returns how many times the connection was made: whoever sees it
// grow knows that messages may have been lost in both directions.
func (c *Conn) Connections() uint64 { return c.connections.Load() }

// Connected reports whether the connection is up.
func (c *Conn) Connected() bool {
	select {
	case <-c.up():
		return true
	default:
		return false
	}
}

// up returns a channel that is closed while the connection is up.
func (c *Conn) up() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connected
}

// down returns a channel that is closed when an established connection is lost.
func (c *Conn) down() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.disconnected
}
