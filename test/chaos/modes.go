package main

import (
	"slices"
	"time"

	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// mode is what a run is about; it is also the flag that asks for it.
type mode string

const (
	soak     mode = "soak"    // faults under steady load
	outage   mode = "outage"  // one restart of the broker under high load
	spike    mode = "spike"   // twice the capacity for a while
	crowd    mode = "crowd"   // very many callers that wait
	roll     mode = "roll"    // a rolling restart of a cluster under steady load
	ofEvents mode = "events"  // events under faults
	ordered  mode = "ordered" // events in order under faults
	timers   mode = "timers"  // a job of the cluster under faults
	hostile  mode = "hostile" // messages that no caller sends, under steady load
	absence  mode = "absence" // events of which one instance is away for long
)

// modes are those that a flag asks for; soak is what there is without one.
var modes = [...]struct {
	mode  mode
	usage string
}{
	{spike, "load of 0.7, 2 and 0.7 times the capacity; no faults"},
	{outage, "500 calls per second, one restart of the broker"},
	{crowd, "very many callers that wait; no faults"},
	{roll, "three brokers that are restarted one after the other, gently"},
	{ofEvents, "events in place of calls"},
	{ordered, "events of 24 keys, in order, in place of calls"},
	{timers, "a job of the cluster in place of calls, whose instance is killed every 4 s"},
	{hostile, "messages that no caller sends, besides calls; no faults"},
	{absence, "events, while the network of one process is cut for -away"},
}

func chooseMode(asked [len(modes)]bool) mode {
	for i, m := range modes {
		if asked[i] {
			return m.mode
		}
	}
	return soak
}

// withoutCalls reports whether there are events or ticks in place of calls.
func (m mode) withoutCalls() bool {
	return m == ofEvents || m == ordered || m == timers || m == absence
}

// services are those of the workers.
func (m mode) services(naive bool) role.Services {
	switch {
	case m == ofEvents || m == absence:
		return role.Events
	case m == hostile:
		return role.Prey
	case m == ordered && naive:
		return role.Loose
	case m == ordered:
		return role.Steps
	case m == timers:
		return role.Timers
	default:
		return role.Calls
	}
}

// knowsNaive reports whether there is something naive to compare with.
func (m mode) knowsNaive() bool { return m != ofEvents && m != timers && m != hostile && m != absence }

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

	eventWorkers = 10
	eventsRate   = 120
	orderedRate  = 40
	orderedKeys  = 24

	absenceBegin = 3 * time.Second
	absenceEnd   = 5 * time.Second // after it
	absenceRate  = 40
	absenceAway  = 20 * time.Second

	streamEvery = 15 * time.Second       // a leader of the events' stream is killed
	activeEvery = 4 * time.Second        // the process that the job ran in is
	shortOutage = 100 * time.Millisecond // and the start of a broker are less than the interval of the job
)

// usualFaults are those of a mode where nothing else is said.
func (o options) usualFaults() []plan.Kind {
	workers := []plan.Kind{plan.Kill, plan.Freeze, plan.Double, plan.Term}
	switch {
	case o.mode == hostile:
		return nil
	case o.mode == absence:
		return []plan.Kind{plan.Cut}
	case o.mode == timers:
		return []plan.Kind{plan.Active, plan.Broker}
	case o.mode.withoutCalls() && o.cluster:
		return append(workers, plan.Stream)
	case o.mode.withoutCalls():
		return append(workers, plan.Broker)
	case o.cluster:
		return slices.DeleteFunc(slices.Clone(plan.Kinds), func(k plan.Kind) bool { return k == plan.Active || k.OfNetwork() })
	default:
		return append(workers, plan.Broker, plan.Caller)
	}
}

// plan is what will go wrong.
func (o options) plan() []plan.Fault {
	rules := plan.Rules{
		Kinds: o.faults, Workers: o.processes, Callers: o.submitters(), Brokers: o.brokers(), Length: o.length, Gap: o.gap,
		Clients: o.processes + o.callers + o.submitters(),
	}
	switch o.mode {
	case outage:
		return []plan.Fault{{At: o.length / 2, Kind: plan.Broker, For: 2 * time.Second}}
	case roll:
		return []plan.Fault{{At: rollBegin, Kind: plan.Lame, For: rollPause}}
	case ofEvents, ordered:
		rules.Kinds = without(o.faults, plan.Stream)
		var leaders []plan.Fault
		if slices.Contains(o.faults, plan.Stream) {
			leaders = plan.Every(o.seed, plan.Stream, streamEvery, rules)
		}
		return plan.Merge(plan.New(o.seed, rules), leaders)
	case timers:
		return o.planTimers(rules)
	case absence:
		return []plan.Fault{{At: absenceBegin, Kind: plan.Cut, For: o.away}}
	case soak:
		return plan.New(o.seed, rules)
	default:
		return nil
	}
}

// planTimers kills who is active, and the broker once.
func (o options) planTimers(rules plan.Rules) []plan.Fault {
	var active, broker []plan.Fault
	if slices.Contains(o.faults, plan.Active) {
		active = plan.Every(o.seed, plan.Active, activeEvery, rules)
	}
	if slices.Contains(o.faults, plan.Broker) {
		broker = []plan.Fault{{At: o.length / 2, Kind: plan.Broker, For: shortOutage}}
	}
	return plan.Merge(active, broker)
}

func without(kinds []plan.Kind, kind plan.Kind) []plan.Kind {
	return slices.DeleteFunc(slices.Clone(kinds), func(k plan.Kind) bool { return k == kind })
}
