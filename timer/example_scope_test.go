package timer_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

// Pulse beats in every instance.
type Pulse struct {
	_ timer.Job `method:"Beat" every:"1ms" eager:"true"`
}

// Beat takes nothing and returns nothing.
func (*Pulse) Beat() {}

func ExampleJob_every() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Pulse{})
	for range 3 {
		fmt.Println(w.Expect("pulse", "Beat").Wait().Call.Kind)
	}
	// Output:
	// timer
	// timer
	// timer
}

// Billing runs once for all instances. One that dies is replaced by another, which is
// told that the same tick may have begun before.
type Billing struct {
	_ timer.Job `method:"Bill" every:"100ms" scope:"cluster" misfire:"all" timeout:"1m"`
}

// Bill bills what was bought until a tick was due, not until now.
func (*Billing) Bill(_ context.Context, tick timer.Tick) (string, error) {
	if tick.Rerun() {
		return "looking for bills that were written already", nil
	}
	return "billing what was bought", nil
}

func ExampleJob_cluster() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Billing{})
	fmt.Println(w.Expect("billing", "Bill").Wait().Result)
	// Output: billing what was bought
}
