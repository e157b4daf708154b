package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// statsFlags are the flags of svc stats.
type statsFlags struct {
	connectFlags

	watch    bool
	interval time.Duration
	json     bool
}

func statsVerb() *cobra.Command {
	f := statsFlags{interval: 2 * time.Second}
	cmd := &cobra.Command{
		Use:   "stats [SERVICE] [flags]",
		Short: "Show how the services that are running fare.",
		Long: "Show how the services that are running fare: for each method, handler, route and\n" +
			"job, how many requests its instances have had since they started, how many ended with\n" +
			"an error, and how long they took: on average, half and 95 of 100 at the most, to a\n" +
			"quarter; for each service, how many of its workers are busy and\n" +
			"how many calls wait for one. With --watch, a table every 2 s of what has happened\n" +
			"since the one before, per second, until ^C, which ends it with 0. Services that others\n" +
			"than svc run are shown as far as they tell. Exit code 3 means that none is running,\n" +
			"unless --json asks for a list, which may be empty.",
		Example: "  svc stats\n  svc stats orders --watch -i 5s\n  svc stats --json",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, append(args, "")[0]) },
	}
	f.addBroker(cmd)
	cmd.Flags().BoolVarP(&f.watch, "watch", "w", false, "print rates, again and again, until ^C")
	cmd.Flags().DurationVarP(&f.interval, "interval", "i", f.interval, "`TIME` between two tables of --watch")
	offerJSON[[]census.Service](cmd, &f.json, "print a JSON array of services: name, instances, workers, busy, waiting,\nevents, methods, entrypoints; with --watch a line of it each time")
	return cmd
}

func (f *statsFlags) run(cmd *cobra.Command, service string) error {
	if err := errors.Join(checkService(service), f.check(cmd.Flags().Changed("interval"))); err != nil {
		return asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	client, err := f.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the answers are there
	conn := client.Connection()
	now, err := census.Take(ctx, conn, service)
	switch {
	case err != nil:
		return err
	case len(now.Instances) == 0 && !f.json && !f.watch:
		return missing(ctx, conn, service)
	case f.watch:
		return f.follow(ctx, cmd.OutOrStdout(), now, func() (census.Census, error) { return census.Take(ctx, conn, service) })
	default:
		return f.print(cmd.OutOrStdout(), now.Totals())
	}
}

// check looks at what was typed; timed says whether -i was.
func (f *statsFlags) check(timed bool) error {
	switch {
	case f.interval < 100*time.Millisecond:
		return fmt.Errorf("-i: have %v, want at least 100ms", f.interval)
	case timed && !f.watch:
		return fmt.Errorf("-i: have %v, but there is no second table without --watch", f.interval)
	default:
		return nil
	}
}

// follow prints what has changed, each time the interval is over.
func (f *statsFlags) follow(ctx context.Context, out io.Writer, before census.Census, take func() (census.Census, error)) error {
	tick := time.NewTicker(f.interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, err := take()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.print(out, now.Since(before)); err != nil {
			return err
		}
		before = now
	}
}

func (f *statsFlags) print(out io.Writer, rows []census.Service) error {
	if !f.json {
		return printStats(out, rows, f.watch)
	}
	if !f.watch {
		return printValue(out, rows)
	}
	text, err := present.EncodeJSON(rows)
	if err == nil {
		_, err = fmt.Fprintf(out, "%s\n", present.SafeJSON(text))
	}
	return err
}

// blanksAtEnd are what a table has where a line ends early.
var blanksAtEnd = regexp.MustCompile(`(?m) +$`)

func printStats(out io.Writer, rows []census.Service, rates bool) error {
	text := tableOf(rows, rates)
	if rates {
		text += "\n"
	}
	_, err := io.WriteString(out, text)
	return err
}

// tableOf returns a line for each method; what is of the whole service stands in its first.
func tableOf(rows []census.Service, rates bool) string {
	head := []string{"SERVICE", "METHOD", "INSTANCES", "REQUESTS", "ERRORS", "AVG", "P50", "P95", "BUSY/WORKERS", "WAITING"}
	if rates {
		head[3], head[4] = "REQUESTS/S", "ERRORS/S"
	}
	troubled := slices.ContainsFunc(rows, func(s census.Service) bool { return s.Events != nil && *s.Events != census.Events{} })
	if troubled {
		head = append(head, "FAILED", "DROPPED", "DEAD")
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, s := range rows {
		for i, line := range linesOf(&s, rates, troubled) {
			if i > 0 {
				clear(line[8:]) // which is of the whole service
			}
			_, _ = fmt.Fprintln(w, strings.Join(line, "\t"))
		}
	}
	_ = w.Flush() // a buffer takes all
	return blanksAtEnd.ReplaceAllString(table.String(), "")
}
