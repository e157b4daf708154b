package plain_test

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/examples/orders"
	"github.com/enoki-go/enoki/examples/plain"
	"github.com/enoki-go/enoki/fault"
	svctest "github.com/enoki-go/enoki/testing"
)

const patience = 10 * time.Second

func connect(t *testing.T, w *svctest.World) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(w.Broker().URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestServiceIsCalledWithNATSOnly(t *testing.T) {
	nc := connect(t, svctest.New(t, &hello.GreetingService{}))
	var greeting string
	if err := plain.Call(nc, "greeting_service", "hello", []any{"world"}, &greeting, patience); err != nil || greeting != "Hello, world!" {
		t.Errorf("have %q, %v", greeting, err)
	}
}

func TestErrorsOfAServiceAreReadWithNATSOnly(t *testing.T) {
	nc := connect(t, svctest.New(t, &orders.Stocks{}, orders.Options()))
	for method, want := range map[string]plain.Error{
		"reserve": {Code: "conflict", Name: "stocks.out_of_stock"},
		"reverse": {Code: "not_found", Name: "svc.unknown_method"},
	} {
		err := plain.Call(nc, "stocks", method, []any{"apples", 1000}, nil, patience)
		if have, is := errors.AsType[*plain.Error](err); !is || have.Code != want.Code || have.Name != want.Name || have.Message == "" {
			t.Errorf("%s: have %v, want %v", method, err, want)
		}
	}
	if err := plain.Call(nc, "nobody", "at_home", nil, nil, patience); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("have %v, want %v", err, nats.ErrNoResponders)
	}
}

// By a client of ours, which puts a preface in front of its arguments, and by one of NATS.
func TestServiceWithNATSOnlyIsCalled(t *testing.T) {
	w := svctest.New(t, &hello.GreetingService{})
	words, err := plain.Serve(connect(t, w))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = words.Stop() }()
	if have := svctest.Call[int](w, "words.count", "a b c"); have != 3 {
		t.Errorf("have %d words, want 3", have)
	}
	nc := connect(t, w)
	for _, body := range []string{`"a b"`, `{"text":"a b"}`, `["a b"]`} {
		if reply, err := nc.Request("svc.rpc.words.count", []byte(body), patience); err != nil || string(reply.Data) != "2" {
			t.Errorf("%s: have %v, %v, want 2", body, reply, err)
		}
	}
	if _, err := w.Client().Proxy("words").Call(t.Context(), "count", 7); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("have %v, want it invalid", err)
	}
}
