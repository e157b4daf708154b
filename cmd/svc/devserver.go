package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// defaultIdle outlasts a pause for thought between two runs, so that what is
// only in the broker's memory is still there; files are kept anyway.
const defaultIdle = 5 * time.Minute

// ensure finds or starts a development server, and says which, and what becomes of it.
func ensure(ctx context.Context, shared devserver.Shared, what, place, fate string, note func(string)) error {
	idle, err := idleTime()
	if err != nil {
		return err
	}
	started, err := shared.Ensure(ctx)
	if err != nil {
		return err
	}
	if !started {
		note("using the " + what + " at " + place)
		return nil
	}
	note(fmt.Sprintf("started a development %s at %s (%s when unused for %s; log: %s)", what, place, fate, idle, shared.Log()))
	return nil
}

// serveShared runs a development server until a signal arrives, or it has been idle for so
// long; 0 is what the environment says.
func serveShared(ctx context.Context, cmd *cobra.Command, shared devserver.Shared, idle time.Duration) (err error) {
	if idle <= 0 {
		if idle, err = idleTime(); err != nil {
			return asUsage(cmd, err)
		}
	}
	err = shared.Serve(ctx, idle, cmd.ErrOrStderr())
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// idleTime is how long a development server waits for the next client;
// SVC_DEV_IDLE overrides it.
func idleTime() (time.Duration, error) {
	text := os.Getenv("SVC_DEV_IDLE")
	if text == "" {
		return defaultIdle, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("SVC_DEV_IDLE: have %q, want how long a development server waits unused, as in 30s or 5m", text)
	}
	return d, nil
}
