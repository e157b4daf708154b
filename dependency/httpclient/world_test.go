package httpclient_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Orders has a client of an API.
type Orders struct {
	Payments *httpclient.Client `http:"payments"`

	_ rpc.Method `method:"Lend"`
	_ rpc.Method `method:"Fetch" args:"path"`
	_ rpc.Method `method:"Pay"`
}

// Lend returns the client, for the test.
func (o *Orders) Lend() *httpclient.Client { return o.Payments }

// Fetch returns what the API answers.
func (o *Orders) Fetch(ctx context.Context, path string) (string, error) {
	answer, err := o.Payments.Get(ctx, path)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// Pay calls the API with a secret in the query.
func (o *Orders) Pay(ctx context.Context) error {
	_, err := o.Fetch(ctx, "/charges?key=canary")
	return err
}

// serve starts an API.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// world runs Orders, whose API is at a URL, with more settings of the section.
func world(t *testing.T, url, more string, options ...any) *svctest.World {
	t.Helper()
	w := svctest.New(t, append(options, &Orders{}, svctest.Config(fmt.Sprintf("http: {payments: {url: %q%s}}", url, more)))...)
	t.Cleanup(w.Stop) // before the API
	return w
}

// client returns the client that Orders has.
func client(t *testing.T, w *svctest.World) *httpclient.Client {
	t.Helper()
	out, err := w.Hook(t.Context(), "orders", "Lend")
	if err != nil {
		t.Fatal(err)
	}
	return out.(*httpclient.Client)
}

// to returns a client of an API that a handler stands for, over a socket.
func to(t *testing.T, more string, h http.HandlerFunc) *httpclient.Client {
	t.Helper()
	return client(t, world(t, serve(t, h).URL, more))
}

// get returns the status and the body of an answer.
func get(t *testing.T, c *httpclient.Client, path string) (int, string) {
	t.Helper()
	answer, err := c.Get(await.Within(t), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// assemble returns what is wrong with a configuration.
func assemble(t *testing.T, yaml string, services ...any) error {
	t.Helper()
	cfg, err := config.Load(config.Text("test", yaml))
	if err != nil {
		t.Fatal(err)
	}
	_, err = service.New(cfg, service.Logger(slog.New(slog.DiscardHandler)), service.With(services...))
	return err
}

// wantIn checks that a text has parts.
func wantIn(t *testing.T, have any, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(fmt.Sprint(have), part) {
			t.Errorf("have %v\nwant %q in it", have, part)
		}
	}
}

// witness is a tracer that remembers what has left.
type witness struct {
	outgoing chan dependency.Outgoing
	ended    chan error
}

func newWitness() witness {
	return witness{make(chan dependency.Outgoing, 10), make(chan error, 10)}
}

func (w witness) Outgoing(ctx context.Context, o dependency.Outgoing) (context.Context, func(error)) {
	w.outgoing <- o
	return entrypoint.WithData(ctx, "traceparent", span), func(err error) { w.ended <- err }
}

func (witness) TraceID(context.Context) string { return "" }

const span = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
