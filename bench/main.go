// Bench measures calls of services beside raw nats.go request/reply.
//
// It runs itself again as broker, as server and as client of every contestant,
// each a process of its own. README.md says how to read what it prints.
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
)

func main() {
	if text, ok := os.LookupEnv(assignmentVariable); ok {
		exit(childMain(text, os.Stdin, os.Stdout))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	o, err := readOptions(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		exit(err)
	default:
		if err = bench(ctx, o, os.Stdout, os.Stderr); ctx.Err() != nil {
			err = errInterrupted
		}
	}
	stop()
	exit(err)
}

var errInterrupted = errors.New("interrupted before everything was measured")

// exit ends the process; what it says of an error names the process.
func exit(err error) {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

// bench measures what the options ask for and prints it to out; progress goes
// to errs.
func bench(ctx context.Context, o options, out, errs io.Writer) error {
	if o.http {
		return benchHTTP(ctx, o, out, errs)
	}
	r := report{Machine: thisMachine(), Repeat: o.command()}
	bus, err := launch(ctx, assignment{Role: roleBroker})
	if err != nil {
		return err
	}
	defer bus.stop()
	f := field{options: o, bus: bus, progress: progress{errs}}
	defer f.close()
	if r.Calls, err = f.measureAll(ctx, callModes); err != nil {
		return err
	}
	if r.Events, err = f.measureAll(ctx, eventModes); err != nil {
		return err
	}
	if o.flat > 0 {
		if r.Flat, err = f.measureFlat(ctx, o.flat); err != nil {
			return err
		}
	}
	if o.run.MatchString(startName) {
		if r.Start, err = measureStart(ctx, o, bus.url, f.progress); err != nil {
			return err
		}
	}
	if len(r.Calls) == 0 && len(r.Events) == 0 && len(r.Flat) == 0 && r.Start == nil {
		return fmt.Errorf("-run %q matches nothing; it is matched with \"<mode> <contestant>\", such as \"small/64 enoki\", and %q", o.run, startName)
	}
	return r.print(out, o.format())
}

// progress tells whoever waits what was done.
type progress struct{ to io.Writer }

func (p progress) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p.to, format+"\n", args...) // a measurement needs no listener
}
