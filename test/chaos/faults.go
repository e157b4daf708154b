package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
)

// afflict does what the plan says and returns when all of it is over.
func (w *world) afflict(ctx context.Context, begin time.Time, faults []plan.Fault) error {
	var running sync.WaitGroup
	var mu sync.Mutex // guards errs
	var errs []error
	for _, f := range faults {
		if err := sleep(ctx, time.Until(begin.Add(f.At))); err != nil {
			break
		}
		running.Go(func() {
			if err := w.strike(ctx, f); err != nil && ctx.Err() == nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, fmt.Errorf("%v: %w", f, err))
			}
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

// strike does one fault, unless what it would hit is down already, which a slow
// machine can bring about.
func (w *world) strike(ctx context.Context, f plan.Fault) error {
	if f.Kind == plan.Lame {
		return w.rollBrokers(ctx, f)
	}
	s, why := w.take(ctx, f)
	if why != "" {
		w.count(w.tally.Skipped, f.Kind)
		w.note(history.Fact{Kind: history.Skipped, Process: "suite", Fault: string(f.Kind), Error: why})
		return nil
	}
	w.count(w.tally.Done, f.Kind)
	switch f.Kind {
	case plan.Freeze:
		return s.freeze(ctx, f)
	case plan.Caller:
		return s.orphan(ctx, f)
	case plan.Cut, plan.Hole:
		return s.sever(ctx, f)
	default:
		return s.restart(ctx, f)
	}
}

// take finds whom a fault hits and marks it as down; why not is empty, or says
// that it must not be hit.
func (w *world) take(ctx context.Context, f plan.Fault) (taken *seat, whyNot string) {
	seats, target, spare := w.workers, f.Target, 1
	switch {
	case f.Kind.OfBroker():
		seats, spare = w.brokers, 0
	case f.Kind == plan.Caller:
		seats, spare = w.submitters, 0
	case f.Kind.OfNetwork() && target >= len(w.workers):
		seats, spare = w.clients(), 0
	}
	switch f.Kind {
	case plan.Meta, plan.Stream:
		target = w.leader(ctx, f.Kind)
	case plan.Active:
		target = w.active()
	default:
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if target < 0 || target >= len(seats) {
		return nil, "there is none"
	}
	up := 0
	for _, s := range seats {
		if s.isUp() {
			up++
		}
	}
	switch s := seats[target]; {
	case !s.isUp():
		return nil, s.name + " is down"
	case up <= spare:
		return nil, "it is the last one that is up"
	default:
		s.setUp(false)
		return s, ""
	}
}

// betweenBrokers lets clients settle on the others.
const betweenBrokers = time.Second

// rollBrokers restarts all brokers of a cluster, one after the other.
func (w *world) rollBrokers(ctx context.Context, f plan.Fault) error {
	w.count(w.tally.Done, f.Kind)
	for i, s := range w.brokers {
		if !s.isUp() {
			continue
		}
		s.setUp(false)
		if err := s.restart(ctx, plan.Fault{Kind: plan.Lame, For: f.For}); err != nil {
			return err
		}
		if err := w.awaitHealth(ctx, i); err != nil {
			return err
		}
		if err := sleep(ctx, betweenBrokers); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) count(in counts, k plan.Kind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in[k]++
}
