// Package orders is three services that call each other: orders asks prices
// through a typed function and stocks through a typed client.
package orders

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Orders takes orders.
type Orders struct {
	_ service.Name `name:"orders" version:"1.2.0"`

	Price    rpc.Func[PriceQuery, Price] `rpc:"prices.price" timeout:"2s"`
	Stock    Stock
	Settings Settings `config:"orders"`
	Log      *slog.Logger

	_ rpc.Method `method:"Create" args:"article,count"`
	_ rpc.Method `method:"Count" workers:"1"`
}

// Settings is the configuration section orders.
type Settings struct {
	MaxCount int // of articles in one order; no limit for 0
}

// Order is an order that was taken.
type Order struct {
	Article string `json:"article"`
	Count   int    `json:"count"`
	Cents   int    `json:"cents"`
}

// ErrTooMany refuses orders above the configured limit.
var ErrTooMany = fault.Declare("orders.too_many", fault.Invalid, "too many articles in one order")

// Create reserves articles and tells what they cost.
func (o *Orders) Create(ctx context.Context, article string, count int) (Order, error) {
	if limit := o.Settings.MaxCount; limit > 0 && count > limit {
		return Order{}, ErrTooMany.Explain("%d articles in one order: at most %d", count, limit)
	}
	left, err := o.Stock.Reserve(ctx, article, count)
	if err != nil {
		return Order{}, err
	}
	price, err := o.Price(ctx, PriceQuery{Article: article})
	if err != nil {
		return Order{}, err
	}
	o.Log.InfoContext(ctx, "order taken", "article", article, "count", count, "left", left)
	return Order{Article: article, Count: count, Cents: count * price.Cents}, nil
}

// Count tells how many articles are left, all kinds together.
func (o *Orders) Count(ctx context.Context) (int, error) { return o.Stock.Total(ctx) }

// Stock is the client of the service stocks.
type Stock struct {
	rpc.Client `service:"stocks"`

	Reserve func(ctx context.Context, article string, count int) (left int, err error)
	Total   func(ctx context.Context) (int, error)
}

// PriceQuery asks for the price of an article.
type PriceQuery struct {
	Article string `json:"article"`
}

// Price is the price of one piece.
type Price struct {
	Cents int `json:"cents"`
}

// Prices knows what articles cost.
type Prices struct {
	_ rpc.Method `method:"Price"`
}

// Price answers a query.
func (*Prices) Price(q PriceQuery) (Price, error) {
	cents, ok := map[string]int{"apples": 40, "pears": 55}[q.Article]
	if !ok {
		return Price{}, fault.New(fault.NotFound, fmt.Sprintf("no article %q", q.Article))
	}
	return Price{Cents: cents}, nil
}
