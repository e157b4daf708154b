package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// mode is what a run is about.
type mode string

const (
	soak   mode = "soak"   // faults under steady load
	outage mode = "outage" // one restart of the broker under high load
	spike  mode = "spike"  // twice the capacity for a while
	crowd  mode = "crowd"  // very many callers that wait
	roll   mode = "roll"   // a rolling restart of a cluster under steady load
)

// options are the flags.
type options struct {
	mode      mode
	seed      uint64
	length    time.Duration // of the load
	rate      float64       // calls per second of all callers
	durable   float64       // durable ones, of all submitters
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
	cluster   bool
	naive     bool
	dir       string
	json      string
	markdown  bool
	args      []string // all of them, as they were given
}

// Defaults that depend on the mode.
const (
	outageRate    = 500
	outageLength  = 20 * time.Second
	spikeDeadline = time.Second
	crowdDeadline = 2 * time.Minute
	crowdCallers  = 2 // the crowd, and one who is not of it
	rollBegin     = 5 * time.Second
	rollLength    = 40 * time.Second
	rollPause     = time.Second // until a broker is started again
)

func readOptions(args []string, errs io.Writer) (options, error) {
	var o options
	var seconds float64
	var faults string
	var isSpike, isOutage, isCrowd, isRoll bool
	f := flag.NewFlagSet("chaos", flag.ContinueOnError)
	f.SetOutput(errs)
	f.Float64Var(&seconds, "seconds", 60, "how long the load lasts")
	f.Float64Var(&o.rate, "rate", 150, "calls per second")
	f.Float64Var(&o.durable, "durable", 10, "durable calls per second besides")
	f.Uint64Var(&o.seed, "seed", uint64(rand.Uint32()), "of faults and calls; drawn where none is given")
	f.IntVar(&o.processes, "processes", 3, "worker processes")
	f.IntVar(&o.workers, "workers", 15, "workers in each")
	f.IntVar(&o.callers, "callers", 2, "caller processes")
	f.StringVar(&faults, "faults", "kill,freeze,double,term,broker,caller", "`kinds` of faults, or none; a cluster knows lame, meta and stream too")
	f.DurationVar(&o.gap, "gap", 1900*time.Millisecond, "between faults, on average")
	f.DurationVar(&o.deadline, "deadline", 10*time.Second, "of each call; 1s in -spike, 2m in -crowd")
	f.DurationVar(&o.slack, "slack", time.Second, "by which limits are exceeded on a busy machine")
	f.DurationVar(&o.drain, "drain", 10*time.Second, "how long running calls may take at SIGTERM")
	f.BoolVar(&o.cluster, "cluster", false, "three brokers in place of one")
	f.BoolVar(&o.naive, "naive", false, "the same with plain nats.go, for comparison")
	f.BoolVar(&isSpike, "spike", false, "load of 0.7, 2 and 0.7 times the capacity; no faults")
	f.BoolVar(&isOutage, "outage", false, "500 calls per second, one restart of the broker")
	f.BoolVar(&isCrowd, "crowd", false, "very many callers that wait; no faults")
	f.BoolVar(&isRoll, "roll", false, "three brokers that are restarted one after the other, gently")
	f.IntVar(&o.crowd, "callers-waiting", 10_000, "calls at once in -crowd")
	f.DurationVar(&o.work, "work", 50*time.Millisecond, "how long each call takes in -spike and -crowd")
	f.StringVar(&o.dir, "dir", "", "keep histories and logs in this new `directory`; otherwise only those of violations are kept")
	f.StringVar(&o.json, "json", "", "write the report to this `file` as well")
	f.BoolVar(&o.markdown, "markdown", false, "print the report as Markdown")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	o.length, o.args = time.Duration(seconds*float64(time.Second)), args
	o.mode = chooseMode(isSpike, isOutage, isCrowd, isRoll)
	var err error
	if o.faults, err = plan.Parse(faults); err != nil {
		return o, err
	}
	o.complete(given)
	return o, o.check(f.Args())
}

func chooseMode(isSpike, isOutage, isCrowd, isRoll bool) mode {
	switch {
	case isSpike:
		return spike
	case isOutage:
		return outage
	case isCrowd:
		return crowd
	case isRoll:
		return roll
	default:
		return soak
	}
}

// complete fills in what the mode says and no flag does.
func (o *options) complete(given map[string]bool) {
	if o.cluster && !given["faults"] {
		o.faults = slices.Clone(plan.Kinds)
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
	case soak:
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
	if o.processes < 1 || o.workers < 1 || o.callers < 1 || o.rate <= 0 || o.durable < 0 || o.length <= 0 || o.work <= 0 {
		errs = append(errs, errors.New("-processes, -workers, -callers, -rate, -seconds and -work: want more than 0, and -durable not less"))
	}
	for _, k := range o.faults {
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

// plan is what will go wrong.
func (o options) plan() []plan.Fault {
	switch o.mode {
	case outage:
		return []plan.Fault{{At: o.length / 2, Kind: plan.Broker, For: 2 * time.Second}}
	case roll:
		return []plan.Fault{{At: rollBegin, Kind: plan.Lame, For: rollPause}}
	case soak:
		return plan.New(o.seed, plan.Rules{
			Kinds: o.faults, Workers: o.processes, Callers: o.submitters(), Brokers: o.brokers(), Length: o.length, Gap: o.gap,
		})
	default:
		return nil
	}
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
