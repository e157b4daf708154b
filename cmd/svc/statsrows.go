package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// census is what all instances said, at one time.
type census struct {
	taken     time.Time
	instances []broker.Stats
}

// takeStats asks a service, or all for "". Instances that say that they are in another
// namespace are left out.
func takeStats(ctx context.Context, conn *broker.Conn, service string) (census, error) {
	found, err := conn.FindStats(ctx, service)
	found = slices.DeleteFunc(found, func(s broker.Stats) bool {
		namespace, says := s.Metadata[broker.MetadataNamespace]
		return says && namespace != conn.Namespace()
	})
	return census{time.Now(), found}, err
}

// serviceStats is how all instances of a service fare.
type serviceStats struct {
	Name      string        `json:"name"`
	Instances int           `json:"instances"`
	Workers   int64         `json:"workers"` // of all instances; 0 where they do not say
	Busy      int64         `json:"busy"`
	Waiting   int64         `json:"waiting"` // calls
	Events    *eventStats   `json:"events,omitempty"`
	Methods   []methodStats `json:"methods"`
}

// eventStats is what became of events, of services that handle them.
type eventStats struct {
	Failed  float64 `json:"failed"` // attempts
	Dropped float64 `json:"dropped"`
	Dead    float64 `json:"dead"`
}

// methodStats is how one method, or what else answers a subject, fares.
type methodStats struct {
	Name      string  `json:"name"`
	Subject   string  `json:"subject"`
	Instances int     `json:"instances"`
	Requests  float64 `json:"requests"` // since the start; with --watch per second, as all that is counted
	Errors    float64 `json:"errors"`
	AverageMS float64 `json:"average_ms"`           // 0 without requests
	LastError string  `json:"last_error,omitempty"` // of one of the instances

	took float64 // nanoseconds, more than a time.Duration holds
}

// totals returns what was counted since the instances started.
func (s census) totals() []serviceStats { return s.sum(census{}, 1) }

// since returns what was counted since an earlier census, per second. An instance that
// has started since is counted from its start, one that was not heard of then not at all.
func (s census) since(before census) []serviceStats {
	return s.sum(before, s.taken.Sub(before.taken).Seconds())
}

func (s census) sum(before census, seconds float64) []serviceStats {
	rows := []serviceStats{}
	for _, now := range s.instances {
		i := slices.IndexFunc(rows, func(r serviceStats) bool { return r.Name == now.Name })
		if i < 0 {
			i = len(rows)
			rows = append(rows, serviceStats{Name: now.Name, Methods: []methodStats{}})
		}
		rows[i].add(now, before.of(now))
	}
	for _, r := range rows {
		r.rate(seconds)
	}
	return rows
}

// of returns what the same instance said.
func (s census) of(now broker.Stats) broker.Stats {
	for _, b := range s.instances {
		if b.Name == now.Name && b.ID == now.ID && b.Started.Equal(now.Started) {
			return b
		}
	}
	if now.Started.Before(s.taken) {
		return now // it has missed to answer
	}
	return broker.Stats{}
}

// add counts what an instance has to say that it had not said before.
func (r *serviceStats) add(now, before broker.Stats) {
	r.Instances++
	r.Workers = more(r.Workers, now.Data["svc_workers"])
	r.Busy = more(r.Busy, now.Data["svc_workers_busy"])
	r.Waiting = more(r.Waiting, now.Data["svc_calls_waiting"])
	if _, handles := now.Data["svc_events_failed_total"]; handles {
		r.Events = cmp.Or(r.Events, new(eventStats))
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
}

func (r *serviceStats) method(e broker.EndpointStats) *methodStats {
	i := slices.IndexFunc(r.Methods, func(m methodStats) bool { return m.Name == e.Name && m.Subject == e.Subject })
	if i < 0 {
		i = len(r.Methods)
		r.Methods = append(r.Methods, methodStats{Name: e.Name, Subject: e.Subject})
	}
	return &r.Methods[i]
}

func (m *methodStats) add(now, before broker.EndpointStats) {
	m.Instances++
	m.Requests += grown(float64(now.NumRequests), float64(before.NumRequests))
	m.Errors += grown(float64(now.NumErrors), float64(before.NumErrors))
	m.took += max(float64(now.ProcessingTime)-float64(before.ProcessingTime), 0)
	m.LastError = cmp.Or(m.LastError, now.LastError)
}

// most is what is counted at the most: whoever is on the bus sends numbers, and beyond it
// those of JSON are not exact, nor are sums of them finite.
const most = 1 << 53

// bounded returns what n can be at the most, and at the least.
func bounded(n float64) float64 {
	if n > 0 { // which what is no number is not, either
		return min(n, most)
	}
	return 0
}

// grown returns by how much a count has grown.
func grown(now, before float64) float64 { return max(bounded(now)-bounded(before), 0) }

// more returns a sum of what instances say with that of one more.
func more(sum int64, n float64) int64 { return min(sum+int64(bounded(n)), most) }

// rate makes of what was counted what it is per second, and of time what one took.
func (r *serviceStats) rate(seconds float64) {
	slices.SortFunc(r.Methods, func(a, b methodStats) int { return strings.Compare(a.Name+" "+a.Subject, b.Name+" "+b.Subject) })
	for i := range r.Methods {
		m := &r.Methods[i]
		if m.Requests > 0 {
			m.AverageMS = tidy(bounded(m.took/m.Requests) / float64(time.Millisecond))
		}
		m.Requests, m.Errors = tidy(m.Requests/seconds), tidy(m.Errors/seconds)
	}
	if r.Events != nil {
		*r.Events = eventStats{tidy(r.Events.Failed / seconds), tidy(r.Events.Dropped / seconds), tidy(r.Events.Dead / seconds)}
	}
}

// tidy rounds to thousandths.
func tidy(n float64) float64 { return math.Round(n*1000) / 1000 }

// lines returns the columns of each method, "-" for what is not known.
func (r *serviceStats) lines(rates, events bool) (lines [][]string) {
	ofService := []string{"-", strconv.FormatInt(r.Waiting, 10)}
	if r.Workers > 0 {
		ofService[0] = fmt.Sprintf("%d/%d", r.Busy, r.Workers)
	}
	if events {
		e := cmp.Or(r.Events, new(eventStats))
		ofService = append(ofService, number(e.Failed, rates), number(e.Dropped, rates), number(e.Dead, rates))
	}
	for _, m := range r.Methods {
		average := "-"
		if m.Requests > 0 {
			average = fmt.Sprint(time.Duration(m.AverageMS * float64(time.Millisecond)).Round(time.Microsecond))
		}
		line := []string{r.Name, present.Safe(m.Name), strconv.Itoa(m.Instances), number(m.Requests, rates), number(m.Errors, rates), average}
		lines = append(lines, append(line, ofService...))
	}
	if len(lines) == 0 { // nothing that it receives comes by the broker
		lines = [][]string{append([]string{r.Name, "-", strconv.Itoa(r.Instances), "-", "-", "-"}, ofService...)}
	}
	return lines
}

// number writes what was counted, or with one digit more what is counted in a second.
func number(n float64, rate bool) string {
	if rate {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
