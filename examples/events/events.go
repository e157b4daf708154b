// Package events is two services of which one hears from the other, and two more
// that keep a cache right with a broadcast, see catalog.go and shop.go.
package events

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// ServiceA emits an event.
type ServiceA struct {
	_ service.Name `name:"servicea"`

	Emit events.Publisher[string] `event:"my_event_type"`

	_ rpc.Method `method:"EmitAnEvent"`
}

// EmitAnEvent returns once the event is stored. Who handles it, and when, is not its
// concern.
func (a *ServiceA) EmitAnEvent(ctx context.Context) error { return a.Emit(ctx, "payload") }

// ServiceB handles the event. Of all its instances, one gets it.
type ServiceB struct {
	_ service.Name `name:"serviceb"`

	_ events.Handler `method:"OnMyEvent" source:"servicea" event:"my_event_type"`
}

// OnMyEvent prints what came.
func (*ServiceB) OnMyEvent(payload string) { fmt.Println("service b received", payload) }
