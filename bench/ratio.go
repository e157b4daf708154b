package main

import (
	"slices"
	"time"
)

// row is what a mode says of a contestant. Ratios are to the first contestant in
// the rounds just before and after; numbers are medians over the rounds.
type row struct {
	Mode, Contestant string

	Rate       spread // ratios of calls per second
	PeerRate   spread `json:",omitzero"` // the same to the contestant's peer
	CPU        spread // ratios of processor time per call, all processes
	ClientCPU  spread
	ServerCPU  spread
	BrokerCPU  spread
	Calls      float64       // per second
	P50        time.Duration // of a call
	P99        time.Duration `json:",omitzero"`
	CPUPerCall perProcess    // processor time

	ClientMallocs float64 // per call
	ServerMallocs float64
}

// perProcess is processor time by who took it.
type perProcess struct{ Client, Server, Broker time.Duration }

// spread is a median with its quartiles, and what they are of.
type spread struct {
	Q1, Median, Q3 float64
	All            []float64
}

func spreadOf(values []float64) spread {
	return spread{quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75), values}
}

// metric is a property of a sample.
type metric func(sample) float64

// newRow sums up the samples of a contestant; relative makes ratios of them.
func newRow(mode, name string, samples []sample, relative func([]sample, string, metric) []float64) row {
	ratio := func(of metric) spread { return spreadOf(relative(samples, name, of)) }
	median := func(of metric) float64 { return quantile(metrics(samples, name, of), 0.5) }
	taken := func(of func(sample) time.Duration) time.Duration {
		return time.Duration(median(func(s sample) float64 { return float64(of(s)) }))
	}
	return row{
		Mode: mode, Contestant: name,
		Rate:      ratio(func(s sample) float64 { return s.Rate }),
		CPU:       ratio(func(s sample) float64 { return float64(s.CPU()) }),
		ClientCPU: ratio(func(s sample) float64 { return float64(s.ClientCPU) }),
		ServerCPU: ratio(func(s sample) float64 { return float64(s.ServerCPU) }),
		BrokerCPU: ratio(func(s sample) float64 { return float64(s.BrokerCPU) }),

		Calls: median(func(s sample) float64 { return s.Rate }),
		P50:   taken(func(s sample) time.Duration { return s.P50 }),
		P99:   taken(func(s sample) time.Duration { return s.P99 }),
		CPUPerCall: perProcess{
			Client: taken(func(s sample) time.Duration { return s.ClientCPU }),
			Server: taken(func(s sample) time.Duration { return s.ServerCPU }),
			Broker: taken(func(s sample) time.Duration { return s.BrokerCPU }),
		},
		ClientMallocs: median(func(s sample) float64 { return s.ClientMallocs }),
		ServerMallocs: median(func(s sample) float64 { return s.ServerMallocs }),
	}
}

// compareToPeer divides the ratios of a row by those that its peer had in the
// same rounds, where the peer was measured.
func compareToPeer(r *row, rows []row, peer string) {
	i := slices.IndexFunc(rows, func(other row) bool { return other.Contestant == peer })
	if i < 0 || len(rows[i].Rate.All) != len(r.Rate.All) {
		return
	}
	values := slices.Clone(r.Rate.All)
	for round, ratio := range rows[i].Rate.All {
		values[round] /= ratio
	}
	r.PeerRate = spreadOf(values)
}

func metrics(samples []sample, name string, of metric) (values []float64) {
	for _, s := range samples {
		if s.Contestant == name {
			values = append(values, of(s))
		}
	}
	return values
}

// steadiness compares the samples of the base to their own median, so that their
// spread tells how steady the machine was.
func steadiness(samples []sample, name string, of metric) []float64 {
	values := metrics(samples, name, of)
	middle := quantile(values, 0.5)
	for i := range values {
		values[i] /= middle
	}
	return values
}

// ratios compares every sample of another contestant to the mean of its
// neighbours, which are the base's.
func ratios(samples []sample, name string, of metric) (values []float64) {
	for i, s := range samples {
		if s.Contestant == name {
			around := (of(samples[i-1]) + of(samples[i+1])) / 2
			values = append(values, of(s)/around)
		}
	}
	return values
}

// quantile returns the value below which a share of the values lies, between two
// of them where it must; 0 for none.
func quantile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	place := share * float64(len(sorted)-1)
	i := int(place)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (place-float64(i))*(sorted[i+1]-sorted[i])
}
