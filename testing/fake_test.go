package svctest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestFakeAnswersInPlaceOfTheRealService(t *testing.T) {
	w := svctest.New(t, &Shop{Till: new(Till)}, svctest.Fake(&Payments{}, charging("R1")))
	if got := svctest.Call[string](w, "shop.buy", "pear", 5); got != "R1" {
		t.Errorf("have %q, want R1", got)
	}
	if got := svctest.Call[int](w, "shop.total"); got != 5 {
		t.Errorf("have %d, want 5", got)
	}
}

func TestFakeFailsAsItsFunctionDoes(t *testing.T) {
	w := svctest.New(t, &Shop{Till: new(Till)}, svctest.Fake(&Payments{}, charging("R1")))
	_, err := w.Hook(await.Within(t), "shop", "Buy", "pear", 0)
	if err == nil {
		t.Fatal("have no error, want one")
	}
	wantText(t, err.Error(), "call payments.charge", "card of pear: nothing to charge")
}

func TestFakeRefusesWhatTheRealServiceRefuses(t *testing.T) {
	fake := svctest.New(t, svctest.Fake(&Payments{}, charging("R1"))).Client()
	genuine := svctest.New(t, &Payments{Bank: bank{}}).Client()
	for _, tt := range []struct {
		method string
		args   []any
		want   error
	}{
		{"payments.chargee", nil, rpc.ErrUnknownMethod},
		{"payments.charge", nil, rpc.ErrBadArguments},
		{"payments.charge", []any{"card"}, rpc.ErrBadArguments},
		{"payments.charge", []any{"card", "five"}, rpc.ErrBadArguments},
		{"payments.charge", []any{rpc.Named{"card": "c", "amount": 5}}, rpc.ErrBadArguments},
		{"payments.refund", []any{5}, rpc.ErrBadArguments},
	} {
		_, want := genuine.Proxy("").Call(await.Within(t), tt.method, tt.args...)
		_, have := fake.Proxy("").Call(await.Within(t), tt.method, tt.args...)
		if !errors.Is(have, tt.want) || have.Error() != want.Error() {
			t.Errorf("%s%v: have %v, want %v", tt.method, tt.args, have, want)
		}
	}
}

type bank struct{}

func (bank) Transfer(int) error { return nil }

func TestFakeWithoutAFunctionForTheMethodSaysSo(t *testing.T) {
	w := svctest.New(t, svctest.Fake(&Payments{}, charging("R1")))
	_, err := w.Client().Proxy("payments").Call(await.Within(t), "refund", "R1")
	if err == nil {
		t.Fatal("have no error, want one")
	}
	wantText(t, err.Error(), "give a function for method Refund of payments")
}

func TestFakeThatDoesNotFitIsRefused(t *testing.T) {
	for want, methods := range map[string]map[string]any{
		`payments has no entrypoint for method "Pay"`:     {"Pay": func() {}},
		"payments.Charge: have a func(), want a func(con": {"Charge": func() {}},
		"payments.Charge: have a <nil>, want a func(con":  {"Charge": nil},
		"payments.Charge: have a int":                     {"Charge": 5},
	} {
		wantText(t, failureOf(func(t *tb) { svctest.New(t, svctest.Fake(&Payments{}, methods)) }), "services:", want)
	}
}

func TestFakeIsSeenByExpectAndHook(t *testing.T) {
	w := svctest.New(t, &Shop{Till: new(Till)}, svctest.Fake(&Payments{}, charging("R1")))
	charged := w.Expect("payments", "Charge")
	svctest.Call[string](w, "shop.buy", "pear", 5)
	if e := charged.Wait(); e.Result != "R1" {
		t.Errorf("have %v, want R1", e.Result)
	}
	if got, err := w.Hook(await.Within(t), "payments", "Charge", "card", 3); got != "R1" || err != nil {
		t.Errorf("have %v, %v, want R1", got, err)
	}
}

func TestBareServiceIsCalledWithFakesInItsFields(t *testing.T) {
	shop := &Shop{
		Charge: func(_ context.Context, in Charge) (string, error) { return in.Card, nil },
		Till:   new(Till),
	}
	if got, err := shop.Buy(t.Context(), "pear", 5); got != "card of pear" || err != nil || shop.Total() != 5 {
		t.Errorf("have %q, %v, %d", got, err, shop.Total())
	}
}

func TestFieldsThatAreSetAreNotFilled(t *testing.T) {
	w := svctest.New(t, &Shop{
		Charge: func(context.Context, Charge) (string, error) { return "mine", nil },
		Till:   new(Till),
	})
	if got := svctest.Call[string](w, "shop.buy", "pear", 5); got != "mine" {
		t.Errorf("have %q, want that of the field", got)
	}
}
