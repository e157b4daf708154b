package broker

import (
	"math"

	"github.com/enoki-go/enoki/dependency"
)

// MetadataNamespace is the key in the metadata of an instance that says in which
// namespace it works.
const MetadataNamespace = "namespace"

// announceService prepares the answers of a service of this process.
func (c *Conn) announceService(s dependency.Hosted) *Announcement {
	a := c.Announce(Info{Identity: Identity{
		Name: s.Name, ID: s.Instance, Version: s.Version, Metadata: map[string]string{MetadataNamespace: c.Namespace()},
	}})
	a.process = c.process
	c.announced[s.Name] = a
	return a
}

// Ready makes all services of the process findable, also those that receive nothing from
// the broker: who asks what is running means them, too.
func (c *Conn) Ready() {
	for _, s := range c.process.Services() {
		if c.announced[s.Name] != nil {
			continue
		}
		if err := c.announceService(s).Publish(); err != nil {
			c.logger.Warn("service cannot be announced", "service", s.Name, "error", err)
		}
	}
}

// measure adds to s what ADR-32 does not have.
func (a *Announcement) measure(s *Stats) {
	if a.process == nil {
		return
	}
	s.Data = a.measured()
	for _, e := range a.process.Served(a.info.Name) {
		s.Entrypoints = append(s.Entrypoints, EntrypointStats{e.Kind, e.Name, e.Address, e.Requests, e.Errors, int64(e.Busy), e.Latency})
	}
	for _, t := range a.process.Sent(a.info.Name).Targets() {
		s.Targets = append(s.Targets, TargetStats{t.Kind, t.Target, t.Requests, t.Errors})
	}
}

// measured returns how the service stands.
func (a *Announcement) measured() Data {
	data := make(Data)
	a.process.Measure(func(m dependency.Measurement) {
		known := !math.IsNaN(m.Value) && !math.IsInf(m.Value, 0) // JSON has no others
		if known && len(m.Labels) == 1 && m.Labels[0] == (dependency.Label{Name: "service", Value: a.info.Name}) {
			data[m.Name] = m.Value
		}
	})
	return data
}
