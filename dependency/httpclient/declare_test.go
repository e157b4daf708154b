package httpclient_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Returns is another service with the API of Orders, and one more.
type Returns struct {
	Payments *httpclient.Client `http:"payments"`
	Mail     *httpclient.Client `http:"mail"`

	_ rpc.Method `method:"Lend"`
}

// Lend returns the clients, for the test.
func (r *Returns) Lend() []*httpclient.Client { return []*httpclient.Client{r.Payments, r.Mail} }

func TestMistakesInTheConfigurationAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	err := assemble(t, `http: {payments: {url: "https://a.example", timeout: 0s, retries: 11, body: 0, headers: {"X Tenant": tenant}}, mial: {url: "http://b.example"}}`,
		&Orders{}, &Returns{})
	wantIn(t, err, "http.payments.timeout: have 0s, want more than 0s", "http.payments.retries: have 11, want 0 to 10",
		"http.payments.body: have 0, want more than 0 bytes", `http.payments.headers: have "X Tenant", want names of headers`,
		"configuration key http.mail.url is missing", "the APIs in the configuration are mial, payments")
	wantIn(t, assemble(t, "", &Orders{}), "world_test.go", "configuration key http.payments.url is missing: want where the API is, as in https://api.example.com/v1; no API is configured")
	wantIn(t, assemble(t, "http: {payments: {urll: x}}", &Orders{}), `did you mean "url"?`)
}

func TestURLThatIsNoneIsRefusedWithoutShowingIt(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"canary", "ftp://canary", "http://", "http://a:canary@b:port", "https://a.example/?key=canary", "http://a.example/#canary", ":canary", "/canary"} {
		err := assemble(t, fmt.Sprintf("http: {payments: {url: %q}}", url), &Orders{})
		wantIn(t, err, "configuration key http.payments.url")
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("have %v for %q, want an error that does not show it", err, url)
		}
	}
}

// Careless declares what cannot be.
type Careless struct {
	Nameless *httpclient.Client
	Odd      *httpclient.Client `http:"a b"`
	Typo     *httpclient.Client `http:"a" timeout:"2s"`

	_ rpc.Method `method:"Nothing"`
}

// Nothing does nothing.
func (*Careless) Nothing() {}

func TestMistakesInTagsAreReported(t *testing.T) {
	t.Parallel()
	wantIn(t, assemble(t, "", &Careless{}), `tag key "http" is missing`, `have "a b", want the name of an API`, `unknown tag key "timeout"`)
}

func TestServiceMayHaveItsOwnConfiguration(t *testing.T) {
	t.Parallel()
	a, b := serve(t, echo), serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "own") })
	w := svctest.New(t, &Orders{}, &Returns{}, svctest.Config(fmt.Sprintf(
		"http: {payments: {url: %q}, mail: {url: %q}}\nservices: {returns: {http: {payments: {url: %q}}}}", a.URL, a.URL, b.URL)))
	t.Cleanup(w.Stop)
	out, err := w.Hook(t.Context(), "returns", "Lend")
	if err != nil {
		t.Fatal(err)
	}
	if _, have := get(t, out.([]*httpclient.Client)[0], "/"); have != "own" {
		t.Errorf("have %q, want that of the service's own API", have)
	}
	if _, have := get(t, client(t, w), "/"); have != "GET / " {
		t.Errorf("have %q, want that of the API of all", have)
	}
}

func TestHandlerStandsForAnAPI(t *testing.T) {
	t.Parallel()
	o := &Orders{Payments: httpclient.Fake(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Host", r.Host)
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("X-Late", "1")
		w.WriteHeader(http.StatusOK)
		echo(w, r)
	}))}
	answer, err := o.Payments.Get(t.Context(), "/charges?limit=3")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusTeapot || string(text) != "GET /charges?limit=3 " || answer.Header.Get("X-Host") != "fake" {
		t.Errorf("have %s with %v, %q, %v", answer.Status, answer.Header, text, err)
	}
	if answer.Header.Get("X-Late") != "" {
		t.Error("have a header that was set after the status, want none")
	}
	w := svctest.New(t, o)
	if have := svctest.Call[string](w, "orders.fetch", "/x"); have != "GET /x " {
		t.Errorf("have %q in a service", have)
	}
}

func TestFakeEndsWithTheCall(t *testing.T) {
	t.Parallel()
	release, over := make(chan struct{}), make(chan struct{})
	c := httpclient.Fake(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release; close(over) }))
	ctx := await.Within(t, 1)
	if _, err := c.Get(ctx, "/"); fault.CodeOf(err) != fault.Timeout {
		t.Errorf("have %v, want the end of the call", err)
	}
	close(release)
	await.Take(t, over)
}

func TestPanicOfTheHandlerIsAnAPIThatIsNotAvailable(t *testing.T) {
	t.Parallel()
	c := httpclient.Fake(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))
	_, err := c.Get(t.Context(), "/")
	if fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("have %v, want unavailable", err)
	}
	wantIn(t, errors.Unwrap(err), "the handler panicked: boom")
}
