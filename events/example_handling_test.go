package events_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Step is one of several of an order.
type Step struct {
	Order string `json:"order"`
	Name  string `json:"name"`
}

// Tracker handles the steps of one order one after the other, whatever instance and
// attempt they come to. Those of other orders do not wait for them.
type Tracker struct {
	_ events.Handler `method:"OnStep" source:"orders" event:"step" ordered:"order"`
}

// OnStep is never called with a step before the one that was emitted before it is done.
func (*Tracker) OnStep(s Step) { fmt.Println(s.Order, s.Name) }

func ExampleHandler_ordered() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Tracker{})
	sent := w.Expect("tracker", "OnStep", nth(3))
	for _, name := range []string{"packed", "labelled", "sent"} {
		w.Emit("orders.step", Step{"7", name}, events.KeyBy("order"))
	}
	sent.Wait()
	// Output:
	// 7 packed
	// 7 labelled
	// 7 sent
}

// nth accepts the nth call that ends.
func nth(n int) func(service.CallEnded) bool {
	return func(service.CallEnded) bool {
		n--
		return n == 0
	}
}

// Cache has every instance forget what has changed, not one of them.
type Cache struct {
	_ events.Handler `method:"OnChange" source:"prices" event:"changed" mode:"broadcast"`
}

// OnChange runs in each.
func (*Cache) OnChange(article string) { fmt.Println("forgotten:", article) }

func ExampleHandler_broadcast() {
	t := new(stage.Stage)
	defer t.End()

	b := svctest.NewBroker(t)
	one, other := svctest.New(t, b, &Cache{}), svctest.New(t, b, &Cache{})
	first, second := one.Expect("cache", "OnChange"), other.Expect("cache", "OnChange")
	one.Emit("prices.changed", "rye")
	first.Wait()
	second.Wait()
	// Output:
	// forgotten: rye
	// forgotten: rye
}

// Gauge takes what comes while it is there: the next value makes up for one that is
// lost. Nothing is stored for it.
type Gauge struct {
	_ events.Handler `method:"OnValue" source:"oven" event:"degrees" reliable:"false"`
}

// OnValue shows a value.
func (*Gauge) OnValue(degrees int) { fmt.Println(degrees, "degrees") }

func ExampleHandler_unreliable() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Gauge{})
	shown := w.Expect("gauge", "OnValue")
	w.Emit("oven.degrees", 230, events.Unreliable())
	shown.Wait()
	// Output: 230 degrees
}

// Courier is given an event again for as long as it fails, later and later.
type Courier struct {
	_ events.Handler `method:"OnReady" source:"kitchen" event:"ready" attempts:"3" backoff:"1ms"`
}

// OnReady succeeds at last.
func (*Courier) OnReady(ctx context.Context, order string) error {
	info, _ := events.FromContext(ctx)
	fmt.Println(order, "attempt", info.Attempt)
	if info.Attempt < 3 {
		return errors.New("no bicycle")
	}
	return nil
}

func ExampleHandler_retry() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Courier{})
	gone := w.Expect("courier", "OnReady", func(e service.CallEnded) bool { return e.Err == nil })
	w.Emit("kitchen.ready", "soup")
	gone.Wait()
	// Output:
	// soup attempt 1
	// soup attempt 2
	// soup attempt 3
}

// Porter says itself what becomes of an event that it cannot handle.
type Porter struct {
	_ events.Handler `method:"OnArrived" source:"dock" event:"arrived"`
}

// OnArrived is called again when the gate opens, and never for a crate that is lost.
func (*Porter) OnArrived(ctx context.Context, crate string) error {
	info, _ := events.FromContext(ctx)
	fmt.Println(crate, "attempt", info.Attempt)
	switch {
	case crate == "lost":
		return events.Drop(errors.New("nobody asks for it"))
	case info.Attempt == 1:
		return events.RetryAfter(time.Millisecond, errors.New("the gate is closed"))
	default:
		return nil
	}
}

func ExampleRetryAfter() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Porter{})
	carried := w.Expect("porter", "OnArrived", func(e service.CallEnded) bool { return e.Err == nil })
	w.Emit("dock.arrived", "apples")
	carried.Wait()
	// Output:
	// apples attempt 1
	// apples attempt 2
}

func ExampleDrop() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Porter{})
	seen := w.Expect("porter", "OnArrived")
	w.Emit("dock.arrived", "lost")
	fmt.Println(seen.Wait().Err)
	w.Stop() // it ends when all is settled
	fmt.Println(len(w.DeadLetters()), "dead letters")
	// Output:
	// lost attempt 1
	// the event was dropped: nobody asks for it
	// 0 dead letters
}

// Sorter can be mended while events wait among the dead letters.
type Sorter struct {
	_ events.Handler `method:"OnParcel" source:"post" event:"parcel" attempts:"1"`

	jammed bool
}

// OnParcel fails while it is jammed.
func (s *Sorter) OnParcel(number int) error {
	if s.jammed {
		return errors.New("jammed")
	}
	fmt.Println("sorted parcel", number)
	return nil
}

func ExampleDeadLetters() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	b := svctest.NewBroker(t)
	w := svctest.New(t, b, &Sorter{jammed: true})
	failed := w.Expect("sorter", "OnParcel")
	w.Emit("post.parcel", 12)
	failed.Wait()
	w.Stop() // it ends when the letter is stored

	w = svctest.New(t, b, &Sorter{})
	dead, err := events.OpenDeadLetters(ctx, w.Client().Connection())
	if err != nil {
		panic(err)
	}
	sorted := w.Expect("sorter", "OnParcel")
	for l, err := range dead.All(ctx, events.LetterFilter{Handler: "sorter.on_parcel"}) {
		fmt.Println(l.Number, l.Event, l.Reason, l.Error, err)
		if err := dead.Replay(ctx, l, ""); err != nil {
			panic(err)
		}
	}
	sorted.Wait()
	fmt.Println(dead.Count(ctx))
	// Output:
	// 1 post.parcel failed jammed <nil>
	// sorted parcel 12
	// 0 <nil>
}
