package census

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
)

// Entrypoint is how one way into a service fares, of whatever kind.
type Entrypoint struct {
	Kind      string  `json:"kind"` // rpc, event, subject, http, …
	Name      string  `json:"name"`
	Address   string  `json:"address"`
	Instances int     `json:"instances"`
	Requests  float64 `json:"requests"` // since the start; with --watch per second, as all that is counted
	Errors    float64 `json:"errors"`
	AverageMS float64 `json:"average_ms"`           // 0 without requests
	P50MS     float64 `json:"p50_ms"`               // half of them took no longer; 0 where it is not known
	P95MS     float64 `json:"p95_ms"`               // 95 of 100 took no longer
	LastError string  `json:"last_error,omitempty"` // of one of the instances

	took    float64 // nanoseconds, more than a time.Duration holds
	latency dependency.Latency
}

// Target is what a service calls or emits.
type Target struct {
	Kind     string  `json:"kind"`
	Target   string  `json:"target"`
	Requests float64 `json:"requests"`
	Errors   float64 `json:"errors"`
}

// Sum returns how all entrypoints of services fare together.
func Sum(rows []Service) (all Entrypoint) {
	for _, r := range rows {
		all.merge(r.Whole)
	}
	all.settle()
	return all
}

// addEntrypoints counts what an instance has to say of its entrypoints that it had not
// said before.
func (r *tally) addEntrypoints(now, before broker.Stats) {
	past := index(entrypointsOf(before), Entrypoint.place)
	for _, e := range entrypointsOf(now) {
		if earlier, said := past[e.place()]; said {
			e.less(earlier)
		}
		e.Instances = 1
		r.entrypoint(e).merge(e)
	}
}

// entrypoint returns the row of an entrypoint.
func (r *tally) entrypoint(e Entrypoint) *Entrypoint {
	i, found := at(r.entrypoints, e.place(), len(r.Entrypoints))
	if !found {
		r.Entrypoints = append(r.Entrypoints, Entrypoint{Kind: e.Kind, Name: e.Name, Address: e.Address})
	}
	return &r.Entrypoints[i]
}

// entrypointsOf returns what an instance says of its entrypoints; of one that does not
// know of others, or is of others, its endpoints.
func entrypointsOf(s broker.Stats) []Entrypoint {
	all := make([]Entrypoint, 0, len(s.Entrypoints)+len(s.Endpoints))
	endpoints := index(s.Endpoints, placeOf) // which say the last error
	for _, e := range s.Entrypoints {
		all = append(all, Entrypoint{
			Kind: e.Kind, Name: e.Name, Address: e.Address, LastError: endpoints[place{"", e.Name, e.Address}].LastError,
			Requests: Bounded(float64(e.Requests)), Errors: Bounded(float64(e.Errors)), took: float64(max(e.Nanoseconds, 0)), latency: e.Latency,
		})
	}
	if len(all) > 0 {
		return all
	}
	for _, e := range s.Endpoints {
		all = append(all, Entrypoint{
			Kind: kindOf(e, s.Metadata[broker.MetadataNamespace]), Name: e.Name, Address: e.Subject, LastError: e.LastError,
			Requests: Bounded(float64(e.NumRequests)), Errors: Bounded(float64(e.NumErrors)), took: float64(max(e.ProcessingTime, 0)),
		})
	}
	return all
}

// kindOf returns what an endpoint is by its subject; what is in no namespace of ours is
// a subject.
func kindOf(e broker.EndpointStats, namespace string) string {
	switch {
	case namespace == "":
		return "subject"
	case strings.HasPrefix(e.Subject, namespace+".rpc."):
		return "rpc"
	case strings.HasPrefix(e.Subject, namespace+".evt."):
		return "event"
	default:
		return "subject"
	}
}

// EventOf returns what a subject of a namespace carries, as "source.type", or a pattern of
// it; false where that is no event.
func EventOf(subject, namespace string) (event string, ok bool) {
	rest, ok := strings.CutPrefix(subject, namespace+".evt.")
	parts := strings.SplitN(rest, ".", 3) // source, partition, type
	if !ok || len(parts) < 3 {
		return "", false
	}
	return parts[0] + "." + parts[2], true
}

func (e Entrypoint) place() place { return place{e.Kind, e.Name, e.Address} }

// less leaves what was counted since.
func (e *Entrypoint) less(before Entrypoint) {
	e.Requests, e.Errors = grown(e.Requests, before.Requests), grown(e.Errors, before.Errors)
	e.took = max(e.took-before.took, 0)
	e.latency = e.latency.Since(before.latency)
}

// merge adds what another counted.
func (e *Entrypoint) merge(o Entrypoint) {
	e.Instances += o.Instances
	e.Requests += o.Requests
	e.Errors += o.Errors
	e.took += o.took
	e.LastError = cmp.Or(e.LastError, o.LastError)
	if e.latency == nil {
		e.latency = make(dependency.Latency)
	}
	e.latency.Add(o.latency)
}

// settle makes of times what one took.
func (e *Entrypoint) settle() {
	if e.Requests > 0 {
		e.AverageMS = tidy(Bounded(e.took/e.Requests) / float64(time.Millisecond))
	}
	e.P50MS, e.P95MS = milliseconds(e.latency.Quantile(0.5)), milliseconds(e.latency.Quantile(0.95))
}

func milliseconds(d time.Duration) float64 {
	return tidy(max(float64(d), 0) / float64(time.Millisecond))
}

// addTargets counts what an instance has called and emitted that it had not before.
func (r *tally) addTargets(now, before broker.Stats) {
	past := index(before.Targets, targetPlace)
	for _, t := range now.Targets {
		row, earlier := r.target(t), past[targetPlace(t)]
		row.Requests += grown(float64(t.Requests), float64(earlier.Requests))
		row.Errors += grown(float64(t.Errors), float64(earlier.Errors))
	}
}

func targetPlace(t broker.TargetStats) place { return place{t.Kind, t.Target, ""} }

// target returns the row of a target.
func (r *tally) target(t broker.TargetStats) *Target {
	i, found := at(r.targets, targetPlace(t), len(r.Targets))
	if !found {
		r.Targets = append(r.Targets, Target{Kind: t.Kind, Target: t.Target})
	}
	return &r.Targets[i]
}

// rateEntrypoints is rate for the entrypoints.
func (r *Service) rateEntrypoints(seconds float64) {
	slices.SortFunc(r.Entrypoints, func(a, b Entrypoint) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name), strings.Compare(a.Address, b.Address))
	})
	r.Whole = Entrypoint{}
	for i := range r.Entrypoints {
		e := &r.Entrypoints[i]
		e.settle()
		r.Whole.merge(*e)
		e.Requests, e.Errors = tidy(e.Requests/seconds), tidy(e.Errors/seconds)
	}
	r.Whole.settle()
	r.Whole.took /= seconds // for Sum
	r.Whole.Requests, r.Whole.Errors = tidy(r.Whole.Requests/seconds), tidy(r.Whole.Errors/seconds)
	for i := range r.Targets {
		t := &r.Targets[i]
		t.Requests, t.Errors = tidy(t.Requests/seconds), tidy(t.Errors/seconds)
	}
	slices.SortFunc(r.Targets, func(a, b Target) int { return strings.Compare(a.Kind+" "+a.Target, b.Kind+" "+b.Target) })
}
