package bare_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/examples/metropolis"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/test/coming/bare"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// greeters are the two ways to serve.
var greeters = map[string]func(t *testing.T, nc *nats.Conn){
	"by hand": func(t *testing.T, nc *nats.Conn) {
		t.Helper()
		if _, err := bare.Serve(nc); err != nil {
			t.Fatal(err)
		}
		flush(t, nc)
	},
	"micro": func(t *testing.T, nc *nats.Conn) {
		t.Helper()
		s, err := bare.ServeMicro(nc)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Stop() })
		flush(t, nc)
	},
}

// flush returns when the server knows what nc subscribes to.
func flush(t *testing.T, nc *nats.Conn) {
	t.Helper()
	if err := nc.FlushWithContext(await.Within(t)); err != nil {
		t.Fatal(err)
	}
}

func TestGreetersGreet(t *testing.T) {
	for name, serve := range greeters {
		t.Run(name, func(t *testing.T) {
			nc := plain.Conn(t, plain.Server(t).ClientURL())
			serve(t, nc)
			if text, err := bare.Hello(await.Within(t), nc, "world"); err != nil || text != "Hello, world!" {
				t.Errorf("have %q, %v, want a greeting", text, err)
			}
		})
	}
}

func TestServiceThatIsAwayIsAnErrorAtOnce(t *testing.T) {
	nc := plain.Conn(t, plain.Server(t).ClientURL())
	if _, err := bare.Hello(await.Within(t), nc, "world"); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("have %v, want %v", err, nats.ErrNoResponders)
	}
}

func TestErrorIsInTheHeadersWithMicroAlone(t *testing.T) {
	for name, serve := range greeters {
		t.Run(name, func(t *testing.T) {
			nc := plain.Conn(t, plain.Server(t).ClientURL())
			serve(t, nc)
			answer, err := nc.RequestWithContext(await.Within(t), "greeter.hello", []byte("7"))
			if err != nil {
				t.Fatal(err)
			}
			if have := answer.Header.Get("Nats-Service-Error-Code"); (have == "400") != (name == "micro") {
				t.Errorf("have the code %q and the body %s", have, answer.Data)
			}
		})
	}
}

// Both run the handler of a subscription on one goroutine.
func TestOneRequestAtATime(t *testing.T) {
	nc := plain.Conn(t, plain.Server(t).ClientURL())
	var running, most atomic.Int64
	_, err := nc.QueueSubscribe("slow", "slow", func(m *nats.Msg) {
		most.Store(max(most.Load(), running.Add(1)))
		_ = nc.Flush() // as long as a way to the server and back
		running.Add(-1)
		_ = m.Respond(nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	var requests sync.WaitGroup
	for range 20 {
		requests.Go(func() {
			if _, err := nc.RequestWithContext(await.Within(t), "slow", nil); err != nil {
				t.Error(err)
			}
		})
	}
	requests.Wait()
	if most.Load() != 1 {
		t.Errorf("have %d at once, want 1", most.Load())
	}
}

func TestWebServesInFrontOfTheGreeter(t *testing.T) {
	nc := plain.Conn(t, plain.Server(t).ClientURL())
	greeters["micro"](t, nc)
	w := httptest.NewRecorder()
	bare.Web(nc).ServeHTTP(w, httptest.NewRequestWithContext(await.Within(t), http.MethodGet, "/hello/world", nil))
	if text, err := io.ReadAll(w.Body); err != nil || string(text) != "Hello, world!" {
		t.Errorf("have %q, %v, want a greeting", text, err)
	}
}

func storing(t *testing.T) jetstream.JetStream {
	t.Helper()
	return plain.JetStream(t, plain.Server(t, func(o *server.Options) { o.JetStream, o.StoreDir = true, t.TempDir() }).ClientURL())
}

func TestEventThatFailsComesAgain(t *testing.T) {
	js := storing(t)
	if err := bare.Pay(await.Within(t), js, bare.Paid{Order: "o7"}); err != nil {
		t.Fatal(err)
	}
	handled := make(chan string, 2)
	first := true
	c, err := bare.OnPaid(await.Within(t), js, "shipping", func(e bare.Paid) error {
		handled <- e.Order
		if first {
			first = false
			return errors.New("not now")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { c.Stop(); <-c.Closed() }()
	for range 2 {
		if order := await.Take(t, handled); order != "o7" {
			t.Errorf("have %q, want o7", order)
		}
	}
}

func TestOnceRunsOnce(t *testing.T) {
	js := storing(t)
	days, err := js.CreateKeyValue(await.Within(t), jetstream.KeyValueConfig{Bucket: "days"})
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	for range 2 {
		if err := bare.Once(await.Within(t), days, "2026-11-21", func() error { runs++; return nil }); err != nil {
			t.Error(err)
		}
	}
	if runs != 1 {
		t.Errorf("have %d runs, want 1", runs)
	}
}

func TestPlainClientCallsEnoki(t *testing.T) {
	w := svctest.New(t, &hello.GreetingService{})
	nc := plain.Conn(t, w.Broker().URL())
	if text, err := bare.Ask(await.Within(t), nc, "world"); err != nil || text != "Hello, world!" {
		t.Errorf("have %q, %v, want a greeting", text, err)
	}
	answer, err := nc.RequestWithContext(await.Within(t), "svc.rpc.greeting_service.hello", []byte("{"))
	if err != nil || answer.Header.Get("Nats-Service-Error-Code") != "400" {
		t.Errorf("have %v, %v, want the code 400", answer, err)
	}
}

func TestEnokiCallsAPlainWorker(t *testing.T) {
	b := svctest.NewBroker(t)
	greeters["by hand"](t, plain.Conn(t, b.URL()))
	nc := plain.Conn(t, b.URL())
	w := svctest.New(t, b, &bare.Welcome{}, service.Provide(func() *nats.Conn { return nc }))
	if have := svctest.Call[string](w, "welcome.welcome", "Anna"); have != "Hello, Anna! Welcome!" {
		t.Errorf("have %q, want two greetings", have)
	}
}

// A worker that is written by hand and one of Enoki take turns in one queue group.
func TestSubjectIsSharedWhileAWorkerMoves(t *testing.T) {
	b := svctest.NewBroker(t)
	svctest.New(t, b, &metropolis.Worker{})
	nc := plain.Conn(t, b.URL())
	_, err := nc.QueueSubscribe("foo.get", "worker", func(m *nats.Msg) { _ = m.Respond([]byte(`{"code":200,"data":"by hand"}`)) })
	if err != nil {
		t.Fatal(err)
	}
	heard := map[string]bool{}
	for range 1000 {
		answer, err := nc.RequestWithContext(await.Within(t), "foo.get", []byte(`{"data":["asdf"]}`))
		if err != nil {
			t.Fatal(err)
		}
		var body struct {
			Code int
			Data string
		}
		if err := json.Unmarshal(answer.Data, &body); err != nil || body.Code != http.StatusOK {
			t.Fatalf("%v: %s", err, answer.Data)
		}
		if heard[body.Data] = true; len(heard) == 2 {
			break
		}
	}
	if !heard["fdsa"] || !heard["by hand"] {
		t.Errorf("have %v, want answers of both", heard)
	}
}

func TestMicroIsSeenByWhoLooksForServices(t *testing.T) {
	b := svctest.NewBroker(t)
	greeters["micro"](t, plain.Conn(t, b.URL()))
	w := svctest.New(t, b, &hello.GreetingService{})
	await.Until(t, "both services are seen", func() bool { // a busy one may answer too late for one look
		names, err := w.Client().Connection().Services(await.Within(t))
		return err == nil && slices.Equal(names, []string{"greeter", "greeting_service"})
	})
}

// Shipping handles events of payments.
type Shipping struct {
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`
}

// OnPaid takes one.
func (*Shipping) OnPaid(bare.Paid) {}

func TestPlainClientEmitsToEnoki(t *testing.T) {
	w := svctest.New(t, &Shipping{})
	handled := w.Expect("shipping", "OnPaid")
	if err := bare.Tell(await.Within(t), plain.JetStream(t, w.Broker().URL()), bare.Paid{Order: "o7"}); err != nil {
		t.Fatal(err)
	}
	if ended := handled.Wait(); ended.Err != nil {
		t.Errorf("have %v, want the event handled", ended.Err)
	}
}
