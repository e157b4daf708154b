package trips_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/examples/travel/airports"
	"github.com/enoki-go/enoki/examples/travel/trips"
	"github.com/enoki-go/enoki/fault"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// known is airports_service as trips sees it: it knows two airports.
func known(_ context.Context, id string) (*string, error) {
	names := map[string]string{"o": "Oslo", "r": "Rome"}
	if name, ok := names[id]; ok {
		return &name, nil
	}
	return nil, nil
}

func TestTripIsKeptUnderItsId(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &trips.Trips{}, svctest.Fake(&airports.Airports{}, map[string]any{"Get": known}),
		svctest.Config(fmt.Sprintf("REDIS_URIS: {development: %q}", redistest.URL(t))))
	id := svctest.Call[string](w, "trips_service.create", "o", "r")
	if have, want := svctest.Call[*trips.Trip](w, "trips_service.get", id), (trips.Trip{From: "o", To: "r"}); have == nil || *have != want {
		t.Errorf("have %+v, want %+v", have, want)
	}
	if have := svctest.Call[*trips.Trip](w, "trips_service.get", "unknown"); have != nil {
		t.Errorf("have %+v, want nothing for an id that nobody was given", have)
	}
}

func TestTripLeadsBetweenAirports(t *testing.T) {
	t.Parallel()
	s := trips.Trips{Airport: known}
	for _, ends := range [][2]string{{"o", "x"}, {"x", "r"}, {"", "r"}} {
		if id, err := s.Create(t.Context(), ends[0], ends[1]); !errors.Is(err, trips.ErrNoAirport) {
			t.Errorf("%q: have %q and %v, want %v", ends, id, err, trips.ErrNoAirport)
		}
	}
}

func TestTripIsNotKeptWhileAirportsAreUnknown(t *testing.T) {
	t.Parallel()
	away := fault.New(fault.Unavailable, "away")
	s := trips.Trips{Airport: func(context.Context, string) (*string, error) { return nil, away }}
	if id, err := s.Create(t.Context(), "o", "r"); !errors.Is(err, away) {
		t.Errorf("have %q and %v, want %v", id, err, away)
	}
}
