package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Oracle takes its time.
type Oracle struct {
	_ rpc.Method `method:"Think"`
	_ rpc.Method `method:"Greet" args:"name,title"`
}

// Think goes on for as long as its caller waits: the deadline of a call is in its context,
// in whatever process it runs.
func (*Oracle) Think(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// Greet has a parameter that may be left out: a pointer, and none behind it that may not.
func (*Oracle) Greet(name string, title *string) string {
	if title != nil {
		name = *title + " " + name
	}
	return "Hello, " + name + "!"
}

// Every call ends by the deadline of its context, else by that of its field, else by that
// of the configuration.
func ExampleFunc_timeout() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Oracle{})
	think, err := rpc.FuncOf[rpc.None, any](w.Client(), "oracle.think")
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = think(ctx, rpc.None{})
	fmt.Println(fault.CodeOf(err))
	// Output: timeout
}

func ExampleMethod_optional() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Oracle{})
	fmt.Println(svctest.Call[string](w, "oracle.greet", "Ann"))
	fmt.Println(svctest.Call[string](w, "oracle.greet", "Ann", "Dr."))
	// Output:
	// Hello, Ann!
	// Hello, Dr. Ann!
}

// A call waits for a service that is down, unless it is not to.
func ExampleProxy_AtOnce() {
	t := new(stage.Stage)
	defer t.End()

	b := svctest.NewBroker(t)
	svctest.New(t, b, &Oracle{}).Stop()
	client, err := rpc.Dial(b.URL())
	if err != nil {
		panic(err)
	}
	defer client.Close() //nolint:errcheck // the example is over

	_, err = client.Proxy("oracle").AtOnce().Call(context.Background(), "greet", "Ann")
	fmt.Println(errors.Is(err, rpc.ErrUnknownService))
	// Output: true
}

// A tool asks how many durable calls wait, for whom.
func ExampleBacklogs() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	client, err := rpc.Dial(svctest.NewBroker(t).URL())
	if err != nil {
		panic(err)
	}
	defer client.Close() //nolint:errcheck // the example is over
	if _, err := client.Jobs().Submit(ctx, "printer.bind", "Poems"); err != nil {
		panic(err)
	}
	fmt.Println(rpc.Backlogs(ctx, client.Connection()))
	// Output: [{printer 1}] <nil>
}
