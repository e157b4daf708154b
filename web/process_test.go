package web_test

import (
	"context"
	"net"
	"net/http"
	"reflect"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Pears has a part of the routes.
type Pears struct {
	_ web.Route  `method:"Show" route:"GET /pears/{id}" args:"id"`
	_ rpc.Method `method:"Show" args:"id"`
}

// Show shows a pear.
func (*Pears) Show(id string) string { return "pear " + id }

// Plums has the others.
type Plums struct {
	_ web.Route `method:"Show" route:"GET /plums/{id}" args:"id"`
	_ web.Route `method:"Make" route:"POST /pears/{id}" args:"id"`
}

// Show shows a plum.
func (*Plums) Show(id string) string { return "plum " + id }

// Make makes a plum of a pear.
func (*Plums) Make(id string) string { return "plum of pear " + id }

func TestServicesOfAProcessShareTheServer(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Pears{}, &Plums{}, svctest.Config("services: {plums: {web: {timeout: 5s}}}"))
	v.get("/pears/1").want(t, 200, "pear 1")
	v.get("/plums/2").want(t, 200, "plum 2")
	v.ask("POST", "/pears/3", "").want(t, 200, "plum of pear 3")
	v.ask("DELETE", "/pears/3", "").wantHeader(t, "Allow", "GET, HEAD, POST")
}

// Cellar takes its time to start.
type Cellar struct{ door door }

// Entrypoints declares the door before the route.
func (c *Cellar) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{
		entrypoint.Bind(c.door, (*Cellar).Draw),
		entrypoint.Bind(web.Route{}, (*Cellar).Draw, `route:"GET /wine"`),
	}
}

// Draw draws wine.
func (*Cellar) Draw() string { return "wine" }

// door is an entrypoint that starts when it is told to.
type door struct{ reached, opened chan bool }

// Declare makes it.
func (d door) Declare(reflect.StructTag, *entrypoint.Method, entrypoint.Host) (entrypoint.Entrypoint, error) {
	return d, nil
}

func (d door) Start(ctx context.Context) error {
	d.reached <- true
	select {
	case <-d.opened:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (door) Stop(context.Context) error { return nil }

func TestServiceThatHasNotStartedIsUnavailable(t *testing.T) {
	t.Parallel()
	d := door{make(chan bool), make(chan bool)}
	a, log := app(t, "", &Plums{}, &Cellar{d})
	started := make(chan error, 1)
	go func() { started <- a.Start(await.Within(t)) }() // awaited below
	await.Take(t, d.reached)

	v := visit(t, log.url(t))
	early := v.get("/wine")
	wantText(t, early.problem(t, http.StatusServiceUnavailable).Detail, "starts or stops")
	early.wantHeader(t, "Retry-After", "1")
	v.get("/plums/1").want(t, 200, "plum 1") // which was given first, and has started
	ready := v.get("/readyz")
	wantText(t, ready.body, "service cellar has not started")
	wantNoText(t, ready.body, "plums")
	if ready.StatusCode != http.StatusServiceUnavailable || v.get("/healthz").StatusCode != http.StatusOK {
		t.Errorf("have ready %d, want 503, and healthy", ready.StatusCode)
	}

	d.opened <- true
	if err := await.Take(t, started); err != nil {
		t.Fatal(err)
	}
	v.get("/wine").want(t, 200, "wine")
	v.get("/readyz").want(t, 200, `{"status":"ready"}`)
}

// Barn has no HTTP, and starts when it is told to.
type Barn struct{ door door }

// Entrypoints binds a method.
func (b *Barn) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{entrypoint.Bind(b.door, (*Barn).Hay)}
}

// Hay does nothing.
func (*Barn) Hay() {}

// A route may call it.
func TestProcessIsNotReadyBeforeItsServicesWithoutHTTPAre(t *testing.T) {
	t.Parallel()
	d := door{make(chan bool), make(chan bool)}
	a, log := app(t, "", &Plums{}, &Barn{d})
	started := make(chan error, 1)
	go func() { started <- a.Start(await.Within(t)) }() // awaited below
	await.Take(t, d.reached)
	v := visit(t, log.url(t))
	v.get("/readyz").want(t, 503, `{"status":"not ready","reasons":["not all services have started"]}`)
	d.opened <- true
	if err := await.Take(t, started); err != nil {
		t.Fatal(err)
	}
	v.get("/readyz").want(t, 200, `{"status":"ready"}`)
}

func TestProcessWithoutItsBrokerIsAliveButNotReady(t *testing.T) {
	t.Parallel()
	v, w := open(t, &Pears{})
	await.Until(t, "the broker is connected", func() bool { return v.get("/readyz").StatusCode == http.StatusOK })
	w.Broker().Stop()
	await.Until(t, "the loss of the broker is known", func() bool {
		return v.get("/readyz").StatusCode == http.StatusServiceUnavailable
	})
	wantText(t, v.get("/readyz").body, "the broker is not connected")
	v.get("/healthz").want(t, 200, `{"status":"alive"}`)
	v.get("/pears/1").want(t, 200, "pear 1")
	w.Broker().Restart()
	await.Until(t, "the broker is back", func() bool { return v.get("/readyz").StatusCode == http.StatusOK })
}

func TestProbesAreNotKeptByCaches(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Plums{})
	for _, path := range []string{"/healthz", "/readyz"} {
		v.get(path).wantHeader(t, "Cache-Control", "no-store")
		v.ask("HEAD", path, "").want(t, 200, "")
	}
	v, _ = launch(t, "web: {health: false}", &Plums{})
	v.get("/healthz").problem(t, http.StatusNotFound)
}

// Doctor has routes of its own where the server would have one.
type Doctor struct {
	_ web.Route `method:"Health" route:"/healthz"`
	_ web.Route `method:"Health" route:"GET /readyz"`
	_ web.Route `method:"Health" route:"GET /openapi.json"`
	_ web.Route `method:"Health" route:"/"`
}

// Health is what the doctor says.
func (*Doctor) Health() string { return "fine" }

func TestRoutesOfServicesGoBeforeThoseOfTheServer(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Doctor{})
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json", "/else"} {
		v.get(path).want(t, 200, "fine")
	}
}

func TestProgramWithHTTPOnlyConnectsToNoBroker(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called, over := make(chan bool, 10), make(chan bool)
	go func() { // awaited below
		defer close(over)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			called <- true
			_ = c.Close()
		}
	}()
	v, a := launch(t, "broker: {url: 'nats://"+l.Addr().String()+"'}", &Plums{}, &Forms{})
	v.get("/plums/1").want(t, 200, "plum 1")
	v.get("/readyz").want(t, 200, `{"status":"ready"}`) // which it would not be without the broker that it uses
	if err := a.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
	_ = l.Close()
	await.Take(t, over)
	if len(called) > 0 {
		t.Errorf("have %d connections to the broker, want none", len(called))
	}
}
