// Package permission says which subjects of NATS a service has to publish and
// subscribe to, from what it declares. The subjects are those of docs/protocol.md.
package permission

import (
	"cmp"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/service"
)

// A Rule allows one subject. Wildcards stand for whole tokens, as NATS has it.
type Rule struct {
	Subject string `json:"subject"`
	Queue   string `json:"queue,omitempty"` // of a subscription: the only queue group that is allowed; "" where it is none
	Why     string `json:"why"`
}

// String returns the rule as nats-server writes it.
func (r Rule) String() string { return strings.TrimSpace(r.Subject + " " + r.Queue) }

// covers reports whether all that other allows is allowed by r.
func (r Rule) covers(other Rule) bool {
	return r.Queue == other.Queue && broker.Matches(r.Subject, other.Subject)
}

// A User is who connects, and what it may do. Whatever no rule allows is denied.
type User struct {
	Name      string   `json:"name"`
	Services  []string `json:"services"` // that connect as this user
	Publish   []Rule   `json:"publish"`
	Subscribe []Rule   `json:"subscribe"`
	Notes     []string `json:"notes,omitempty"` // what the declarations do not tell
}

// Options say what is known beside the declarations.
type Options struct {
	Namespace string // first token of all subjects; "svc"
	Identity  string // configuration key events.identity; "" for none
	// Made says that all streams and buckets exist: nobody needs to make one. Who may
	// make a stream may make it a mirror of another.
	Made bool
}

// Of returns a user for each service that uses the broker, in their order.
func Of(m service.Manifest, o Options) []User {
	var all []User
	for _, s := range m.Services {
		if u := of([]service.Declared{s}, o); len(u.Publish) > 0 {
			all = append(all, u)
		}
	}
	return all
}

// Together returns the one user as which a process connects that hosts all services.
func Together(m service.Manifest, o Options) []User {
	if u := of(m.Services, o); len(u.Publish) > 0 {
		return []User{u}
	}
	return nil
}

// of collects what several services of one process need.
func of(services []service.Declared, o Options) User {
	o.Namespace = cmp.Or(o.Namespace, "svc")
	var all collector
	for _, s := range services {
		d := &declared{collector: &all, Options: o, service: s.Name}
		for _, e := range s.Entrypoints {
			d.entrypoint(e)
		}
		for _, f := range s.Dependencies {
			d.dependency(f)
		}
	}
	u := User{Publish: []Rule{}, Subscribe: []Rule{}}
	connected := len(all.publish)+len(all.subscribe) > 0
	for _, s := range services {
		u.Services = append(u.Services, s.Name)
		if connected { // all services of a process answer, also those that receive nothing
			d := &declared{collector: &all, Options: o, service: s.Name}
			d.found()
		}
	}
	u.Name, u.Notes = strings.Join(u.Services, "-"), all.notes
	u.Publish, u.Subscribe = least(all.publish), least(all.subscribe)
	return u
}

// collector gathers rules.
type collector struct {
	publish, subscribe []Rule
	notes              []string
}

func (c *collector) note(text string) {
	if !slices.Contains(c.notes, text) {
		c.notes = append(c.notes, text)
	}
}

func (c *collector) pub(why string, subjects ...string) {
	for _, s := range subjects {
		c.publish = append(c.publish, Rule{Subject: s, Why: why})
	}
}

func (c *collector) sub(why, subject, queue string) {
	c.subscribe = append(c.subscribe, Rule{Subject: subject, Queue: queue, Why: why})
}

// least returns the rules that no other covers, sorted. Of two that are the same the
// first stays.
func least(all []Rule) []Rule {
	kept := []Rule{}
	for i, r := range all {
		if !covered(all, i) {
			kept = append(kept, r)
		}
	}
	slices.SortFunc(kept, func(a, b Rule) int { return strings.Compare(a.String(), b.String()) })
	return kept
}

// covered reports whether another rule allows all that the one at i does.
func covered(all []Rule, i int) bool {
	for j, other := range all {
		if j != i && other.covers(all[i]) && (j < i || !all[i].covers(other)) {
			return true
		}
	}
	return false
}
