package graph

import (
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/suggest"
)

// end is a service at one end of channels.
type end struct {
	part    Part
	method  string // that hears; "" for who sends
	pattern string // "source.type", or a subject; with * and > for several
	traffic *Traffic
}

// wild reports whether the pattern stands for several names.
func (e end) wild() bool { return strings.ContainsAny(e.pattern, "*>") }

// takes reports whether the pattern takes in a name, which may be a pattern itself.
func (e end) takes(name string) bool { return broker.Matches(e.pattern, name) }

// channels draws what passes between services that do not know each other: who sends,
// each name of what is sent, and who hears it.
func (d *drawing) channels(kind Kind) {
	senders, hearers := d.ends(kind)
	names := namesOf(senders, hearers)
	sent := map[string]bool{}
	for _, s := range senders {
		for _, name := range names {
			if s.takes(name) {
				sent[name] = true
				d.edge(Edge{ID: s.part.Name + "-" + string(kind) + "." + name, Kind: kind, From: "service:" + s.part.Name, To: d.node(kind, name).ID, Traffic: s.traffic})
			}
		}
	}
	for _, h := range hearers {
		for _, name := range names {
			if !h.takes(name) || h.wild() && name != h.pattern && !sent[name] {
				continue
			}
			e := Edge{ID: string(kind) + "." + name + "-" + h.part.Name + "." + h.method, Kind: kind, From: d.node(kind, name).ID, To: "service:" + h.part.Name, Label: h.method, Traffic: h.traffic}
			if kind == Event && !sent[name] {
				e.Missing = true
				d.unsent(h, name, senders)
			}
			d.edge(e)
		}
	}
}

// ends returns who sends and who hears. A Dispatcher sends every type of its service.
func (d *drawing) ends(kind Kind) (senders, hearers []end) {
	for _, name := range d.names {
		p := d.parts[name]
		for _, t := range p.Targets {
			if t.Kind != string(kind) || t.Target == "" {
				continue
			}
			pattern, every := t.Target, p.Name+".*"
			if kind == Event && pattern == every {
				pattern = p.Name + ".>"
			}
			senders = append(senders, end{part: p, pattern: pattern, traffic: t.Traffic})
		}
		for _, e := range p.Entrypoints {
			if e.Kind == string(kind) {
				hearers = append(hearers, end{p, e.Name, e.Address, e.Traffic})
			}
		}
	}
	return senders, hearers
}

// namesOf returns the names that are sent or heard: a pattern is one where no name is
// known that it stands for.
func namesOf(senders, hearers []end) []string {
	known := map[string]bool{}
	all := slices.Concat(hearers, senders)
	for _, e := range all {
		if !e.wild() {
			known[e.pattern] = true
		}
	}
	for _, e := range all {
		if e.wild() && !slices.ContainsFunc(slices.Collect(maps.Keys(known)), e.takes) {
			known[e.pattern] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// unsent draws an event that none of the services emits.
func (d *drawing) unsent(h end, name string, senders []end) {
	source, _, _ := strings.Cut(name, ".")
	n := d.node(Event, name)
	n.Missing = true
	if _, ok := d.parts[source]; !ok {
		d.node(Service, source).Missing = true
		d.edge(Edge{ID: source + "-event." + name, Kind: Event, From: "service:" + source, To: n.ID, Missing: true})
	}
	var types []string
	for _, s := range senders {
		types = append(types, s.pattern)
	}
	d.complain(h.part.Name+" handles "+name+", which no service "+d.where+" emits", suggest.Hint(name, types))
}
