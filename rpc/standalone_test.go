package rpc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestUseAfterCloseIsAClearErrorAtOnce(t *testing.T) {
	w := svctest.New(t, &Echo{})
	s := dial(t, w)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := rpc.FuncOf[Pair, Pair](s, "echo.pair")
	if err != nil {
		t.Fatal(err)
	}
	_, called := f(t.Context(), Pair{})
	_, discovered := s.Connection().Discover(t.Context(), "")
	for what, err := range map[string]error{"call": called, "discover": discovered} {
		if !errors.Is(err, broker.ErrClosed) {
			t.Errorf("%s: have %v, want ErrClosed", what, err)
		}
		wantText(t, err, "closed; make a new one")
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: have %v, want none", err)
	}
}

func TestCloseEndsTheCallsUnderWay(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g)
	defer close(g.open)
	s := dial(t, w)
	p := s.Proxy("gate").Async(await.Within(t), "hold", 1)
	await.Take(t, g.entered)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Result(await.Within(t)); !errors.Is(err, broker.ErrClosed) {
		t.Errorf("have %v, want ErrClosed", err)
	}
}

func TestCloseEndsTheCallsThatWaitForTheBroker(t *testing.T) {
	w := svctest.New(t, &Echo{})
	s := dial(t, w)
	w.Broker().Stop()
	await.Until(t, "disconnected", func() bool { return s.Connection().Send(&broker.Msg{Subject: "x"}) != nil })
	p := s.Proxy("echo").Async(await.Within(t), "nothing")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Result(await.Within(t)); !errors.Is(err, broker.ErrClosed) {
		t.Errorf("have %v, want ErrClosed", err)
	}
}

func TestClientIsUsableAfterACancelledCall(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g)
	cause := errors.New("interrupted")
	for i := range 3 {
		ctx, cancel := context.WithCancelCause(await.Within(t))
		p := w.Client().Proxy("gate").Async(ctx, "hold", i)
		await.Take(t, g.entered)
		cancel(cause)
		if _, err := p.Result(await.Within(t)); !errors.Is(err, cause) {
			t.Errorf("have %v, want the cause", err)
		}
		if _, err := w.Client().Proxy("gate").Call(ctx, "hold", i); !errors.Is(err, cause) {
			t.Errorf("with a cancelled context: have %v, want the cause", err)
		}
	}
	close(g.open)
	for i := range 20 {
		if got := svctest.Call[int](w, "gate.echo", i); got != i {
			t.Errorf("have %d, want %d", got, i)
		}
	}
}

func TestS3ProgramCallsAService(t *testing.T) {
	w := svctest.New(t, &hello.GreetingService{})
	greet, err := rpc.FuncOf[string, string](dial(t, w), "greeting_service.hello")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := greet(await.Within(t), "X"); got != "Hello, X!" || err != nil {
		t.Errorf("have %q, %v", got, err)
	}
}

func TestFillRefusesWhatIsNoClient(t *testing.T) {
	w := svctest.New(t, &Echo{})
	var bad struct {
		rpc.Client `service:"echo"`
		Pair       func(string) string
		Async      func(ctx context.Context, in chan int) error
		Data       int
	}
	var unnamed struct{ rpc.Client }
	var misspelt struct {
		rpc.Client `servise:"echo"`
	}
	for want, client := range map[string]any{
		"fill: have rpc_test.EchoClient, want a pointer": EchoClient{},
		"fill: have *rpc_test.EchoClient, want a":        (*EchoClient)(nil),
		"fill: have <nil>, want a pointer":               nil,
		"fill: have int, want a struct that embeds":      new(int),
		"fill: have rpc_test.Point, want a struct":       new(Point),
		"want func(ctx context.Context, args…)":          &bad,
		`tag key service: have ""`:                       &unnamed,
		"servise":                                        &misspelt,
	} {
		wantText(t, w.Client().Fill(client), want)
	}
	wantText(t, w.Client().Fill(&bad), ".Pair:", ".Data:")
}

func TestFuncOfRefusesWhatIsNoTarget(t *testing.T) {
	w := svctest.New(t, &Echo{})
	for _, target := range []string{"", "echo", "echo.a.b", "echo.*", "e cho.pair"} {
		_, err := rpc.FuncOf[int, int](w.Client(), target)
		wantText(t, err, `want "service.method"`)
	}
}

func TestDialRefusesASettingThatCannotWork(t *testing.T) {
	settings := broker.Defaults()
	settings.Namespace = "a.b"
	_, err := rpc.Dial("", rpc.WithConfig(settings))
	wantText(t, err, `broker.namespace: have "a.b"`)
	_, err = rpc.Dial("://")
	wantText(t, err, "connect to broker")
}
