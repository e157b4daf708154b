package service_test

import (
	"fmt"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

// Cleaner has a timer that a test does not want.
type Cleaner struct {
	Broom string

	_ rpc.Method `method:"Ask"`
	_ timer.Job  `method:"Sweep" every:"1s"`
}

// Ask says what it sweeps with.
func (c *Cleaner) Ask() string { return c.Broom }

// Sweep runs every second, except in the example.
func (*Cleaner) Sweep() {}

// A test takes parts of a service: some of its entrypoints, with other values in its
// fields.
func ExampleOnly() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Cleaner{},
		service.Only("cleaner", "Ask"),
		service.Replace("cleaner", "Broom", "a toothbrush"),
	)
	fmt.Println(svctest.Call[string](w, "cleaner.ask"))
	fmt.Println(len(w.App().Manifest().Services[0].Entrypoints))
	// Output:
	// a toothbrush
	// 1
}
