package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
)

// shellFlags are the flags of svc shell.
type shellFlags struct {
	sendFlags

	code string
	json bool
}

func shellVerb() *cobra.Command {
	var f shellFlags
	cmd := &cobra.Command{
		Use:   "shell [FILE] [flags]",
		Short: "Call services from a prompt or a script.",
		Long: "Run Starlark, a small Python, in which n.rpc.SERVICE.METHOD(…) calls a service and\n" +
			"n.dispatch_event(SOURCE, TYPE, DATA) emits an event: a file, the text of -c, what is\n" +
			"piped in, or at a terminal what you type. The prompt, -c and a pipe print the value of\n" +
			"each expression, with --json as a line of JSON; a file prints with print. At the prompt\n" +
			"Tab completes names of what is running, ^R searches what was typed before; help says\n" +
			"what else there is.\n\n" +
			"The first error ends all but the prompt. Exit codes: 2 wrong arguments, 3 no\n" +
			"such service or method, 4 the broker refuses the credentials, 5 no answer in time, 6 a\n" +
			"method answered an error, of any kind, 1 any other.",
		Example: "  svc shell\n" +
			"  svc shell -c \"n.rpc.greeting_service.hello(name='world')\"\n" +
			"  svc shell --json -c \"n.dispatch_event('payments', 'paid', {'order': 'o1'})\"\n" +
			"  svc shell script.star --data language=de",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	f.addSend(cmd, "how long a call waits for its answer", "begin with context data `KEY=VALUE` in n.data; repeatable")
	cmd.Flags().StringVarP(&f.code, "code", "c", "", "run this `CODE`")
	offerJSONLines[any](cmd, &f.json, "print the values of -c or a pipe as JSON, a line for each; print prints\nto standard error")
	return cmd
}

func (f *shellFlags) run(cmd *cobra.Command, files []string) error {
	play, err := f.player(cmd, files)
	if err != nil {
		return asUsage(cmd, err)
	}
	data, err := f.withData(context.Background())
	if err != nil {
		return asUsage(cmd, err)
	}
	section, err := f.section("")
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	client, err := f.dial(ctx, rpc.WithTimeoutFrom("--timeout", f.timeout))
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // nothing is sent any more
	s, err := shell.New(shell.Config{
		Client: client, Section: section, Data: entrypoint.Data(data), JSON: f.json, Events: f.events,
		Stdout: cmd.OutOrStdout(), Stderr: cmd.ErrOrStderr(),
	})
	if err != nil {
		return err
	}
	defer s.Close()
	return shellError(play(ctx, s))
}

// events connects for the events of a session. Each has a source of its own.
func (f *shellFlags) events(ctx context.Context) (*events.Standalone, error) {
	return f.dialSource(ctx, "svc-shell", events.WithTimeoutFrom("--timeout", f.timeout))
}

// player returns what is to be done with a session.
func (f *shellFlags) player(cmd *cobra.Command, files []string) (func(context.Context, *shell.Session) error, error) {
	if err := f.checkTimeout(); err != nil {
		return nil, err
	}
	in, out := cmd.InOrStdin(), cmd.OutOrStdout()
	switch hasCode := cmd.Flags().Changed("code"); {
	case f.json && len(files) > 0:
		return nil, fmt.Errorf("have --json and the file %s, which prints what it wants to: write json.encode there, or pipe it in", files[0])
	case hasCode && len(files) > 0:
		return nil, fmt.Errorf("have -c and the file %s, want one of them", files[0])
	case hasCode:
		return func(ctx context.Context, s *shell.Session) error { return s.Exec(ctx, "-c", f.code, true) }, nil
	case len(files) > 0:
		text, err := os.ReadFile(files[0])
		return func(ctx context.Context, s *shell.Session) error { return s.Exec(ctx, files[0], string(text), false) }, err
	case present.IsTerminal(in) && present.IsTerminal(out) && f.json:
		return nil, errors.New("--json: want -c, or a program that is piped in; the prompt is for people")
	case present.IsTerminal(in) && present.IsTerminal(out):
		return func(_ context.Context, s *shell.Session) error { return interact(cmd, s) }, nil
	default:
		return func(ctx context.Context, s *shell.Session) error { return s.Pipe(ctx, "stdin", in) }, nil
	}
}

// interact is a session with a person: ^C ends a statement, not the session, and
// the other signals end the process.
func interact(cmd *cobra.Command, s *shell.Session) error {
	signal.Reset(stopSignals()...)
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	history, err := cacheFolder("history")
	if err != nil {
		return err
	}
	note := newNotes(cmd.ErrOrStderr(), false)
	terminal := shell.OpenTerminal()
	defer terminal.Close() //nolint:errcheck // what was typed has run
	terminal.CompleteWith(s.Complete)
	if err := terminal.Keep(history); err != nil {
		note("no history: " + err.Error())
	}
	note("help says what there is; ^D ends")
	return s.Interact(cmd.Context(), terminal, interrupts)
}

// shellError gives errors of programs the exit codes of calls.
func shellError(err error) error {
	if exit, ok := errors.AsType[*shell.ExitError](err); ok {
		return exitWith(exit.Code, nil)
	}
	return err
}
