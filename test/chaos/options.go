package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// options are the flags.
type options struct {
	mode      mode
	seed      uint64
	length    time.Duration // of the load
	rate      float64       // calls per second of all callers
	durable   float64       // durable ones, of all submitters
	orders    float64       // orders per second of all emitters
	processes int
	workers   int
	callers   int
	crowd     int
	work      time.Duration // of each call in spike and crowd
	faults    []plan.Kind
	gap       time.Duration
	deadline  time.Duration
	slack     time.Duration
	drain     time.Duration
	away      time.Duration // of one instance in absence
	cluster   bool
	naive     bool
	dir       string
	json      string
	markdown  bool
	all       bool     // everything, one after the other
	minutes   float64  // of that, about
	table     string   // for the table of that
	args      []string // all of them, as they were given
}

func readOptions(args []string, errs io.Writer) (options, error) {
	var o options
	var seconds float64
	var faults string
	var asked [len(modes)]bool
	f := flag.NewFlagSet("chaos", flag.ContinueOnError)
	f.SetOutput(errs)
	f.Float64Var(&seconds, "seconds", 60, "how long the load lasts")
	f.Float64Var(&o.rate, "rate", 150, "calls or events per second; 500 in -outage, 120 in -events, 40 in -ordered, in bursts of five")
	f.Float64Var(&o.durable, "durable", 10, "durable calls per second besides")
	f.Float64Var(&o.orders, "orders", 15, "orders per second in -events: a row and an event each")
	f.Uint64Var(&o.seed, "seed", uint64(rand.Uint32()), "of faults and calls; drawn where none is given")
	f.IntVar(&o.processes, "processes", 3, "worker processes")
	f.IntVar(&o.workers, "workers", 15, "workers in each; 10 for events")
	f.IntVar(&o.callers, "callers", 2, "caller or emitter processes")
	f.StringVar(&faults, "faults", "kill,freeze,double,term,broker,caller", "`kinds` of faults, or none; cut and hole are of the network, a cluster knows lame, meta and stream too, and timers active")
	f.DurationVar(&o.gap, "gap", 1900*time.Millisecond, "between faults, on average")
	f.DurationVar(&o.deadline, "deadline", 10*time.Second, "of each call; 1s in -spike, 2m in -crowd")
	f.DurationVar(&o.slack, "slack", time.Second, "by which limits are exceeded on a busy machine")
	f.DurationVar(&o.drain, "drain", 10*time.Second, "how long running calls may take at SIGTERM")
	f.DurationVar(&o.away, "away", absenceAway, "how long the network of one process is cut in -absence")
	f.BoolVar(&o.cluster, "cluster", false, "three brokers in place of one")
	f.BoolVar(&o.naive, "naive", false, "the same with plain nats.go, for comparison; -ordered without the tag ordered")
	for i, m := range modes {
		f.BoolVar(&asked[i], string(m.mode), false, m.usage)
	}
	f.IntVar(&o.crowd, "callers-waiting", 10_000, "calls at once in -crowd")
	f.DurationVar(&o.work, "work", 50*time.Millisecond, "how long each call takes in -spike and -crowd")
	f.StringVar(&o.dir, "dir", "", "keep histories and logs in this new `directory`; otherwise only those of violations are kept")
	f.StringVar(&o.json, "json", "", "write the report to this `file` as well")
	f.BoolVar(&o.markdown, "markdown", false, "print the report as Markdown")
	f.BoolVar(&o.all, "all", false, "all promises in one table: the modes one after the other, then tests; only -seed, -minutes, -slack and -table count")
	f.Float64Var(&o.minutes, "minutes", usualMinutes, "how long -all takes, about")
	f.StringVar(&o.table, "table", "", "write the table of -all to this `file` as well, as Markdown")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	o.length, o.args = time.Duration(seconds*float64(time.Second)), args
	o.mode = chooseMode(asked)
	var err error
	if o.faults, err = plan.Parse(faults); err != nil {
		return o, err
	}
	o.complete(given)
	return o, o.check(f.Args())
}

// complete fills in what the mode says and no flag does.
func (o *options) complete(given map[string]bool) {
	if !given["faults"] {
		o.faults = o.usualFaults()
	}
	if o.mode.withoutCalls() {
		o.workers = choose(given["workers"], o.workers, eventWorkers)
	}
	switch o.mode {
	case outage:
		o.rate = choose(given["rate"], o.rate, outageRate)
		o.length = choose(given["seconds"], o.length, outageLength)
	case spike:
		o.deadline = choose(given["deadline"], o.deadline, spikeDeadline)
		o.length = spikeBefore + spikeFor + spikeAfter
	case crowd:
		o.deadline = choose(given["deadline"], o.deadline, crowdDeadline)
		o.callers = crowdCallers
		o.length = time.Duration(float64(o.crowd) / o.capacity() * float64(time.Second))
	case roll:
		o.cluster = true
		o.length = choose(given["seconds"], o.length, rollLength)
	case ofEvents:
		o.rate = choose(given["rate"], o.rate, eventsRate)
	case ordered:
		o.rate = choose(given["rate"], o.rate, orderedRate)
	case timers:
		o.callers = 0
	case absence:
		o.rate, o.orders = choose(given["rate"], o.rate, absenceRate), 0
		o.length = absenceBegin + o.away + absenceEnd
	case soak, hostile:
	}
}

func choose[T any](given bool, asked, otherwise T) T {
	if given {
		return asked
	}
	return otherwise
}

func (o options) check(rest []string) error {
	var errs []error
	if len(rest) > 0 {
		errs = append(errs, fmt.Errorf("have argument %q, want flags only", rest[0]))
	}
	if o.processes < 1 || o.workers < 1 || o.callers < 1 && o.mode != timers || o.rate <= 0 || o.orders < 0 || o.durable < 0 || o.length <= 0 || o.work <= 0 || o.minutes <= 0 {
		errs = append(errs, errors.New("-processes, -workers, -callers, -rate, -seconds, -minutes and -work: want more than 0, and -durable and -orders not less"))
	}
	if o.naive && !o.mode.knowsNaive() {
		errs = append(errs, fmt.Errorf("-naive: have it with -%s, want it with calls or -ordered", o.mode))
	}
	for _, k := range o.faults {
		if o.cluster && k.OfNetwork() {
			errs = append(errs, fmt.Errorf("fault %s: have -cluster with it, want one broker: clients of several are told to go around a proxy", k))
		}
		if !o.cluster && k.OfCluster() {
			errs = append(errs, fmt.Errorf("fault %s: want -cluster with it", k))
		}
	}
	return errors.Join(errs...)
}

// capacity is how many calls of the fixed length the services can do per second.
func (o options) capacity() float64 {
	return float64(o.processes*o.workers) / o.work.Seconds()
}

func (o options) brokers() int {
	if o.cluster {
		return 3
	}
	return 1
}

// submitters is how many processes make durable calls.
func (o options) submitters() int {
	if o.durable > 0 && (o.mode == soak || o.mode == roll) {
		return 2
	}
	return 0
}

// load is what caller number i does.
func (o options) load(i int, naive bool) role.Load {
	l := role.Load{Seed: o.seed<<8 + uint64(i), Naive: naive}
	share := func(rate float64, d time.Duration) role.Phase {
		return role.Phase{Rate: rate / float64(o.callers), For: d}
	}
	switch o.mode {
	case outage:
		l.Plain, l.Short = true, true
		l.Phases = []role.Phase{share(o.rate, o.length)}
	case spike:
		l.Plain, l.Fixed = true, o.work
		c := o.capacity()
		l.Phases = []role.Phase{share(0.7*c, spikeBefore), share(2*c, spikeFor), share(0.7*c, spikeAfter)}
	case crowd:
		l.Plain, l.Fixed = true, o.work
		if i == 0 {
			l.Crowd = o.crowd
		} else {
			l.Phases = []role.Phase{{Rate: bystanderRate, For: o.length}}
		}
	default:
		l.Phases = []role.Phase{share(o.rate, o.length)}
	}
	return l
}
