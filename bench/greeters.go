package main

import (
	"context"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// greeter is what a user would write, with everything on: every call runs on a
// worker, on a fresh copy of the struct with a singleton in it.
type greeter struct {
	_ service.Name `name:"bench"`

	Phrase phrase

	_ rpc.Method `method:"Hello" args:"name"`
}

// phrase is the injected dependency: a singleton from a constructor.
type phrase func(name string) string

func newPhrase() phrase { return greeting }

// Hello greets name.
func (g *greeter) Hello(_ context.Context, name string) string { return g.Phrase(name) }

// nestedGreeter is asked by services.
type nestedGreeter struct {
	_ service.Name `name:"bench_nested"`

	Phrase phrase

	_ rpc.Method `method:"Hello" args:"name"`
}

// Hello greets name.
func (g *nestedGreeter) Hello(_ context.Context, name string) string { return g.Phrase(name) }

// onceGreeter never runs a call twice.
type onceGreeter struct {
	_ service.Name `name:"bench_once"`

	Phrase phrase

	_ rpc.Method `method:"Hello" args:"name" delivery:"at-most-once"`
}

// Hello greets name.
func (g *onceGreeter) Hello(_ context.Context, name string) string { return g.Phrase(name) }

// durableGreeter runs calls that are stored first.
type durableGreeter struct {
	_ service.Name `name:"bench_durable"`

	Phrase phrase

	_ rpc.Method `method:"Hello" args:"name" delivery:"durable"`
}

// Hello greets name.
func (g *durableGreeter) Hello(_ context.Context, name string) string { return g.Phrase(name) }
