package census

import (
	"cmp"

	"github.com/enoki-go/enoki/broker"
)

// instance tells apart who says something.
type instance struct {
	name, id string
	started  int64
}

func instanceOf(s broker.Stats) instance { return instance{s.Name, s.ID, s.Started.UnixNano()} }

func (s Census) byInstance() map[instance]broker.Stats {
	all := make(map[instance]broker.Stats, len(s.Instances))
	for _, i := range s.Instances {
		if _, before := all[instanceOf(i)]; !before {
			all[instanceOf(i)] = i
		}
	}
	return all
}

// A tally is a Service that is being added up: others say how long its lists become.
type tally struct {
	Service
	methods     map[place]int // where they stand in the lists
	entrypoints map[place]int
	targets     map[place]int
}

// place tells apart what stands in a list.
type place struct{ kind, name, address string }

func newTally(name string) *tally {
	return &tally{
		Service: Service{Name: name, Methods: []Method{}, Entrypoints: []Entrypoint{}},
		methods: make(map[place]int), entrypoints: make(map[place]int), targets: make(map[place]int),
	}
}

// at returns where something stands in a list of so many, at its end where it is new.
func at(places map[place]int, p place, length int) (i int, found bool) {
	i, found = places[p]
	if !found {
		i = length
		places[p] = i
	}
	return i, found
}

// index returns the first of each in a list.
func index[T any](list []T, of func(T) place) map[place]T {
	all := make(map[place]T, len(list))
	for _, one := range list {
		if _, before := all[of(one)]; !before {
			all[of(one)] = one
		}
	}
	return all
}

func placeOf(e broker.EndpointStats) place { return place{"", e.Name, e.Subject} }

// add counts what an instance has to say that it had not said before.
func (r *tally) add(now, before broker.Stats) {
	r.Instances++
	r.Workers = more(r.Workers, now.Data["svc_workers"])
	r.Busy = more(r.Busy, now.Data["svc_workers_busy"])
	r.Waiting = more(r.Waiting, now.Data["svc_calls_waiting"])
	if _, handles := now.Data["svc_events_failed_total"]; handles {
		r.Events = cmp.Or(r.Events, new(Events))
		r.Events.Failed += grown(now.Data["svc_events_failed_total"], before.Data["svc_events_failed_total"])
		r.Events.Dropped += grown(now.Data["svc_events_dropped_total"], before.Data["svc_events_dropped_total"])
		r.Events.Dead += grown(now.Data["svc_events_dead_total"], before.Data["svc_events_dead_total"])
	}
	past := index(before.Endpoints, placeOf)
	for _, e := range now.Endpoints {
		r.method(e).add(e, past[placeOf(e)])
	}
	r.addEntrypoints(now, before)
	r.addTargets(now, before)
}

func (r *tally) method(e broker.EndpointStats) *Method {
	i, found := at(r.methods, placeOf(e), len(r.Methods))
	if !found {
		r.Methods = append(r.Methods, Method{Name: e.Name, Subject: e.Subject})
	}
	return &r.Methods[i]
}

func (m *Method) add(now, before broker.EndpointStats) {
	m.Instances++
	m.Requests += grown(float64(now.NumRequests), float64(before.NumRequests))
	m.Errors += grown(float64(now.NumErrors), float64(before.NumErrors))
	m.took += max(float64(now.ProcessingTime)-float64(before.ProcessingTime), 0)
	m.LastError = cmp.Or(m.LastError, now.LastError)
}
