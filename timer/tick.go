package timer

import (
	"context"
	"crypto/rand"
	"reflect"
	"strings"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// kind is what calls of this package say has reached the method.
const kind = "timer"

// Tick is one due time of a job. A method takes it as a parameter, or asks
// [TickFrom] for it.
type Tick struct {
	// Due is when the method should have begun, in the zone of the schedule. What
	// happened at a due time is told by it, not by the clock.
	Due time.Time
	// Missed is how many due times before this one were missed and left out: at most
	// 1000, because older ones are forgotten.
	Missed int
	// Attempt is how many instances of the cluster were given this tick before; 0 in
	// scope instance.
	Attempt int
}

var tickType = reflect.TypeFor[Tick]()

// Rerun reports whether the method may have begun this very tick before, on an
// instance that died or was too busy. A broker that is killed forgets what it has handed
// out within the last tenth of a second, and hands it out again without saying so.
func (t Tick) Rerun() bool { return t.Attempt > 0 }

type tickKey struct{}

// TickFrom returns the tick that the method under ctx was called for. It has none
// where the method was not called by a timer.
func TickFrom(ctx context.Context) (Tick, bool) {
	t, ok := ctx.Value(tickKey{}).(Tick)
	return t, ok
}

// call returns the call of the method for a tick.
func (j *job) call(t Tick) *entrypoint.Call {
	t.Due = t.Due.In(j.schedule.location())
	c := &entrypoint.Call{
		ID: strings.ToLower(rand.Text()), Kind: kind, Name: j.name, Method: j.method, Attempt: t.Attempt,
		Parent: context.WithValue(context.Background(), tickKey{}, t),
		Decode: func(into []any) error {
			for _, place := range into {
				switch place := place.(type) {
				case *Tick:
					*place = t
				case **Tick:
					*place = &t
				}
			}
			return nil
		},
	}
	if j.timeout > 0 {
		c.Deadline = time.Now().Add(j.timeout)
	}
	return c
}
