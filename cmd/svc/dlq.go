package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/suggest"
)

func dlqVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dlq VERB",
		Short: "Look at events that could not be handled, and replay them.",
		Long: "Look at dead letters, and replay or drop them. A dead letter is an event with one\n" +
			"handler that could not handle it, and the reason: failed, it returned errors, as often\n" +
			"as it may; unreadable, the payload is not what it takes; lost, the processes that handled\n" +
			"it were gone, again and again. Dead letters are kept for 30 days.",
		Example: "  svc dlq ls\n  svc dlq replay shipping.on_paid",
		Args:    unknownVerb,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(dlqLsVerb(), dlqShowVerb(), dlqReplayVerb(), dlqDropVerb())
	return cmd
}

// letterFlags are the flags of verbs about several dead letters.
type letterFlags struct {
	connectFlags

	event   string
	failure string
	reason  string
}

// addFilter adds --event, --error and --reason, besides the flags of addBroker.
func (f *letterFlags) addFilter(cmd *cobra.Command) {
	f.addBroker(cmd)
	cmd.Flags().StringVar(&f.event, "event", "", "those of this event, SOURCE.TYPE, or of a `PATTERN` with * and >")
	cmd.Flags().StringVar(&f.failure, "error", "", "those whose last error has this name, or this `TEXT` in its message")
	cmd.Flags().StringVar(&f.reason, "reason", "", "those that are dead for this `REASON`: failed, unreadable or lost")
}

// filter returns which dead letters are meant: those of a handler, or of all of a
// service, or of all for "".
func (f *letterFlags) filter(handler string) (events.LetterFilter, error) {
	if handler != "" && !strings.Contains(handler, ".") {
		handler += ".*"
	}
	filter := events.LetterFilter{Handler: handler, Event: f.event, Error: f.failure, Reason: f.reason}
	return filter, filter.Check()
}

// openLimit bounds how long the dead letters are looked for: a broker that forbids it
// says nothing.
const openLimit = 10 * time.Second

// withLetters has do work on the dead letters, until a signal arrives.
func (f *connectFlags) withLetters(cmd *cobra.Command, do func(ctx context.Context, dead *events.DeadLetters) error) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	dead, end, err := f.openLetters(ctx)
	if err != nil {
		return err
	}
	defer end()
	return do(ctx, dead)
}

// openLetters connects and opens the dead letters. It returns what ends the connection.
func (f *connectFlags) openLetters(ctx context.Context) (dead *events.DeadLetters, end func(), err error) {
	conn, end, err := f.connect(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	limited, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	dead, err = events.OpenDeadLetters(limited, conn)
	if err == nil {
		return dead, end, nil
	}
	end()
	if ctx.Err() == nil && limited.Err() != nil {
		err = exitWith(exitTimeout, fmt.Errorf("%w; the broker may forbid it", err))
	}
	return nil, nil, err
}

// checkHandler returns an error for a handler, or "service.*", that nobody knows: none
// has run within a week, and no dead letter is of it.
func checkHandler(ctx context.Context, dead *events.DeadLetters, handler string) error {
	if handler == "" {
		return nil
	}
	known, err := knownHandlers(ctx, dead)
	if err != nil {
		return err
	}
	what := "handler"
	if service, all := strings.CutSuffix(handler, ".*"); all {
		what, handler = "service with a handler", service
		for i, name := range known {
			known[i], _, _ = strings.Cut(name, ".")
		}
	}
	if slices.Contains(known, handler) {
		return nil
	}
	text := fmt.Sprintf("no %s %s is known to the broker", what, handler)
	if hint := suggest.Hint(handler, known); hint != "" {
		return exitWith(exitNotFound, errors.New(text+"; "+hint))
	}
	return exitWith(exitNotFound, errors.New(text+"; there are: "+suggest.List(known)))
}

// knownHandlers returns the handlers that have run within a week, or have dead letters.
func knownHandlers(ctx context.Context, dead *events.DeadLetters) ([]string, error) {
	known, err := dead.Handlers(ctx)
	if err != nil {
		return nil, err
	}
	for l, err := range dead.All(ctx, events.LetterFilter{}) {
		if err != nil {
			return nil, err
		}
		known = append(known, l.Handler)
	}
	return known, nil
}

// shownLetter is a dead letter as JSON.
type shownLetter struct {
	Number   uint64    `json:"number"`
	Handler  string    `json:"handler"`
	Event    string    `json:"event"`
	ID       string    `json:"id"`
	Key      string    `json:"key,omitempty"`
	Reason   string    `json:"reason"`
	Error    string    `json:"error"`
	Name     string    `json:"name,omitempty"` // of the error, where it is declared
	Attempts int       `json:"attempts"`
	Emitted  time.Time `json:"emitted"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
}

func showLetter(l events.Letter) shownLetter {
	return shownLetter{l.Number, l.Handler, l.Event, l.ID, l.Key, l.Reason, l.Error, l.Name, l.Attempts, l.Emitted, l.First, l.Last}
}

// instant writes a time for people, to the second.
func instant(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// cut returns the first n characters of a text, on one line.
func cut(text string, n int) string {
	if all := []rune(text); len(all) > n {
		text = string(all[:n-1]) + "…"
	}
	return present.Safe(text)
}
