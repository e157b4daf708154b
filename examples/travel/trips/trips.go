// Package trips is a service that knows trips between airports.
package trips

import (
	"context"

	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/examples/travel/internal/id"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Trips keeps each trip in Redis, as a hash trip:<id>.
type Trips struct {
	_ service.Name `name:"trips_service"`

	Redis   *redisdb.Client           `redis:"development"`
	Airport rpc.Func[string, *string] `rpc:"airports_service.get"` // its name, nil for none

	_ rpc.Method `method:"Create" args:"airport_from_id,airport_to_id"`
	_ rpc.Method `method:"Get" args:"trip_id"`
}

// Trip leads from one airport to another, which may be the same.
type Trip struct {
	From string `json:"from" redis:"from"`
	To   string `json:"to" redis:"to"`
}

// ErrNoAirport refuses a trip from or to somewhere that is no airport.
var ErrNoAirport = fault.Declare("trips.no_airport", fault.Invalid, "there is no such airport")

// Create keeps a trip and returns its id.
func (t *Trips) Create(ctx context.Context, from, to string) (string, error) {
	for _, airport := range []string{from, to} {
		name, err := t.Airport(ctx, airport)
		if err != nil {
			return "", err
		}
		if name == nil {
			return "", ErrNoAirport.Explain("there is no airport %q", airport)
		}
	}
	trip := id.New()
	return trip, t.Redis.HSet(ctx, key(trip), Trip{From: from, To: to}).Err()
}

// Get returns a trip, nil where nobody has created it.
func (t *Trips) Get(ctx context.Context, trip string) (*Trip, error) {
	found := t.Redis.HGetAll(ctx, key(trip))
	if len(found.Val()) == 0 {
		return nil, found.Err()
	}
	var kept Trip
	return &kept, found.Scan(&kept)
}

func key(trip string) string { return "trip:" + trip }
