package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
)

// dialLimit is how long a verb waits for a broker. A service would wait for ever;
// at a terminal somebody waits too.
const dialLimit = 2 * time.Second

// dial connects to the broker that the flags, the environment or the
// configuration name.
func (f *connectFlags) dial(ctx context.Context, options ...rpc.DialOption) (*rpc.Standalone, error) {
	return dialWith(ctx, f, func(settings broker.Config) (*rpc.Standalone, error) {
		return rpc.Dial("", append(options, rpc.WithConfig(settings), rpc.WithLogger(slog.New(slog.DiscardHandler)))...)
	})
}

// dialSource is dial for a verb that emits events as a source.
func (f *connectFlags) dialSource(ctx context.Context, source string, options ...events.DialOption) (*events.Standalone, error) {
	return dialWith(ctx, f, func(settings broker.Config) (*events.Standalone, error) {
		return events.Dial("", source, append(options, events.WithConfig(settings), events.WithLogger(slog.New(slog.DiscardHandler)))...)
	})
}

// connect is dial for a verb that neither calls nor emits. It returns what ends the
// connection.
func (f *connectFlags) connect(ctx context.Context, logger *slog.Logger) (conn *broker.Conn, end func(), err error) {
	l, err := dialWith(ctx, f, func(settings broker.Config) (link, error) {
		conn, err := broker.Dial(settings, logger)
		return link{conn}, err
	})
	if err != nil {
		return nil, nil, err
	}
	return l.conn, func() { _ = l.Close() }, nil // nothing is left to be sent
}

// A dialed is what a verb has of a connection.
type dialed interface {
	Connection() *broker.Conn
	Close() error
}

// link is a connection that nothing calls or emits by.
type link struct{ conn *broker.Conn }

func (l link) Connection() *broker.Conn { return l.conn }

func (l link) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return l.conn.Stop(ctx)
}

// dialWith opens what a verb needs, and returns it once the broker can be reached that
// the flags name.
func dialWith[T dialed](ctx context.Context, f *connectFlags, open func(broker.Config) (T, error)) (T, error) {
	var none T
	settings, where, err := f.settings()
	if err != nil {
		return none, err
	}
	opened, err := open(settings)
	if err != nil {
		return none, err
	}
	if err := reached(ctx, opened.Connection(), where); err != nil {
		_ = opened.Close() // nothing was sent
		return none, err
	}
	return opened, nil
}

// settings returns how to connect, and where.
func (f *connectFlags) settings() (broker.Config, address, error) {
	settings := broker.Defaults()
	where, err := f.address()
	if err != nil {
		return settings, where, err
	}
	cfg, err := f.load()
	if err != nil {
		return settings, where, err
	}
	if err := cfg.Section("broker", &settings); err != nil {
		return settings, where, err
	}
	settings.URL = where.url
	if f.namespace != "" {
		settings.Namespace = f.namespace
	}
	return settings, where, nil
}

// reached waits for the connection.
func reached(ctx context.Context, conn *broker.Conn, where address) error {
	limited, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	err := conn.Await(limited)
	if err == nil || errors.Is(err, broker.ErrRefused) {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("wait for the broker: %w", context.Canceled)
	}
	return exitWith(exitNotFound, fmt.Errorf("no broker answers at %s; start services with `svc run`, or a broker with `svc broker`, or name another with --broker",
		config.Redact(where.url)))
}
