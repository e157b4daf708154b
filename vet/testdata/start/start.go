// Package start has mistakes that vet and the start both see.
package start

import (
	"context"
	"sync"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/lock"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
	"github.com/enoki-go/enoki/web"
)

type Order struct {
	ID, Card string
	Feed     chan int
}

type Paid struct{ ID string }

type Mail struct{}

type Orders struct {
	_      rpc.Method     `method:"Crete"`
	_      rpc.Method     `method:"Nothing"`
	_      rpc.Method     `method:"Many"`
	_      rpc.Method     `name:"x"`
	_      rpc.Method     `method:"Take" agrs:"a"`
	_      rpc.Method     `method:"Take" args:"a,b,c" workers:"no"`
	_      rpc.Method     `method:"Give" name:"a b"`
	_      rpc.Method     `method:"Give" name:"order" sensitive:"Cart"`
	_      rpc.Method     `method:"Give" delivery:"maybe"`
	_      rpc.Method     `method:"Give" name=x`
	_      rpc.Method     `method:"Hello"`
	_      rpc.Method     `method:"Hello"`
	_      rpc.Subject    `method:"Hello" subject:"$SYS.x"`
	_      timer.Job      `method:"Hello" cron:"1 2 3"`
	_      timer.Job      `method:"Give" every:"1s"`
	_      events.Handler `method:"Hello" source:"a" event:"b"`
	_      events.Handler `method:"OnPaid" source:"a" event:"b" ordered:"x"`
	_      web.Route      `method:"Hello" route:"hello"`
	_      web.Route      `method:"Hello" route:"GET /{id}"`
	_      web.Socket     `method:"Hello" on:"connect"`
	_      web.Auth       `method:"Hello"`
	_      Mail           `method:"Hello"`
	Late   rpc.Method     `method:"Hello"`
	mu     sync.Mutex
	proxy  rpc.Proxy
	Charge rpc.Func[Paid, int]    `rpc:"payments"`
	Night  lock.Mutex             `lock:"night" ttl:"2h"`
	Paid   events.Publisher[Paid] `event:"paid" key:"idd"`
}

func (o *Orders) Many(all ...string)                                             {}
func (o *Orders) Take(ctx context.Context, a, b string) (Order, error)           { return Order{}, nil }
func (o *Orders) Give(order Order)                                               { o.mu.Lock() }
func (o *Orders) Hello(ctx context.Context, name string) (map[string]any, error) { return nil, nil }
func (o *Orders) OnPaid(ctx context.Context, p *Paid) error                      { return nil }

type Named struct {
	_ service.Name `name:"a b" version:"1"`
	_ rpc.Method   `method:"Hello"`
}

func (*Named) Hello() {}

type Other struct {
	_ service.Name `name:"orders"`
	_ rpc.Method   `method:"Hello"`
}

func (*Other) Hello() {}

type Bound struct{}

func (*Bound) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{
		entrypoint.Bind(rpc.Method{}, (*Bound).Hello, `args:"a"`),
		entrypoint.Bind(rpc.Method{}, (*Bound).Hello, `method:"Other"`),
	}
}

func (*Bound) Hello() {}

type Idle struct {
	_ service.Name `name:"idle"`
}

func (*Idle) Hello() {}
