package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// pingFlags are the flags of svc ping.
type pingFlags struct {
	connectFlags

	count    int
	interval time.Duration
	json     bool
}

// pong is the answer of one instance, or of one that has stopped to answer.
type pong struct {
	Service  string   `json:"service"`
	Version  string   `json:"version"`
	Instance string   `json:"instance"`
	Sent     int      `json:"sent"` // since the first answer of the instance
	Received int      `json:"received"`
	MinMS    *float64 `json:"min_ms"`
	AvgMS    *float64 `json:"avg_ms"`
	MaxMS    *float64 `json:"max_ms"`

	took []time.Duration
}

func pingVerb() *cobra.Command {
	f := pingFlags{count: 3, interval: 200 * time.Millisecond}
	cmd := &cobra.Command{
		Use:   "ping [SERVICE] [flags]",
		Short: "Ask every instance whether it is there, and how long the way is.",
		Long: "Ask every instance whether it is there, several times, and print how long the answers took:\n" +
			"from svc through the broker to the instance and back. It does not use a worker: an\n" +
			"instance that answers may still be busy (svc stats). Exit code 3 means that none is\n" +
			"running, unless --json asks for a list, which may be empty; 5 that one has stopped to\n" +
			"answer meanwhile.",
		Example: "  svc ping\n  svc ping orders --count 10 --interval 1s",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, append(args, "")[0]) },
	}
	f.addBroker(cmd)
	cmd.Flags().IntVar(&f.count, "count", f.count, "ask `N` times")
	cmd.Flags().DurationVar(&f.interval, "interval", f.interval, "`TIME` between two questions")
	offerJSON[[]pong](cmd, &f.json, "print a JSON array of instances: service, version, instance, sent,\nreceived, min_ms, avg_ms, max_ms")
	return cmd
}

func (f *pingFlags) run(cmd *cobra.Command, service string) error {
	if err := errors.Join(checkService(service), f.check()); err != nil {
		return asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	client, err := f.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the answers are there
	pongs, err := f.pingAll(ctx, client.Connection(), service)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if len(pongs) == 0 && !f.json {
		return missing(ctx, client.Connection(), service)
	}
	if err := f.print(cmd.OutOrStdout(), pongs); err != nil {
		return err
	}
	return silent(pongs)
}

func (f *pingFlags) check() error {
	switch {
	case f.count < 1:
		return fmt.Errorf("--count: have %d, want at least 1", f.count)
	case f.interval <= 0:
		return fmt.Errorf("--interval: have %v, want more than 0", f.interval)
	default:
		return nil
	}
}

// pingAll asks as often as it is to. What was heard until ctx ended is returned, too.
func (f *pingFlags) pingAll(ctx context.Context, conn *broker.Conn, service string) ([]*pong, error) {
	pongs := []*pong{}
	for i := range f.count {
		if i > 0 && !pause(ctx, f.interval) {
			return pongs, context.Canceled
		}
		answers, err := conn.Ping(ctx, service)
		if err != nil {
			return pongs, err
		}
		for _, p := range pongs {
			p.Sent++
		}
		for _, a := range answers {
			pongs = hear(pongs, a)
		}
	}
	return pongs, nil
}

// pause waits for d; false means that ctx has ended before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hear notes one answer.
func hear(pongs []*pong, a broker.Pong) []*pong {
	i := slices.IndexFunc(pongs, func(p *pong) bool { return p.Service == a.Name && p.Instance == a.ID })
	if i < 0 {
		i = len(pongs)
		pongs = append(pongs, &pong{Service: a.Name, Version: a.Version, Instance: a.ID, Sent: 1})
	}
	p := pongs[i]
	p.Received++
	p.took = append(p.took, a.Took)
	var sum time.Duration
	for _, t := range p.took {
		sum += t
	}
	p.MinMS, p.MaxMS = inMS(slices.Min(p.took)), inMS(slices.Max(p.took))
	p.AvgMS = inMS(sum / time.Duration(len(p.took)))
	return pongs
}

func inMS(d time.Duration) *float64 {
	ms := float64(d.Microseconds()) / 1000
	return &ms
}

func (f *pingFlags) print(out io.Writer, pongs []*pong) error {
	if f.json {
		return printValue(out, pongs)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "SERVICE\tVERSION\tINSTANCE\tANSWERS\tMIN\tAVG\tMAX")
	for _, p := range pongs {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d/%d\t%.1fms\t%.1fms\t%.1fms\n", p.Service, cmp.Or(p.Version, "-"), present.Safe(p.Instance),
			p.Received, p.Sent, *p.MinMS, *p.AvgMS, *p.MaxMS)
	}
	return w.Flush() // reports what the lines before met
}

// silent is the error of instances that have stopped to answer, nil where all did.
func silent(pongs []*pong) error {
	for _, p := range pongs {
		if p.Received < p.Sent {
			return exitWith(exitTimeout, fmt.Errorf("instance %s of %s has not answered %d of %d times: it has ended, or cannot be reached",
				present.Safe(p.Instance), p.Service, p.Sent-p.Received, p.Sent))
		}
	}
	return nil
}
