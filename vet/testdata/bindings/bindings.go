package bindings

import (
	"context"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/vet/testdata/bindings/facts"
)

type Note struct{ Amount string }

var Noted = events.Define[Note]("notes", "noted")

type Orders struct{}

func (o *Orders) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{
		entrypoint.Bind(rpc.Method{}, (*Orders).Create, `args:"from,to"`), // want `rpc\.Method of Create: tag key args: have 2 names, want one for each of the 1 parameters`
		entrypoint.Bind(rpc.Method{}, (*Orders).Create, `nmae:"x"`),       // want `rpc\.Method of Create: unknown tag key "nmae": .*did you mean "name"\?`
		entrypoint.Bind(rpc.Method{}, o.Create),                           // want `bind: have o\.Create, want a method expression such as \(\*Orders\)\.Create`
		entrypoint.Bind(nil, (*Orders).Create),                            // want `bind: have nil, want a kind of entrypoint such as rpc\.Method\{\}`
		entrypoint.Bind(rpc.Method{}, (*Orders).Create, `method:"Other"`), // want `rpc\.Method: the tag names the method "Other", the method expression is "Create"; leave the tag key out`
		entrypoint.Bind(rpc.Method{}, (*Orders).Create),
		events.On(facts.Settled, (*Orders).OnSettled, `attemps:"3"`),              // want `events\.Handler of OnSettled: unknown tag key "attemps": .*did you mean "attempts"\?`
		events.On(facts.Settled, (*Orders).OnSettled, `mode:"x"`, `attempts:"3"`), // want `tag mode: have "x", want one of broadcast, service_pool, singleton`
		events.On(Noted, (*Orders).OnNoted),
	}
}

func (*Orders) Create(ctx context.Context, n int) error           { return nil }
func (*Orders) OnSettled(ctx context.Context, p facts.Paid) error { return nil }
func (*Orders) OnNoted(ctx context.Context, n Note) error         { return nil }

type Lost struct { // want `method Entrypoints is func\(\*bindings\.Lost\) int; want func\(\) \[\]entrypoint\.Binding`
	_ rpc.Method `method:"Create"`
}

func (*Lost) Entrypoints() int { return 0 }
func (*Lost) Create()          {}

type Ledger struct {
	_ events.Handler `method:"OnSettled" source:"payments" event:"settled"` // want `ledger\.OnSettled takes payments\.settled as bindings\.Note, into which what the definition of Settled emits at .*facts\.go:14:\d+, a facts\.Paid, cannot be decoded`
}

func (*Ledger) OnSettled(ctx context.Context, n Note) error { return nil }
