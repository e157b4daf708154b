package broker

import (
	"encoding/json"
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

// Data are measurements that are of one service and of nothing else, by their names, such
// as "svc_workers".
type Data map[string]float64

// UnmarshalJSON takes what others have under this name for nothing.
func (d *Data) UnmarshalJSON(text []byte) error {
	var data map[string]float64
	if json.Unmarshal(text, &data) == nil {
		*d = data
	}
	return nil
}

// measured returns how the service stands.
func (a *Announcement) measured() Data {
	if a.process == nil {
		return nil
	}
	data := make(Data)
	a.process.Measure(func(m dependency.Measurement) {
		known := !math.IsNaN(m.Value) && !math.IsInf(m.Value, 0) // JSON has no others
		if known && len(m.Labels) == 1 && m.Labels[0] == (dependency.Label{Name: "service", Value: a.info.Name}) {
			data[m.Name] = m.Value
		}
	})
	return data
}
