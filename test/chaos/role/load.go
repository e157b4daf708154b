package role

import (
	"context"
	"math/rand/v2"
	"time"
)

// Load is which calls are made, and when. It is open: a call does not wait for
// those before it.
type Load struct {
	Seed   uint64
	Phases []Phase
	Crowd  int           // calls at once, in place of phases
	Fixed  time.Duration // how long every call takes; 0 for a mixture
	Short  bool          // the mixture has only the short ones
	Plain  bool          // only calls of Work
	Naive  bool          // none of Panic: it would end a process of nats.go
}

// Phase is a time of even load.
type Phase struct {
	Rate float64 // calls per second
	For  time.Duration
}

// each calls f for every call when its time has come, in order.
func (l Load) each(f func(n int, method string, d time.Duration)) {
	d := dice{rand.New(rand.NewPCG(l.Seed, 2)), l}
	for n := range l.Crowd {
		f(n, d.method(), d.length())
	}
	n, begin := l.Crowd, time.Now()
	for _, p := range l.Phases {
		gap := time.Duration(float64(time.Second) / p.Rate)
		for at := time.Duration(0); at < p.For; at += gap {
			_ = pause(context.Background(), time.Until(begin.Add(at))) // its context does not end
			f(n, d.method(), d.length())
			n++
		}
		begin = begin.Add(p.For)
	}
}

// dice draw calls.
type dice struct {
	rng  *rand.Rand
	load Load
}

// method is the default one mostly, Once for a third, Panic for one in twenty.
func (d dice) method() string {
	switch n := d.rng.IntN(20); {
	case d.load.Plain:
		return Work
	case n < 1 && !d.load.Naive:
		return Panic
	case n < 7:
		return Once
	default:
		return Work
	}
}

// length is that of 90 % short calls, 8 % medium ones and 2 % long ones.
func (d dice) length() time.Duration {
	n := d.rng.IntN(100)
	switch {
	case d.load.Fixed > 0:
		return d.load.Fixed
	case n < 90 || d.load.Short:
		return d.between(time.Millisecond, 20*time.Millisecond)
	case n < 98:
		return d.between(100*time.Millisecond, 400*time.Millisecond)
	default:
		return d.between(2*time.Second, 3*time.Second)
	}
}

func (d dice) between(low, high time.Duration) time.Duration {
	return low + time.Duration(d.rng.Int64N(int64(high-low)))
}
