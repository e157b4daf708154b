package svctest

import (
	"runtime"
	"sync/atomic"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/nats-io/nats-server/v2/server/ats"
)

// A NATS server reads the time from a variable of its process where it can do with
// an old one: whatever is kept for a limited time ends by it. A ticker sets it, which
// in a bubble would be the wrong one from outside (so that all of a stream is too old
// at once), or one that waits on a channel of outside, which stops the clock.
// Therefore a bubble sets it, and keeps the servers from starting the ticker. The
// package has no other way in.

//go:linkname brokerTime github.com/nats-io/nats-server/v2/server/ats.utime
var brokerTime atomic.Int64 // nanoseconds since 1970

//go:linkname brokerTimeUsers github.com/nats-io/nats-server/v2/server/ats.refs
var brokerTimeUsers atomic.Int64 // the ticker runs while it is above 0

//go:linkname brokerTimeDone github.com/nats-io/nats-server/v2/server/ats.done
var brokerTimeDone chan struct{} // ends the ticker

// takeBrokerTime ends the ticker, for the bubble to come. The caller is outside.
func takeBrokerTime() (giveBack func()) {
	ats.Register() // from here on there is one, and no server starts another
	brokerTimeDone <- struct{}{}
	for len(brokerTimeDone) > 0 {
		runtime.Gosched() // until it is taken: then the ticker sets nothing more
	}
	return func() {
		for range brokerTimeUsers.Swap(0) - 1 {
			ats.Register() // the first starts the ticker
		}
	}
}

// brokerTick is how often the time is set: a day has 86400 ticks, which take a
// tenth of a second.
const brokerTick = time.Second

// keepBrokerTime sets the time until end is closed. It runs in the bubble.
func keepBrokerTime(end <-chan struct{}, ticked func()) {
	tick := time.NewTicker(brokerTick)
	defer tick.Stop()
	for {
		brokerTime.Store(time.Now().UnixNano())
		ticked()
		select {
		case <-tick.C:
		case <-end:
			return
		}
	}
}
