// Package plan decides, from a seed, what will go wrong and when.
package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Kind is a kind of fault.
type Kind string

// The kinds of faults.
const (
	Kill   Kind = "kill"   // kill -9 of a worker process, and a restart
	Freeze Kind = "freeze" // SIGSTOP of a worker process, and SIGCONT
	Double Kind = "double" // two SIGINT to a worker process, and a restart
	Term   Kind = "term"   // SIGTERM to a worker process, and a restart
	Broker Kind = "broker" // kill -9 of a broker, and a restart
	Lame   Kind = "lame"   // lame duck and restart of all brokers of a cluster, one after the other
	Leader Kind = "leader" // kill -9 of the broker that leads JetStream, and a restart
)

// Letter returns the letter of the kind in tables.
func (k Kind) Letter() string {
	switch k {
	case Kill:
		return "W"
	case Double:
		return "D"
	case Term:
		return "S"
	case Leader:
		return "M"
	default:
		return strings.ToUpper(string(k[:1]))
	}
}

// OfBroker reports whether the fault befalls a broker.
func (k Kind) OfBroker() bool { return k == Broker || k == Lame || k == Leader }

// Kinds are all kinds; the last two are for clusters.
var Kinds = []Kind{Kill, Freeze, Double, Term, Broker, Lame, Leader}

// Fault is one thing that goes wrong.
type Fault struct {
	At     time.Duration // since the load began
	Kind   Kind
	Target int           // number of the worker process, or of the broker
	For    time.Duration // frozen, or dead before the restart begins
}

func (f Fault) String() string {
	who, what := "worker", "restarted after"
	if f.Kind.OfBroker() {
		who = "broker"
	}
	if f.Kind == Freeze {
		what = "for"
	}
	target := fmt.Sprintf("%s-%d", who, f.Target)
	switch f.Kind {
	case Lame:
		target = "all brokers"
	case Leader:
		target = [...]string{"meta leader", "stream leader"}[f.Target%2]
	default:
	}
	return fmt.Sprintf("%8.3fs  %-6s  %-13s  %s %v", f.At.Seconds(), f.Kind, target, what, f.For)
}

// Rules say what a plan may contain.
type Rules struct {
	Kinds   []Kind        // those to draw from; none for a plan without faults
	Workers int           // processes; one of them always lives
	Brokers int           // 1, or the size of the cluster
	Length  time.Duration // of the load
	Gap     time.Duration // between faults, on average
}

// Times that a plan keeps.
const (
	lead       = 2 * time.Second         // at the beginning, without faults
	tail       = 6 * time.Second         // at the end, so that what was hit is seen to recover
	margin     = 1500 * time.Millisecond // for a process to start
	drain      = 4 * time.Second         // for a process to finish its calls
	brokerGap  = 12 * time.Second        // between the begins of broker faults: within a deadline of 10 s there is a broker
	lameLength = 15 * time.Second        // for a rolling restart
)

// New draws a plan. The same seed and rules give the same plan.
func New(seed uint64, r Rules) []Fault {
	d := draw{
		rng:   rand.New(rand.NewPCG(seed, 1)),
		rules: r,
		busy:  make([]time.Duration, r.Workers),
	}
	var faults []Fault
	for at := lead; at < r.Length-tail && len(r.Kinds) > 0; at += d.between(r.Gap/2, r.Gap*3/2) {
		if f, ok := d.next(at); ok {
			faults = append(faults, f)
		}
	}
	return faults
}

// draw is the state while a plan is drawn.
type draw struct {
	rng    *rand.Rand
	rules  Rules
	bag    []Kind          // kinds to come, so that each kind comes about equally often
	busy   []time.Duration // until when each worker process is hit
	broker time.Duration   // until when there is no other broker fault
}

func (d *draw) next(at time.Duration) (Fault, bool) {
	for range d.rules.Kinds {
		f := Fault{At: at.Truncate(time.Millisecond), Kind: d.kind()}
		if f.Kind.OfBroker() && d.ofBroker(&f) || !f.Kind.OfBroker() && d.ofWorker(&f) {
			return f, true
		}
		d.bag = append(d.bag, f.Kind) // its turn comes later
	}
	return Fault{}, false
}

func (d *draw) kind() Kind {
	if len(d.bag) == 0 {
		d.bag = slices.Clone(d.rules.Kinds)
		d.rng.Shuffle(len(d.bag), func(i, j int) { d.bag[i], d.bag[j] = d.bag[j], d.bag[i] })
	}
	k := d.bag[0]
	d.bag = d.bag[1:]
	return k
}

func (d *draw) ofBroker(f *Fault) bool {
	length := brokerGap
	if f.Kind == Lame {
		length = lameLength
	}
	if f.At < d.broker || f.At+length > d.rules.Length && f.Kind == Lame {
		return false
	}
	d.broker = f.At + length
	f.Target = d.rng.IntN(max(d.rules.Brokers, 2))
	if f.Kind == Broker {
		f.Target %= d.rules.Brokers
	}
	f.For = d.between(500*time.Millisecond, 3500*time.Millisecond)
	return true
}

// ofWorker picks one that is not hit, if another one is not hit either.
func (d *draw) ofWorker(f *Fault) bool {
	var healthy []int
	for i, until := range d.busy {
		if until <= f.At {
			healthy = append(healthy, i)
		}
	}
	if len(healthy) < 2 {
		return false
	}
	f.Target = healthy[d.rng.IntN(len(healthy))]
	var more time.Duration
	switch f.Kind {
	case Freeze:
		f.For, more = d.between(time.Second, min(10*time.Second, d.rules.Length-f.At-tail/2)), margin
	case Term:
		f.For, more = d.between(0, 500*time.Millisecond), drain+margin
	default:
		f.For, more = d.between(200*time.Millisecond, 1500*time.Millisecond), 2*margin
	}
	d.busy[f.Target] = f.At + f.For + more
	return true
}

// between draws a whole number of milliseconds.
func (d *draw) between(low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return (low + time.Duration(d.rng.Int64N(int64(high-low)))).Truncate(time.Millisecond)
}
