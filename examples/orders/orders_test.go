package orders_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/enoki-go/enoki/examples/orders"
	"github.com/enoki-go/enoki/fault"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestCreateReservesAndPrices(t *testing.T) {
	w := svctest.New(t, &orders.Orders{}, &orders.Stocks{}, &orders.Prices{}, orders.Options())
	got := svctest.Call[orders.Order](w, "orders.create", "apples", 3)
	if want := (orders.Order{Article: "apples", Count: 3, Cents: 120}); got != want {
		t.Errorf("have %+v, want %+v", got, want)
	}
	if left := svctest.Call[int](w, "orders.count"); left != 17 {
		t.Errorf("have %d articles left, want 17", left)
	}
}

func TestErrorOfStocksReachesTheCallerOfOrders(t *testing.T) {
	w := svctest.New(t, &orders.Orders{}, &orders.Stocks{}, &orders.Prices{}, orders.Options())
	_, err := w.Client().Proxy("orders").Call(t.Context(), "create", "apples", 11)
	out, ok := errors.AsType[orders.OutOfStockError](err)
	if want := (orders.OutOfStockError{Article: "apples", Left: 10}); !ok || out != want {
		t.Errorf("have %v, want %+v", err, want)
	}
}

func TestSettingsLimitAnOrder(t *testing.T) {
	w := svctest.New(t, &orders.Orders{}, &orders.Stocks{}, &orders.Prices{}, orders.Options(),
		svctest.Config("orders: {max_count: 2}"))
	_, err := w.Client().Proxy("orders").Call(t.Context(), "create", "apples", 3)
	if !errors.Is(err, orders.ErrTooMany) {
		t.Errorf("have %v, want %v", err, orders.ErrTooMany)
	}
}

func TestUnknownArticleIsNotPriced(t *testing.T) {
	o := &orders.Orders{
		Log: slog.New(slog.DiscardHandler),
		Stock: orders.Stock{Reserve: func(context.Context, string, int) (int, error) {
			return 1, nil
		}},
		Price: func(context.Context, orders.PriceQuery) (orders.Price, error) {
			return orders.Price{}, fault.New(fault.NotFound, "no article")
		},
	}
	if _, err := o.Create(t.Context(), "stones", 1); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("have %v, want not found", err)
	}
}
