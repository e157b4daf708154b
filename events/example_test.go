package events_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// An example passes a stage where a test passes its *testing.T.

// Loaf is what a bakery tells of.
type Loaf struct {
	Kind string `json:"kind"`
}

// Bakery tells that a loaf is out of the oven.
type Bakery struct {
	Baked events.Publisher[Loaf] `event:"baked"`

	_ rpc.Method `method:"Bake" args:"kind"`
}

// Bake returns once the event is stored.
func (b *Bakery) Bake(ctx context.Context, kind string) error {
	return b.Baked(ctx, Loaf{kind})
}

// Display wants to know of each loaf.
type Display struct {
	_ events.Handler `method:"OnBaked" source:"bakery" event:"baked"`
}

// OnBaked has handled the event when it returns nil.
func (*Display) OnBaked(l Loaf) { fmt.Println("on display:", l.Kind) }

func ExamplePublisher() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Bakery{}, &Display{})
	shown := w.Expect("display", "OnBaked")
	svctest.Call[any](w, "bakery.bake", "rye")
	shown.Wait()
	// Output: on display: rye
}

// A test emits an event in the place of its source.
func ExampleHandler() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Display{})
	shown := w.Expect("display", "OnBaked")
	w.Emit("bakery.baked", Loaf{"wheat"})
	shown.Wait()
	// Output: on display: wheat
}

// A publisher is a function: a unit test sets its own.
func ExamplePublisher_Emit() {
	b := &Bakery{Baked: func(_ context.Context, l Loaf, _ ...events.EmitOption) error {
		fmt.Println("baked:", l.Kind)
		return nil
	}}
	fmt.Println(b.Bake(context.Background(), "spelt"))
	// Output:
	// baked: spelt
	// <nil>
}

// Sold is an event that both sides share: the compiler checks what they make of it.
var Sold = events.Define[Loaf]("counter", "sold")

// Counter is the source of Sold.
type Counter struct {
	Events events.Dispatcher

	_ rpc.Method `method:"Sell" args:"kind"`
}

// Sell emits Sold.
func (c *Counter) Sell(ctx context.Context, kind string) error {
	return Sold.Emit(ctx, c.Events, Loaf{kind})
}

// Accounts handles Sold.
type Accounts struct{}

// Entrypoints declares what a marker would.
func (*Accounts) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{events.On(Sold, (*Accounts).Enter, `attempts:"3"`)}
}

// Enter has the payload that Sold says.
func (*Accounts) Enter(_ context.Context, l Loaf) error {
	fmt.Println("entered:", l.Kind)
	return nil
}

func ExampleDefine() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Counter{}, &Accounts{})
	entered := w.Expect("accounts", "Enter")
	svctest.Call[any](w, "counter.sell", "rye")
	entered.Wait()
	fmt.Println(Sold)
	// Output:
	// entered: rye
	// counter.sold
}

// Inspector handles whatever a source emits, as it came.
type Inspector struct {
	_ events.Handler `method:"OnAny" source:"bakery" event:">"`
}

// OnAny asks what else is known of the event.
func (*Inspector) OnAny(ctx context.Context, raw events.Raw) error {
	text, err := raw.JSON()
	if info, ok := events.FromContext(ctx); ok {
		fmt.Println(info.Source, info.Type, info.ID, info.Attempt, string(text))
	}
	return err
}

func ExampleFromContext() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Inspector{})
	seen := w.Expect("inspector", "OnAny")
	w.Emit("bakery.oven.lit", map[string]int{"degrees": 230}, events.ID("oven-1"))
	seen.Wait()
	// Output: bakery oven.lit oven-1 1 {"degrees":230}
}

// A program that is no service emits under a name of its own.
func ExampleDial() {
	t := new(stage.Stage)
	defer t.End()

	b := svctest.NewBroker(t)
	w := svctest.New(t, b, &Display{})
	shown := w.Expect("display", "OnBaked")

	oven, err := events.Dial(b.URL(), "bakery")
	if err != nil {
		panic(err)
	}
	defer oven.Close() //nolint:errcheck // the example is over
	fmt.Println(oven.Dispatcher()(context.Background(), "baked", Loaf{"rye"}))
	shown.Wait()
	// Unordered output:
	// <nil>
	// on display: rye
}

// A tool hears what is emitted, without being a handler.
func ExampleListen() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	w := svctest.New(t, &Bakery{})
	heard := make(chan string, 1)
	sub, err := events.Listen(w.Client().Connection(), "bakery.*", func(i events.Info, r events.Raw) {
		text, _ := r.JSON()
		heard <- i.Type + " " + string(text)
	})
	if err != nil {
		panic(err)
	}
	defer sub.Stop(ctx) //nolint:errcheck // the example is over
	if err := w.Client().Connection().Flush(ctx); err != nil {
		panic(err)
	}
	svctest.Call[any](w, "bakery.bake", "rye")
	fmt.Println(<-heard)
	// Output: baked {"kind":"rye"}
}
