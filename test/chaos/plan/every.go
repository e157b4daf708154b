package plan

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// Every draws faults of one kind, a period apart on average and at least three
// quarters of it. The same arguments give the same faults.
func Every(seed uint64, kind Kind, period time.Duration, r Rules) []Fault {
	d := draw{rng: rand.New(rand.NewPCG(seed, uint64(kind[0]))), rules: r} //nolint:gosec // no secret
	var faults []Fault
	for at := lead + d.between(0, period/2); at < r.Length-tail; at += d.between(period*3/4, period*5/4) {
		f := Fault{At: at.Truncate(time.Millisecond), Kind: kind}
		switch {
		case kind.OfBroker():
			f.Target, f.For = d.rng.IntN(r.Brokers), d.between(500*time.Millisecond, 3500*time.Millisecond)
		default:
			f.Target, f.For = d.rng.IntN(r.Workers), d.between(200*time.Millisecond, time.Second)
		}
		faults = append(faults, f)
	}
	return faults
}

// Merge puts plans into the order of their times.
func Merge(plans ...[]Fault) []Fault {
	all := slices.Concat(plans...)
	slices.SortStableFunc(all, func(a, b Fault) int { return cmp.Compare(a.At, b.At) })
	return all
}
