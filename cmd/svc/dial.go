package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/rpc"
)

// dialLimit is how long a verb waits for a broker. A service would wait for ever;
// at a terminal somebody waits too.
const dialLimit = 2 * time.Second

// dial connects to the broker that the flags, the environment or the
// configuration name.
func (f *connectFlags) dial(ctx context.Context, options ...rpc.DialOption) (*rpc.Standalone, error) {
	where, err := f.address()
	if err != nil {
		return nil, err
	}
	cfg, err := f.load()
	if err != nil {
		return nil, err
	}
	settings := broker.Defaults()
	if err := cfg.Section("broker", &settings); err != nil {
		return nil, err
	}
	settings.URL = where.url
	if f.namespace != "" {
		settings.Namespace = f.namespace
	}
	options = append(options, rpc.WithConfig(settings), rpc.WithLogger(slog.New(slog.DiscardHandler)))
	client, err := rpc.Dial("", options...)
	if err != nil {
		return nil, err
	}
	if err := reached(ctx, client, where); err != nil {
		_ = client.Close()
		return nil, err
	}
	return client, nil
}

// reached waits for the connection.
func reached(ctx context.Context, client *rpc.Standalone, where address) error {
	limited, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	err := client.Connection().Await(limited)
	if err == nil || errors.Is(err, broker.ErrRefused) {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("wait for the broker: %w", context.Canceled)
	}
	return exitWith(exitNotFound, fmt.Errorf("no broker answers at %s; start services with `svc run`, or a broker with `svc broker`, or name another with --broker",
		config.Redact(where.url)))
}
