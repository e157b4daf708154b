package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/discreet"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
)

// dlqLsFlags are the flags of svc dlq ls.
type dlqLsFlags struct {
	letterFlags

	json bool
}

func dlqLsVerb() *cobra.Command {
	var f dlqLsFlags
	cmd := &cobra.Command{
		Use:   "ls [SERVICE | SERVICE.METHOD] [flags]",
		Short: "List dead letters.",
		Long: "List the dead letters, oldest first: of all handlers, of those of a service, or of one.\n" +
			"Exit code 3 means that the handler is not known.",
		Example: "  svc dlq ls\n  svc dlq ls shipping.on_paid --error bank.declined\n  svc dlq ls --event 'payments.*' --json",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, append(args, "")[0]) },
	}
	f.addFilter(cmd)
	offerJSON[[]shownLetter](cmd, &f.json, "print JSON: an array of {number, handler, event, id, key, reason,\nerror, name, attempts, emitted, first, last}")
	return cmd
}

func (f *dlqLsFlags) run(cmd *cobra.Command, handler string) error {
	filter, err := f.filter(handler)
	if err != nil {
		return asUsage(cmd, err)
	}
	return f.withLetters(cmd, func(ctx context.Context, dead *events.DeadLetters) error {
		rows, err := listLetters(ctx, dead, filter)
		if err != nil {
			return err
		}
		return f.print(cmd.OutOrStdout(), rows, newNotes(cmd.ErrOrStderr(), false))
	})
}

// listLetters returns the dead letters that are meant, without keys that may be sensitive. Where
// there are none, a handler that nobody knows is an error.
func listLetters(ctx context.Context, dead *events.DeadLetters, filter events.LetterFilter) ([]shownLetter, error) {
	rows := []shownLetter{}
	for l, err := range dead.All(ctx, filter) {
		if err != nil {
			return nil, err
		}
		l.Key = discreet.Key(l.Key, l.Payload, discreet.Hide(l.Payload, l.Sensitive), l.Sensitive)
		rows = append(rows, showLetter(l))
	}
	if len(rows) > 0 {
		return rows, nil
	}
	return rows, checkHandler(ctx, dead, filter.Handler)
}

func (f *dlqLsFlags) print(out io.Writer, rows []shownLetter, note func(string)) error {
	if f.json {
		return printValue(out, rows)
	}
	if len(rows) == 0 {
		note(noneMatch)
		return nil
	}
	return printLetters(out, rows)
}

const noneMatch = "no dead letters"

// errorShown is how much of an error a table shows, in characters.
const errorShown = 60

func printLetters(out io.Writer, rows []shownLetter) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "NUMBER\tHANDLER\tEVENT\tLAST\tATTEMPTS\tREASON\tERROR")
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%s\t%s\n", r.Number, present.Safe(r.Handler), present.Safe(r.Event), instant(r.Last),
			r.Attempts, present.Safe(r.Reason), cut(r.Error, errorShown))
	}
	return w.Flush() // reports what the lines before met
}
