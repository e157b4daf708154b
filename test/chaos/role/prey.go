package role

import (
	"time"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Meal has something of all that is decoded.
type Meal struct {
	Name    string           `json:"name"`
	Numbers []int            `json:"numbers"`
	Parts   map[string][]Any `json:"parts"`
	Any     any              `json:"any"`
	At      time.Time        `json:"at"`
	Bytes   []byte           `json:"bytes"`
	Rate    float64          `json:"rate"`
}

// Any is a part of a Meal.
type Any struct {
	Value any    `json:"value"`
	Next  []Meal `json:"next"`
}

// prey is the service at which hostile messages are aimed. It takes whatever fits.
type prey struct {
	_ service.Name `name:"prey"`

	_ rpc.Method     `method:"Swallow"`
	_ rpc.Method     `method:"Chew" args:"first,second,third"`
	_ rpc.Method     `method:"Keep" delivery:"durable"`
	_ events.Handler `method:"OnBait" source:"attacker" event:"bait" attempts:"1"`
}

// Swallow takes one argument.
func (*prey) Swallow(m Meal) string { return m.Name }

// Chew takes several.
func (*prey) Chew(first string, second []Meal, _ *int) int { return len(first) + len(second) }

// Keep takes what was stored.
func (*prey) Keep(m Meal) string { return m.Name }

// OnBait takes events.
func (*prey) OnBait(Meal) error { return nil }
