package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// Of the stream that is to be full.
const (
	excessRoom = 1 << 20 // bytes; the least that it can have
	excessSize = 32 << 10
	excessMost = 2 * excessRoom / excessSize
)

// drainLimit is how long after the load it is waited for what waits: events of a
// process that was killed come again after half a minute.
const drainLimit = 3 * time.Minute

// layEvents lays out the processes of events and timers.
func (w *world) layEvents() (err error) {
	o := w.options
	if o.mode == ofEvents && o.orders > 0 {
		if w.books, err = openBooks(w.dir); err != nil {
			return err
		}
	}
	for i := range o.processes {
		w.workers = append(w.workers, w.seat(check.WorkerPrefix, i, func(s *role.Setup) {
			s.Worker = &role.Worker{Services: o.mode.services(w.naive), Workers: o.workers, Drain: o.drain, Database: w.books.url}
		}))
	}
	for i := range o.callers {
		w.callers = append(w.callers, w.seat(check.EmitterPrefix, i, func(s *role.Setup) { s.Emitter = o.emitter(i) }))
	}
	w.collector = w.seat(check.CollectorPrefix, 0, func(s *role.Setup) {
		s.Collector = &role.Collector{Limit: drainLimit, Database: w.books.url, Ticks: o.mode == timers}
	})
	if o.mode != ofEvents {
		return nil // nothing is filled
	}
	w.late = w.seat(check.LatePrefix, 0, func(s *role.Setup) {
		s.Worker = &role.Worker{Services: role.Late, Workers: 1, Drain: o.drain, MaxBytes: excessRoom}
	})
	w.filler = w.seat(check.FillerPrefix, 0, func(s *role.Setup) {
		s.Filler = &role.Filler{Deadline: o.deadline, Most: excessMost, Size: excessSize}
	})
	return nil
}

// attacker attacks the workers that there are.
func (w *world) attacker() *role.Attacker {
	a := &role.Attacker{Seed: w.options.seed, For: w.options.length}
	for _, s := range w.workers {
		a.Victims = append(a.Victims, s.current().Pid)
	}
	return a
}

// emitter is what emitter number i does.
func (o options) emitter(i int) *role.Emitter {
	e := &role.Emitter{
		Seed: o.seed<<8 + uint64(i), Rate: o.rate / float64(o.callers), For: o.length, Deadline: o.deadline, //nolint:gosec // i counts from 0
	}
	if o.mode == ordered {
		e.Keys = orderedKeys / o.callers
	} else {
		e.Orders = o.orders / float64(o.callers)
	}
	return e
}

// fill fills a stream whose only handler is away. It comes back when the load is over.
func (w *world) fill(ctx context.Context) error {
	if w.late == nil {
		return nil
	}
	if err := w.late.start(ctx); err != nil {
		return err
	}
	if err := w.late.end(ctx, plan.Term); err != nil {
		return err
	}
	if err := w.filler.start(ctx); err != nil {
		return err
	}
	return w.hangUp(ctx, w.filler)
}

// hangUp ends a process by the end of its input.
func (w *world) hangUp(ctx context.Context, s *seat) error {
	w.note(history.Fact{Kind: history.Struck, Process: s.current().Name, Fault: ended})
	s.current().HangUp()
	return s.current().Await(ctx)
}

// collect waits until nothing waits, and has it written down what is left.
func (w *world) collect(ctx context.Context, errs io.Writer) error {
	if w.collector == nil {
		return nil
	}
	if w.late != nil {
		if err := w.late.start(ctx); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintln(errs, "load is over; waiting for what waits"+w.books.where())
	c, err := w.collector.launch()
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, drainLimit+2*readyLimit)
	defer cancel()
	if _, err := c.Line(limited); err != nil {
		return err
	}
	w.note(history.Fact{Kind: history.Struck, Process: c.Name, Fault: ended})
	if err := c.Await(limited); err != nil || w.late == nil {
		return err
	}
	return w.late.end(ctx, plan.Term)
}

// active returns the number of the worker process in which something has begun last,
// -1 where nothing has.
func (w *world) active() int {
	facts, err := history.Read(w.dir)
	if err != nil {
		return -1
	}
	var last history.Fact
	for _, f := range facts {
		if f.Kind == history.Began && f.After(last) && strings.HasPrefix(f.From, check.WorkerPrefix) {
			last = f
		}
	}
	number := -1
	_, _ = fmt.Sscanf(strings.TrimPrefix(last.From, check.WorkerPrefix), "%d", &number) // -1 where there is none
	return number
}

// eventFigures are those of a load of events or ticks.
func (o options) eventFigures(l load) load {
	l.CallsPerSecond, l.GapSeconds = 0, o.gap.Seconds()
	switch o.mode {
	case timers:
		l.IntervalSeconds, l.GapSeconds = role.Interval.Seconds(), activeEvery.Seconds()
	case ordered:
		l.EventsPerSecond, l.Keys = o.rate, orderedKeys
	default:
		l.EventsPerSecond, l.OrdersPerSecond = o.rate, o.orders
	}
	return l
}

func (o options) describeEvents() string {
	switch o.mode {
	case timers:
		return fmt.Sprintf("a job every %v for %v", role.Interval, o.length)
	case ordered:
		return fmt.Sprintf("%g events/s of %d keys for %v", o.rate, orderedKeys, o.length)
	default:
		return fmt.Sprintf("%g events/s and %g orders for %v", o.rate, o.orders, o.length)
	}
}
