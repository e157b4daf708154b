package service_test

import (
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Ledger needs what an example does not have.
type Ledger struct {
	Safe *Safe

	_ rpc.Method `method:"Balance" args:"account"`
}

// Safe is in a bank.
type Safe struct{}

// Balance opens the safe.
func (*Ledger) Balance(string) (int, error) { return 0, errors.New("closed") }

// A stub is reached as the service is, and refuses what the service would refuse; its
// methods are functions, and its fields stay empty.
func ExampleStub() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, service.Stub(&Ledger{}, map[string]any{
		"Balance": func(account string) (int, error) { return len(account), nil },
	}))
	fmt.Println(svctest.Call[int](w, "ledger.balance", "ann"))
	// Output: 3
}

// A test puts a value into a field that somebody else would fill.
func ExampleReplace() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Library{}, service.Replace("library", "Catalogue", &Catalogue{titles: []string{"Plays"}}))
	fmt.Println(svctest.Call[[]string](w, "library.titles"))
	// Output: [Plays]
}

// The manifest is what services declare. Nothing has to be started for it.
func ExampleApp_Manifest() {
	app, err := service.New(nil, service.With(&Kiosk{}))
	if err != nil {
		panic(err)
	}
	for _, s := range app.Manifest().Services {
		for _, e := range s.Entrypoints {
			fmt.Println(s.Name, e.Kind, e.Address, e.Params, e.Signature)
		}
		for _, d := range s.Dependencies {
			fmt.Println(s.Name, d.Field, d.Type)
		}
	}
	// Output:
	// kiosk rpc svc.rpc.kiosk.total [cents] Total(int) string
	// kiosk Prices service_test.Prices
}
