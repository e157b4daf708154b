package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/supervise"
	"github.com/enoki-go/enoki/config"
)

// slowBuild is after how long svc says that it builds; tests, which compare what svc says,
// set it to more than they last.
var slowBuild = 2 * time.Second

// runFlags are the flags of svc run; most are handed on to the processes.
type runFlags struct {
	connectFlags

	instances int
	isolate   bool
	drain     time.Duration
	port      int
	noVet     bool
	reload    bool
	logFlags
}

func runVerb() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:     "run [TARGET…] [flags]",
		Short:   "Build and run services.",
		Long:    runText,
		Example: "  svc run ./examples/hello\n  svc run ./orders --reload\n  svc run ./orders ./payments:Payments --config config.yml -n 2 --port 8080",
		RunE:    func(cmd *cobra.Command, targets []string) error { return f.run(cmd, targets) },
	}
	f.addBroker(cmd)
	flags := cmd.Flags()
	flags.IntVarP(&f.instances, "instances", "n", 1, "run `N` instances, each a process")
	flags.BoolVar(&f.isolate, "isolate", false, "run each service as a process of its own")
	flags.DurationVar(&f.drain, "drain", 0, "how long running calls may take at stop (default: 30s)")
	flags.IntVar(&f.port, "port", 0, "`PORT` of the HTTP server, with -n of the first (default: web.port, 8000)")
	flags.BoolVar(&f.noVet, "no-vet", false, "build without looking for mistakes first (see svc vet)")
	flags.BoolVar(&f.reload, "reload", false, "build and replace what runs whenever its source or configuration changes")
	f.addLog(cmd)
	return cmd
}

func (f *runFlags) check() error {
	if f.instances < 1 {
		return fmt.Errorf("-n: have %d, want at least 1 instance", f.instances)
	}
	if f.port < 0 || f.lastPort() > highestPort {
		return fmt.Errorf("--port: have %d for the HTTP server of %d instances, want all ports between 1 and %d", f.port, f.instances, highestPort)
	}
	_, err := idleTime()
	return err
}

const highestPort = 65_535

// lastPort is that of the last instance, where --port gives the first its own.
func (f *runFlags) lastPort() int { return f.port + f.instances - 1 }

func (f *runFlags) run(cmd *cobra.Command, targets []string) error {
	out, err := f.console(cmd)
	if err := errors.Join(f.check(), err); err != nil {
		return asUsage(cmd, err)
	}
	// Notified twice, so that no signal is lost between building, which a
	// signal ends, and running, where it is handed on.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, stopSignals()...)
	defer signal.Stop(signals)
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()

	group := supervise.Group{Output: out.output, Signals: signals, Note: out.note}
	if f.reload {
		return f.runReloading(ctx, targets, &group, out)
	}
	if group.Processes, err = f.prepare(ctx, targets, out.note); err != nil {
		return interrupted(ctx, err)
	}
	return finished(group.Run())
}

// interrupted is the end of a run that failed, unless that was the user's wish.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return exitWith(exitInterrupted, nil)
	}
	return err
}

func finished(code int, err error) error {
	if err != nil {
		return err
	}
	return exitWith(code, nil)
}

// prepare does all that can fail before a process runs: the servers come last,
// because idle ones should not wait for a compiler.
func (f *runFlags) prepare(ctx context.Context, targets []string, note func(string)) ([]supervise.Process, error) {
	where, err := f.address()
	if err != nil {
		return nil, err
	}
	programs, binaries, err := buildVetted(ctx, targets, f.isolate, f.noVet, note)
	if err != nil {
		return nil, err
	}
	for _, p := range programs {
		note("running " + strings.Join(p.Services(), ", ") + f.copies())
	}
	redis, err := f.servers(ctx, binaries, where, note)
	if err != nil {
		discard(binaries)
		return nil, err
	}
	return f.processes(programs, binaries, where, redis), nil
}

// servers makes sure of those that binaries need, and returns the URL of Redis, if they
// do.
func (f *runFlags) servers(ctx context.Context, binaries []string, where address, note func(string)) (redis string, err error) {
	if err := reach(ctx, where, note); err != nil {
		return "", err
	}
	return f.reachRedis(ctx, binaries, where, note)
}

// copies says how often a program runs, and where its HTTP servers listen as far as
// the flags say so.
func (f *runFlags) copies() string {
	switch {
	case f.instances == 1:
		return ""
	case f.port == 0:
		return fmt.Sprintf(" (%d instances)", f.instances)
	default:
		return fmt.Sprintf(" (%d instances; HTTP, where they have it, on ports %d to %d)", f.instances, f.port, f.lastPort())
	}
}

// reach makes sure of a broker where nobody named one, and says which is used.
func reach(ctx context.Context, where address, note func(string)) error {
	if where.origin == "" {
		return ensureBroker(ctx, defaultAddr(), note)
	}
	note("using the broker at " + config.Redact(where.url) + " (" + where.origin + ")")
	if where.exposed() {
		note("warning: that broker is on another machine, without TLS or credentials: anyone on the way can read and send calls")
	}
	return nil
}
