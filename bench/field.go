package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// mode is a way to call, or to emit.
type mode struct {
	name        string
	contestants []contestant // the others are compared to the first
	round       round        // without its duration
}

const (
	smallName = 5                      // bytes
	largeName = 1024 - len("Hello, !") // the greeting is 1 KiB
	many      = 64
)

var callModes = []mode{
	{"small/64", contestants, round{InFlight: many, Size: smallName}},
	{"small/1", contestants, round{InFlight: 1, Size: smallName}},
	{"1KiB/64", contestants, round{InFlight: many, Size: largeName}},
	{"1KiB/1", contestants, round{InFlight: 1, Size: largeName}},
}

// manyUnhandled is how far an emitter may be ahead of its handler where events are
// stored. Where they are not, it is as many as our handler takes while all its workers
// are busy.
const manyUnhandled = 1024

var eventModes = []mode{
	{"stored/64", keepers, round{InFlight: many, Size: smallName, Unhandled: manyUnhandled}},
	{"stored/batch", keepers, round{InFlight: 1, Size: smallName, Unhandled: manyUnhandled, Batch: manyUnhandled / 4}},
	{"stored/1", keepers, round{InFlight: 1, Size: smallName, Unhandled: 1}},
	{"sent/64", listeners, round{InFlight: many, Size: smallName, Unhandled: many}},
	{"sent/1", listeners, round{InFlight: 1, Size: smallName, Unhandled: 1}},
}

// field is where contestants meet: one broker, and of every contestant a server
// and a client that wait while it is not their turn.
type field struct {
	options  options
	bus      *process
	progress progress

	lanes []lane
}

// lane is the processes of one contestant.
type lane struct {
	name           string
	server, client *process
}

// close ends the processes of the contestants.
func (f *field) close() {
	for _, l := range f.lanes {
		l.client.stop()
		l.server.stop()
	}
}

// measureAll compares in several modes.
func (f *field) measureAll(ctx context.Context, modes []mode) (all []row, err error) {
	for _, m := range modes {
		rows, err := f.measure(ctx, m)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// measure compares in one mode the contestants that the options select to the
// first one.
func (f *field) measure(ctx context.Context, m mode) ([]row, error) {
	var names []string
	for _, c := range m.contestants[1:] {
		if f.options.run.MatchString(m.name + " " + c.name) {
			names = append(names, c.name)
		}
	}
	base := m.contestants[0].name
	if len(names) == 0 && !f.options.run.MatchString(m.name+" "+base) {
		return nil, nil
	}
	samples, err := f.interleave(ctx, m, base, names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.name, err)
	}
	rows := []row{newRow(m.name, base, samples, steadiness)}
	for _, name := range names {
		rows = append(rows, newRow(m.name, name, samples, ratios))
	}
	for i := range rows[1:] {
		c, _ := contestantNamed(rows[i+1].Contestant) // is one
		compareToPeer(&rows[i+1], rows, c.peer)
	}
	return rows, f.profile(ctx, m, append([]string{base}, names...))
}

// interleave plays the rounds of a mode, after one of each contestant that only
// warms up.
func (f *field) interleave(ctx context.Context, m mode, base string, others []string) ([]sample, error) {
	for _, name := range append([]string{base}, others...) {
		if _, err := f.sample(ctx, m, name); err != nil {
			return nil, err
		}
	}
	turns := schedule(base, others, f.options.rounds)
	samples := make([]sample, len(turns))
	for i, name := range turns {
		var err error
		if samples[i], err = f.sample(ctx, m, name); err != nil {
			return nil, err
		}
		f.progress.say("%-9s %3d/%d  %-23s %8.0f/s", m.name, i+1, len(turns), name, samples[i].Rate)
	}
	return samples, nil
}

// schedule returns whose turn it is when: base is measured before and after
// every round of every other.
func schedule(base string, others []string, rounds int) []string {
	if len(others) == 0 {
		return slices.Repeat([]string{base}, rounds)
	}
	turns := []string{base}
	for range rounds {
		for _, name := range others {
			turns = append(turns, name, base)
		}
	}
	return turns
}

// sample is one round of one contestant. What it used is per call.
type sample struct {
	Contestant string
	Rate       float64 // calls per second
	P50        time.Duration
	P99        time.Duration // 0 where it was not measured

	ClientCPU, ServerCPU, BrokerCPU time.Duration
	ClientMallocs, ServerMallocs    float64
}

// CPU returns what all processes took.
func (s sample) CPU() time.Duration { return s.ClientCPU + s.ServerCPU + s.BrokerCPU }

func (f *field) sample(ctx context.Context, m mode, name string) (sample, error) {
	l, err := f.lane(ctx, name)
	if err != nil {
		return sample{}, err
	}
	before, err := f.usages(l)
	if err != nil {
		return sample{}, err
	}
	t, err := l.play(m, f.options.duration)
	if err != nil {
		return sample{}, err
	}
	after, err := f.usages(l)
	if err != nil {
		return sample{}, err
	}
	return newSample(name, t, before, after), nil
}

// newSample shares what client, server and broker used among the calls, of which
// every round has at least one.
func newSample(name string, t tally, before, after [3]usage) sample {
	cpu := func(i int) time.Duration { return (after[i].CPU - before[i].CPU) / time.Duration(t.Calls) }
	mallocs := func(i int) float64 { return float64(after[i].Mallocs-before[i].Mallocs) / float64(t.Calls) }
	return sample{
		Contestant: name, Rate: t.rate(), P50: t.P50,
		ClientCPU: cpu(0), ServerCPU: cpu(1), BrokerCPU: cpu(2),
		ClientMallocs: mallocs(0), ServerMallocs: mallocs(1),
	}
}

// lane returns the processes of a contestant, which start when first asked for.
func (f *field) lane(ctx context.Context, name string) (lane, error) {
	if i := slices.IndexFunc(f.lanes, func(l lane) bool { return l.name == name }); i >= 0 {
		return f.lanes[i], nil
	}
	l := lane{name: name}
	var err error
	a := assignment{Role: roleServer, Contestant: name, URL: f.bus.url, Workers: f.options.workers}
	if l.server, err = launch(ctx, a); err != nil {
		return l, err
	}
	a.Role, a.URL = roleClient, cmp.Or(l.server.url, f.bus.url)
	if l.client, err = launch(ctx, a); err != nil {
		l.server.stop()
		return l, err
	}
	f.lanes = append(f.lanes, l)
	return l, nil
}

// usages asks client, server and broker, in this order.
func (f *field) usages(l lane) (u [3]usage, err error) {
	for i, p := range []*process{l.client, l.server, f.bus} {
		a, err := p.ask(order{Do: doUsage})
		if err != nil {
			return u, err
		}
		u[i] = a.Usage
	}
	return u, nil
}

func (l lane) play(m mode, duration time.Duration) (tally, error) {
	r := m.round
	r.Duration = duration
	a, err := l.client.ask(order{Do: doRound, Round: r})
	return a.Tally, err
}
