// Chaos makes calls between real processes, breaks the processes and the broker
// meanwhile, and judges by their histories whether the promises of the framework
// were kept.
//
// It runs itself again as broker, as worker and as caller. README.md says how to
// read what it prints.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/enoki-go/enoki/test/chaos/role"
)

func main() {
	if text, child := role.Asked(); child {
		exit(role.Main(text))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	exit(err)
}

// exit ends the process; what it says of an error names the process.
func exit(err error) {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		os.Exit(0) //nolint:forbidigo // this is main
	}
	fmt.Fprintln(os.Stderr, "chaos:", err)
	os.Exit(1) //nolint:forbidigo // this is main
}

var errViolated = errors.New("promises were violated")

// run does what the arguments ask for. The report goes to out, progress to errs.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	o, err := readOptions(args, errs)
	if err != nil {
		return err
	}
	if o.all {
		return runAll(ctx, everything{minutes: o.minutes, seed: o.seed, slack: o.slack, file: o.table, out: out, errs: errs})
	}
	r := newReport(o)
	r.printPlan(errs)
	planned := r.Faults.Planned
	if r.Enoki, r.Faults, err = trial(ctx, o, false, errs); err != nil {
		return err
	}
	r.Faults.Planned = planned
	if o.naive {
		if r.Naive, _, err = trial(ctx, o, true, errs); err != nil {
			return fmt.Errorf("naive: %w", err)
		}
	}
	if err := r.print(out, o); err != nil {
		return err
	}
	if r.violated() {
		return errViolated
	}
	return nil
}
