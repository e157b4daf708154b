package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/internal/suggest"
)

// Of draws services. What they need and none of them has is in the graph, too, marked as
// missing, and told as one line each in problems; where, such as "in these targets", is
// where the services are.
func Of(parts []Part, where string) (g Graph, problems []string) {
	d := &drawing{sketch: newSketch(), parts: map[string]Part{}, where: where}
	for _, p := range parts {
		d.parts[p.Name] = p
		d.names = append(d.names, p.Name)
		d.node(Service, p.Name, p.details()...)
	}
	for _, p := range parts {
		d.arrivals(p)
		for _, t := range p.Targets {
			d.target(p, t)
		}
	}
	d.channels(Event)
	d.channels(Subject)
	return d.graph(), slices.Compact(d.problems)
}

// drawing is a sketch and what it is of.
type drawing struct {
	*sketch

	parts    map[string]Part
	names    []string
	where    string
	problems []string
}

// arrivals draws who calls a service from outside: the clock where nobody else does.
func (d *drawing) arrivals(p Part) {
	d.requests(p, "http", "http-", "routes")
	d.requests(p, "socket", "sockets-", "sockets")
	if slices.ContainsFunc(p.Entrypoints, func(e Entrypoint) bool { return e.Kind != "timer" }) {
		return
	}
	to := d.node(Service, p.Name).ID
	for _, e := range p.Entrypoints {
		d.edge(Edge{ID: "timer-" + p.Name + "." + e.Name, Kind: Timer, From: d.node(Timer, "schedule").ID, To: to, Label: e.Name + " " + e.Address, Traffic: e.Traffic})
	}
}

// requests draws one edge for all entrypoints of a kind that HTTP leads to; many is what
// several of them are called.
func (d *drawing) requests(p Part, kind, id, many string) {
	var traffic *Traffic
	var label string
	count := 0
	for _, e := range p.Entrypoints {
		if e.Kind == kind {
			count, label, traffic = count+1, e.Address, traffic.add(e.Traffic)
		}
	}
	if count == 0 {
		return
	}
	if count > 1 {
		label = fmt.Sprintf("%d %s", count, many)
	}
	d.edge(Edge{ID: id + p.Name, Kind: HTTP, From: d.node(HTTP, "HTTP").ID, To: d.node(Service, p.Name).ID, Label: label, Traffic: traffic})
}

// target draws what a service needs; events and subjects come later, all at once.
func (d *drawing) target(p Part, t Target) {
	from := d.node(Service, p.Name).ID
	switch t.Kind {
	case "rpc", "job":
		d.call(p, t)
	case "event", "subject", "context", "secret", "config", "hub", "":
		// Neither is another party, except the first two.
	case "gateway":
		d.edge(Edge{ID: p.Name + "-gateway", Kind: RPC, From: from, To: d.node(Any, "any service").ID, Label: "gateway", Traffic: t.Traffic})
		d.edge(Edge{ID: "http-" + p.Name, Kind: HTTP, From: d.node(HTTP, "HTTP").ID, To: from, Label: "gateway"})
	case "http":
		d.api(from, p, t)
	case "sql", "redis", "lock":
		kind := Kind(t.Kind)
		n := d.node(kind, t.Target, cmp.Or(t.Options["engine"], t.Kind))
		d.edge(Edge{ID: p.Name + "-" + t.Kind + "." + t.Target, Kind: kind, From: from, To: n.ID, Traffic: t.Traffic})
	default:
		n := d.node(Resource, t.Kind+" "+t.Target)
		d.edge(Edge{ID: p.Name + "-" + t.Kind + "." + t.Target, Kind: Resource, From: from, To: n.ID, Traffic: t.Traffic})
	}
}

// api draws a client of HTTP: a manifest names the API and its host, traffic the verb and
// the host.
func (d *drawing) api(from string, p Part, t Target) {
	host, label := t.Options["host"], t.Target
	if verb, at, ok := strings.Cut(t.Target, " "); ok {
		host, label = at, verb
	}
	if host == "" {
		host = t.Target
	}
	d.edge(Edge{ID: p.Name + "-" + host, Kind: HTTP, From: from, To: d.node(API, host, "HTTP API").ID, Label: label, Traffic: t.Traffic})
}

// call draws the calls of one method.
func (d *drawing) call(p Part, t Target) {
	from := d.node(Service, p.Name).ID
	if t.Target == "" {
		if !p.measured() { // what it calls in truth is there, else
			d.edge(Edge{ID: p.Name + "-any", Kind: RPC, From: from, To: d.node(Any, "any service").ID})
		}
		return
	}
	name, method, _ := strings.Cut(t.Target, ".")
	e := Edge{ID: p.Name + "-" + t.Target, Kind: Kind(t.Kind), From: from, To: d.node(Service, name).ID, Label: method, Traffic: t.Traffic}
	if method == "" && p.measures(name) {
		return
	}
	if t.Kind == "job" {
		e.ID, e.Label = p.Name+"-job."+t.Target, method+" (job)"
	}
	e.Missing = !d.answers(p, name, method)
	d.edge(e)
}

// measured reports whether calls of the service are counted.
func (p Part) measured() bool {
	return slices.ContainsFunc(p.Targets, func(t Target) bool { return t.Kind == "rpc" && t.Traffic != nil })
}

// measures reports whether calls of methods of another service are known.
func (p Part) measures(other string) bool {
	return slices.ContainsFunc(p.Targets, func(t Target) bool {
		return t.Kind == "rpc" && t.Traffic != nil && strings.HasPrefix(t.Target, other+".")
	})
}

// answers reports whether a method is there, and notes where it is not.
func (d *drawing) answers(p Part, name, method string) bool {
	callee, ok := d.parts[name]
	full := strings.TrimSuffix(name+"."+method, ".")
	switch {
	case !ok:
		d.node(Service, name).Missing = true
		d.complain(p.Name+" calls "+full+", which no service "+d.where+" has", suggest.Hint(name, d.names))
		return false
	case method == "" || callee.has(method):
		return true
	}
	methods := callee.methods()
	hint := suggest.Hint(method, methods)
	if hint == "" {
		hint = "it has no methods for rpc"
		if len(methods) > 0 {
			hint = "it has " + suggest.List(methods)
		}
	}
	d.complain(p.Name+" calls "+full+", which the service "+name+" "+d.where+" does not have", hint)
	return false
}

func (d *drawing) complain(text, hint string) {
	if hint != "" {
		text += "; " + hint
	}
	d.problems = append(d.problems, text)
}
