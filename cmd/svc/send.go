package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// sendFlags are the flags of verbs that call or emit.
type sendFlags struct {
	connectFlags

	timeout time.Duration
	data    []string
}

// addSend adds --timeout and --data, besides the flags of addBroker.
func (f *sendFlags) addSend(cmd *cobra.Command, timeout, data string) {
	f.addBroker(cmd)
	cmd.Flags().DurationVar(&f.timeout, "timeout", 30*time.Second, timeout)
	cmd.Flags().StringArrayVar(&f.data, "data", nil, data)
}

func (f *sendFlags) checkTimeout() error {
	if f.timeout <= 0 {
		return fmt.Errorf("--timeout: have %v, want more than 0", f.timeout)
	}
	return nil
}

// withData puts the KEY=VALUE pairs of --data into the context data of ctx.
func (f *sendFlags) withData(ctx context.Context) (context.Context, error) {
	for _, pair := range f.data {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || !broker.ValidName(key) {
			return nil, fmt.Errorf("--data: have %q, want KEY=VALUE, the key 1 to 64 letters, digits, - or _", pair)
		}
		ctx = entrypoint.WithData(ctx, key, value) //nolint:fatcontext // one layer for each of a few pairs
	}
	return ctx, nil
}

// typed returns the context in which something is sent, and what read makes of the words
// behind the target, or of standard input. Signals are caught only after that: nothing but
// the signal itself ends a read.
func typed[T any](cmd *cobra.Command, f *sendFlags, words []string, read func(words []string, stdin io.Reader) (T, error)) (context.Context, T, error) {
	ctx, err := f.withData(cmd.Context())
	if err != nil {
		var none T
		return nil, none, asUsage(cmd, err)
	}
	body, err := read(words, cmd.InOrStdin())
	return ctx, body, asUsage(cmd, err)
}
