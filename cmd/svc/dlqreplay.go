package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
)

func dlqReplayVerb() *cobra.Command {
	var f settleFlags
	var to string
	cmd := &cobra.Command{
		Use:   "replay [NUMBER… | SERVICE | SERVICE.METHOD] [flags]",
		Short: "Give dead letters to their handlers again.",
		Long: "Give the events of dead letters to their handlers again, with all their attempts, and\n" +
			"remove the letters: those with these numbers, those of a handler or of all of a service,\n" +
			"narrowed by the filters, or --all. No other handler gets them. A handler that is away gets\n" +
			"them when it is back. What dies again becomes another letter, which is not replayed.\n\n" +
			"Exit codes: 2 wrong arguments, 3 no such dead letter, or no handler for it; otherwise\n" +
			"what the first that could not be replayed says. Letters that could not be replayed stay.",
		Example: "  svc dlq replay 17 18\n" +
			"  svc dlq replay shipping.on_paid --error bank.declined --dry-run\n" +
			"  svc dlq replay 17 --to audit.on_paid\n" +
			"  svc dlq replay --all",
		RunE: func(cmd *cobra.Command, args []string) error { return f.replay(cmd, args, to) },
	}
	f.add(cmd, "print what would go where, and replay nothing")
	cmd.Flags().StringVar(&to, "to", "", "give them to this `HANDLER`, SERVICE.METHOD, instead of their own")
	return cmd
}

// replay gives dead letters to a handler, their own for "".
func (f *settleFlags) replay(cmd *cobra.Command, args []string, to string) error {
	if err := checkTarget(to); err != nil {
		return asUsage(cmd, err)
	}
	if f.dryRun {
		return f.planReplay(cmd, args, to)
	}
	return f.run(cmd, args, "replayed", func(ctx context.Context, dead *events.DeadLetters, l events.Letter) error {
		return dead.Replay(ctx, l, to)
	})
}

// planReplay prints what a replay would do.
func (f *settleFlags) planReplay(cmd *cobra.Command, args []string, to string) error {
	var plans []planned
	_, err := f.each(cmd, args, func(ctx context.Context, dead *events.DeadLetters, l events.Letter) error {
		subject, err := dead.Route(ctx, l, to)
		if err != nil {
			return fmt.Errorf("replay dead letter %d: %w", l.Number, err)
		}
		if to != "" {
			l.Handler = to
		}
		plans = append(plans, planned{l.Number, l.Event, l.Handler, subject})
		return nil
	})
	return f.report(cmd.OutOrStdout(), settled{Of: len(plans), Plans: plans}, err, func(out io.Writer) error { return printPlans(out, plans) })
}

func printPlans(out io.Writer, plans []planned) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "NUMBER\tEVENT\tTO\tSUBJECT")
	for _, p := range plans {
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", p.Number, present.Safe(p.Event), present.Safe(p.Handler), present.Safe(p.Subject))
	}
	return w.Flush() // reports what the lines before met
}

func dlqDropVerb() *cobra.Command {
	var f settleFlags
	cmd := &cobra.Command{
		Use:   "drop [NUMBER… | SERVICE | SERVICE.METHOD] [flags]",
		Short: "Remove dead letters for good.",
		Long: "Remove dead letters for good: those with these numbers, those of a handler or of all of a\n" +
			"service, narrowed by the filters, or --all.\n\n" +
			"Exit codes: 2 wrong arguments, 3 no such dead letter or handler.",
		Example: "  svc dlq drop 17 18\n" +
			"  svc dlq drop shipping.on_paid --reason unreadable --dry-run\n" +
			"  svc dlq drop --all",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.dryRun {
				return f.planDrop(cmd, args)
			}
			return f.run(cmd, args, "dropped", func(ctx context.Context, dead *events.DeadLetters, l events.Letter) error {
				return dead.Drop(ctx, l)
			})
		},
	}
	f.add(cmd, "list what would be dropped, and drop nothing")
	return cmd
}

// planDrop lists what would be dropped.
func (f *settleFlags) planDrop(cmd *cobra.Command, args []string) error {
	var rows []shownLetter
	var plans []planned
	_, err := f.each(cmd, args, func(_ context.Context, _ *events.DeadLetters, l events.Letter) error {
		rows = append(rows, showLetter(l))
		plans = append(plans, planned{Number: l.Number, Event: l.Event, Handler: l.Handler})
		return nil
	})
	return f.report(cmd.OutOrStdout(), settled{Of: len(plans), Plans: plans}, err, func(out io.Writer) error { return printLetters(out, rows) })
}
