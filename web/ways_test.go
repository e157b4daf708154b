package web_test

import (
	"context"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
	"github.com/enoki-go/enoki/web"
)

// Refill is what the pantry is told, in whichever way.
type Refill struct {
	Shelf string `json:"shelf"`
}

// Pantry has one method that is reached in every way.
type Pantry struct {
	_ rpc.Method     `method:"Fill"`
	_ web.Route      `method:"Fill" route:"POST /fill"`
	_ web.Route      `method:"Fill" route:"PUT /shelves/{shelf}"`
	_ events.Handler `method:"Fill" source:"shop" event:"emptied"`
	_ timer.Job      `method:"Fill" every:"1h" eager:"true"`

	filled chan filling
}

// filling is a call of Fill.
type filling struct{ kind, shelf string }

// Fill takes down how it was reached. The timer has no shelf.
func (p *Pantry) Fill(ctx context.Context, r *Refill) error {
	f := filling{kind: entrypoint.FromContext(ctx).Kind}
	if r != nil {
		f.shelf = r.Shelf
	}
	p.filled <- f
	return nil
}

func TestOneMethodIsReachedByTimerAndEventAndRPCAndHTTP(t *testing.T) {
	t.Parallel()
	p := &Pantry{filled: make(chan filling, 10)}
	v, w := open(t, p)
	want := func(kind, shelf string) {
		t.Helper()
		if have := await.Take(t, p.filled); have != (filling{kind, shelf}) {
			t.Errorf("have %+v, want %s %q", have, kind, shelf)
		}
	}
	want("timer", "")
	svctest.Call[any](w, "pantry.fill", Refill{"jam"})
	want("rpc", "jam")
	v.ask("POST", "/fill", `{"shelf":"rice"}`).want(t, 204, "")
	want("http", "rice")
	v.ask("PUT", "/shelves/tea", "").want(t, 204, "")
	want("http", "tea")
	w.Emit("shop.emptied", Refill{"salt"})
	want("event", "salt")
}

// Bakery hands its work to the background.
type Bakery struct {
	_ service.Name   `name:"bakery"`
	_ web.Route      `method:"Order" route:"POST /orders/{cake}" args:"cake" status:"202"`
	_ events.Handler `method:"Bake" source:"bakery" event:"ordered"`

	Ordered events.Publisher[Refill] `event:"ordered"`

	begun, open chan bool
	baked       chan string
}

// Order takes an order.
func (b *Bakery) Order(ctx context.Context, cake string) error { return b.Ordered(ctx, Refill{cake}) }

// Bake takes its time.
func (b *Bakery) Bake(r Refill) {
	b.begun <- true
	<-b.open
	b.baked <- r.Shelf
}

func TestSlowJobIsHandedToTheBackground(t *testing.T) {
	t.Parallel()
	b := &Bakery{begun: make(chan bool, 1), open: make(chan bool), baked: make(chan string, 1)}
	v, _ := open(t, b)
	v.ask("POST", "/orders/sacher", "").want(t, 202, "")
	await.Take(t, b.begun)
	select {
	case <-b.baked:
		t.Error("have the cake at once")
	default:
	}
	close(b.open)
	if cake := await.Take(t, b.baked); cake != "sacher" {
		t.Errorf("have %q, want sacher", cake)
	}
}
