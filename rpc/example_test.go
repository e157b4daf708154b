package rpc_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// An example passes a stage where a test passes its *testing.T.

// Printer says of each method what is promised where an instance is lost.
type Printer struct {
	_ rpc.Method `method:"Preview" args:"text"`
	_ rpc.Method `method:"Print" args:"text" delivery:"at-most-once"`
	_ rpc.Method `method:"Bind" args:"title" delivery:"durable"`
}

// Preview may run again on another instance.
func (*Printer) Preview(text string) string { return "[" + text + "]" }

// Print never starts twice: its caller gets ErrWorkerLost.
func (*Printer) Print(text string) string { return "printed " + text }

// Bind can be submitted: it runs at least once even if all die that know of it.
func (*Printer) Bind(title string) string { return "bound " + title }

func ExampleMethod() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Printer{})
	fmt.Println(svctest.Call[string](w, "printer.preview", "page 1"))
	fmt.Println(svctest.Call[string](w, "printer.print", "page 1"))
	fmt.Println(svctest.Call[string](w, "printer.bind", "Poems"))
	// Output:
	// [page 1]
	// printed page 1
	// bound Poems
}

// Bookshop has a durable method of another service as a field.
type Bookshop struct {
	Bind rpc.Job[string, string] `rpc:"printer.bind" timeout:"2h"`

	_ rpc.Method `method:"Order" args:"title"`
	_ rpc.Method `method:"Fetch" args:"order"`
}

// Order returns a handle, which its caller keeps.
func (s *Bookshop) Order(ctx context.Context, title string) (rpc.Handle, error) {
	return s.Bind.Submit(ctx, title)
}

// Fetch waits for what was ordered.
func (s *Bookshop) Fetch(ctx context.Context, order rpc.Handle) (string, error) {
	return s.Bind.Result(ctx, order)
}

func ExampleJob() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Bookshop{}, &Printer{})
	order := svctest.Call[rpc.Handle](w, "bookshop.order", "Poems")
	fmt.Println(svctest.Call[string](w, "bookshop.fetch", order))
	// Output: bound Poems
}

// A program that is no service submits a call, and another one asks for the result
// with the text of the handle.
func ExampleJobOf() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	w := svctest.New(t, &Printer{})
	bind, err := rpc.JobOf[string, string](w.Client(), "printer.bind")
	if err != nil {
		panic(err)
	}
	order, err := bind.Submit(ctx, "Poems")
	if err != nil {
		panic(err)
	}
	note := order.String()

	order, err = rpc.ParseHandle(note)
	if err != nil {
		panic(err)
	}
	fmt.Println(bind.Result(ctx, order))
	// Output: bound Poems <nil>
}

// A call is stored whether or not its service runs.
func ExampleStandalone_Jobs() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	b := svctest.NewBroker(t)
	client, err := rpc.Dial(b.URL())
	if err != nil {
		panic(err)
	}
	defer client.Close() //nolint:errcheck // the example is over

	jobs := client.Jobs()
	order, err := jobs.Submit(ctx, "printer.bind", "Poems")
	if err != nil {
		panic(err)
	}
	_, err = jobs.Look(ctx, order)
	fmt.Println(errors.Is(err, rpc.ErrPending))

	svctest.New(t, b, &Printer{})
	result, err := jobs.Fetch(ctx, order)
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Value())
	// Output:
	// true
	// bound Poems <nil>
}

// Who does not know whether a call was submitted submits it again under its key.
func ExampleWithKey() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Printer{})
	jobs := w.Client().Jobs()
	for range 2 {
		order, err := jobs.Submit(rpc.WithKey(context.Background(), "order-7"), "printer.bind", "Poems")
		fmt.Println(order, err)
	}
	// Output:
	// printer.bind.1.bind/order-7 <nil>
	// printer.bind.1.bind/order-7 <nil>
}

func ExampleParseHandle() {
	order, err := rpc.ParseHandle("printer.bind.1.bind/order-7")
	fmt.Println(order.ID(), err)
	_, err = rpc.ParseHandle("order-7")
	fmt.Println(err)
	// Output:
	// bind/order-7 <nil>
	// handle: have "order-7", want "service.method.number.id"
}
