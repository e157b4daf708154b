// Package census asks all instances of services how they fare, and adds up what they
// say: since they started, or between two times.
package census

import (
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
	places, past := make(map[string]*tally), before.byInstance()
	var all []*tally
	for _, now := range s.Instances {
		t := places[now.Name]
		if t == nil {
			t = newTally(now.Name)
			places[now.Name] = t
			all = append(all, t)
		}
		earlier, said := past[instanceOf(now)]
		if !said && now.Started.Before(before.Taken) {
			earlier = now // it has missed to answer
		}
		t.add(now, earlier)
	}
	rows := make([]Service, len(all))
	for i, t := range all {
		t.rate(seconds)
		t.rateEntrypoints(seconds)
		rows[i] = t.Service
	}
	return rows
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
