package svctest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// shop is a world with a shop that can sell.
func shop(t svctest.TB, more ...any) *svctest.World {
	all := append([]any{&Shop{Till: new(Till)}, svctest.Fake(&Payments{}, charging("R1"))}, more...)
	return svctest.New(t, all...)
}

func TestHookReturnsTheErrorItself(t *testing.T) {
	w := shop(t)
	_, err := w.Hook(await.Within(t), "shop", "Fail")
	private, ok := errors.AsType[*privateError](err)
	if !errors.Is(err, errPrivate) || !ok || private.secret != 42 {
		t.Errorf("have %v, want the very value that the method returned", err)
	}
	_, err = w.Client().Proxy("shop").Call(await.Within(t), "fail")
	if errors.Is(err, errPrivate) {
		t.Errorf("over the wire: have %v, want its image only", err)
	}
}

func TestHookRunsOnAWorkerWithItsDependencies(t *testing.T) {
	w := shop(t)
	if got, err := w.Hook(await.Within(t), "shop", "Buy", "pear", 5); got != "R1" || err != nil {
		t.Errorf("have %v, %v, want R1", got, err)
	}
}

func TestHookRefusesWhatIsUnknown(t *testing.T) {
	w := shop(t)
	for want, call := range map[string][]any{
		`no service "shopp"`:                             {"shopp", "Buy", "pear", 5},
		`shop has no entrypoint for method "Sell"`:       {"shop", "Sell"},
		"its methods with entrypoints are Buy, Fail, To": {"shop", "Sell"},
		"have 1 arguments, want 2":                       {"shop", "Buy", "pear"},
		"argument 2: have a string, want a int":          {"shop", "Buy", "pear", "five"},
	} {
		_, err := w.Hook(await.Within(t), call[0].(string), call[1].(string), call[2:]...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: have %v, want %s", call, err, want)
		}
	}
}

// Data tells what travels with a call.
type Data struct {
	_ rpc.Method `method:"Language"`
}

// Language returns a piece of context data.
func (*Data) Language(ctx context.Context) string { return entrypoint.Data(ctx)["language"] }

func TestHookCarriesContextData(t *testing.T) {
	w := svctest.New(t, &Data{})
	ctx := entrypoint.WithData(await.Within(t), "language", "de")
	if got, err := w.Hook(ctx, "data", "Language"); got != "de" || err != nil {
		t.Errorf("have %v, %v, want de", got, err)
	}
}

func TestReplaceFillsAFieldAndOnlyCutsEntrypoints(t *testing.T) {
	w := svctest.New(t, &Shop{},
		service.Replace("shop", "Till", new(Till)),
		service.Replace("shop", "Charge", func(context.Context, Charge) (string, error) { return "replaced", nil }),
		service.Only("shop", "Buy"))
	if got := svctest.Call[string](w, "shop.buy", "pear", 5); got != "replaced" {
		t.Errorf("have %q, want replaced", got)
	}
	if _, err := w.Client().Proxy("shop").Call(await.Within(t), "total"); !errors.Is(err, rpc.ErrUnknownMethod) {
		t.Errorf("have %v, want ErrUnknownMethod", err)
	}
}

func TestMistakesOfAWorldFailTheTest(t *testing.T) {
	till := service.Replace("shop", "Till", new(Till))
	for _, tt := range []struct {
		name  string
		given []any
		want  string
	}{
		{"replace in an unknown service", []any{till, service.Replace("shopp", "Till", nil)}, `no service "shopp"; services are shop`},
		{"replace an unknown field", []any{till, service.Replace("shop", "Tilll", nil)}, `shop has no field "Tilll"`},
		{"replace with another type", []any{till, service.Replace("shop", "Charge", 5)}, "field shop.Charge: have a int"},
		{"only in an unknown service", []any{till, service.Only("shopp", "Buy")}, `no service "shopp"; services are shop`},
		{"only of an unknown method", []any{till, service.Only("shop", "Bye")}, `shop has no entrypoint for method "Bye"`},
		{"a field that nobody fills", nil, "field Till: nobody provides a *svctest_test.Till"},
		{"configuration that is not YAML", []any{till, svctest.Config("a: [")}, "svctest.Config"},
		{"configuration of the wrong kind", []any{till, svctest.Config("workers: many")}, "workers"},
		{"something that is no service", []any{till, 5}, "have int, want a pointer to a service struct"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantText(t, failureOf(func(t *tb) { svctest.New(t, append([]any{&Shop{}}, tt.given...)...) }), tt.want)
		})
	}
}

// reluctant is a provider that cannot start.
type reluctant struct{ dependency.Provider }

func (reluctant) Start(context.Context) error { return errors.New("not today") }
func (reluctant) Stop(context.Context) error  { return nil }

func TestServiceThatCannotStartFailsTheTest(t *testing.T) {
	failure := failureOf(func(t *tb) { shop(t, service.Lend[*Bank](reluctant{}), &Needy{}) })
	wantText(t, failure, "start: ", "not today")
}

// Bank is what Needy needs.
type Bank struct{}

// Needy needs what cannot start.
type Needy struct {
	_ rpc.Method `method:"Go"`

	Bank *Bank
}

// Go does nothing.
func (*Needy) Go() {}

func TestCallThatFailsFailsTheTest(t *testing.T) {
	wantText(t, failureOf(func(t *tb) { svctest.Call[int](shop(t), "shop.fail") }), "call shop.fail", "private")
	wantText(t, failureOf(func(t *tb) { svctest.Call[int](shop(t), "shop.buy", "pear", 5) }), "call shop.buy", "result")
}

func TestConfigurationReachesTheServices(t *testing.T) {
	w := shop(t, svctest.Config("workers: 3"), svctest.Config("services: {payments: {workers: 4}}"))
	m := w.App().Manifest()
	if m.Services[0].Workers != 3 || m.Services[1].Workers != 4 {
		t.Errorf("have %d and %d workers, want 3 and 4", m.Services[0].Workers, m.Services[1].Workers)
	}
}

func TestWorldStopsAsOftenAsItIsTold(t *testing.T) {
	w := shop(t)
	w.Stop()
	w.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := w.Client().Proxy("shop").Call(ctx, "total")
	if !errors.Is(err, rpc.ErrUnknownService) && !errors.Is(err, rpc.ErrTimeout) { // by whether it was there long enough to be known
		t.Errorf("have %v, want the connection to outlive the services", err)
	}
	wantText(t, w.Log(), "stopping", "stopped")
}

func TestHarnessHasAConnectionOfItsOwn(t *testing.T) {
	w := shop(t)
	if err := w.Client().Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Client().Proxy("shop").Call(await.Within(t), "total"); !errors.Is(err, broker.ErrClosed) {
		t.Errorf("have %v, want ErrClosed", err)
	}
	if got, err := w.Hook(await.Within(t), "shop", "Buy", "pear", 5); got != "R1" || err != nil {
		t.Errorf("have %v, %v, want the services to go on", got, err)
	}
}

func TestReplyOfACallThatRunsAtTheEndIsNotLost(t *testing.T) {
	b := svctest.NewBroker(t)
	s := &slow{entered: make(chan bool), open: make(chan bool)}
	w := svctest.New(t, b, s)
	p := w.Client().Proxy("slow").Async(await.Within(t), "run")
	await.Take(t, s.entered)
	stopped := make(chan bool)
	go func() { w.Stop(); close(stopped) }()
	s.open <- true
	if result, err := p.Result(await.Within(t)); err != nil || result.Decode(new(int)) != nil {
		t.Errorf("have %v, want the result", err)
	}
	await.Take(t, stopped)
}

type slow struct {
	_             rpc.Method `method:"Run"`
	entered, open chan bool
}

// Run returns when it may.
func (s *slow) Run() int {
	s.entered <- true
	<-s.open
	return 1
}
