package service_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Divider divides.
type Divider struct {
	_ rpc.Method `method:"Divide" args:"a,b"`
}

// Divide panics for a b of zero, which costs that call only.
func (*Divider) Divide(a, b int) int { return a / b }

// An observer sees everything that happens, on the goroutine where it does.
func ExampleObserve() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Divider{}, service.Observe(func(e service.Event) {
		switch e := e.(type) {
		case service.Started:
			fmt.Println("started", e.Service, e.Manifest.Version)
		case service.CallEnded:
			if broken, ok := errors.AsType[*service.PanicError](e.Err); ok {
				fmt.Println(e.Call.Name, "panicked:", broken.Value)
			}
		case service.Stopped:
			fmt.Println("stopped", e.Service)
		case service.CallStarted, service.Draining:
		}
	}))
	_, _ = w.Hook(context.Background(), "divider", "Divide", 1, 0)
	w.Stop()
	// Output:
	// started divider 0.0.0
	// divide panicked: runtime error: integer divide by zero
	// stopped divider
}
