package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// happening is what an event tells.
type happening struct {
	Name   string `json:"name"   msgpack:"name"`
	Report bool   `json:"report" msgpack:"report"` // the handler is to say how many it has handled
}

// emitter is a client that emits events and waits for no answer.
type emitter struct {
	one    func(ctx context.Context, h happening) error
	all    func(ctx context.Context, many []happening) error // nil where there is no such form
	window *window
}

const (
	// reportEvery is how many events there are between two of which the handler
	// reports.
	reportEvery = 16
	// lossLimit is how long nothing may be handled before what is missing counts as
	// lost.
	lossLimit = 10 * time.Second
)

// window bounds the events that are emitted and not handled.
type window struct {
	nc      *nats.Conn
	subject string        // where the handler reports
	loss    time.Duration // lossLimit

	mu      sync.Mutex // guards what follows
	changed *sync.Cond
	emitted int64
	handled int64
	last    int64 // how many are emitted until the end of the round, 0 for any number
}

// openWindow learns over a connection of its own what the handler reports.
func openWindow(a assignment) (*window, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return nil, err
	}
	w := &window{nc: nc, subject: reportSubject(a.Contestant), loss: lossLimit}
	w.changed = sync.NewCond(&w.mu)
	_, err = nc.Subscribe(w.subject, func(m *nats.Msg) { w.told(m.Data) })
	if err == nil {
		err = nc.Flush()
	}
	return w, err
}

func (w *window) told(data []byte) {
	n, err := readCount(data)
	if err != nil {
		warnings.Warn("report of a handler", "error", err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handled = max(w.handled, n)
	w.changed.Broadcast()
}

// enter waits until n more events fit, and reports whether the handler is to report
// one of them. False ends the round.
func (w *window) enter(ctx context.Context, n, most int) (report, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.emitted+int64(n)-w.handled > int64(most) && ctx.Err() == nil {
		w.changed.Wait()
	}
	if w.last > 0 && w.emitted >= w.last {
		return false, false
	}
	before := w.emitted / reportEvery
	w.emitted += int64(n)
	return most == 1 || w.emitted/reportEvery > before, ctx.Err() == nil
}

// until ends the round after some more events than before; 0 is for any number.
func (w *window) until(before, more int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = 0
	if more > 0 {
		w.last = before + more
	}
}

// wake lets all that wait look whether their context has ended.
func (w *window) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changed.Broadcast()
}

// settled waits until all that was emitted is handled.
func (w *window) settled(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.handled < w.emitted && ctx.Err() == nil {
		w.changed.Wait()
	}
}

// empty asks the handler until it has handled everything.
func (w *window) empty(ctx context.Context) error {
	for last, since := int64(-1), time.Now(); ; {
		m, err := w.nc.RequestWithContext(ctx, w.subject+".now", nil)
		if err != nil {
			return fmt.Errorf("ask the handler: %w", err)
		}
		w.told(m.Data)
		handled, emitted := w.counts()
		switch {
		case handled >= emitted:
			return nil
		case handled != last:
			last, since = handled, time.Now()
		case time.Since(since) > w.loss:
			return fmt.Errorf("%d of %d events are handled, and no other for %v", handled, emitted, w.loss)
		}
		time.Sleep(time.Millisecond)
	}
}

func (w *window) counts() (handled, emitted int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.handled, w.emitted
}

// emit is run for a client that emits; the clock stops when all is handled.
func (r round) emit(ctx context.Context, e *emitter) (tally, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	defer context.AfterFunc(ctx, e.window.wake)()
	_, before := e.window.counts()
	e.window.until(before, r.Events)
	took := make([]histogram, r.InFlight)
	started := time.Now()
	var running sync.WaitGroup
	for i := range took {
		running.Go(func() {
			if err := r.emitUntil(ctx, e, started.Add(r.Duration), &took[i]); err != nil {
				fail(err)
			}
		})
	}
	running.Wait()
	if ctx.Err() == nil {
		if err := e.window.empty(ctx); err != nil {
			return tally{}, err
		}
	}
	elapsed := time.Since(started)
	_, after := e.window.counts()
	return tally{Calls: after - before, Elapsed: elapsed, P50: medianOf(took)}, context.Cause(ctx)
}

func medianOf(took []histogram) time.Duration {
	var all histogram
	for i := range took {
		all.merge(&took[i])
	}
	return all.median()
}

// emitUntil emits at least once.
func (r round) emitUntil(ctx context.Context, e *emitter, until time.Time, took *histogram) error {
	many := make([]happening, max(1, r.Batch))
	for ctx.Err() == nil {
		report, ok := e.window.enter(ctx, len(many), r.Unhandled)
		if !ok {
			return nil // whoever ended ctx has the error, or all are emitted
		}
		begin := time.Now()
		if err := r.emitOnce(ctx, e, many, report); err != nil {
			return err
		}
		took.add(time.Since(begin))
		if !time.Now().Before(until) {
			return nil
		}
	}
	return nil
}

// emitOnce emits one event or one batch, and where only one may be on its way waits
// until it is handled.
func (r round) emitOnce(ctx context.Context, e *emitter, many []happening, report bool) (err error) {
	for i := range many {
		many[i] = happening{Name: r.name()}
	}
	many[len(many)-1].Report = report
	if r.Batch > 0 {
		err = e.all(ctx, many)
	} else {
		err = e.one(ctx, many[0])
	}
	if err == nil && r.Unhandled == 1 {
		e.window.settled(ctx)
	}
	return err
}
