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
	Caller Kind = "caller" // kill -9 of a process that has just submitted a durable call, and a restart
	Lame   Kind = "lame"   // lame duck and restart of all brokers of a cluster, one after the other
	Meta   Kind = "meta"   // kill -9 of the broker that leads JetStream, and a restart
	Stream Kind = "stream" // kill -9 of the broker that leads the queue of durable calls, or the stream of events, and a restart
	Active Kind = "active" // kill -9 of the worker process in which something has begun last, and a restart
	Cut    Kind = "cut"    // the connections of a process are reset, and refused until it is over
	Hole   Kind = "hole"   // nothing passes on the connections of a process, and none is closed
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
	case Stream:
		return "Q"
	case Cut:
		return "N"
	default:
		return strings.ToUpper(string(k[:1]))
	}
}

// OfBroker reports whether the fault befalls a broker.
func (k Kind) OfBroker() bool { return k == Broker || k.OfCluster() }

// OfCluster reports whether the fault needs a cluster of brokers.
func (k Kind) OfCluster() bool { return k == Lame || k == Meta || k == Stream }

// OfNetwork reports whether the fault befalls the connection of a process to the
// broker.
func (k Kind) OfNetwork() bool { return k == Cut || k == Hole }

// Passes reports whether the process that is hit lives on.
func (k Kind) Passes() bool { return k == Freeze || k.OfNetwork() }

// Kinds are all kinds.
var Kinds = []Kind{Kill, Freeze, Double, Term, Broker, Caller, Lame, Meta, Stream, Active, Cut, Hole}

// Fault is one thing that goes wrong.
type Fault struct {
	At     time.Duration // since the load began
	Kind   Kind
	Target int           // number of the worker process, of the submitter, of the broker or, of the network, of the client
	For    time.Duration // frozen, or dead before the restart begins
}

func (f Fault) String() string {
	who, what := "worker", "restarted after"
	switch {
	case f.Kind.OfBroker():
		who = "broker"
	case f.Kind == Caller:
		who = "submitter"
	case f.Kind.OfNetwork():
		who = "client"
	}
	if f.Kind.Passes() {
		what = "for"
	}
	target := fmt.Sprintf("%s-%d", who, f.Target)
	switch f.Kind {
	case Lame:
		target = "all brokers"
	case Meta, Stream:
		target = string(f.Kind) + " leader"
	case Active:
		target = "active worker"
	default:
	}
	return fmt.Sprintf("%8.3fs  %-6s  %-13s  %s %v", f.At.Seconds(), f.Kind, target, what, f.For)
}

// Rules say what a plan may contain.
type Rules struct {
	Kinds   []Kind        // those to draw from; none for a plan without faults
	Workers int           // processes; one of them always lives
	Callers int           // processes that submit durable calls
	Brokers int           // 1, or the size of the cluster
	Clients int           // processes whose connections can be hit: the workers, and after them others
	Length  time.Duration // of the load
	Gap     time.Duration // between faults, on average
}

// Times that a plan keeps.
const (
	lead       = 2 * time.Second         // at the beginning, without faults
	tail       = 6 * time.Second         // at the end, so that what was hit is seen to recover
	margin     = 1500 * time.Millisecond // for a process to start
	drain      = 3500 * time.Millisecond // for a process to finish its calls
	waiting    = 100 * time.Millisecond  // until it is tried again, where no fault was possible
	brokerGap  = 12 * time.Second        // between the begins of broker faults: within a deadline of 10 s there is a broker
	callerGap  = 8 * time.Second         // between those of submitters
	lameLength = 24 * time.Second        // for a rolling restart
)

// New draws a plan. The same seed and rules give the same plan.
func New(seed uint64, r Rules) []Fault {
	d := draw{
		rng:     rand.New(rand.NewPCG(seed, 1)),
		rules:   r,
		workers: make([]time.Duration, max(r.Workers, r.Clients)),
	}
	var faults []Fault
	for at := lead; at < r.Length-tail; {
		f, ok := d.next(at)
		if !ok {
			at += waiting
			continue
		}
		faults = append(faults, f)
		at += max(d.between(r.Gap/2, r.Gap*3/2), time.Millisecond)
	}
	return faults
}

// draw is the state while a plan is drawn.
type draw struct {
	rng     *rand.Rand
	rules   Rules
	bag     []Kind          // kinds to come, so that each kind comes about equally often
	workers []time.Duration // until when each worker process, and each other client, is hit
	broker  time.Duration   // until when there is no other broker fault
	caller  time.Duration   // until when there is no other one of a submitter
}

// next draws the first kind of the bag that is possible. Where none is, a new
// round begins, so that kinds that have to wait do not hold up the others.
func (d *draw) next(at time.Duration) (Fault, bool) {
	if f, ok := d.fromBag(at); ok {
		return f, true
	}
	round := slices.Clone(d.rules.Kinds)
	d.rng.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
	for _, k := range round {
		if !slices.Contains(d.bag, k) {
			d.bag = append(d.bag, k)
		}
	}
	return d.fromBag(at)
}

func (d *draw) fromBag(at time.Duration) (Fault, bool) {
	for i, k := range d.bag {
		f := Fault{At: at.Truncate(time.Millisecond), Kind: k}
		if d.complete(&f) {
			d.bag = slices.Delete(d.bag, i, i+1)
			return f, true
		}
	}
	return Fault{}, false
}

// complete decides whom a fault hits and for how long, unless it is not possible
// now.
func (d *draw) complete(f *Fault) bool {
	switch {
	case f.Kind.OfBroker():
		return d.ofBroker(f)
	case f.Kind == Caller:
		return d.ofCaller(f)
	case f.Kind.OfNetwork() && d.rng.IntN(2) > 0:
		return d.ofClient(f)
	default:
		return d.ofWorker(f)
	}
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
	f.Target = d.rng.IntN(d.rules.Brokers)
	f.For = d.between(500*time.Millisecond, 3500*time.Millisecond)
	return true
}

// ofCaller picks any: the one before is long back.
func (d *draw) ofCaller(f *Fault) bool {
	if f.At < d.caller || d.rules.Callers == 0 {
		return false
	}
	f.Target = d.rng.IntN(d.rules.Callers)
	f.For = d.between(200*time.Millisecond, 1500*time.Millisecond)
	d.caller = f.At + callerGap
	return true
}

// ofWorker picks one that is not hit, if another one is not hit either.
func (d *draw) ofWorker(f *Fault) bool {
	healthy := d.healthy(f.At, 0, d.rules.Workers)
	if len(healthy) < 2 {
		return false
	}
	f.Target = healthy[d.rng.IntN(len(healthy))]
	var more time.Duration
	switch f.Kind {
	case Freeze:
		f.For, more = d.frozen(min(freezeMost, d.rules.Length-f.At-tail/2)), margin/3
	case Cut, Hole:
		f.For, more = d.severed(f), 2*margin
	case Term:
		f.For, more = d.between(0, 500*time.Millisecond), drain+margin
	default:
		f.For, more = d.between(200*time.Millisecond, 1500*time.Millisecond), 2*margin
	}
	d.workers[f.Target] = f.At + f.For + more
	return true
}

// ofClient picks one that is no worker and is not hit.
func (d *draw) ofClient(f *Fault) bool {
	healthy := d.healthy(f.At, d.rules.Workers, len(d.workers))
	if len(healthy) == 0 {
		return false
	}
	f.Target = healthy[d.rng.IntN(len(healthy))]
	f.For = d.severed(f)
	d.workers[f.Target] = f.At + f.For + 2*margin
	return true
}

// healthy returns those of the processes from one to before another that are not hit.
func (d *draw) healthy(at time.Duration, from, to int) (all []int) {
	for i := from; i < to; i++ {
		if d.workers[i] <= at {
			all = append(all, i)
		}
	}
	return all
}

// severed draws for how long a connection is cut or a black hole.
func (d *draw) severed(f *Fault) time.Duration {
	length := d.frozen(min(freezeMost, d.rules.Length-f.At-tail/2))
	if f.Kind == Cut && d.rng.IntN(2) > 0 {
		return d.between(freezeLeast/2, freezeLeast)
	}
	return length
}

// Times for which a process is frozen.
const (
	freezeLeast = time.Second
	freezeShort = 3 * time.Second
	freezeMost  = 10 * time.Second
)

// frozen draws a short time mostly, a long one for a third.
func (d *draw) frozen(most time.Duration) time.Duration {
	if d.rng.IntN(3) > 0 {
		return d.between(freezeLeast, min(freezeShort, most))
	}
	return d.between(freezeShort, most)
}

// between draws a whole number of milliseconds.
func (d *draw) between(low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return (low + time.Duration(d.rng.Int64N(int64(high-low)))).Truncate(time.Millisecond)
}
