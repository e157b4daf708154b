package service_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Greeter is a service; its marker says how its method is reached.
type Greeter struct {
	_ rpc.Method `method:"Hello" args:"name"`
}

// Hello greets name.
func (*Greeter) Hello(name string) string { return "Hello, " + name + "!" }

// A program that has more to do than service.Main makes, starts and stops the application
// itself.
func ExampleNew() {
	t := new(stage.Stage) // where a test has its *testing.T
	defer t.End()
	ctx := context.Background()

	cfg, err := config.Load(config.Define("broker.url=" + svctest.NewBroker(t).URL()))
	if err != nil {
		panic(err)
	}
	app, err := service.New(cfg, service.With(&Greeter{}), service.Logger(slog.New(slog.DiscardHandler)))
	if err != nil {
		panic(err) // every mistake of every service
	}
	if err := app.Start(ctx); err != nil {
		panic(err)
	}
	fmt.Println(app.Invoke(ctx, "greeter", "Hello", "Ann"))
	fmt.Println(app.Stop(ctx)) // running calls first
	// Output:
	// Hello, Ann! <nil>
	// <nil>
}
