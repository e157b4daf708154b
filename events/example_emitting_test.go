package events_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Reminder has events emitted later.
type Reminder struct {
	Due events.Publisher[string] `event:"due"`

	_ rpc.Method     `method:"In" args:"text,wait"`
	_ events.Handler `method:"OnDue" source:"reminder" event:"due"`
}

// In returns at once: the event is stored, and is emitted when its time has come, even
// if this instance is gone by then.
func (r *Reminder) In(ctx context.Context, text string, wait time.Duration) error {
	return r.Due.EmitAfter(ctx, text, wait)
}

// OnDue is called then.
func (*Reminder) OnDue(text string) { fmt.Println("it is time:", text) }

func ExampleAfter() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Reminder{})
	reminded := w.Expect("reminder", "OnDue")
	svctest.Call[any](w, "reminder.in", "take the bread out", 20*time.Millisecond)
	reminded.Wait()
	// Output: it is time: take the bread out
}

// Who does not know whether an event was stored emits it again with its id.
func ExampleID() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Display{})
	shown := w.Expect("display", "OnBaked")
	w.Emit("bakery.baked", Loaf{"rye"}, events.ID("loaf-7"))
	w.Emit("bakery.baked", Loaf{"rye"}, events.ID("loaf-7"))
	shown.Wait()
	w.Stop()
	// Output: on display: rye
}

// An event that nobody handles is gone, unless its emitter wants to know.
func ExampleMandatory() {
	t := new(stage.Stage)
	defer t.End()

	b := svctest.NewBroker(t)
	oven, err := events.Dial(b.URL(), "bakery")
	if err != nil {
		panic(err)
	}
	defer oven.Close() //nolint:errcheck // the example is over
	err = oven.Dispatcher()(context.Background(), "baked", Loaf{"rye"}, events.Mandatory())
	fmt.Println(errors.Is(err, events.ErrNoHandler), err)
	// Output: true emit bakery.baked: nobody handles bakery.baked
}

// Mill emits what belongs together.
type Mill struct {
	Ground events.Publisher[string] `event:"ground"`

	_ rpc.Method     `method:"Grind" args:"sacks"`
	_ events.Handler `method:"OnGround" source:"mill" event:"ground"`
}

// Grind waits once, for all of its events.
func (m *Mill) Grind(ctx context.Context, sacks []string) error {
	return m.Ground.EmitAll(ctx, sacks)
}

// OnGround handles one.
func (*Mill) OnGround(sack string) { fmt.Println("ground:", sack) }

func ExamplePublisher_EmitAll() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Mill{})
	both := w.Expect("mill", "OnGround", nth(2))
	svctest.Call[any](w, "mill.grind", []string{"rye", "wheat"})
	both.Wait()
	// Unordered output:
	// ground: rye
	// ground: wheat
}

// Desk commits an event with the transaction of the call, or not at all.
type Desk struct {
	DB     *sqldb.Session           `db:"desk"`
	Booked events.Publisher[string] `event:"booked" outbox:"desk"`

	_ rpc.Method `method:"Book" args:"guest"`
}

// Book may fail after it has emitted: then the transaction is rolled back, and the event
// with it. What it writes to DB is committed with the event.
func (d *Desk) Book(ctx context.Context, guest string) error {
	if err := d.Booked(ctx, guest); err != nil {
		return err
	}
	if guest == "Nobody" {
		return errors.New("no name")
	}
	return nil
}

// Registry handles each booking once: what it writes to DB is committed with the note
// that the event was handled.
type Registry struct {
	DB *sqldb.Session `db:"registry"`

	_ events.Handler `method:"OnBooked" source:"desk" event:"booked" inbox:"registry"`
}

// OnBooked enters a guest.
func (*Registry) OnBooked(guest string) { fmt.Println("entered:", guest) }

func ExamplePublisher_outbox() {
	t := new(stage.Stage)
	defer t.End()

	file := func(name string) string { return "sqlite:" + filepath.Join(t.TempDir(), name) }
	w := svctest.New(t, &Desk{}, &Registry{}, svctest.Config(fmt.Sprintf(
		"databases: {desk: {url: '%s'}, registry: {url: '%s'}}", file("desk.db"), file("registry.db"))))
	entered := w.Expect("registry", "OnBooked")
	_, err := w.Client().Proxy("desk").Call(context.Background(), "book", "Nobody")
	fmt.Println(err != nil)
	svctest.Call[any](w, "desk.book", "Ann")
	entered.Wait()
	// Output:
	// true
	// entered: Ann
}
