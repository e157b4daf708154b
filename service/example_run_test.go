package service_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
)

// Bell rings. Who has timers only connects to no broker.
type Bell struct {
	_ timer.Job `method:"Ring" every:"1h"`
}

// Ring rings once an hour.
func (*Bell) Ring() {}

// Run starts the services and stops them when its context ends, a signal arrives, or what
// runs in the background fails.
func ExampleApp_Run() {
	ctx, cancel := context.WithCancel(context.Background())
	quiet := service.Logger(slog.New(slog.DiscardHandler))
	app, err := service.New(nil, service.With(&Bell{}), quiet, service.Observe(func(e service.Event) {
		if _, ok := e.(service.Started); ok {
			fmt.Println("ringing")
			cancel()
		}
	}))
	if err != nil {
		panic(err)
	}
	fmt.Println(app.Run(ctx))
	// Output:
	// ringing
	// <nil>
}
