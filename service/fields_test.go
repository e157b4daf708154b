package service_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/service"
)

// memory is a service with state of its own.
type memory struct {
	Count   int
	Notes   []string
	Pointer *int
	secret  string
	Log     *slog.Logger
	Client  constant

	_ probe `method:"Touch"`
}

// Touch says what it finds and writes to every field.
func (m *memory) Touch() string {
	found := fmt.Sprintf("%d %v %d %s %d", m.Count, m.Notes, *m.Pointer, m.secret, m.Client.id)
	m.Count, m.Notes, m.secret, m.Client = 99, append(m.Notes, "mine"), "overwritten", constant{}
	return found
}

// constant is a dependency with one value for all calls.
type constant struct{ id int64 }

var constantsMade atomic.Int64

func (constant) Provide(reflect.StructField, dependency.Host) (dependency.Provider, error) {
	return dependency.Same(constant{constantsMade.Add(1)}), nil
}

// S12: what a call writes to its fields is gone in the next; what the user set
// is there in each.
func TestEveryCallRunsOnItsOwnCopy(t *testing.T) {
	t.Parallel()
	seven := 7
	m := &memory{Count: 3, Pointer: &seven, secret: "kept"}
	w := startWorld(t, m)
	want, err := w.call("memory.Touch")
	if err != nil || !strings.HasPrefix(want.(string), "3 [] 7 kept ") {
		t.Errorf("the first call found %v, %v, want what the user set", want, err)
	}
	for range 5 {
		if found, err := w.call("memory.Touch"); found != want || err != nil {
			t.Errorf("a later call found %v, %v, want %v", found, err, want)
		}
	}
	if m.Count != 3 || m.secret != "kept" || m.Client.id != 0 {
		t.Errorf("the user's own struct became %+v", m)
	}
}

func TestFieldSetByTheUserIsNotProvided(t *testing.T) {
	t.Parallel()
	own := constant{id: -1}
	w := startWorld(t, &memory{Pointer: new(int), Client: own})
	if found, err := w.call("memory.Touch"); found != "0 [] 0  -1" || err != nil {
		t.Errorf("the call found %v, %v, want the client that the user set", found, err)
	}
}

// counted is a Constant that says when it is asked.
type counted struct {
	dependency.Provider
	values, acquired *atomic.Int64
}

func (c counted) Value() any {
	c.values.Add(1)
	return "constant"
}

func (c counted) Acquire(context.Context) (any, dependency.Release, error) {
	c.acquired.Add(1)
	return "acquired", nil, nil
}

type wordy struct {
	Word word

	_ probe `method:"Say"`
}

type word string

func (w *wordy) Say() word { return w.Word }

// A constant is set once, also where it is lent; nobody acquires it.
func TestConstantIsSetOnce(t *testing.T) {
	t.Parallel()
	c := counted{dependency.Same(nil), &atomic.Int64{}, &atomic.Int64{}}
	w := startWorld(t, &speaker{}, service.Lend[string](c))
	for range 3 {
		if said, err := w.call("speaker.Say"); said != "constant" || err != nil {
			t.Errorf("the call said %v, %v", said, err)
		}
	}
	if c.values.Load() != 1 || c.acquired.Load() != 0 {
		t.Errorf("the value was asked for %d times and acquired %d times, want 1 and 0", c.values.Load(), c.acquired.Load())
	}
}

type speaker struct {
	Word string

	_ probe `method:"Say"`
}

func (s *speaker) Say() string { return s.Word }

// A provider that lends the wrong type costs calls, and what was lent before is
// given back; as a constant it fails the start.
func TestValueOfTheWrongTypeIsAnError(t *testing.T) {
	t.Parallel()
	var released error
	w := newWorld(t, &mixed{}, service.Lend[word](lendInt{dependency.Same(nil), &released}))
	w.start()
	w.forget()
	_, err := w.call("mixed.Say")
	if err == nil || !strings.Contains(err.Error(), "acquire Word: panic: reflect.Set: value of type int is not assignable to type service_test.word") {
		t.Errorf("the call returned %v", err)
	}
	if have := w.history(); len(have) != 2 || have[0] != "acquire A" || !strings.HasPrefix(have[1], "release A: acquire Word") {
		t.Errorf("steps are %q, want A to be released", have)
	}
	if !errors.Is(released, err) {
		t.Errorf("the value itself was released with %v, want %v", released, err)
	}
	wrong := newWorld(t, &wordy{}, service.Lend[word](dependency.Same(7)))
	if err := wrong.app.Start(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "start wordy.Word: panic: ") {
		t.Errorf("Start = %v, want an error about Word", err)
	}
}

// lendInt lends a number, and keeps the outcome that it is released with.
type lendInt struct {
	dependency.Provider
	released *error
}

func (l lendInt) Acquire(context.Context) (any, dependency.Release, error) {
	return 7, func(_ context.Context, outcome error) error { *l.released = outcome; return nil }, nil
}

type mixed struct {
	A    resource
	Word word

	_ probe `method:"Say"`
}

func (*mixed) Say() {}

// limits is a section of the configuration.
type limits struct {
	Rate    int
	Pause   time.Duration
	Regions []string
}

type tuned struct {
	Limits  limits  `config:"limits_of_shop"`
	Pointer *limits `config:"limits_of_shop"`
	Preset  limits  `config:"limits_of_shop"`
	Default *limits `config:"limits_of_shop"`

	_ probe `method:"Show"`
}

func (s *tuned) Show() []limits { return []limits{s.Limits, *s.Pointer, s.Preset, *s.Default} }

func TestConfigFieldsAreFilled(t *testing.T) {
	t.Parallel()
	regions := []string{"eu"}
	tests := []struct {
		name, yaml   string
		want, preset limits
	}{
		{"nothing", "", limits{}, limits{Rate: 9, Regions: []string{"us"}}},
		{"shared", "limits_of_shop: {rate: 3, pause: 2s, regions: [eu]}", limits{3, 2 * time.Second, regions}, limits{3, 2 * time.Second, regions}},
		{"one key", "limits_of_shop: {pause: 2s}", limits{Pause: 2 * time.Second}, limits{9, 2 * time.Second, []string{"us"}}},
		{"own only", "services: {tuned: {limits_of_shop: {rate: 5}}}", limits{Rate: 5}, limits{Rate: 5, Regions: []string{"us"}}},
		{
			"own over shared",
			"limits_of_shop: {rate: 3, pause: 2s}\nservices: {tuned: {limits_of_shop: {rate: 5}}, other: {limits_of_shop: {rate: 7}}}",
			limits{Rate: 5, Pause: 2 * time.Second},
			limits{5, 2 * time.Second, []string{"us"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			preset := limits{Rate: 9, Regions: []string{"us"}}
			w := startWorld(t, &tuned{Preset: preset, Default: &preset}, tt.yaml)
			have, err := w.call("tuned.Show")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]limits{tt.want, tt.want, tt.preset, tt.preset}, have); diff != "" {
				t.Errorf("fields (-want +have):\n%s", diff)
			}
			if preset.Rate != 9 || preset.Pause != 0 {
				t.Errorf("the user's defaults became %+v", preset)
			}
		})
	}
}

func TestWrongConfigurationIsReportedWithBothPlaces(t *testing.T) {
	t.Parallel()
	_, err := tryWorld(t, &tuned{}, "limits_of_shop: {rat: 3}")
	if err == nil || !strings.Contains(err.Error(), "fields_test.go:") || !strings.Contains(err.Error(), "test.yml:1:18") {
		t.Errorf("New = %v, want the place of the field and that of the key", err)
	}
}

// A marker with a name would be overlooked, and with it what it guards.
func TestMarkerWithANameIsRefused(t *testing.T) {
	t.Parallel()
	type named struct {
		_    service.Name `name:"named"`
		_    probe        `method:"Touch"`
		Auth probe        `method:"Touch"`
	}
	if _, err := tryWorld(t, &named{}); err == nil || !strings.Contains(err.Error(), "field Auth: a marker is only one under the name _; write `_ service_test.probe`") {
		t.Errorf("have %v, want that the marker has a name", err)
	}
}

// standing serves somebody on its own.
type standing struct{}

func (standing) Serves() {}

func (standing) Provide(reflect.StructField, dependency.Host) (dependency.Provider, error) {
	return dependency.Same(standing{}), nil
}

func TestServiceWhoseFieldServesNeedsNoEntrypoint(t *testing.T) {
	t.Parallel()
	type front struct {
		_ service.Name `name:"front"`

		Standing standing
	}
	startWorld(t, &front{})
}

// shy hides what is to be filled.
type shy struct {
	bus wire `to:"bus"`

	_ probe `method:"Which"`
}

func (s *shy) Which() *connection { return s.bus.connection }

func TestFieldThatNobodyCanFillIsAMistake(t *testing.T) {
	t.Parallel()
	_, err := tryWorld(t, &shy{})
	if err == nil {
		t.Fatal("have no error, want one")
	}
	wantPieces(t, err.Error(), []string{"fields_test.go:", "field bus (service_test.wire) is not exported", "write Bus"})
	set := &shy{bus: wire{&connection{name: "mine"}}}
	w := startWorld(t, set)
	if have, err := w.call("shy.Which"); err != nil || have.(*connection).name != "mine" {
		t.Errorf("have %v, %v, want what was set", have, err)
	}
}
