package main

import (
	"context"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/rpc"
)

// callFlags are the flags of svc call.
type callFlags struct {
	sendFlags

	repeat   int
	submit   bool
	json     bool
	lifetime time.Duration // of a call that is submitted; 0 for as long as it is kept
}

func callVerb() *cobra.Command {
	var f callFlags
	cmd := &cobra.Command{
		Use:   "call SERVICE.METHOD [JSON | NAME=VALUE…] [flags]",
		Short: "Call a method and print its result as JSON.",
		Long: "Call a method and print its result as JSON. Arguments are NAME=VALUE pairs, whose\n" +
			"values are JSON or else text; or one JSON document: the argument itself, an array of\n" +
			"all, or an object of all by name. Without arguments the document is read from\n" +
			"standard input, unless that is a terminal.\n\n" +
			"A service that has run here within a week and is down is waited for. With --submit, a\n" +
			"method that is declared delivery:\"durable\" is called without waiting for it: the call is\n" +
			"stored, and what is printed is its handle, for svc result.\n\n" +
			"Exit codes: 2 wrong arguments, 3 no such service or method, or no room for the call,\n" +
			"4 the broker refuses the credentials, 5 no answer in time, 6 the method answered an\n" +
			"error, of any kind.",
		Example: "  svc call greeting_service.hello name=world\n" +
			"  svc call greeting_service.hello '[\"world\"]'\n" +
			"  echo '\"world\"' | svc call greeting_service.hello\n" +
			"  svc result $(svc call --submit reports.build year=2026)",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0], args[1:]) },
	}
	f.addSend(cmd, "how long to wait for the answer; with --submit,\nhow long the call may wait and run: 24h, and no more", "send context data `KEY=VALUE`; repeatable")
	cmd.Flags().IntVar(&f.repeat, "repeat", 1, "call `N` times, one after the other; off a terminal each\nresult is a line, also with --json")
	cmd.Flags().BoolVar(&f.submit, "submit", false, "store a durable call and print its handle")
	offerJSON[any](cmd, &f.json, "print JSON, as results always are: a handle as {handle, id}")
	return cmd
}

func (f *callFlags) run(cmd *cobra.Command, target string, words []string) error {
	if err := f.check(cmd.Flags().Changed("timeout"), target); err != nil {
		return asUsage(cmd, err)
	}
	ctx, given, err := typed(cmd, &f.sendFlags, words, readArguments)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, stopSignals()...)
	defer stop()
	client, err := f.dial(ctx, f.options()...)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the answer is there, or the error is
	args, err := given.resolve(ctx, client, target)
	if err != nil {
		return err
	}
	if f.submit {
		return f.submitAll(ctx, cmd, client, target, args)
	}
	return f.callAll(ctx, cmd.OutOrStdout(), client, target, args)
}

// check looks at what was typed; timed says whether --timeout was.
func (f *callFlags) check(timed bool, target string) error {
	if err := f.checkTimeout(); err != nil {
		return err
	}
	if f.repeat < 1 {
		return fmt.Errorf("--repeat: have %d, want at least 1", f.repeat)
	}
	if service, method, _ := strings.Cut(target, "."); !broker.ValidName(service) || !broker.ValidName(method) {
		return fmt.Errorf("have %q, want SERVICE.METHOD, names of 1 to 64 letters, digits, - or _", target)
	}
	if !f.submit || !timed {
		return nil
	}
	if f.timeout > maxLifetime {
		return fmt.Errorf("--timeout: have %v, want at most %v, for which a call that is submitted is kept", f.timeout, maxLifetime)
	}
	f.lifetime = f.timeout
	return nil
}

// options returns how to dial. How long a call may take that is submitted says
// nothing of how long storing it may.
func (f *callFlags) options() []rpc.DialOption {
	if f.submit {
		return nil
	}
	return []rpc.DialOption{rpc.WithTimeoutFrom("--timeout", f.timeout)}
}

// callAll makes the calls and prints their results.
func (f *callFlags) callAll(ctx context.Context, out io.Writer, client *rpc.Standalone, target string, args []any) error {
	for range f.repeat {
		result, err := client.Proxy("").Call(ctx, target, args...)
		if err != nil {
			return &remoteError{err}
		}
		if err := printResult(out, result); err != nil {
			return err
		}
	}
	return nil
}

// printResult writes what a method returned.
func printResult(out io.Writer, result rpc.Result) error {
	text, err := result.JSON()
	if err != nil {
		return &remoteError{err}
	}
	return printJSON(out, text)
}
