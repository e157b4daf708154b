package events

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// tries is what is remembered of the deliveries of one event to one handler. Nothing is
// while all goes well: the first delivery asks for nothing, and one that succeeds
// writes nothing.
//
// The broker counts deliveries, which is not the same: it counts those that were given
// back by a process that stopped, or were lost with one that died, and an event must not
// die of that.
type tries struct {
	Errors   int       `json:"errors"`         // of the handler
	Lost     int       `json:"lost"`           // deliveries that were begun, and whose process was gone
	Open     bool      `json:"open"`           // one has begun
	Delivery int       `json:"delivery"`       // that the last error was of
	Due      time.Time `json:"due"`            // not before then
	First    time.Time `json:"first"`          // error
	Last     time.Time `json:"last"`           // error
	Error    string    `json:"error"`          // the last
	Name     string    `json:"name,omitempty"` // of that, where it is declared
}

const (
	// maxLost is after how many lost processes an event is suspected to be what kills
	// them.
	maxLost = 10
	// suspectPause is how long an event stays with the broker while another one is tried
	// that may be what kills processes.
	suspectPause = time.Second
	// triesLimit bounds the storing of what is remembered.
	triesLimit = time.Minute
)

func (o *occurrence) triesSubject() string {
	return fmt.Sprintf("%s.evtry.%s.%s.%d", o.handled.hub.conn.Namespace(), o.lane.stream.Name(), o.lane.name, o.delivery.Sequence)
}

// recall reads what is remembered.
func (o *occurrence) recall(ctx context.Context) error {
	m, found, err := o.handled.center.tries.Last(ctx, o.triesSubject())
	if err != nil || !found {
		return err
	}
	return json.Unmarshal(m.Data, &o.tries)
}

// remember stores it.
func (o *occurrence) remember(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, triesLimit)
	defer cancel()
	data, err := json.Marshal(o.tries)
	if err != nil {
		return err
	}
	return o.handled.center.tries.Put(ctx, &broker.Msg{Subject: o.triesSubject(), Data: data})
}

// beginAgain decides what is to be done with an event that was delivered before.
func (o *occurrence) beginAgain() {
	c := o.handled.center
	if err := o.recall(c.life); err != nil {
		o.giveBack(runAgain)
		return
	}
	switch early := time.Until(o.tries.Due); {
	case o.tries.Errors >= o.handled.Attempts:
		o.bury(reasonFailed, nil)
	case early > jitterRoom:
		o.postpone(early)
	case o.tries.Errors > 0 && !o.tries.Open && o.delivery.Attempt == o.tries.Delivery+1:
		o.begin()
	default:
		o.suspect()
	}
}

// jitterRoom is how much too early a delivery may come.
const jitterRoom = 50 * time.Millisecond

// postpone gives back an event that came before its time: the broker was restarted, or
// was not told how long to wait.
func (o *occurrence) postpone(early time.Duration) {
	o.tries.Delivery = o.delivery.Attempt
	if err := o.remember(o.handled.center.life); err != nil {
		early = min(early, runAgain)
	}
	o.giveBack(early)
}

// suspect runs an event that comes again though no handler has failed it: perhaps it is
// what kills the processes that handle it. So it runs while no other such event does,
// and that it has begun is remembered.
func (o *occurrence) suspect() {
	c := o.handled.center
	if o.tries.Open {
		o.tries.Lost++
	}
	if o.tries.Lost >= maxLost {
		o.bury(reasonLost, nil)
		return
	}
	if !o.handled.suspects.enter() { // waiting here would keep a worker from other events
		o.giveBack(jitter(suspectPause))
		return
	}
	o.alone, o.tries.Open = true, true
	if err := o.remember(c.life); err != nil {
		o.handled.suspects.leave()
		o.giveBack(runAgain)
		return
	}
	o.begin()
}

// close remembers that a delivery which had begun was not lost.
func (o *occurrence) close(ctx context.Context) {
	if !o.tries.Open {
		return
	}
	o.tries.Open = false
	if err := o.remember(ctx); err != nil {
		o.handled.host.Logger().WarnContext(ctx, "what is known of an event cannot be stored", "event_id", o.info.ID, "error", err)
	}
}

// failed settles an event whose handler has returned an error.
func (o *occurrence) failed(err error) {
	o.delivery.FreeSlot()
	now := time.Now()
	t := &o.tries
	t.Errors, t.Open, t.Delivery = t.Errors+1, false, o.delivery.Attempt
	if t.First.IsZero() {
		t.First = now
	}
	t.Last, t.Error, t.Name = now, oneLine(err.Error()), nameOf(err)
	if t.Errors >= o.handled.Attempts {
		o.bury(reasonFailed, nil)
		return
	}
	wait := o.handled.waitAfter(err, t.Errors)
	t.Due = now.Add(wait)
	if err := o.remember(o.handled.center.life); err != nil {
		o.handled.host.Logger().Error("attempts of an event cannot be counted; it will come again", "event_id", o.info.ID, "error", err)
	}
	o.handled.host.Logger().Warn("event is tried again", "handler", o.handled.String(), "event", o.info.Source+"."+o.info.Type,
		"event_id", o.info.ID, "errors", t.Errors, "attempts", o.handled.Attempts, "after", wait.Round(time.Millisecond))
	o.giveBack(wait)
}
