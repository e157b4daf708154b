package events

import (
	"context"
	"fmt"
	"sync"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// PriceChanged is emitted by the catalog after a price has changed. Catalog and shop
// share this declaration, so the compiler checks what each makes of it.
var PriceChanged = events.Define[Price]("catalog", "price_changed")

// Price is what an article costs.
type Price struct {
	Article string `json:"article"`
	Cents   int    `json:"cents"`
}

// Catalog owns the prices.
type Catalog struct {
	Prices *Prices
	Events events.Dispatcher

	_ rpc.Method `method:"Set" args:"article,cents"`
	_ rpc.Method `method:"Price" args:"article"`
}

// Set changes a price, and then tells so. Where it fails, the change may have been
// made though nobody was told: who called sets the price again.
func (c *Catalog) Set(ctx context.Context, article string, cents int) error {
	p := Price{Article: article, Cents: cents}
	c.Prices.put(p)
	return PriceChanged.Emit(ctx, c.Events, p)
}

// Price returns the price of an article.
func (c *Catalog) Price(article string) (Price, error) { return c.Prices.find(article) }

// Prices is the store of the catalog: memory, so that one instance of it is enough,
// and the most there may be. A database and an event that is committed with a row are
// in examples/jobs.
type Prices struct {
	mu    sync.Mutex // guards cents
	cents map[string]int
}

// NewPrices returns a store with two articles.
func NewPrices() *Prices { return &Prices{cents: map[string]int{"apples": 40, "pears": 55}} }

func (s *Prices) put(p Price) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cents[p.Article] = p.Cents
}

func (s *Prices) find(article string) (Price, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cents, ok := s.cents[article]
	if !ok {
		return Price{}, fault.New(fault.NotFound, fmt.Sprintf("no article %q", article))
	}
	return Price{Article: article, Cents: cents}, nil
}

// Options gives `svc run` the constructors of what calls share.
func Options() []service.Option {
	return []service.Option{service.Provide(NewPrices, NewCache)}
}
