package broker

import (
	"context"
	"errors"

	"github.com/enoki-go/enoki/dependency"
)

var errNotConnected = errors.New("the broker is not connected")

// Health says whether the broker is connected.
func (c *Conn) Health(context.Context) error {
	if !c.Connected() {
		return errNotConnected
	}
	return nil
}

// Measure records how the connection fares.
func (c *Conn) Measure(record func(dependency.Measurement)) {
	var connected float64
	if c.Connected() {
		connected = 1
	}
	record(dependency.Measurement{Name: "svc_broker_connected", Help: "Whether the broker is connected.", Value: connected})
	record(dependency.Measurement{
		Name: "svc_broker_connections_total", Help: "Connections to the broker that were made; all but the first after a loss.",
		Count: true, Value: float64(c.Connections()),
	})
}
