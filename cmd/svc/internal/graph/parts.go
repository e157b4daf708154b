package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/service"
)

// Part is what a graph needs to know of one service.
type Part struct {
	Name        string
	Instances   int // that run; 0 where only the declaration is known
	Entrypoints []Entrypoint
	Targets     []Target
}

// Entrypoint is one way into a service.
type Entrypoint struct {
	Kind    string // as in a manifest: "rpc", "event", "http", "timer" …
	Name    string // of the method on the wire
	Address string // of an event "source.type", else as in a manifest; "" for rpc
	Traffic *Traffic
}

// Target is what a service needs.
type Target struct {
	Kind    string // as in a manifest: "rpc", "event", "sql" …
	Target  string // "service.method", "source.type", database …; "" for whatever it is told to call
	Options map[string]string
	Traffic *Traffic
}

// Declared returns what a manifest says of services. A service that several programs
// host is one.
func Declared(m service.Manifest) []Part {
	var all []Part
	for _, s := range m.Services {
		p := Part{Name: s.Name}
		for _, e := range s.Entrypoints {
			p.Entrypoints = append(p.Entrypoints, entrypointOf(e))
		}
		for _, d := range s.Dependencies {
			p.Targets = append(p.Targets, targetsOf(d)...)
		}
		all = append(all, p)
	}
	return Merge(all)
}

func entrypointOf(e service.DeclaredEntrypoint) Entrypoint {
	made := Entrypoint{Kind: e.Kind, Name: e.Name, Address: e.Address}
	switch e.Kind {
	case "rpc":
		made.Address = ""
	case "event":
		made.Address = e.Options["source"] + "." + e.Options["event"]
	}
	return made
}

// targetsOf returns what a field needs: a client of a service one target for each of its
// methods.
func targetsOf(d service.DeclaredDependency) []Target {
	methods := d.Options["methods"]
	if d.Kind != "rpc" || methods == "" {
		return []Target{{Kind: d.Kind, Target: d.Target, Options: d.Options}}
	}
	var all []Target
	for m := range strings.SplitSeq(methods, ",") {
		all = append(all, Target{Kind: d.Kind, Target: d.Target + "." + m})
	}
	return all
}

// Merge puts together what is known of the same services.
func Merge(lists ...[]Part) []Part {
	byName := map[string]*Part{}
	for _, list := range lists {
		for _, p := range list {
			known, ok := byName[p.Name]
			if !ok {
				known = &Part{Name: p.Name}
				byName[p.Name] = known
			}
			known.take(p)
		}
	}
	var all []Part
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, *byName[name])
	}
	return all
}

func (p *Part) take(o Part) {
	p.Instances += o.Instances
	for _, e := range o.Entrypoints {
		i := slices.IndexFunc(p.Entrypoints, func(have Entrypoint) bool {
			return have.Kind == e.Kind && have.Name == e.Name && have.Address == e.Address
		})
		if i < 0 {
			p.Entrypoints = append(p.Entrypoints, e)
			continue
		}
		p.Entrypoints[i].Traffic = p.Entrypoints[i].Traffic.add(e.Traffic)
	}
	for _, t := range o.Targets {
		i := slices.IndexFunc(p.Targets, func(have Target) bool { return have.Kind == t.Kind && have.Target == t.Target })
		if i < 0 {
			p.Targets = append(p.Targets, t)
			continue
		}
		p.Targets[i].Traffic = p.Targets[i].Traffic.add(t.Traffic)
	}
}

// has reports whether the service has a method that can be called.
func (p Part) has(method string) bool { return slices.Contains(p.methods(), method) }

func (p Part) methods() (names []string) {
	for _, e := range p.Entrypoints {
		if e.Kind == "rpc" {
			names = append(names, e.Name)
		}
	}
	return names
}

// details says how a service is reached, and how often it runs.
func (p Part) details() (lines []string) {
	count := map[string]int{}
	for _, e := range p.Entrypoints {
		count[e.Kind]++
	}
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		if kind != "auth" {
			kinds = append(kinds, fmt.Sprintf("%s %d", short(kind), count[kind]))
		}
	}
	for line := range slices.Chunk(kinds, kindsPerLine) {
		lines = append(lines, strings.Join(line, " · "))
	}
	if p.Instances > 0 {
		lines = append(lines, present.Count(p.Instances, "instance"))
	}
	return lines
}

const kindsPerLine = 3
