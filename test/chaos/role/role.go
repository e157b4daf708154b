// Package role is what the children of the suite do.
package role

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/proc"
)

// Setup says what a child is.
type Setup struct {
	Name  string // of the process, and of its history
	Dir   string // of the histories; empty for a broker
	URL   string // of the brokers, comma separated; empty for a broker
	Naive bool   // plain nats.go in place of the framework

	Replicas int `json:",omitempty"` // brokers that hold each stream

	Broker *Broker `json:",omitempty"`
	Worker *Worker `json:",omitempty"`
	Caller *Caller `json:",omitempty"`

	Submitter *Submitter `json:",omitempty"`
	Fetcher   *Fetcher   `json:",omitempty"`

	Emitter   *Emitter   `json:",omitempty"`
	Filler    *Filler    `json:",omitempty"`
	Collector *Collector `json:",omitempty"`

	Attacker *Attacker `json:",omitempty"`
}

// Worker is a process of services.
type Worker struct {
	Services Services
	Workers  int           // calls of a service at once
	Drain    time.Duration // how long running calls may take at stop
	Database string        `json:",omitempty"` // URL of that of the shop and the ledger
	MaxBytes int           `json:",omitempty"` // of the streams that it makes; 0 for the usual
}

// Services says which services a worker has.
type Services string

// The services of workers.
const (
	Calls  Services = "calls"  // that of calls
	Prey   Services = "prey"   // the same, and one that is attacked
	Events Services = "events" // handlers, shop and ledger
	Steps  Services = "steps"  // a handler in order
	Loose  Services = "loose"  // the same without order
	Late   Services = "late"   // a handler that is away
	Timers Services = "timers" // a job of the cluster
)

// Spec returns how a child with this setup is started.
func (s Setup) Spec() (proc.Spec, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return proc.Spec{}, fmt.Errorf("set up %s: %w", s.Name, err)
	}
	return proc.Spec{Name: s.Name, Args: s.args(), Setup: string(text)}, nil
}

// args are flags of service.Main.
func (s Setup) args() []string {
	if s.Worker == nil || s.Naive {
		return nil
	}
	args := []string{
		"--broker", s.URL, "--drain", s.Worker.Drain.String(),
		"--define", fmt.Sprintf("workers=%d", s.Worker.Workers),
		"--define", fmt.Sprintf("broker.replicas=%d", s.Replicas),
	}
	if s.Worker.Database != "" {
		args = append(args, "--define", fmt.Sprintf("databases.chaos.url=%q", s.Worker.Database))
	}
	if s.Worker.MaxBytes > 0 {
		args = append(args, "--define", fmt.Sprintf("events.max_bytes=%d", s.Worker.MaxBytes))
	}
	return args
}

// Asked returns the setup of this process, if it is a child.
func Asked() (text string, child bool) { return os.LookupEnv(proc.Variable) }

// Main is the whole main function of a child.
func Main(text string) error {
	var s Setup
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("read %s: %w", proc.Variable, err)
	}
	if s.Broker != nil {
		return s.Broker.run()
	}
	facts, err := history.Open(s.Dir, s.Name)
	if err != nil {
		return err
	}
	return s.play(facts)
}

// play does what the setup says.
func (s Setup) play(facts *history.File) error {
	switch {
	case s.Caller != nil:
		return s.call(facts)
	case s.Submitter != nil:
		return s.submit(facts)
	case s.Fetcher != nil:
		return s.fetch(facts)
	case s.Emitter != nil:
		return s.emit(facts)
	case s.Filler != nil:
		return s.fill(facts)
	case s.Collector != nil:
		return s.collect(facts)
	case s.Attacker != nil:
		return s.attack(facts)
	case s.Naive:
		return s.serveNaive(facts)
	default:
		s.serve(facts) // ends the process
		return nil
	}
}

// readyLine is what a child prints when it can do its work.
const readyLine = "ready"

func sayReady() { _, _ = io.WriteString(os.Stdout, readyLine+"\n") } // without a parent it ends anyway
