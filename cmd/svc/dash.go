package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/dash"
)

// dashFlags are the flags of svc dash.
type dashFlags struct {
	connectFlags

	host     string
	port     int
	interval time.Duration
	readOnly bool
	json     bool
}

// dashAt is what svc dash --json prints.
type dashAt struct {
	URL string `json:"url"`
}

func dashVerb() *cobra.Command {
	f := dashFlags{host: "127.0.0.1", port: 8010, interval: 2 * time.Second}
	cmd := &cobra.Command{
		Use:   "dash [flags]",
		Short: "Show in a browser what runs, and how it fares.",
		Long: "Show in a browser what runs, and how it fares: services, their instances, versions and\n" +
			"entrypoints, requests and errors per second, how long they take, what waits, dead\n" +
			"letters, and who talks to whom. A method can be called from a form that is made from\n" +
			"its schema, and dead letters replayed and dropped; --read-only refuses both.\n\n" +
			"The page needs no network but this one, and is served to this machine alone, unless\n" +
			"--host says otherwise: there is no log-in. ^C ends it with 0. Exit codes: 2 wrong\n" +
			"arguments, 3 no broker, 4 the broker refuses the credentials.",
		Example: "  svc dash\n  svc dash --port 0 --interval 1s --read-only --broker nats://bus:4222",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.addBroker(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.host, "host", f.host, "listen at this `ADDRESS`")
	flags.IntVar(&f.port, "port", f.port, "listen on this `PORT`, 0 for any")
	flags.DurationVarP(&f.interval, "interval", "i", f.interval, "`TIME` between two samples")
	flags.BoolVar(&f.readOnly, "read-only", false, "refuse calls, and to replay or drop dead letters")
	offerJSON[dashAt](cmd, &f.json, "print where the page is as JSON: {url}")
	return cmd
}

// dashQuickest is the shortest interval: services may take half a second to answer.
const dashQuickest = 200 * time.Millisecond

func (f *dashFlags) check() error {
	switch {
	case f.port < 0 || f.port > highestPort:
		return fmt.Errorf("--port: have %d, want 0 to %d", f.port, highestPort)
	case f.interval < dashQuickest:
		return fmt.Errorf("--interval: have %v, want at least %v", f.interval, dashQuickest)
	case f.host == "":
		return errors.New("--host: have nothing, want an address, as 127.0.0.1, or 0.0.0.0 for all")
	}
	return nil
}

func (f *dashFlags) run(cmd *cobra.Command) error {
	if err := f.check(); err != nil {
		return asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	client, err := f.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // nothing is left to be sent
	l, err := f.listen(ctx)
	if err != nil {
		return err
	}
	d := dash.New(dash.Options{Client: client, Interval: f.interval, ReadOnly: f.readOnly, Hosts: f.names()})
	note := newNotes(cmd.ErrOrStderr(), false)
	note(fmt.Sprintf("dash of %s, namespace %s; ^C ends it", client.Connection().URL(), client.Connection().Namespace()))
	if !isLoopback(f.host) && !f.readOnly {
		note("anybody who reaches " + l.Addr().String() + " can call methods and drop dead letters; --read-only refuses both")
	}
	if err := f.print(cmd.OutOrStdout(), f.url(l)); err != nil {
		_ = l.Close()
		return err
	}
	return d.Serve(ctx, l)
}

func (f *dashFlags) print(out io.Writer, url string) error {
	if !f.json {
		_, err := fmt.Fprintln(out, url)
		return err
	}
	return printValue(out, dashAt{url})
}

// listen opens the port.
func (f *dashFlags) listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort(f.host, strconv.Itoa(f.port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("address %s is taken; choose another with --port, or 0 for any", net.JoinHostPort(f.host, strconv.Itoa(f.port)))
	}
	if err != nil {
		return nil, fmt.Errorf("--host: %w", err)
	}
	return l, nil
}

// names are those that browsers may ask for, besides localhost and addresses.
func (f *dashFlags) names() []string {
	if _, err := netip.ParseAddr(f.host); err == nil {
		return nil
	}
	return []string{f.host}
}

// url is what to open.
func (f *dashFlags) url(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String()) // which is one
	host := f.host
	if address, err := netip.ParseAddr(host); err == nil && address.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}
