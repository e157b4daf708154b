package airports_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/examples/travel/airports"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAirportIsKeptUnderItsId(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &airports.Airports{}, svctest.Config(fmt.Sprintf("REDIS_URIS: {development: %q}", redistest.URL(t))))
	names := []string{"Oslo", "Oslo", "Zürich", strings.Repeat("ü", 100)}
	ids := make([]string, len(names))
	for i, name := range names {
		ids[i] = svctest.Call[string](w, "airports_service.create", name)
	}
	for i, want := range names {
		if have := svctest.Call[*string](w, "airports_service.get", ids[i]); have == nil || *have != want {
			t.Errorf("airport %s: have %v, want %q", ids[i], have, want)
		}
	}
	if have := svctest.Call[*string](w, "airports_service.get", "unknown"); have != nil {
		t.Errorf("have %q, want nothing for an id that nobody was given", *have)
	}
}

// What is refused never reaches Redis, so there is none.
func TestNameIsChecked(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", " \t", strings.Repeat("x", 101)} {
		if id, err := new(airports.Airports).Create(t.Context(), name); !errors.Is(err, airports.ErrName) {
			t.Errorf("%q: have %q and %v, want %v", name, id, err, airports.ErrName)
		}
	}
}
