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

// slowBuild is after how long svc says that it builds.
const slowBuild = 2 * time.Second

// runFlags are the flags of svc run; most are handed on to the processes.
type runFlags struct {
	connectFlags

	instances int
	isolate   bool
	drain     time.Duration
	port      int
	json      bool
	noVet     bool
}

func runVerb() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [TARGET…] [flags]",
		Short: "Build and run services.",
		Long: "Build and run the services of packages. A target is a folder (./orders), all folders\n" +
			"below one (./..., the default), one struct (./orders:Orders), or an import path.\n" +
			"A package main is built as it is; for other packages svc generates a main, without\n" +
			"writing into your folders. Where no broker is named and none answers at the default\n" +
			"address, a development broker is started, which other svc commands share. Where services\n" +
			"use Redis and the configuration names none, it is the one at the default address, or a\n" +
			"development one, which keeps its data in memory.\n\n" +
			"The HTTP server of a process listens on --port, else where the configuration says\n" +
			"(web.port, 8000). With -n each instance takes the next port: 8000, 8001, and so on, by\n" +
			"--define web.offset. Several programs (more than one main, or --isolate) begin at the\n" +
			"same port: the second that has HTTP says that it is taken, unless the configuration\n" +
			"gives it another (services.NAME.web.port).\n\n" +
			"The first ^C lets running calls finish; the second hands them back and ends at once.",
		Example: "  svc run ./examples/hello\n  svc run ./orders ./payments:Payments --config config.yml -n 2 --port 8080",
		RunE:    func(cmd *cobra.Command, targets []string) error { return f.run(cmd, targets) },
	}
	f.addBroker(cmd)
	flags := cmd.Flags()
	flags.IntVarP(&f.instances, "instances", "n", 1, "run `N` instances, each a process")
	flags.BoolVar(&f.isolate, "isolate", false, "run each service as a process of its own")
	flags.DurationVar(&f.drain, "drain", 0, "how long running calls may take at stop (default: 30s)")
	flags.IntVar(&f.port, "port", 0, "`PORT` of the HTTP server, with -n of the first (default: web.port, 8000)")
	flags.BoolVar(&f.noVet, "no-vet", false, "build without looking for mistakes first (see svc vet)")
	flags.BoolVar(&f.json, "json", false, "write logs as JSON lines")
	return cmd
}

func (f *runFlags) check() error {
	if f.instances < 1 {
		return errors.New("-n: want at least 1 instance")
	}
	if f.port < 0 || f.lastPort() > highestPort {
		return fmt.Errorf("--port: have %d for the HTTP server of %d instances, want all ports between 1 and %d", f.port, f.instances, highestPort)
	}
	return nil
}

const highestPort = 65_535

// lastPort is that of the last instance, where --port gives the first its own.
func (f *runFlags) lastPort() int { return f.port + f.instances - 1 }

func (f *runFlags) run(cmd *cobra.Command, targets []string) error {
	if err := f.check(); err != nil {
		return asUsage(cmd, err)
	}
	// Notified twice, so that no signal is lost between building, which a
	// signal ends, and running, where it is handed on.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, stopSignals()...)
	defer signal.Stop(signals)
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	note := newNotes(cmd.ErrOrStderr(), f.json)

	processes, err := f.prepare(ctx, targets, note)
	if ctx.Err() != nil {
		return exitWith(exitInterrupted, nil)
	}
	if err != nil {
		return err
	}
	group := supervise.Group{
		Processes: processes, Stdout: cmd.OutOrStdout(), Stderr: cmd.ErrOrStderr(), Signals: signals, Note: note,
	}
	code, err := group.Run()
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
	if err := reach(ctx, where, note); err != nil {
		return nil, err
	}
	redis, err := f.reachRedis(ctx, binaries, where, note)
	if err != nil {
		return nil, err
	}
	return f.processes(programs, binaries, where, redis), nil
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
