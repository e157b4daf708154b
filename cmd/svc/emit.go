package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
)

// emitFlags are the flags of svc emit.
type emitFlags struct {
	sendFlags

	id         string
	key        string
	after      time.Duration
	at         string
	mandatory  bool
	unreliable bool
	json       bool

	due time.Time // what after and at say; zero for now
}

func emitVerb() *cobra.Command {
	var f emitFlags
	cmd := &cobra.Command{
		Use:   "emit SOURCE.TYPE [JSON | NAME=VALUE… | -] [flags]",
		Short: "Emit an event.",
		Long: "Emit an event, as the service SOURCE does. Its payload is one JSON document; or an\n" +
			"object of NAME=VALUE pairs, whose values are JSON or else text; or - for standard input,\n" +
			"which is also read where nothing is said, unless that is a terminal.\n\n" +
			"The event is stored when svc ends with 0, and nothing is printed. Handlers get it also\n" +
			"when they are away; where no handler has run within a week it is gone.\n\n" +
			"Exit codes: 2 wrong arguments, 3 nobody handles it (--mandatory), or no room or no\n" +
			"JetStream to store it, 4 the broker refuses the credentials, 5 it may not be stored: emit\n" +
			"it again with the same --id, and it is stored once.",
		Example: "  svc emit payments.paid '{\"order\": \"o1\"}'\n" +
			"  svc emit payments.paid order=o1 amount=20 --key o1\n" +
			"  svc emit payments.reminder order=o1 --after 1h\n" +
			"  svc emit payments.paid - <payment.json",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0], args[1:]) },
	}
	f.addSend(cmd, "how long to wait until it is stored", "send context data `KEY=VALUE`; repeatable")
	cmd.Flags().StringVar(&f.id, "id", "", "`ID` of the event, stored once in two minutes (default: a new one)")
	cmd.Flags().StringVar(&f.key, "key", "", "`KEY` by which handlers that are ordered keep the order")
	cmd.Flags().DurationVar(&f.after, "after", 0, "emit it after this time; a process that emits or\nhandles events must run then")
	cmd.Flags().StringVar(&f.at, "at", "", "emit it at this `TIME`, as in 2030-01-31T08:00:00Z")
	cmd.Flags().BoolVar(&f.mandatory, "mandatory", false, "fail where nobody handles it")
	cmd.Flags().BoolVar(&f.unreliable, "unreliable", false, "send it without storing it, to those who are connected")
	offerJSON[emitted](cmd, &f.json, "print JSON: {id}")
	return cmd
}

func (f *emitFlags) run(cmd *cobra.Command, target string, words []string) error {
	source, _, err := splitEvent(target)
	if err == nil {
		err = f.check(cmd.Flags().Changed("after"))
	}
	if err != nil {
		return asUsage(cmd, err)
	}
	ctx, payload, err := typed(cmd, &f.sendFlags, words, readPayload)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, stopSignals()...)
	defer stop()
	client, err := f.dialSource(ctx, source, events.WithTimeoutFrom("--timeout", f.timeout))
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the event is stored, or the error is there
	if err := f.emit(ctx, client, target, payload, newNotes(cmd.ErrOrStderr(), false)); err != nil {
		return err
	}
	return f.print(cmd.OutOrStdout())
}

// splitEvent reads SOURCE.TYPE.
func splitEvent(target string) (source, event string, err error) {
	source, event, _ = strings.Cut(target, ".")
	for word := range strings.SplitSeq(target, ".") {
		if event == "" || !broker.ValidName(word) {
			return "", "", fmt.Errorf("have %q, want SOURCE.TYPE, such as payments.paid or payments.order.paid, words of 1 to 64 letters, digits, - or _", target)
		}
	}
	return source, event, nil
}

// check looks at what was typed; delayed says whether --after was.
func (f *emitFlags) check(delayed bool) (err error) {
	if err := f.checkTimeout(); err != nil {
		return err
	}
	switch {
	case delayed && f.after <= 0:
		return fmt.Errorf("--after: have %v, want more than 0", f.after)
	case delayed && f.at != "":
		return errors.New("have --after and --at, want one of them")
	case delayed:
		f.due = time.Now().Add(f.after)
	case f.at != "":
		if f.due, err = time.Parse(time.RFC3339, f.at); err != nil || !f.due.After(time.Now()) {
			return fmt.Errorf("--at: have %q, want a time to come, as in %s", f.at, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		}
	}
	later := !f.due.IsZero()
	switch {
	case f.mandatory && later:
		return errors.New("have --mandatory and a time, want one of them: who handles the event then is not known now")
	case f.unreliable && (f.mandatory || later):
		return errors.New("--unreliable: what is not stored can neither wait nor be mandatory")
	default:
		return nil
	}
}

// readPayload reads the payload from the words behind the event, nil for none.
func readPayload(words []string, stdin io.Reader) (any, error) {
	if len(words) == 1 && words[0] == "-" {
		a, err := readInput(struct{ io.Reader }{stdin}) // at a terminal too
		if err == nil && a.document == nil {
			err = errors.New("standard input is empty, want one JSON document")
		}
		return json.RawMessage(a.document), err
	}
	a, err := readArguments(words, stdin)
	switch {
	case err != nil:
		return nil, err
	case a.document != nil:
		return json.RawMessage(a.document), nil
	case a.pairs == nil:
		return nil, nil
	default:
		return a.object()
	}
}

// object returns the pairs as an object. Nobody says here what a handler takes, so what
// is valid JSON is meant as such.
func (a arguments) object() (json.RawMessage, error) {
	object := make(map[string]any, len(a.pairs))
	for _, p := range a.pairs {
		if _, twice := object[p.name]; twice {
			return nil, fmt.Errorf("%s is given twice", p.name)
		}
		object[p.name] = p.text
		if json.Valid([]byte(p.text)) {
			object[p.name] = json.RawMessage(p.text)
		}
	}
	return present.EncodeJSON(object)
}

// emit emits the event. That nobody handles it is an error only where it was said to be
// one, but a user wants to know.
func (f *emitFlags) emit(ctx context.Context, client *events.Standalone, target string, payload any, note func(string)) error {
	_, event, _ := strings.Cut(target, ".")
	if f.id == "" {
		f.id = strings.ToLower(rand.Text())
	}
	options, dispatch := f.options(), client.Dispatcher()
	switch {
	case f.unreliable:
		if err := dispatch(ctx, event, payload, options...); err != nil {
			return err
		}
		return client.Connection().Flush(ctx)
	case !f.due.IsZero():
		return dispatch(ctx, event, payload, options...)
	}
	err := dispatch(ctx, event, payload, append(options, events.Mandatory())...)
	if !errors.Is(err, events.ErrNoHandler) {
		return err
	}
	if f.mandatory {
		return fmt.Errorf("%w%s", err, nearEvent(ctx, client.Connection(), target))
	}
	if err := dispatch(ctx, event, payload, options...); err != nil {
		return err
	}
	note("no handler is known for whom the event is stored: only those with reliable:\"false\" get it, where they are connected" +
		nearEvent(ctx, client.Connection(), target))
	return nil
}

func (f *emitFlags) options() []events.EmitOption {
	options := []events.EmitOption{events.ID(f.id)}
	if f.key != "" {
		options = append(options, events.Key(f.key))
	}
	if !f.due.IsZero() {
		options = append(options, events.At(f.due))
	}
	if f.unreliable {
		options = append(options, events.Unreliable())
	}
	return options
}

// emitted is what is known of an event that was emitted.
type emitted struct {
	ID string `json:"id"`
}

func (f *emitFlags) print(out io.Writer) error {
	if !f.json {
		return nil
	}
	return printValue(out, emitted{f.id})
}
