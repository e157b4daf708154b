package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/rpc"
)

// resultFlags are the flags of svc result.
type resultFlags struct {
	connectFlags

	timeout time.Duration
	json    bool // changes nothing: a result is JSON
}

func resultVerb() *cobra.Command {
	var f resultFlags
	cmd := &cobra.Command{
		Use:   "result HANDLE [flags]",
		Short: "Print the result of a call that was submitted.",
		Long: "Print the result of a call that was submitted, by svc call --submit or by a program, as\n" +
			"svc call prints one. It is waited for, kept for 24 hours, and can be asked for again.\n\n" +
			"Exit codes: 2 that is no handle, 3 there is no result, or none any more, 4 the broker\n" +
			"refuses the credentials, 5 the result is not there in time, or the time of the call was\n" +
			"up before it ran, 6 the method answered an error, of any kind.",
		Example: "  svc result reports.build.1.build/2026\n" +
			"  svc result $(svc call --submit reports.build year=2026) --timeout 10m",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	f.addBroker(cmd)
	cmd.Flags().DurationVar(&f.timeout, "timeout", 30*time.Second, "how long to wait for the result; 0 only looks for it")
	offerJSON[any](cmd, &f.json, "print JSON, as results always are")
	return cmd
}

func (f *resultFlags) run(cmd *cobra.Command, text string) error {
	if f.timeout < 0 {
		return asUsage(cmd, errors.New("--timeout: want 0 or more"))
	}
	h, err := rpc.ParseHandle(text)
	if err != nil {
		return asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	client, err := f.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the result is there, or the error is
	result, err := f.get(ctx, client.Jobs(), h)
	if err != nil {
		return &remoteError{err}
	}
	return printResult(cmd.OutOrStdout(), result)
}

// get returns the result, and names the flag where it is not there in time.
func (f *resultFlags) get(ctx context.Context, jobs rpc.Jobs, h rpc.Handle) (rpc.Result, error) {
	if f.timeout == 0 {
		return jobs.Look(ctx, h)
	}
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	result, err := jobs.Fetch(limited, h)
	if errors.Is(err, rpc.ErrPending) && ctx.Err() == nil {
		err = fmt.Errorf("result of %s: %w", h, rpc.ErrPending.Explain("the result was not there within %v (--timeout)", f.timeout))
	}
	return result, err
}
