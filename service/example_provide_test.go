package service_test

import (
	"context"
	"fmt"

	"go.uber.org/fx"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Catalogue is what the service shares among its calls: a type that knows nothing of
// services.
type Catalogue struct{ titles []string }

// NewCatalogue is its constructor. What it needs are its parameters, and its hooks run
// before the services start and after they have stopped.
func NewCatalogue(lifecycle fx.Lifecycle) *Catalogue {
	c := new(Catalogue)
	lifecycle.Append(fx.Hook{
		OnStart: func(context.Context) error {
			c.titles = []string{"Poems", "Letters"}
			return nil
		},
		OnStop: func(context.Context) error {
			fmt.Println("closed")
			return nil
		},
	})
	return c
}

// Library has the catalogue in a field, which is filled by its type.
type Library struct {
	Catalogue *Catalogue

	_ rpc.Method `method:"Titles"`
}

// Titles returns what there is to read.
func (l *Library) Titles() []string { return l.Catalogue.titles }

func ExampleProvide() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Library{}, service.Provide(NewCatalogue))
	fmt.Println(svctest.Call[[]string](w, "library.titles"))
	w.Stop()
	// Output:
	// [Poems Letters]
	// closed
}
