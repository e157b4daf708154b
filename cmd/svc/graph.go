package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/cmd/svc/internal/graph"
	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// graphFlags are the flags of svc graph.
type graphFlags struct {
	connectFlags

	format   string
	file     string
	json     bool
	live     bool
	interval time.Duration
}

func graphVerb() *cobra.Command {
	f := graphFlags{interval: 2 * time.Second}
	cmd := &cobra.Command{
		Use:   "graph [TARGET…] [flags]",
		Short: "Draw which services use which.",
		Long: "Draw which services call which, which events and subjects pass between them, and which\n" +
			"databases, Redis, locks and HTTP APIs they use, from what they declare. Targets are\n" +
			"those of svc run. They are built and asked; nothing starts. What they need and none of\n" +
			"them has is dashed, and told on standard error.\n\n" +
			"With --live, what runs is drawn, with the requests and errors per second on each edge,\n" +
			"from two looks --interval apart; with targets besides, what those declare, too. It has\n" +
			"what services say on the broker: neither databases nor locks. Exit code 3 means that\n" +
			"nothing runs.",
		Example: "  svc graph ./... > services.mmd\n  svc graph ./orders ./payments -o services.svg\n  svc graph --live --format dot | dot -Tpng > services.png",
		RunE:    func(cmd *cobra.Command, targets []string) error { return f.run(cmd, targets) },
	}
	f.addBroker(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "", "print `FORMAT`: mermaid, dot or svg (else what FILE ends in, mermaid)")
	flags.StringVarP(&f.file, "output", "o", "", "write to this `FILE`")
	offerJSON[graph.Graph](cmd, &f.json, "print JSON: {nodes, edges}")
	flags.BoolVar(&f.live, "live", false, "draw what runs, with its traffic")
	flags.DurationVarP(&f.interval, "interval", "i", f.interval, "`TIME` between the two looks of --live")
	return cmd
}

func (f *graphFlags) run(cmd *cobra.Command, targets []string) error {
	format, err := f.check(cmd)
	if err != nil {
		return asUsage(cmd, err)
	}
	parts, where, err := f.parts(cmd, targets)
	if err != nil {
		return err
	}
	g, problems := graph.Of(parts, where)
	note := newNotes(cmd.ErrOrStderr(), false)
	for _, p := range problems {
		note(present.Safe(p))
	}
	if !f.json {
		return writeResult(cmd, f.file, format.Write(g))
	}
	return printValue(cmd.OutOrStdout(), g)
}

// parts returns what is to be drawn, and where it is.
func (f *graphFlags) parts(cmd *cobra.Command, targets []string) (parts []graph.Part, where string, err error) {
	if len(targets) > 0 || !f.live {
		manifests, err := f.declared(cmd.Context(), targets, newNotes(cmd.ErrOrStderr(), false))
		if err != nil {
			return nil, "", err
		}
		parts, where = graph.Declared(launch.Merge(manifests)), "in these targets"
	}
	if !f.live {
		return parts, where, nil
	}
	running, err := f.look(cmd.Context())
	if len(targets) > 0 {
		return graph.Merge(parts, running), "in these targets or running", err
	}
	return running, "that runs", err
}

// look asks what runs, twice.
func (f *graphFlags) look(ctx context.Context) ([]graph.Part, error) {
	client, err := f.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close() //nolint:errcheck // the answers are there
	conn := client.Connection()
	before, err := census.Take(ctx, conn, "")
	if err != nil {
		return nil, err
	}
	if len(before.Instances) == 0 {
		return nil, missing(ctx, conn, "")
	}
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-time.After(f.interval):
	}
	now, err := census.Take(ctx, conn, "")
	if err != nil {
		return nil, err
	}
	return graph.Live(before, now, conn.Namespace()), nil
}

// check returns how to write the graph.
func (f *graphFlags) check(cmd *cobra.Command) (graph.Format, error) {
	switch {
	case f.json && f.format != "":
		return "", fmt.Errorf("have --json and --format %s, want one of them", f.format)
	case f.json && f.file != "":
		return "", errors.New("have --json and -o, want one of them; standard output can be sent to a file")
	case f.interval < 100*time.Millisecond:
		return "", fmt.Errorf("-i: have %v, want at least 100ms", f.interval)
	case cmd.Flags().Changed("interval") && !f.live:
		return "", fmt.Errorf("-i: have %v, but there is no second look without --live", f.interval)
	case f.json:
		return "", nil
	}
	return graph.FormatOf(f.format, f.file)
}
