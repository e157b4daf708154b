package dash

import (
	"cmp"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
)

// Edge is what goes from one service to another: from who calls to who is called, from
// who emits to who handles.
type Edge struct {
	From     string  `json:"from"`
	To       string  `json:"to"` // "" where nobody who is running takes it
	Kind     string  `json:"kind"`
	What     string  `json:"what"` // method, event or subject
	Requests float64 `json:"requests"`
	Errors   float64 `json:"errors"`
}

// maxEdges bounds the graph, and mostMatched what is looked at for it: each target is held
// against each taker.
const (
	maxEdges    = 500
	mostMatched = 2000
)

// edgesOf returns who talks to whom, sorted. What an emitter emits leads to each of its
// handlers.
func edgesOf(rows []census.Service, namespace string) []Edge {
	edges, handlers := []Edge{}, handlersOf(rows, namespace)
	left := mostMatched
	for _, r := range rows {
		for _, t := range r.Targets[:min(len(r.Targets), left)] {
			left--
			for _, to := range takersOf(t, handlers) {
				edges = append(edges, Edge{r.Name, word(to), word(t.Kind), word(t.Target), t.Requests, t.Errors})
			}
		}
	}
	slices.SortFunc(edges, func(a, b Edge) int {
		return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To), strings.Compare(a.Kind, b.Kind), strings.Compare(a.What, b.What))
	})
	return edges[:min(len(edges), maxEdges)]
}

// taker is a service that takes events of a pattern, or requests on a subject.
type taker struct{ service, kind, pattern string }

func handlersOf(rows []census.Service, namespace string) []taker {
	var all []taker
	for _, r := range rows {
		for _, e := range r.Entrypoints {
			switch e.Kind {
			case "event":
				event, ok := census.EventOf(e.Address, namespace)
				if !ok {
					event = e.Address
				}
				all = append(all, taker{r.Name, e.Kind, event})
			case "subject":
				all = append(all, taker{r.Name, e.Kind, e.Address})
			}
			if len(all) == mostMatched {
				return all
			}
		}
	}
	return all
}

// takersOf returns the services that a target leads to; "" for none that is known.
func takersOf(t census.Target, all []taker) []string {
	kind := t.Kind
	switch kind {
	case "rpc", "job":
		service, _, _ := strings.Cut(t.Target, ".")
		return []string{service}
	case "event", "subject":
	default:
		return nil // it leaves the bus
	}
	var takers []string
	for _, one := range all {
		if one.kind == kind && broker.Matches(one.pattern, t.Target) && !slices.Contains(takers, one.service) {
			takers = append(takers, one.service)
		}
	}
	if len(takers) == 0 {
		return []string{""}
	}
	return takers
}
