package role

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/test/chaos/history"
)

// Source is the source of the events of emitters.
const Source = "emitter"

// Events of emitters.
const (
	Done   = "done"   // for OnDone and OnDoneToo, each of them once
	Notice = "notice" // for every process
	Step   = "step"   // for OnStep, in the order of its key
	Excess = "excess" // for OnExcess, which is away until the end
)

// Methods that handle events. They are what is in facts, on the wire and in dead
// letters.
const (
	OnDone    = "on_done"     // takes as long as it is told, and fails as planned
	OnDoneToo = "on_done_too" // never fails, and gets the same events
	OnNotice  = "on_notice"   // broadcast
	OnStep    = "on_step"     // in order
	OnExcess  = "on_excess"

	OnPlaced      = "on_placed"       // has an inbox
	OnPlacedNaive = "on_placed_naive" // has none
)

// Handlers are the methods that handle a type of events, but for broadcasts.
var Handlers = map[string][]string{Done: {OnDone, OnDoneToo}, Step: {OnStep}, Excess: {OnExcess}}

// Attempts is how often an event may fail at OnDone, OnStep and OnPlaced before it is
// dead. Of those that are planned to fail and not for ever none fails so often.
const Attempts = 4

// Always is the plan of an event that fails for ever.
const Always = -1

// Planned is the error of what fails as planned.
const Planned = "planned to fail"

var errPlanned = errors.New(Planned)

// Event is the payload of all events.
type Event struct {
	ID      string        `json:"id"`
	For     time.Duration `json:"for"`
	Fails   int           `json:"fails"`
	Key     string        `json:"key"`
	Number  int           `json:"number"`
	Ballast []byte        `json:"ballast"`
}

// failsAt reports whether an attempt, counted from 1, is planned to fail. Those that
// were lost with their process count, so that an event fails no more often than planned.
func (e Event) failsAt(attempt int) bool { return e.Fails == Always || attempt <= e.Fails }

// drawFails plans how often an event fails: of a hundred one or two for ever, four
// once and two twice.
func drawFails(rng *rand.Rand) int {
	switch n := rng.IntN(200); {
	case n < 3:
		return Always
	case n < 11:
		return 1
	case n < 15:
		return 2
	default:
		return 0
	}
}

// handle is the body of handlers.
func (j *journal) handle(ctx context.Context, method string, e Event) error {
	info, _ := events.FromContext(ctx)
	j.write(history.Fact{Kind: history.Began, ID: e.ID, Method: method, Attempt: info.Attempt, Key: e.Key, Number: e.Number})
	err := pause(ctx, e.For)
	if err == nil && e.failsAt(info.Attempt) {
		err = errPlanned
	}
	j.ended(method, Task{ID: e.ID}, err)
	return err
}
