package gateway

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/rpc"
)

// table is what is known of the services at a time. It does not change: requests look
// names up in it, and nothing that is not there reaches the broker.
type table struct {
	services map[string]service // live
	known    map[string]bool    // those, and others that may come back
	subjects []string           // patterns that workers have announced
	made     bool               // the broker was asked
	digest   [sha256.Size]byte  // of what a document of it says
}

// service is a service that is live, or was a moment ago.
type service struct {
	methods  map[string]method
	subjects []string
	seen     time.Time
}

// method is a method that can be called.
type method struct{ input, output json.RawMessage }

// What is announced comes from anybody on the broker; a table holds no more of it.
const (
	maxServices = 10_000
	maxMethods  = 1_000 // of one service
)

// scan returns the services in the answers of their instances: their methods, which
// have the subject that calls of them go to, and the subjects of their workers.
func scan(found []broker.Info, namespace string, now time.Time) map[string]service {
	all := make(map[string]service)
	for _, info := range found {
		s, ok := all[info.Name]
		if !ok {
			if len(all) == maxServices {
				continue
			}
			s = service{methods: make(map[string]method), seen: now}
		}
		for _, e := range info.Endpoints {
			s.take(e, namespace, info.Name)
		}
		if len(s.methods)+len(s.subjects) > 0 {
			all[info.Name] = s
		}
	}
	return all
}

// take adds an endpoint, if it is of a kind that can be asked.
func (s *service) take(e broker.Endpoint, namespace, name string) {
	if len(s.methods)+len(s.subjects) >= maxMethods {
		return
	}
	kind := e.Metadata[rpc.MetadataKind]
	switch {
	case kind == "" && e.Subject == namespace+".rpc."+name+"."+e.Name:
		s.methods[e.Name] = method{json.RawMessage(e.Metadata["input"]), json.RawMessage(e.Metadata["output"])}
	case kind == "subject" && rpc.CheckSubject(e.Subject, namespace) == nil && !slices.Contains(s.subjects, e.Subject):
		s.subjects = append(s.subjects, e.Subject)
	}
}

// tabulate makes a table of services.
func tabulate(services map[string]service, known map[string]bool) *table {
	t := &table{services: services, known: known, made: true}
	text := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(services)) {
		s := services[name]
		t.subjects = append(t.subjects, s.subjects...)
		for _, m := range slices.Sorted(maps.Keys(s.methods)) {
			_, _ = fmt.Fprintf(text, "%s.%s %q %q\n", name, m, s.methods[m].input, s.methods[m].output)
		}
		_, _ = fmt.Fprintf(text, "%s %q\n", name, s.subjects)
	}
	text.Sum(t.digest[:0])
	return t
}

// announced reports whether a worker has announced a subject.
func (t *table) announced(subject string) bool { return matchesAny(t.subjects, subject) }

func matchesAny(patterns []string, subject string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return broker.Matches(p, subject) })
}

// callable returns the names of the services that have methods, sorted.
func (t *table) callable() (names []string) {
	for name, s := range t.services {
		if len(s.methods) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// methodsOf returns the names of the methods of a service, sorted.
func (t *table) methodsOf(name string) []string {
	return slices.Sorted(maps.Keys(t.services[name].methods))
}

func (t *table) list() []Service {
	all := []Service{}
	for _, name := range t.callable() {
		all = append(all, Service{name, t.methodsOf(name)})
	}
	return all
}

// shown is how many services a line of the log names.
const shown = 20

// String says how many methods of which services there are.
func (t *table) String() string {
	names := t.callable()
	texts := make([]string, 0, min(len(names), shown)+1)
	for _, name := range names[:min(len(names), shown)] {
		count, plural := len(t.services[name].methods), "s"
		if count == 1 {
			plural = ""
		}
		texts = append(texts, fmt.Sprintf("%s (%d method%s)", name, count, plural))
	}
	if more := len(names) - shown; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}
