package events

import "github.com/enoki-go/enoki/dependency"

// Measure records what became of the events that this process has handled.
func (c *center) Measure(record func(dependency.Measurement)) {
	labels := []dependency.Label{{Name: "service", Value: c.host.Service()}}
	for _, m := range []struct {
		name, help string
		value      uint64
	}{
		{"svc_events_failed_total", "Events whose handler returned an error, each time.", c.failed.Load()},
		{"svc_events_dropped_total", "Events that were dropped after an error.", c.dropped.Load()},
		{"svc_events_dead_total", "Events that were moved to the dead letters.", c.buried.Load()},
	} {
		record(dependency.Measurement{Name: m.name, Help: m.help, Count: true, Value: float64(m.value), Labels: labels})
	}
}
