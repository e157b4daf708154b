// Package gateway is the way into the application from the web.
package gateway

import (
	"context"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
	"github.com/enoki-go/enoki/web"
)

// Gateway serves airports and trips over HTTP. It keeps nothing, and refuses nothing that
// the services behind it decide: their errors become answers.
type Gateway struct {
	_ service.Name `name:"gateway"`

	Airports Airports
	Trips    Trips

	_ web.Route `method:"CreateAirport" route:"POST /airport" args:"airport"`
	_ web.Route `method:"Airport" route:"GET /airport/{id}" args:"id"`
	_ web.Route `method:"CreateTrip" route:"POST /trip" args:"airport_from,airport_to"`
	_ web.Route `method:"Trip" route:"GET /trip/{id}" args:"id"`
}

// Options has the process show its metrics at /metrics.
func Options() []service.Option { return telemetry.Options() }

// Airports is the client of the service airports_service.
type Airports struct {
	rpc.Client `service:"airports_service"`

	Create func(ctx context.Context, airport string) (id string, err error)
	Get    func(ctx context.Context, id string) (name *string, err error)
}

// Trips is the client of the service trips_service.
type Trips struct {
	rpc.Client `service:"trips_service"`

	Create func(ctx context.Context, from, to string) (id string, err error)
	Get    func(ctx context.Context, id string) (*Trip, error)
}

// Trip is a trip as the web sees it.
type Trip struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// AirportFound is the answer about an airport: null where there is none.
type AirportFound struct {
	Airport *string `json:"airport"`
}

// TripFound is the answer about a trip: null where there is none.
type TripFound struct {
	Trip *Trip `json:"trip"`
}

// CreateAirport returns the id of a new airport, as text.
func (g *Gateway) CreateAirport(ctx context.Context, name string) (string, error) {
	return g.Airports.Create(ctx, name)
}

// Airport returns the name of an airport.
func (g *Gateway) Airport(ctx context.Context, id string) (AirportFound, error) {
	name, err := g.Airports.Get(ctx, id)
	return AirportFound{name}, err
}

// CreateTrip returns the id of a new trip, as text.
func (g *Gateway) CreateTrip(ctx context.Context, from, to string) (string, error) {
	return g.Trips.Create(ctx, from, to)
}

// Trip returns the airports of a trip.
func (g *Gateway) Trip(ctx context.Context, id string) (TripFound, error) {
	trip, err := g.Trips.Get(ctx, id)
	return TripFound{trip}, err
}
