package gomicro_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go-micro.dev/v5"
	"go-micro.dev/v5/broker"
	"go-micro.dev/v5/client"
	"go-micro.dev/v5/config/source/memory"
	"go-micro.dev/v5/errors"
	"go-micro.dev/v5/logger"
	"go-micro.dev/v5/registry"
	"go-micro.dev/v5/server"
	"go-micro.dev/v5/transport"

	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/test/coming/gomicro"
	"github.com/enoki-go/enoki/test/coming/gomicro/moved"
	svctest "github.com/enoki-go/enoki/testing"
)

// patience bounds what a test waits for.
const patience = 30 * time.Second

// parts are what go-micro needs around a service, in the memory of the process.
func parts(t *testing.T) []micro.Option {
	t.Helper()
	logger.DefaultLogger = logger.NewLogger(logger.WithOutput(io.Discard))
	return []micro.Option{
		micro.Server(server.NewRPCServer()), micro.Client(client.NewClient()), micro.HandleSignal(false),
		micro.Registry(registry.NewMemoryRegistry()), micro.Broker(broker.NewMemoryBroker()), micro.Transport(transport.NewMemoryTransport()),
	}
}

// run runs what options say, with whatever add adds to it, until the test ends.
func run(t *testing.T, options []micro.Option, add func(s micro.Service) error) micro.Service {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	started, ended := make(chan bool), make(chan error, 1)
	options = append(options, micro.Context(ctx), micro.AfterStart(func() error { close(started); return nil }))
	s := micro.NewService(append(options, micro.Name("greeter"))...)
	if err := add(s); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- s.Run() }() // awaited below
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-started
	return s
}

// handle adds a handler.
func handle(h any) func(micro.Service) error {
	return func(s micro.Service) error { return micro.RegisterHandler(s.Server(), h) }
}

func wantHello(t *testing.T, c client.Client) {
	t.Helper()
	if text, err := gomicro.Hello(t.Context(), c, "world"); err != nil || text != "Hello, world!" {
		t.Errorf("have %q, %v, want a greeting", text, err)
	}
}

func TestGreeterGreets(t *testing.T) {
	s, err := gomicro.NewGreeter(parts(t)...)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name() != "greeter" {
		t.Errorf("have the name %q", s.Name())
	}
	wantHello(t, run(t, parts(t), handle(new(gomicro.Greeter))).Client())
}

func TestErrorHasAnIDACodeAndADetail(t *testing.T) {
	s := run(t, parts(t), handle(new(gomicro.Greeter)))
	_, err := gomicro.Hello(t.Context(), s.Client(), "")
	if e := errors.FromError(err); e.Code != http.StatusBadRequest || e.Detail != "nobody to greet" {
		t.Errorf("have %v, want what the handler returned", err)
	}
}

func TestServiceThatIsNotRegisteredIsAnErrorAtOnce(t *testing.T) {
	s := micro.NewService(parts(t)...)
	_, err := gomicro.Hello(t.Context(), s.Client(), "world")
	if err == nil || !strings.Contains(err.Error(), "service greeter: not found") {
		t.Errorf("have %v, want not found", err)
	}
}

// Crowd is a handler whose calls wait for each other.
type Crowd struct{ all sync.WaitGroup }

// Hello returns when as many are inside as all says.
func (c *Crowd) Hello(context.Context, *gomicro.HelloRequest, *gomicro.HelloResponse) error {
	c.all.Done()
	c.all.Wait()
	return nil
}

func TestNothingLimitsHowManyCallsRun(t *testing.T) {
	const many = 100
	var h Crowd
	h.all.Add(many)
	s := run(t, parts(t), handle(&h))
	var calls sync.WaitGroup
	for range many {
		calls.Go(func() {
			in := s.Client().NewRequest("greeter", "Crowd.Hello", &gomicro.HelloRequest{})
			if err := s.Client().Call(t.Context(), in, &gomicro.HelloResponse{}); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
}

// Slow is a handler that is late.
type Slow struct{ runs atomic.Int64 }

// Hello counts, and says that it is late.
func (s *Slow) Hello(context.Context, *gomicro.HelloRequest, *gomicro.HelloResponse) error {
	s.runs.Add(1)
	return errors.Timeout("slow", "too late")
}

func TestCallThatIsLateRunsAgain(t *testing.T) {
	var h Slow
	s := run(t, parts(t), handle(&h))
	in := s.Client().NewRequest("greeter", "Slow.Hello", &gomicro.HelloRequest{})
	err := s.Client().Call(t.Context(), in, &gomicro.HelloResponse{}, client.WithRetries(2), client.WithBackoff(func(context.Context, client.Request, int) (time.Duration, error) { return 0, nil }))
	if e := errors.FromError(err); e == nil || e.Code != http.StatusRequestTimeout || h.runs.Load() != 3 {
		t.Errorf("have %v after %d runs, want a timeout after 3", err, h.runs.Load())
	}
	if client.DefaultRetries != 5 || client.DefaultRequestTimeout != 30*time.Second {
		t.Errorf("have %d retries and %v, want what the page says: 5 and 30 s", client.DefaultRetries, client.DefaultRequestTimeout)
	}
}

func TestEventReachesWhoSubscribes(t *testing.T) {
	shipping := &gomicro.Shipping{Shipped: make(chan string, 1)}
	s := run(t, parts(t), func(s micro.Service) error { return shipping.Subscribe(s.Server()) })
	if err := gomicro.NewPayments(s).Pay(t.Context(), "o7"); err != nil {
		t.Fatal(err)
	}
	if order := <-shipping.Shipped; order != "o7" {
		t.Errorf("have %q, want o7", order)
	}
}

func TestEventThatNobodyHearsIsGoneWithoutAnError(t *testing.T) {
	options := parts(t)
	s := run(t, options, handle(new(gomicro.Greeter)))
	if err := gomicro.NewPayments(s).Pay(t.Context(), "o7"); err != nil {
		t.Errorf("have %v, want nothing: nobody is told", err)
	}
}

func TestEveryTicks(t *testing.T) {
	ticks := make(chan bool)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := func(ctx context.Context) {
		select {
		case ticks <- true:
		case <-ctx.Done():
		}
	}
	run(t, append(parts(t), gomicro.Every(ctx, time.Millisecond, tick)), handle(new(gomicro.Greeter)))
	<-ticks
	<-ticks
}

func TestLimitComesFromTheConfiguration(t *testing.T) {
	if limit, err := gomicro.Limit(memory.NewSource(memory.WithJSON([]byte(`{"orders": {"max_count": 3}}`)))); err != nil || limit != 3 {
		t.Errorf("have %d, %v, want 3", limit, err)
	}
	misspelt := memory.NewSource(memory.WithJSON([]byte(`{"orders": {"maxcount": 3}}`)))
	if limit, err := gomicro.Limit(misspelt); err != nil || limit != 10 {
		t.Errorf("have %d, %v, want 10: what is misspelt is not told", limit, err)
	}
}

func TestWebServesInFrontOfTheGreeter(t *testing.T) {
	s := run(t, parts(t), handle(new(gomicro.Greeter)))
	address := freeport.Addr(t)
	w := gomicro.NewWeb(s, address)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Stop() })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/hello/world", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it is read
	if text, err := io.ReadAll(answer.Body); err != nil || string(text) != "Hello, world!" {
		t.Errorf("have %q, %v, want a greeting", text, err)
	}
}

func TestServiceThatHasMovedIsStillCalledWithGoMicro(t *testing.T) {
	w := svctest.New(t, &hello.GreetingService{})
	f, err := rpc.FuncOf[string, string](w.Client(), "greeting_service.hello")
	if err != nil {
		t.Fatal(err)
	}
	wantHello(t, run(t, parts(t), handle(&moved.Greeter{Moved: f})).Client())
}

func TestServiceOfEnokiCallsOneThatHasNotMoved(t *testing.T) {
	s := run(t, parts(t), handle(new(gomicro.Greeter)))
	w := svctest.New(t, &moved.Welcome{}, service.Provide(s.Client))
	if have := svctest.Call[string](w, "welcome.welcome", "Anna"); have != "Hello, Anna! Welcome!" {
		t.Errorf("have %q, want two greetings", have)
	}
}
