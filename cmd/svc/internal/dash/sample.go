package dash

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
)

// Sample is what the page shows, at one time.
type Sample struct {
	At       time.Time `json:"at"`
	Broker   Broker    `json:"broker"`
	Measured bool      `json:"measured"` // false where there is nothing to compare with: rates are not known
	Total    Rate      `json:"total"`
	Services []Service `json:"services"`
	Hidden   int       `json:"hidden,omitempty"` // services beyond those that are shown
	Stored   Stored    `json:"stored"`
	Edges    []Edge    `json:"edges"`
	Troubles []string  `json:"troubles,omitempty"`
}

// Broker is where all of it is.
type Broker struct {
	URL       string `json:"url"`
	Namespace string `json:"namespace"`
	Connected bool   `json:"connected"`
}

// Rate is what happens in a second, and how long it takes.
type Rate struct {
	Requests  float64 `json:"requests"`
	Errors    float64 `json:"errors"`
	AverageMS float64 `json:"average_ms"`
	P50MS     float64 `json:"p50_ms"` // 0 where nothing happened, or is not known
	P95MS     float64 `json:"p95_ms"`
}

// Service is how all instances of one fare.
type Service struct {
	Name        string         `json:"name"`
	Versions    []string       `json:"versions"`
	Instances   []Instance     `json:"instances"`
	Hidden      int            `json:"hidden,omitempty"` // instances beyond those
	Workers     int64          `json:"workers"`
	Busy        int64          `json:"busy"`
	Waiting     int64          `json:"waiting"`
	Rate        Rate           `json:"rate"`
	Events      *census.Events `json:"events,omitempty"`
	Entrypoints []Entrypoint   `json:"entrypoints"`
	Others      int            `json:"others,omitempty"` // entrypoints beyond those
}

// Instance is one process of a service.
type Instance struct {
	ID      string    `json:"id"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Workers float64   `json:"workers"`
	Busy    float64   `json:"busy"`
}

// Entrypoint is one way into a service.
type Entrypoint struct {
	Kind      string  `json:"kind"`
	Name      string  `json:"name"`
	Address   string  `json:"address"`
	Callable  bool    `json:"callable"`
	Rate      Rate    `json:"rate"`
	Requests  float64 `json:"requests"` // since the instances started
	Errors    float64 `json:"errors"`
	LastError string  `json:"last_error,omitempty"`
}

// What is shown of each at the most: whoever is on the bus can say that there are more.
const (
	maxServices    = 200
	maxEntrypoints = 200
	maxInstances   = 100
)

// fill adds what the services say.
func (s *Sample) fill(now census.Census, before *census.Census) {
	rows, totals := now.Totals(), now.Totals()
	if s.Measured = before != nil; s.Measured {
		rows = now.Since(*before)
	}
	if len(rows) > maxServices {
		s.Hidden, rows = len(rows)-maxServices, rows[:maxServices]
	}
	for i, r := range rows {
		service := serviceOf(r, totals[i], s.Measured)
		service.addInstances(now.Instances)
		s.Services = append(s.Services, service)
	}
	s.Edges = edgesOf(rows, s.Broker.Namespace)
	if s.Measured {
		s.Total = rateOf(census.Sum(rows))
	}
}

func (s *Sample) trouble(what string, err error) {
	if !errors.Is(err, context.Canceled) {
		s.Troubles = append(s.Troubles, what+": "+word(err.Error()))
	}
}

func serviceOf(r, total census.Service, measured bool) Service {
	service := Service{Name: r.Name, Workers: r.Workers, Busy: r.Busy, Waiting: r.Waiting, Events: r.Events, Versions: []string{}, Entrypoints: []Entrypoint{}}
	if measured {
		service.Rate = rateOf(r.Whole)
	}
	for i, e := range r.Entrypoints {
		if i == maxEntrypoints {
			service.Others = len(r.Entrypoints) - i
			break
		}
		all := total.Entrypoints[i] // sorted alike
		shown := Entrypoint{Kind: word(e.Kind), Name: word(e.Name), Address: word(e.Address), Requests: all.Requests, Errors: all.Errors, LastError: word(e.LastError)}
		shown.Callable = e.Kind == "rpc" && broker.ValidName(e.Name)
		if measured {
			shown.Rate = rateOf(e)
		}
		service.Entrypoints = append(service.Entrypoints, shown)
	}
	return service
}

func rateOf(e census.Entrypoint) Rate {
	return Rate{Requests: e.Requests, Errors: e.Errors, AverageMS: e.AverageMS, P50MS: e.P50MS, P95MS: e.P95MS}
}

// addInstances adds the instances of the service among all.
func (s *Service) addInstances(all []broker.Stats) {
	for _, i := range all {
		if i.Name != s.Name {
			continue
		}
		if version := word(i.Version); !slices.Contains(s.Versions, version) && len(s.Versions) < maxInstances {
			s.Versions = append(s.Versions, version)
		}
		if len(s.Instances) == maxInstances {
			s.Hidden++
			continue
		}
		s.Instances = append(s.Instances, Instance{
			ID: word(i.ID), Version: word(i.Version), Started: i.Started,
			Workers: census.Bounded(i.Data["svc_workers"]), Busy: census.Bounded(i.Data["svc_workers_busy"]),
		})
	}
	slices.Sort(s.Versions)
}
