package events_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/events"
	example "github.com/enoki-go/enoki/examples/events"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

func ExampleServiceB() {
	new(example.ServiceB).OnMyEvent("payload")
	// Output: service b received payload
}

func TestServiceBHandlesWhatServiceAEmits(t *testing.T) {
	w := svctest.New(t, &example.ServiceA{}, &example.ServiceB{})
	handled := w.Expect("serviceb", "OnMyEvent")
	svctest.Call[any](w, "servicea.emit_an_event")
	if ended := handled.Wait(); ended.Err != nil {
		t.Errorf("have %v, want the event handled", ended.Err)
	}
}

func TestErrorOfTheEmitterReachesItsCaller(t *testing.T) {
	full := errors.New("full")
	a := &example.ServiceA{Emit: func(context.Context, string, ...events.EmitOption) error { return full }}
	if err := a.EmitAnEvent(t.Context()); !errors.Is(err, full) {
		t.Errorf("have %v, want %v", err, full)
	}
}

// Two instances of the shop have a price in their caches. Both hear that it changed.
func TestEveryShopDropsAChangedPrice(t *testing.T) {
	b := svctest.NewBroker(t)
	svctest.New(t, b, &example.Catalog{Prices: example.NewPrices()})
	shops := []*svctest.World{
		svctest.New(t, b, &example.Shop{Cache: example.NewCache()}),
		svctest.New(t, b, &example.Shop{Cache: example.NewCache()}),
	}
	var dropped []*svctest.Waiter
	for _, shop := range shops {
		wantCents(t, shop, 40)
		dropped = append(dropped, shop.Expect("shop", "OnPriceChanged"))
	}
	svctest.Call[any](shops[0], "catalog.set", "apples", 45)
	for i, shop := range shops {
		dropped[i].Wait()
		wantCents(t, shop, 45)
	}
}

// wantCents asks one instance of the shop, past the broker.
func wantCents(t *testing.T, shop *svctest.World, want int) {
	t.Helper()
	have, err := shop.Hook(await.Within(t), "shop", "Price", "apples")
	if price := (example.Price{Article: "apples", Cents: want}); err != nil || have != price {
		t.Errorf("have %v, %v, want %v", have, err, price)
	}
}

func TestShopAsksOnceAndAgainAfterFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		shop := &example.Shop{Cache: example.NewCache(), Ask: func(_ context.Context, article string) (example.Price, error) {
			asked++
			return example.Price{Article: article, Cents: asked}, nil
		}}
		for _, want := range []int{1, 1, 2} {
			if price, err := shop.Price(t.Context(), "apples"); err != nil || price.Cents != want {
				t.Errorf("have %v, %v, want %d cents", price, err, want)
			}
			time.Sleep(3 * time.Minute)
		}
	})
}

// The price changes while the shop waits for the old one, which therefore is not kept.
func TestAnswerThatIsOlderThanTheEventIsNotKept(t *testing.T) {
	asked := 0
	shop := &example.Shop{Cache: example.NewCache()}
	shop.Ask = func(ctx context.Context, article string) (example.Price, error) {
		asked++
		p := example.Price{Article: article, Cents: 40}
		return p, shop.OnPriceChanged(ctx, p)
	}
	for range 2 {
		if _, err := shop.Price(t.Context(), "apples"); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 2 {
		t.Errorf("have the catalog asked %d times, want twice", asked)
	}
}

func TestUnknownArticleHasNoPrice(t *testing.T) {
	c := &example.Catalog{Prices: example.NewPrices()}
	if price, err := c.Price("stones"); err == nil {
		t.Errorf("have %v, want an error", price)
	}
}
