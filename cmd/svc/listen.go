package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/discreet"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
)

// listenFlags are the flags of svc listen.
type listenFlags struct {
	connectFlags

	count  int
	json   bool
	reveal bool
}

func listenVerb() *cobra.Command {
	var f listenFlags
	cmd := &cobra.Command{
		Use:   "listen [SOURCE | SOURCE.TYPE] [flags]",
		Short: "Print the events that are emitted.",
		Long: "Print the events that are emitted from now on, a line for each: its time, what it is,\n" +
			"its id, and its payload as JSON. What is meant is every event, those of a SOURCE, or\n" +
			"those of a pattern, in which * is any word and > the rest; quote it for the shell.\n" +
			"What handlers declare sensitive is not shown, nor a key that may be it; a handler that\n" +
			"starts meanwhile is known within 3 s.\n" +
			"Listening has begun when svc says so, on standard error. Handlers get their events as\n" +
			"without it. What is emitted twice with one id, or replayed, is heard again.\n\n" +
			"^C ends it with 0. Exit codes: 2 wrong arguments, 3 no broker, or the connection is\n" +
			"closed for good, 4 the broker refuses the credentials.",
		Example: "  svc listen\n  svc listen payments\n  svc listen '*.order.>' --json -n 1",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, append(args, ">")[0]) },
	}
	f.addBroker(cmd)
	cmd.Flags().BoolVar(&f.reveal, "reveal", false, "print what handlers declare sensitive, too")
	cmd.Flags().IntVarP(&f.count, "count", "n", 0, "end after `COUNT` events (default: never)")
	offerJSONLines[heardEvent](cmd, &f.json, "print JSON, a line for each: {time, event, id, key, payload}")
	return cmd
}

func (f *listenFlags) run(cmd *cobra.Command, pattern string) error {
	if broker.ValidName(pattern) {
		pattern += ".>"
	}
	if err := f.check(pattern, cmd.Flags().Changed("count")); err != nil {
		return asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	// What the connection has to say is of interest while svc listens.
	level := new(slog.LevelVar)
	level.Set(slog.LevelError + 1)
	conn, end, err := f.connect(ctx, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level})))
	if err != nil {
		return err
	}
	defer end()
	level.Set(slog.LevelWarn)
	defer level.Set(slog.LevelError + 1) // that svc closes it is no news
	return f.listen(ctx, cmd, conn, pattern)
}

func (f *listenFlags) listen(ctx context.Context, cmd *cobra.Command, conn *broker.Conn, pattern string) error {
	h := &hearing{out: cmd.OutOrStdout(), json: f.json, left: f.count, done: make(chan struct{})}
	if !f.reveal {
		h.secrets = &sensitivity{conn: conn}
		defer h.secrets.start(ctx)()
	}
	if ctx.Err() != nil {
		return nil // ^C, while handlers were asked
	}
	return h.listen(ctx, conn, pattern, newNotes(cmd.ErrOrStderr(), false))
}

// check looks at what was typed; counted says whether -n was.
func (f *listenFlags) check(pattern string, counted bool) error {
	if counted && f.count < 1 {
		return fmt.Errorf("-n: have %d, want at least 1 event", f.count)
	}
	return events.CheckPattern(pattern)
}

// hearing prints events, one after the other.
type hearing struct {
	out     io.Writer
	json    bool
	secrets *sensitivity  // nil where all is shown
	left    int           // events that are still to come; 0 for no end
	done    chan struct{} // closed after the last
	over    bool
	err     error // of out; to be read after done
}

// listen prints events until enough have come, ctx ends, or none can come any more.
func (h *hearing) listen(ctx context.Context, conn *broker.Conn, pattern string, note func(string)) error {
	sub, err := events.Listen(conn, pattern, h.hear)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = sub.Stop(ctx) // what is not printed by then is not worth waiting for
	}()
	if err := conn.Flush(ctx); err != nil {
		return err
	}
	note(fmt.Sprintf("listening for %s on %s, namespace %s; ^C ends it", pattern, conn.URL(), conn.Namespace()))
	select {
	case <-h.done:
		return h.err
	case <-conn.Closed():
		return broker.ErrClosed
	case <-ctx.Done():
		return nil
	}
}

// hear prints one event. It runs on the goroutine of the subscription.
func (h *hearing) hear(info events.Info, r events.Raw) {
	if h.over {
		return
	}
	h.err = h.print(info, r)
	h.left--
	if h.over = h.err != nil || h.left == 0; h.over {
		close(h.done)
	}
}

// sensitive returns the paths of what an event has that is not to be shown.
func (h *hearing) sensitive(event string) []string {
	if h.secrets == nil {
		return nil
	}
	return h.secrets.of(event)
}

// heardEvent is an event as it is shown.
type heardEvent struct {
	Time  time.Time `json:"time"`
	Event string    `json:"event"`
	ID    string    `json:"id"`
	Key   string    `json:"key,omitempty"`
	discreet.Payload
}

func (h *hearing) print(info events.Info, r events.Raw) error {
	when, event := info.Emitted, info.Source+"."+info.Type
	paths := h.sensitive(event)
	payload := discreet.Hide(r, paths)
	if when.IsZero() {
		when = time.Now() // its emitter has not said
	}
	when = when.UTC().Truncate(time.Millisecond)
	if !h.json {
		_, err := fmt.Fprintf(h.out, "%s %s %s %s\n", when.Format("2006-01-02T15:04:05.000Z"), present.Safe(event), present.Safe(info.ID), present.Safe(payload.String()))
		return err
	}
	text, err := present.EncodeJSON(heardEvent{when, event, info.ID, discreet.Key(info.Key, r, payload, paths), payload})
	if err == nil {
		_, err = fmt.Fprintf(h.out, "%s\n", present.SafeJSON(text))
	}
	return err
}
