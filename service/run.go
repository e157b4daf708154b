package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/enoki-go/enoki/internal/handover"
)

// ErrForced is returned by Run when a second signal cut the stop short.
var ErrForced = errors.New("stopped by a second signal; running calls were cancelled")

// Run starts the services and blocks until ctx ends, SIGINT or SIGTERM arrives,
// or background work fails, whose error it returns. Then it stops: running calls
// may take as long as the configured drain time. A second signal hands them back
// to their callers where the kind of entrypoint can, cancels them, and Run returns
// ErrForced within 1.5 seconds. A SIGTERM within 250 ms of the first signal is no second one.
//
// Under svc run --reload it also says when the services have started, so that the version
// before this one can stop.
func (a *App) Run(ctx context.Context) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	return a.run(ctx, signals)
}

func (a *App) run(ctx context.Context, signals <-chan os.Signal) error {
	starting, cancel := context.WithCancel(ctx)
	defer cancel()
	started := make(chan error, 1)
	go func() { started <- a.Start(starting) }() // run waits for it
	select {
	case err := <-started:
		if err != nil {
			return err
		}
	case s := <-signals:
		a.logger.InfoContext(ctx, "stopping before the start is complete", "signal", s.String())
		cancel()
		return a.stopOn(ctx, signals, 1, func() error {
			return errors.Join(interrupted(<-started), a.Stop(context.WithoutCancel(ctx)))
		})
	}
	handover.Started()
	signalled, failure := a.wait(ctx, signals)
	return errors.Join(a.stopOn(ctx, signals, signalled, func() error {
		return a.Stop(context.WithoutCancel(ctx))
	}), failure)
}

// wait blocks until there is a reason to stop. It returns how many signals were
// part of it, and a failure.
func (a *App) wait(ctx context.Context, signals <-chan os.Signal) (signalled int, failure error) {
	select {
	case <-ctx.Done():
		return 0, nil
	case <-a.quit:
		a.logger.InfoContext(ctx, "stopping, as a constructor asked for through fx.Shutdowner")
		return 0, nil
	case s := <-signals:
		a.logger.InfoContext(ctx, "stopping; a second signal stops at once", "signal", s.String())
		return 1, nil
	case err := <-a.failed:
		a.logger.ErrorContext(ctx, "stopping because background work failed", "error", err)
		return 0, err
	}
}

// stopOn runs stop; the second signal, those before it counted, kills.
func (a *App) stopOn(ctx context.Context, signals <-chan os.Signal, signalled int, stop func() error) error {
	stopped, began := make(chan error, 1), time.Now()
	go func() { stopped <- stop() }() // the process ends without it only when killed
	for signalled < 2 {
		select {
		case err := <-stopped:
			return err
		case s := <-signals:
			if signalled == 0 || s != syscall.SIGTERM || time.Since(began) >= echo {
				signalled++
			}
		}
	}
	a.logger.WarnContext(ctx, "second signal: cancelling what runs")
	a.Kill()
	limit := time.NewTimer(forceLimit)
	defer limit.Stop()
	select {
	case err := <-stopped:
		return errors.Join(ErrForced, err)
	case <-limit.C:
		return ErrForced
	}
}

// echo is for how long another SIGTERM is the same one: who ends a group of processes
// sends one to svc, which hands it on, and one to this process.
const echo = 250 * time.Millisecond

// forceLimit is how long a stop goes on after a second signal. Calls get a second
// of it to unwind.
const forceLimit = 1400 * time.Millisecond

// interrupted drops the error of a start that was cut short on purpose.
func interrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("while stopping: %w", err)
	}
	return nil
}
