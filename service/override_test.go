package service_test

import (
	"testing"

	"github.com/enoki-go/enoki/service"
)

func TestOverridesOfUnknownNamesAreMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		option service.Option
		want   string
	}{
		{"Only, service", service.Only("shp", "Buy"), `service.Only: no service "shp"; services are market, shop`},
		{"Only, method", service.Only("shop", "Sell"), `service.Only: shop has no entrypoint for method "Sell"; its methods with entrypoints are Buy`},
		{"Replace, service", service.Replace("Shop", "A", resource{}), `service.Replace: no service "Shop"; services are market, shop`},
		{"Replace, field", service.Replace("shop", "C", resource{}), `service.Replace: shop has no field "C"; its fields are A, B`},
		{"Replace, type", service.Replace("shop", "A", 7), `service.Replace: field shop.A: have a int, want a service_test.resource`},
		{"Replace, nil", service.Replace("shop", "A", nil), `service.Replace: field shop.A: have a <nil>, want a service_test.resource`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tryWorld(t, &shop{}, &market{}, tt.option)
			if err == nil || err.Error() != tt.want {
				t.Errorf("New = %v, want\n%s", err, tt.want)
			}
		})
	}
}

func TestOnlyLeavesTheOtherEntrypointsOut(t *testing.T) {
	t.Parallel()
	w := startWorld(t, newHall(), &market{}, service.Only("hall", "Few", "Tock"))
	w.wantHistory("start hall.Few", "start hall.Tock", "start C", "start market.Sell")
}

func TestReplacedFieldIsNotProvided(t *testing.T) {
	t.Parallel()
	var fake resource
	w := newWorld(t, &shop{}, service.Replace("shop", "B", fake))
	w.start()
	if _, err := w.call("shop.Buy"); err != nil {
		t.Fatal(err)
	}
	w.wantHistory("start A", "start shop.Buy", "acquire A", "method", "release A: <nil>")
}

// A stand-in of the same shape may have another name.
func TestReplacementIsConverted(t *testing.T) {
	t.Parallel()
	wantResult(t, word("stand-in"), "wordy.Say", &wordy{}, service.Replace("wordy", "Word", "stand-in"))
}

// A constructor whose only user is replaced does not run.
func TestReplacedSingletonIsNotConstructed(t *testing.T) {
	t.Parallel()
	wantResult(t, "stand-in", "library.Read", &library{},
		service.Provide(panickingDatabase), service.Replace("library", "DB", &database{"stand-in"}))
}
