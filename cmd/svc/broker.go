package main

import (
	"context"
	"fmt"
	"io"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/devbroker"
)

// brokerFlags are the flags of svc broker.
type brokerFlags struct {
	addr      string
	store     string
	jetstream bool
	json      bool
	dev       bool
	idle      time.Duration
}

func brokerVerb() *cobra.Command {
	var f brokerFlags
	cmd := &cobra.Command{
		Use:   "broker [flags]",
		Short: "Run a broker in the foreground.",
		Long: "Run a NATS server with JetStream in the foreground and print its URL. It is for\n" +
			"development: it asks nobody for credentials. SIGINT and SIGTERM stop it.",
		Example: "  svc broker\n  svc broker --addr 127.0.0.1:0 --store ./data",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.serve(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", defaultAddr(), "listen at this `HOST:PORT`; port 0 is any free one")
	flags.StringVar(&f.store, "store", "", "keep data in this `FOLDER` (default: one for the port in the user's cache)")
	flags.BoolVar(&f.jetstream, "jetstream", true, "store streams, which events and durable calls need")
	flags.BoolVar(&f.dev, "dev", false, "be the shared development broker: end when idle")
	flags.DurationVar(&f.idle, "idle", 0, "with --dev: end when no client has been connected for so long (else $SVC_DEV_IDLE, 5m)")
	offerJSON[brokerAt](cmd, &f.json, "print JSON: {url}")
	// svc run starts it; nobody types it.
	for _, name := range []string{"dev", "idle"} {
		flags.Lookup(name).Hidden = true
	}
	return cmd
}

// serve runs until a signal arrives, or the development broker is idle.
func (f brokerFlags) serve(cmd *cobra.Command) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	if f.dev {
		return f.serveDev(ctx, cmd)
	}
	if f.store == "" {
		home, err := brokerHome(f.addr)
		if err != nil {
			return asUsage(cmd, err)
		}
		f.store = home
	}
	b, err := devbroker.Start(devbroker.Config{Addr: f.addr, Store: f.store, JetStream: f.jetstream, Log: cmd.ErrOrStderr()})
	if err != nil {
		return err
	}
	defer b.Stop()
	if err := f.announce(cmd.OutOrStdout(), b.URL()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// brokerAt says where a broker listens.
type brokerAt struct {
	URL string `json:"url"`
}

func (f brokerFlags) announce(out io.Writer, url string) error {
	if f.json {
		return printValue(out, brokerAt{url})
	}
	_, err := fmt.Fprintln(out, url)
	return err
}

func (f brokerFlags) serveDev(ctx context.Context, cmd *cobra.Command) error {
	shared, err := sharedBroker(f.addr)
	if err != nil {
		return asUsage(cmd, err)
	}
	return serveShared(ctx, cmd, shared, f.idle)
}
