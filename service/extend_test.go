package service_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/service"
)

func TestDefaultsHoldWhereTheConfigurationSaysNothing(t *testing.T) {
	t.Parallel()
	defaults := service.Defaults("rooms: {beds: 3, name: north}\nworkers: 7")
	for _, tt := range []struct{ name, file, want string }{
		{"nothing said", "", "3 north 7"},
		{"one key said", "rooms: {beds: 5}", "5 north 7"},
		{"all said", "workers: 1\nrooms: {beds: 5, name: south}", "5 south 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var have string
			w := newWorld(t, tt.file, &ward{}, defaults, service.Extend("test", func(h service.Extended) error {
				var rooms struct {
					Beds int
					Name string
				}
				var workers int
				err := errors.Join(h.Config("rooms", &rooms), h.Config("workers", &workers))
				have = fmt.Sprint(rooms.Beds, " ", rooms.Name, " ", workers)
				return err
			}))
			if have != tt.want {
				t.Errorf("have %q, want %q", have, tt.want)
			}
			if got := w.app.Manifest().Services[0].Workers; !strings.HasSuffix(tt.want, strconv.Itoa(got)) {
				t.Errorf("have %d workers, want those of %q", got, tt.want)
			}
		})
	}
}

func TestLaterDefaultsWin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &ward{}, service.Defaults("workers: 3"), service.Defaults("workers: 4"))
	if have := w.app.Manifest().Services[0].Workers; have != 4 {
		t.Errorf("have %d workers, want 4", have)
	}
}

func TestMistakeInDefaultsNamesItsPlace(t *testing.T) {
	t.Parallel()
	_, err := tryWorld(t, &ward{}, service.Defaults("workers: [1"))
	if err == nil {
		t.Fatal("have no error, want one")
	}
	wantPieces(t, err.Error(), []string{"service.Defaults", "defaults of extend_test.go:"})
}

func TestDefaultsThatComeTooLateAreAMistake(t *testing.T) {
	t.Parallel()
	_, err := tryWorld(t, &ward{}, service.Defaults("log: {level: debug}"))
	if err == nil {
		t.Fatal("have no error, want one")
	}
	wantPieces(t, err.Error(), []string{"service.Defaults", "the section log", "want it in a configuration file"})
}

func TestExtensionSeesWhatServicesShare(t *testing.T) {
	t.Parallel()
	look := func(key string, found *bool) service.Option {
		return service.Extend("test", func(h service.Extended) error {
			_, *found = dependency.Lookup(h, key)
			return nil
		})
	}
	var ann, eve, late bool
	newWorld(t, &ward{}, look("patient Ann", &ann), look("patient Eve", &eve), service.Extend("test", func(h service.Extended) error {
		if _, err := h.Shared("patient Eve", func() (any, error) { return "late", nil }); err != nil {
			t.Errorf("have %v, want the value: to have looked for it is no failure", err)
		}
		return nil
	}), look("patient Eve", &late))
	if !ann || eve || !late {
		t.Errorf("have found %v, %v and %v, want the values that are there", ann, eve, late)
	}
}

func TestErrorOfAnExtensionIsAMistake(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(service.Extended) error{
		"returned": func(service.Extended) error { return errors.New("no room") },
		"panicked": func(service.Extended) error { panic("no room") },
	} {
		_, err := tryWorld(t, &ward{}, service.Extend("the extension", f))
		if err == nil || !strings.Contains(err.Error(), "the extension") || !strings.Contains(err.Error(), "no room") {
			t.Errorf("%s: have %v, want its text and name", name, err)
		}
	}
}
