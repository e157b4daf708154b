package main

import (
	"context"
	"slices"
)

// A contestant is one way to greet somebody in another process. To add one,
// write its two sides and append it to contestants.
type contestant struct {
	name string
	// peer is the contestant that does by hand what this one does; empty where
	// there is none.
	peer string
	// serve starts the side that greets and returns once it is reachable. It runs
	// in a process of its own.
	serve func(a assignment) (site, error)
	// dial starts the side that asks. It runs in a process of its own. Nil where wrk
	// is that side.
	dial func(a assignment) (client, error)
}

// site is where greetings are given.
type site struct {
	url  string // where clients find it; empty where that is the broker
	stop func() error
}

// client asks for greetings.
type client struct {
	// call returns the greeting of a name. It is called concurrently.
	call func(ctx context.Context, name string) (string, error)
	// context returns what one of the callers in flight gives to all of its calls.
	context func() context.Context
	// emitter, where it is set, stands in place of the two: it asks for nothing.
	emitter *emitter
	close   func() error
}

// contestants are all that is measured of calls; the first is what the others are
// compared to.
var contestants = []contestant{
	rawBytes.contestant(),
	rawControl.contestant(),
	rawMsgpack.contestant(),
	enokiDirect.contestant(rawMsgpack.name),
	enokiNested.contestant(rawMsgpack.name),
	enokiOnce.contestant(rawMsgpack.name),
	enokiDurable.contestant(workQueue),
	enokiMetrics.contestant(enokiDirect.name),
	enokiUnsampled.contestant(enokiDirect.name),
	enokiSampled.contestant(enokiDirect.name),
	{name: workQueue, serve: serveQueue, dial: dialQueue},
	microJSON.contestant(),
	microJSON.spawning().contestant(),
	microMsgpack.contestant(),
	microMsgpack.spawning().contestant(),
	{name: "grpc-go", serve: serveGRPC, dial: dialGRPC},
}

// Of events there are two fields, each with its own first: those that are stored, and
// those that are not.
var (
	keepers   = []contestant{jetstreamHand.contestant(), jetstreamControl.contestant(), jetstreamPrefetch.contestant(), eventsReliable.contestant(jetstreamPrefetch.name)}
	listeners = []contestant{coreHand.contestant(), coreControl.contestant(), eventsUnreliable.contestant("")}
)

func contestantNamed(name string) (contestant, bool) {
	for _, c := range slices.Concat(contestants, keepers, listeners, pages) {
		if c.name == name {
			return c, true
		}
	}
	return contestant{}, false
}

// greeting is what every contestant answers.
func greeting(name string) string { return "Hello, " + name + "!" }
