package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/doctor"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// doctorFlags are the flags of svc doctor.
type doctorFlags struct {
	connectFlags

	timeout time.Duration
	json    bool
}

func doctorVerb() *cobra.Command {
	f := doctorFlags{timeout: 15 * time.Second}
	cmd := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "Find out what keeps services from running here.",
		Long: "Find out what keeps services from running here. It examines Go and the module of this\n" +
			"folder, caches, configuration and credentials, the port for HTTP, the broker (version,\n" +
			"round trip, clock, permissions, JetStream and its limits), the services that run, dead\n" +
			"letters, and each Redis and PostgreSQL that the configuration names. It changes nothing.\n" +
			"Each line says ok, warning or problem, and below it what helps. Exit code 1 means that\n" +
			"there is a problem.",
		Example: "  svc doctor\n  svc doctor --config config.yml --broker nats://broker.example.com:4222\n  svc doctor --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.addBroker(cmd)
	cmd.Flags().DurationVar(&f.timeout, "timeout", f.timeout, "how long each check may take")
	offerJSON[[]doctor.Finding](cmd, &f.json, "print a JSON array of findings: check, verdict, text, cure")
	return cmd
}

func (f *doctorFlags) run(cmd *cobra.Command) error {
	if f.timeout <= 0 {
		return asUsage(cmd, fmt.Errorf("--timeout: have %v, want more than 0", f.timeout))
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	p, err := f.patient()
	if err != nil {
		return err
	}
	all, err := f.examine(ctx, cmd.OutOrStdout(), p)
	problems := 0
	for _, found := range all {
		if found.Verdict == doctor.Problem {
			problems++
		}
	}
	switch {
	case ctx.Err() != nil:
		return exitWith(exitInterrupted, nil)
	case err != nil || problems == 0:
		return err
	case f.json:
		return exitWith(exitFailure, nil)
	default:
		return fmt.Errorf("%d of %d checks found a problem", problems, len(all))
	}
}

// examine returns the findings, which it prints: for people each as it comes.
func (f *doctorFlags) examine(ctx context.Context, out io.Writer, p doctor.Patient) ([]doctor.Finding, error) {
	all := []doctor.Finding{}
	var broken []error
	doctor.Examine(ctx, p, func(found doctor.Finding) {
		all = append(all, found)
		if !f.json {
			broken = append(broken, printFinding(out, found))
		}
	})
	if f.json && ctx.Err() == nil {
		broken = append(broken, printValue(out, all))
	}
	return all, errors.Join(broken...)
}

// patient is what the flags say of what is to be examined. A configuration that cannot be
// read is a finding.
func (f *doctorFlags) patient() (doctor.Patient, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return doctor.Patient{}, err
	}
	cache, err := cacheFolder()
	if err != nil {
		return doctor.Patient{}, err
	}
	p := doctor.Patient{Dir: cwd, Caches: []string{cache}, Limit: f.timeout, Flag: "--timeout"}
	settings, where, err := f.settings()
	if err != nil {
		p.Reason = err
		settings = broker.Defaults()
		where = address{url: cmp.Or(f.broker, os.Getenv("NATS_URL"), "nats://"+defaultAddr())}
		settings.URL = where.url
	} else if p.Config, err = f.load(); err != nil {
		p.Reason = err
	}
	p.Broker, p.Origin = settings, cmp.Or(where.origin, "nobody names one: the default")
	return p, nil
}

func printFinding(out io.Writer, f doctor.Finding) error {
	text := present.SafeLines(strings.ReplaceAll(f.Text, "\n", "\n"+strings.Repeat(" ", findingIndent)))
	if f.Cure != "" {
		text += "\n" + strings.Repeat(" ", findingIndent) + "→ " + f.Cure
	}
	_, err := fmt.Fprintf(out, "%-8s  %-14s  %s\n", f.Verdict, f.Check, text)
	return err
}

// findingIndent is where the text of a finding begins.
const findingIndent = 8 + 2 + 14 + 2
