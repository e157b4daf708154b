// Package census asks all instances of services how they fare, and adds up what they
// say: since they started, or between two times.
package census

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// Census is what all instances said, at one time.
type Census struct {
	Taken     time.Time
	Instances []broker.Stats
}

// Take asks a service, or all for "". Instances that say that they are in another
// namespace are left out.
func Take(ctx context.Context, conn *broker.Conn, service string) (Census, error) {
	found, err := conn.FindStats(ctx, service)
	found = slices.DeleteFunc(found, func(s broker.Stats) bool {
		namespace, says := s.Metadata[broker.MetadataNamespace]
		return says && namespace != conn.Namespace()
	})
	return Census{time.Now(), found}, err
}

// Service is how all instances of a service fare.
type Service struct {
	Name      string   `json:"name"`
	Instances int      `json:"instances"`
	Workers   int64    `json:"workers"` // of all instances; 0 where they do not say
	Busy      int64    `json:"busy"`
	Waiting   int64    `json:"waiting"` // calls
	Events    *Events  `json:"events,omitempty"`
	Methods   []Method `json:"methods"`

	Entrypoints []Entrypoint `json:"entrypoints"` // of all kinds, methods and handlers included
	Targets     []Target     `json:"-"`           // what it calls and emits
	Whole       Entrypoint   `json:"-"`           // all of its entrypoints
}

// Events is what became of events, of services that handle them.
type Events struct {
	Failed  float64 `json:"failed"` // attempts
	Dropped float64 `json:"dropped"`
	Dead    float64 `json:"dead"`
}

// Method is how one method, or what else answers a subject, fares.
type Method struct {
	Name      string  `json:"name"`
	Subject   string  `json:"subject"`
	Instances int     `json:"instances"`
	Requests  float64 `json:"requests"` // since the start; with --watch per second, as all that is counted
	Errors    float64 `json:"errors"`
	AverageMS float64 `json:"average_ms"`           // 0 without requests
	LastError string  `json:"last_error,omitempty"` // of one of the instances

	took float64 // nanoseconds, more than a time.Duration holds
}

// Totals returns what was counted since the instances started.
func (s Census) Totals() []Service { return s.sum(Census{}, 1) }

// Since returns what was counted since an earlier census, per second. An instance that
// has started since is counted from its start, one that was not heard of then not at all.
func (s Census) Since(before Census) []Service {
	return s.sum(before, s.Taken.Sub(before.Taken).Seconds())
}

func (s Census) sum(before Census, seconds float64) []Service {
	rows := []Service{}
	for _, now := range s.Instances {
		i := slices.IndexFunc(rows, func(r Service) bool { return r.Name == now.Name })
		if i < 0 {
			i = len(rows)
			rows = append(rows, Service{Name: now.Name, Methods: []Method{}, Entrypoints: []Entrypoint{}})
		}
		rows[i].add(now, before.of(now))
	}
	for i := range rows {
		rows[i].rate(seconds)
		rows[i].rateEntrypoints(seconds)
	}
	return rows
}

// of returns what the same instance said.
func (s Census) of(now broker.Stats) broker.Stats {
	for _, b := range s.Instances {
		if b.Name == now.Name && b.ID == now.ID && b.Started.Equal(now.Started) {
			return b
		}
	}
	if now.Started.Before(s.Taken) {
		return now // it has missed to answer
	}
	return broker.Stats{}
}

// add counts what an instance has to say that it had not said before.
func (r *Service) add(now, before broker.Stats) {
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
	for _, e := range now.Endpoints {
		var b broker.EndpointStats
		if i := slices.IndexFunc(before.Endpoints, func(b broker.EndpointStats) bool { return b.Name == e.Name && b.Subject == e.Subject }); i >= 0 {
			b = before.Endpoints[i]
		}
		r.method(e).add(e, b)
	}
	r.addEntrypoints(now, before)
	r.addTargets(now, before)
}

func (r *Service) method(e broker.EndpointStats) *Method {
	i := slices.IndexFunc(r.Methods, func(m Method) bool { return m.Name == e.Name && m.Subject == e.Subject })
	if i < 0 {
		i = len(r.Methods)
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

// most is what is counted at the most: whoever is on the bus sends numbers, and beyond it
// those of JSON are not exact, nor are sums of them finite.
const most = 1 << 53

// Bounded returns what n can be at the most, and at the least.
func Bounded(n float64) float64 {
	if n > 0 { // which what is no number is not, either
		return min(n, most)
	}
	return 0
}

// grown returns by how much a count has grown.
func grown(now, before float64) float64 { return max(Bounded(now)-Bounded(before), 0) }

// more returns a sum of what instances say with that of one more.
func more(sum int64, n float64) int64 { return min(sum+int64(Bounded(n)), most) }

// rate makes of what was counted what it is per second, and of time what one took.
func (r *Service) rate(seconds float64) {
	slices.SortFunc(r.Methods, func(a, b Method) int { return strings.Compare(a.Name+" "+a.Subject, b.Name+" "+b.Subject) })
	for i := range r.Methods {
		m := &r.Methods[i]
		if m.Requests > 0 {
			m.AverageMS = tidy(Bounded(m.took/m.Requests) / float64(time.Millisecond))
		}
		m.Requests, m.Errors = tidy(m.Requests/seconds), tidy(m.Errors/seconds)
	}
	if r.Events != nil {
		*r.Events = Events{tidy(r.Events.Failed / seconds), tidy(r.Events.Dropped / seconds), tidy(r.Events.Dead / seconds)}
	}
}

// tidy rounds to thousandths.
func tidy(n float64) float64 { return math.Round(n*1000) / 1000 }
