package timer_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

// Ledger closes its books each night, and whenever somebody asks for it: the method
// is the same.
type Ledger struct {
	_ timer.Job  `method:"Close" cron:"0 3 * * *" tz:"Europe/Vienna" scope:"cluster"`
	_ timer.Job  `method:"Trim" every:"10m"`
	_ rpc.Method `method:"Close"`
}

// Close closes the books of one night.
func (*Ledger) Close(ctx context.Context) string {
	if tick, ok := timer.TickFrom(ctx); ok {
		return "closed the books of " + tick.Due.Format("2 January")
	}
	return "closed the books by hand"
}

// Trim is told when it was due.
func (*Ledger) Trim(tick timer.Tick) {
	fmt.Println("trimmed what was older at", tick.Due)
}

func ExampleJob() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Ledger{})
	fmt.Println(svctest.Call[string](w, "ledger.close"))
	for _, e := range w.App().Manifest().Services[0].Entrypoints {
		fmt.Println(e.Kind, e.Method, e.Address)
	}
	// Output:
	// closed the books by hand
	// timer Close cron 0 3 * * * Europe/Vienna
	// timer Trim every 10m0s
	// rpc Close svc.rpc.ledger.close
}
