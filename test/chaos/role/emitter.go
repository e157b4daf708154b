package role

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/test/chaos/history"
)

// Emitter is a process that emits events. It prints that it is ready, begins when it
// is told Go, prints a Summary when the last event was taken or refused, and ends
// with its input.
type Emitter struct {
	Seed     uint64
	Rate     float64 // events per second
	Keys     int     // that it emits events of, in order; 0 for events without order
	Orders   float64 // orders that it has the shop place, per second
	For      time.Duration
	Deadline time.Duration // of each event and order
}

// Parts of 100 events that are of a kind.
const noticeShare = 8

// Streams of random numbers, apart from those of calls.
const (
	planStream  = 3
	orderStream = 4
	keyStream   = 5
)

// emitter is a run of Emitter.
type emitter struct {
	Emitter

	name  string
	emit  events.Dispatcher
	facts *journal
	count atomic.Int64
	busy  sync.WaitGroup
}

func (s Setup) emit(facts *history.File) error {
	dialled, err := s.dialEvents(Source)
	if err != nil {
		return err
	}
	e := &emitter{Emitter: *s.Emitter, name: s.Name, emit: dialled.Dispatcher(), facts: &journal{s.Name, facts}}
	var place rpc.Func[Order, string]
	if e.Orders > 0 {
		client, err := s.dial()
		if err != nil {
			return err
		}
		if place, err = rpc.FuncOf[Order, string](client, "shop.place"); err != nil {
			return err
		}
	}
	orders := readOrders()
	sayReady()
	if <-orders != Go {
		return nil // the parent has changed its mind
	}
	if place != nil {
		e.busy.Go(func() { e.placeAll(place) })
	}
	if e.Keys > 0 {
		e.emitInOrder()
	} else {
		e.emitAll()
	}
	e.busy.Wait()
	if err := json.NewEncoder(os.Stdout).Encode(Summary{Calls: int(e.count.Load())}); err != nil {
		return err
	}
	for range orders { // until the parent hangs up
	}
	return nil
}

// dialEvents connects as the configuration of a program would have it.
func (s Setup) dialEvents(source string) (*events.Standalone, error) {
	return events.Dial("", source, events.WithConfig(s.config()), events.WithLogger(s.logger()))
}

func (e *emitter) load(rate float64) Load {
	return Load{Seed: e.Seed, Plain: true, Phases: []Phase{{Rate: rate, For: e.For}}}
}

// emitAll emits events at an even rate, without waiting for those before.
func (e *emitter) emitAll() {
	rng := rand.New(rand.NewPCG(e.Seed, planStream))
	e.load(e.Rate).each(func(n int, _ string, d time.Duration) {
		event, payload := Done, Event{ID: fmt.Sprintf("%s-%d", e.name, n), For: d}
		fails := drawFails(rng)
		if rng.IntN(100) < noticeShare {
			event, payload.For = Notice, 0
		} else {
			payload.Fails = fails
		}
		if payload.Fails == Always {
			payload.For = min(payload.For, 20*time.Millisecond)
		}
		e.busy.Go(func() { e.one(event, payload) })
	})
}

// emitInOrder emits the events of each key one after the other, several at a time: what
// came at even intervals would be in order by itself.
func (e *emitter) emitInOrder() {
	for k := range e.Keys {
		l := e.load(e.Rate / float64(e.Keys) / stepsAtOnce)
		l.Seed += uint64(k) << 32 //nolint:gosec // k counts from 0
		rng := rand.New(rand.NewPCG(l.Seed, keyStream))
		key := fmt.Sprintf("%s/%d", e.name, k)
		e.busy.Go(func() {
			_ = pause(context.Background(), time.Duration(rng.Int64N(int64(time.Second)))) // its context does not end
			l.each(func(n int, _ string, d time.Duration) {
				for i := range stepsAtOnce {
					step := Event{For: min(d, stepMost) >> i, Fails: drawFails(rng), Key: key, Number: n*stepsAtOnce + i}
					step.ID = fmt.Sprintf("%s/%d", key, step.Number)
					e.one(Step, step, events.KeyBy("key"))
				}
			})
		})
	}
}

const (
	stepMost    = 300 * time.Millisecond // that an event in order may take: it holds up others
	stepsAtOnce = 5                      // each takes half as long as the one before
)

// one emits an event and writes down what became of it.
func (e *emitter) one(event string, payload Event, options ...events.EmitOption) bool {
	ctx, cancel := context.WithTimeout(context.Background(), e.Deadline)
	defer cancel()
	e.count.Add(1)
	sent := history.Fact{Kind: history.Sent, ID: payload.ID, Method: event, Limit: e.Deadline, Fails: payload.Fails, Key: payload.Key, Number: payload.Number}
	e.facts.write(sent)
	began := time.Now()
	err := e.emit(ctx, event, payload, append(options, events.ID(payload.ID))...)
	f := history.Fact{Kind: history.Submitted, ID: payload.ID, Method: event, Took: time.Since(began)}
	if err != nil {
		f.Error, f.Full = err.Error(), errors.Is(err, broker.ErrFull)
	}
	e.facts.write(f)
	return err == nil
}

// placeAll has the shop place orders; the tables tell what became of them.
func (e *emitter) placeAll(place rpc.Func[Order, string]) {
	rng := rand.New(rand.NewPCG(e.Seed, orderStream))
	l := e.load(e.Orders)
	l.Short = true
	l.each(func(_ int, _ string, d time.Duration) {
		o := Order{For: d, Fails: drawFails(rng), Refused: rng.IntN(refusedShare) == 0}
		e.busy.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), e.Deadline)
			defer cancel()
			_, _ = place(ctx, o) // what counts is what was committed
		})
	})
}

// Filler is a process that emits to a handler that is away, until it is refused. It
// says that it is ready when it has been, and ends.
type Filler struct {
	Deadline time.Duration // of each event
	Most     int           // events; with one more the stream cannot be full
	Size     int           // bytes of each
}

func (s Setup) fill(facts *history.File) error {
	dialled, err := s.dialEvents("filler")
	if err != nil {
		return err
	}
	e := &emitter{Emitter: Emitter{Deadline: s.Filler.Deadline}, name: s.Name, emit: dialled.Dispatcher(), facts: &journal{s.Name, facts}}
	for n := range s.Filler.Most {
		if !e.one(Excess, Event{ID: fmt.Sprintf("%s-%d", e.name, n), Ballast: make([]byte, s.Filler.Size)}) {
			break
		}
	}
	sayReady()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
