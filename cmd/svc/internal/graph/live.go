package graph

import (
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
)

// Live returns what the services of a namespace said twice, with the rates between: an
// instance that was not there before has counted from zero since. Those of others, which
// say nothing of entrypoints, have their endpoints.
func Live(before, now census.Census, namespace string) []Part {
	known := make(map[string]broker.Stats, len(before.Instances))
	for _, s := range before.Instances {
		known[s.Name+" "+s.ID] = s
	}
	seconds := now.Taken.Sub(before.Taken).Seconds()
	var all []Part
	for _, s := range now.Instances {
		l := look{was: known[s.Name+" "+s.ID], seconds: seconds, namespace: namespace}
		all = append(all, l.part(s))
	}
	return Merge(all)
}

// look compares what an instance says with what it said before.
type look struct {
	was       broker.Stats
	seconds   float64
	namespace string
}

func (l look) part(s broker.Stats) Part {
	p := Part{Name: s.Name, Instances: 1}
	for _, e := range s.Entrypoints {
		was := last(l.was.Entrypoints, func(o broker.EntrypointStats) bool {
			return o.Kind == e.Kind && o.Name == e.Name && o.Address == e.Address
		})
		p.Entrypoints = append(p.Entrypoints, Entrypoint{
			Kind: e.Kind, Name: e.Name, Address: l.address(e.Kind, e.Address), Traffic: l.traffic(e.Requests, was.Requests, e.Errors, was.Errors),
		})
	}
	if len(s.Entrypoints) == 0 {
		p.Entrypoints = l.endpoints(s)
	}
	for _, t := range s.Targets {
		was := last(l.was.Targets, func(o broker.TargetStats) bool { return o.Kind == t.Kind && o.Target == t.Target })
		p.Targets = append(p.Targets, Target{Kind: t.Kind, Target: t.Target, Traffic: l.traffic(t.Requests, was.Requests, t.Errors, was.Errors)})
	}
	return p
}

// last returns the last of all that is the same, the zero value where none is.
func last[T any](all []T, same func(T) bool) (found T) {
	for _, one := range slices.Backward(all) {
		if same(one) {
			return one
		}
	}
	return found
}

// endpoints returns what a service is reached by that is none of ours, or an older one.
func (l look) endpoints(s broker.Stats) (all []Entrypoint) {
	for _, e := range s.Endpoints {
		made := Entrypoint{Kind: "subject", Name: e.Name, Address: e.Subject}
		switch {
		case strings.HasPrefix(e.Subject, l.namespace+".rpc."):
			made.Kind, made.Address = "rpc", ""
		case strings.HasPrefix(e.Subject, l.namespace+".evt."):
			made.Kind, made.Address = "event", l.address("event", e.Subject)
		}
		was := last(l.was.Endpoints, func(o broker.EndpointStats) bool { return o.Name == e.Name && o.Subject == e.Subject })
		made.Traffic = l.traffic(e.NumRequests, was.NumRequests, e.NumErrors, was.NumErrors)
		all = append(all, made)
	}
	return all
}

// address returns an address as graphs have it: of an event "source.type".
func (l look) address(kind, address string) string {
	switch kind {
	case "rpc":
		return ""
	case "event":
		if event, ok := census.EventOf(address, l.namespace); ok {
			return event
		}
	}
	return address
}

// traffic returns what has passed, and how fast. Counts come from anybody on the bus.
func (l look) traffic(requests, before, errors, errorsBefore int64) *Traffic {
	t := &Traffic{Requests: clamp(requests), Errors: clamp(errors)}
	if l.seconds > 0 {
		t.Rate = float64(max(t.Requests-clamp(before), 0)) / l.seconds
		t.Failures = float64(max(t.Errors-clamp(errorsBefore), 0)) / l.seconds
	}
	return t
}
