package sqldb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// lines are the connections to a server. One of which nothing is heard while
// somebody waits is kept only where the server answers to others: a network that
// swallows everything is no reason to wait for ever, a slow statement is none to
// give up.
type lines struct {
	database string
	silence  time.Duration
	lost     func(error) error // says what a connection that broke means; set before the first
	dial     pgconn.DialFunc
	last     atomic.Pointer[error] // why one was lost

	mu  sync.Mutex // guards all
	all map[*line]bool
}

func newLines(database string, silence time.Duration) *lines {
	return &lines{database: database, silence: silence, all: map[*line]bool{}}
}

// through returns a way to dial by which connections are watched.
func (l *lines) through(dial pgconn.DialFunc) pgconn.DialFunc {
	l.dial = dial
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c := &line{Conn: conn, lines: l, network: network, address: address}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.all[c] = true
		return c, nil
	}
}

// watch cuts silent connections to servers that do not answer, until ctx ends.
func (l *lines) watch(ctx context.Context) {
	tick := time.NewTicker(max(l.silence/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.look(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// look asks each server of which nothing is heard, once for all its connections.
func (l *lines) look(ctx context.Context) {
	asked := map[string]error{}
	for _, c := range l.silent() {
		err, ok := asked[c.address]
		if !ok {
			err = l.ask(ctx, c.network, c.address)
			asked[c.address] = err
		}
		if err != nil && ctx.Err() == nil {
			c.cut(err)
		} else {
			c.heard()
		}
	}
}

// silent returns the connections at which somebody has waited for too long.
func (l *lines) silent() (some []*line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.all {
		if c.waits(l.silence) {
			some = append(some, c)
		}
	}
	return some
}

// question is what PostgreSQL and those who stand before it answer with a byte
// before they know who asks: whether it would encrypt.
var question = []byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}

// ask returns nil where the server answers anything at all.
func (l *lines) ask(ctx context.Context, network, address string) error {
	ctx, cancel := context.WithTimeout(ctx, l.silence)
	defer cancel()
	conn, err := l.dial(ctx, network, address)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // all is said
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := conn.Write(question); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// line is one connection.
type line struct {
	net.Conn
	lines            *lines
	network, address string // as dialled

	reading, writing atomic.Int64          // since when somebody waits, in Unix nanoseconds; 0 where nobody does
	why              atomic.Pointer[error] // it was cut
}

func (c *line) Read(p []byte) (int, error) {
	c.reading.Store(time.Now().UnixNano())
	n, err := c.Conn.Read(p)
	c.reading.Store(0)
	return n, c.explain(err)
}

func (c *line) Write(p []byte) (int, error) {
	c.writing.Store(time.Now().UnixNano())
	n, err := c.Conn.Write(p)
	c.writing.Store(0)
	return n, c.explain(err)
}

func (c *line) Close() error {
	c.lines.mu.Lock()
	defer c.lines.mu.Unlock()
	delete(c.lines.all, c)
	if err := c.Conn.Close(); !errors.Is(err, net.ErrClosed) { // it may have been cut
		return err
	}
	return nil
}

// waits reports whether somebody has waited for longer than limit.
func (c *line) waits(limit time.Duration) bool {
	for _, since := range []*atomic.Int64{&c.reading, &c.writing} {
		if from := since.Load(); from != 0 && time.Since(time.Unix(0, from)) > limit {
			return true
		}
	}
	return false
}

// recently adds why a connection was lost last to an error that does not say it:
// pgx keeps it to itself where a statement had no arguments.
func (l *lines) recently(err error) error {
	last := l.last.Load()
	if last == nil || errors.Is(err, errLost) {
		return err
	}
	return fmt.Errorf("%w; the last time: %w", err, *last)
}

// heard begins the wait anew, where somebody waits.
func (c *line) heard() {
	for _, since := range []*atomic.Int64{&c.reading, &c.writing} {
		if from := since.Load(); from != 0 {
			since.CompareAndSwap(from, time.Now().UnixNano())
		}
	}
}

// cut ends the wait, if it has not ended by itself.
func (c *line) cut(why error) {
	if !c.waits(c.lines.silence) {
		return
	}
	why = fmt.Errorf("no word for %v (configuration key databases.%s.max_silence), nor to another connection: %w",
		c.lines.silence, c.lines.database, why)
	c.why.Store(&why)
	_ = c.Conn.Close()
}

// explain returns an error as those who used the connection may know it. Its own
// deadlines are set by pgx where a context has ended, which is nobody's fault.
func (c *line) explain(err error) error {
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	if why := c.why.Load(); why != nil {
		err = *why
	}
	err = c.lines.lost(fmt.Errorf("%w: %w", errLost, err))
	c.lines.last.Store(&err)
	return err
}
