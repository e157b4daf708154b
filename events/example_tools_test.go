package events_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
)

// Mason and Carpenter could both open the door: one of them does.
type Mason struct {
	_ events.Handler `method:"OnKnock" source:"site" event:"knock" mode:"singleton"`

	Opened chan string
}

// Carpenter is of another service.
type Carpenter struct {
	_ events.Handler `method:"OnKnock" source:"site" event:"knock" mode:"singleton"`

	Opened chan string
}

// OnKnock opens.
func (m *Mason) OnKnock(who string) { m.Opened <- who }

// OnKnock opens.
func (c *Carpenter) OnKnock(who string) { c.Opened <- who }

func ExampleHandler_singleton() {
	t := new(stage.Stage)
	defer t.End()

	opened := make(chan string, 2)
	w := svctest.New(t, &Mason{Opened: opened}, &Carpenter{Opened: opened})
	w.Emit("site.knock", "the postman")
	fmt.Println(<-opened)
	w.Stop()
	fmt.Println(len(opened))
	// Output:
	// the postman
	// 0
}

// The key of an event may be said by itself, where it is no field of the payload.
func ExampleKey() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Tracker{})
	both := w.Expect("tracker", "OnStep", nth(2))
	w.Emit("orders.step", Step{"8", "packed"}, events.Key("8"))
	w.Emit("orders.step", Step{"8", "sent"}, events.Key("8"))
	both.Wait()
	// Output:
	// 8 packed
	// 8 sent
}

// A field of the payload is the id: what is emitted twice is stored once.
func ExampleIDBy() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Display{})
	shown := w.Expect("display", "OnBaked")
	w.Emit("bakery.baked", Loaf{"rye"}, events.IDBy("kind"))
	w.Emit("bakery.baked", Loaf{"rye"}, events.IDBy("kind"))
	shown.Wait()
	w.Stop()
	// Output: on display: rye
}

// A tool asks what handlers have still to do, those that do not run included.
func ExampleBacklogs() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	b := svctest.NewBroker(t)
	svctest.New(t, b, &Display{}).Stop()
	oven, err := events.Dial(b.URL(), "bakery")
	if err != nil {
		panic(err)
	}
	defer oven.Close() //nolint:errcheck // the example is over
	if err := oven.Dispatcher()(ctx, "baked", Loaf{"rye"}); err != nil {
		panic(err)
	}
	all, err := events.Backlogs(ctx, oven.Connection())
	for _, l := range all {
		fmt.Println(l.Handler, "of", l.Event, "waiting:", l.Waiting, "held:", l.Held)
	}
	fmt.Println(err)
	// Output:
	// display.on_baked of bakery.baked waiting: 1 held: 0
	// <nil>
}
