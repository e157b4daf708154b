package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// round is a stretch of calls, or of events: so many callers that each make one
// after the other.
type round struct {
	InFlight int
	Size     int // bytes of the name
	Duration time.Duration

	Unhandled int // events that may be emitted and not handled; 0 where there are none
	Batch     int // events that are emitted at once, in the form for many; 0 for one by one

	Events int64 // after which the round ends, before its time is up; 0 for no such number
}

// tally is what came of a round.
type tally struct {
	Calls   int64
	Elapsed time.Duration
	P50     time.Duration
}

func (t tally) rate() float64 { return float64(t.Calls) / t.Elapsed.Seconds() }

// run makes the calls; the first one that fails ends it.
func (r round) run(ctx context.Context, c client) (tally, error) {
	if c.emitter != nil {
		return r.emit(ctx, c.emitter)
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	callers := make([]caller, r.InFlight)
	name := r.name()
	started := time.Now()
	var running sync.WaitGroup
	for i := range callers {
		callers[i] = caller{client: c, name: name, want: greeting(name), until: started.Add(r.Duration)}
		running.Go(func() {
			if err := callers[i].run(ctx); err != nil {
				fail(err)
			}
		})
	}
	running.Wait()
	elapsed := time.Since(started)
	if err := context.Cause(ctx); err != nil {
		return tally{}, err
	}
	return sum(callers, elapsed), nil
}

// name returns whom to greet.
func (r round) name() string { return strings.Repeat("world", r.Size/5+1)[:r.Size] }

func sum(callers []caller, elapsed time.Duration) tally {
	var all histogram
	for i := range callers {
		all.merge(&callers[i].took)
	}
	return tally{Calls: all.count(), Elapsed: elapsed, P50: all.median()}
}

// caller makes one call after the other.
type caller struct {
	client     client
	name, want string
	until      time.Time
	took       histogram
}

// run makes at least one call. It ends with ctx, without an error: whoever ended
// it has one.
func (c *caller) run(ctx context.Context) error {
	callCtx := c.client.context()
	for begin := time.Now(); ctx.Err() == nil; {
		got, err := c.client.call(callCtx, c.name)
		if err != nil {
			return err
		}
		if got != c.want {
			return fmt.Errorf("have greeting %q, want %q", got, c.want)
		}
		end := time.Now()
		c.took.add(end.Sub(begin))
		if begin = end; !end.Before(c.until) {
			break
		}
	}
	return nil
}
