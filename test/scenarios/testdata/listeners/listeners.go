// Package listeners is two services that hear the same event, each in two modes.
package listeners

import (
	"fmt"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/service"
)

// ServiceB listens.
type ServiceB struct {
	_ service.Name   `name:"serviceb"`
	_ events.Handler `method:"One" source:"servicea" event:"my_event_type"`
	_ events.Handler `method:"Each" source:"servicea" event:"my_event_type" mode:"broadcast"`
}

// One is for one instance.
func (*ServiceB) One(payload string) { fmt.Println("b: one received", payload) }

// Each is for every instance.
func (*ServiceB) Each(payload string) { fmt.Println("b: each received", payload) }

// ServiceC listens, too.
type ServiceC struct {
	_ service.Name   `name:"servicec"`
	_ events.Handler `method:"One" source:"servicea" event:"my_event_type"`
	_ events.Handler `method:"Each" source:"servicea" event:"my_event_type" mode:"broadcast"`
}

// One is for one instance.
func (*ServiceC) One(payload string) { fmt.Println("c: one received", payload) }

// Each is for every instance.
func (*ServiceC) Each(payload string) { fmt.Println("c: each received", payload) }
