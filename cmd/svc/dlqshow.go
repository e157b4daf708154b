package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/discreet"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
)

// dlqShowFlags are the flags of svc dlq show.
type dlqShowFlags struct {
	connectFlags

	json   bool
	reveal bool
}

func dlqShowVerb() *cobra.Command {
	var f dlqShowFlags
	cmd := &cobra.Command{
		Use:   "show NUMBER [flags]",
		Short: "Print all that is known of a dead letter.",
		Long: "Print all that is known of a dead letter, then its payload as JSON, without what the\n" +
			"handler declares sensitive, a key that may be it, and context data with the name of a\n" +
			"secret.\n" +
			"Exit code 3 means that there is none with this number, or not any more.",
		Example: "  svc dlq show 17\n  svc dlq show 17 --json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	f.addBroker(cmd)
	cmd.Flags().BoolVar(&f.reveal, "reveal", false, "print what is sensitive, too")
	offerJSON[wholeLetter](cmd, &f.json, "print JSON: what svc dlq ls does, and {data, calls, payload}")
	return cmd
}

func (f *dlqShowFlags) run(cmd *cobra.Command, word string) error {
	number, err := letterNumber(word)
	if err != nil {
		return asUsage(cmd, err)
	}
	return f.withLetters(cmd, func(ctx context.Context, dead *events.DeadLetters) error {
		l, err := dead.Get(ctx, number)
		if err != nil {
			return err
		}
		return f.print(cmd.OutOrStdout(), l)
	})
}

func (f *dlqShowFlags) print(out io.Writer, l events.Letter) error {
	if !f.reveal {
		l.Data = discreet.Data(l.Data)
	} else {
		l.Sensitive = nil
	}
	payload := discreet.Hide(l.Payload, l.Sensitive)
	l.Key = discreet.Key(l.Key, l.Payload, payload, l.Sensitive)
	if !f.json {
		return printLetter(out, l, payload)
	}
	return printValue(out, wholeLetter{showLetter(l), l.Data, l.Stack, payload})
}

// wholeLetter is all that is known of a dead letter.
type wholeLetter struct {
	shownLetter
	Data  map[string]string `json:"data,omitempty"`
	Calls []string          `json:"calls,omitempty"` // that led to the event, oldest first
	discreet.Payload
}

// letterNumber reads the number of a dead letter.
func letterNumber(word string) (uint64, error) {
	number, err := strconv.ParseUint(word, 10, 64)
	if err != nil || number == 0 {
		return 0, fmt.Errorf("have %q, want the number of a dead letter, as svc dlq ls shows it", word)
	}
	return number, nil
}

// printLetter writes a dead letter for people: what has a value, then the payload.
func printLetter(out io.Writer, l events.Letter, p discreet.Payload) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, field := range letterFields(l) {
		if field[1] != "" {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", field[0], present.Safe(field[1]))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if p.Body == nil {
		return printJSON(out, p.Payload)
	}
	_, err := fmt.Fprintf(out, "%s\n%s\n", present.Safe(p.String()), present.Safe(string(p.Body)))
	return err
}

func letterFields(l events.Letter) [][2]string {
	var data []string
	for _, key := range slices.Sorted(maps.Keys(l.Data)) {
		data = append(data, key+"="+l.Data[key])
	}
	return [][2]string{
		{"number", strconv.FormatUint(l.Number, 10)},
		{"handler", l.Handler},
		{"event", l.Event},
		{"id", l.ID},
		{"key", l.Key},
		{"reason", l.Reason},
		{"error", l.Error},
		{"name", l.Name},
		{"attempts", strconv.Itoa(l.Attempts)},
		{"emitted", instant(l.Emitted)},
		{"first", instant(l.First)},
		{"last", instant(l.Last)},
		{"data", strings.Join(data, " ")},
		{"calls", strings.Join(l.Stack, " ")},
	}
}
