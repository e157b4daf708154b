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
	Workers   int           `json:"workers"` // of all instances; 0 where they do not say
	Busy      int           `json:"busy"`
	Waiting   int           `json:"waiting"` // calls
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

	took time.Duration
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
	r.Workers += int(now.Data["svc_workers"])
	r.Busy += int(now.Data["svc_workers_busy"])
	r.Waiting += int(now.Data["svc_calls_waiting"])
	if _, handles := now.Data["svc_events_failed_total"]; handles {
		r.Events = cmp.Or(r.Events, new(eventStats))
		r.Events.Failed += now.Data["svc_events_failed_total"] - before.Data["svc_events_failed_total"]
		r.Events.Dropped += now.Data["svc_events_dropped_total"] - before.Data["svc_events_dropped_total"]
		r.Events.Dead += now.Data["svc_events_dead_total"] - before.Data["svc_events_dead_total"]
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
	m.Requests += float64(now.NumRequests - before.NumRequests)
	m.Errors += float64(now.NumErrors - before.NumErrors)
	m.took += time.Duration(now.ProcessingTime - before.ProcessingTime)
	m.LastError = cmp.Or(m.LastError, now.LastError)
}

// rate makes of what was counted what it is per second, and of time what one took.
func (r *serviceStats) rate(seconds float64) {
	slices.SortFunc(r.Methods, func(a, b methodStats) int { return strings.Compare(a.Name+" "+a.Subject, b.Name+" "+b.Subject) })
	for i := range r.Methods {
		m := &r.Methods[i]
		if m.Requests > 0 {
			m.AverageMS = tidy(float64(m.took) / float64(time.Millisecond) / m.Requests)
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
	ofService := []string{"-", strconv.Itoa(r.Waiting)}
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
