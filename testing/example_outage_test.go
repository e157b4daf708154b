package svctest_test

import (
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// A test ends the broker and starts it again, with what it has stored: services connect
// by themselves.
func ExampleBroker_Restart() {
	t := new(tb)
	defer t.end()

	b := svctest.NewBroker(t)
	w := svctest.New(t, b, &hello.GreetingService{})
	b.Stop()
	b.Restart()
	fmt.Println(svctest.Call[string](w, "greeting_service.hello", "world"))
	// Output: Hello, world!
}

// Archivist refuses what it cannot read.
type Archivist struct {
	_ events.Handler `method:"OnPage" source:"press" event:"page" attempts:"1"`
}

// OnPage fails once, which is enough.
func (*Archivist) OnPage(int) error { return errors.New("smudged") }

// A test looks at the events that were given up.
func ExampleWorld_DeadLetters() {
	t := new(tb)
	defer t.end()

	w := svctest.New(t, &Archivist{})
	failed := w.Expect("archivist", "OnPage")
	w.Emit("press.page", 7)
	failed.Wait()
	w.Stop() // it ends when all is settled
	for _, l := range w.DeadLetters() {
		fmt.Println(l.Handler, l.Event, l.Reason, l.Error)
	}
	// Output: archivist.on_page press.page failed smudged
}

// Baker has a section of the configuration.
type Baker struct {
	Oven struct{ Degrees int } `config:"oven"`

	_ rpc.Method `method:"Heat"`
}

// Heat says how hot it is.
func (b *Baker) Heat() int { return b.Oven.Degrees }

// Configuration stands beside the services.
func ExampleConfig() {
	t := new(tb)
	defer t.end()

	w := svctest.New(t, &Baker{}, svctest.Config("oven: {degrees: 230}"))
	fmt.Println(svctest.Call[int](w, "baker.heat"))
	// Output: 230
}
