package service_test

import (
	"fmt"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Prices is a section of the configuration.
type Prices struct {
	Currency string
	Percent  int
}

// Kiosk is filled from it: what the struct holds at the start are the last defaults.
type Kiosk struct {
	Prices Prices `config:"prices"`

	_ rpc.Method `method:"Total" args:"cents"`
}

// Total adds the tax.
func (k *Kiosk) Total(cents int) string {
	return fmt.Sprint(cents+cents*k.Prices.Percent/100, " ", k.Prices.Currency)
}

// A program brings configuration along; a file, the environment and --define say
// otherwise.
func ExampleDefaults() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t,
		&Kiosk{Prices: Prices{Percent: 10}},
		service.Defaults("prices: {currency: EUR, percent: 20}"),
		svctest.Config("prices: {currency: CHF}"), // a file
	)
	fmt.Println(svctest.Call[string](w, "kiosk.total", 100))
	// Output: 120 CHF
}
