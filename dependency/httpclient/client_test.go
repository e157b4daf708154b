package httpclient_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// echo answers with what it was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.RequestURI(), text)
}

func TestMethodCallsAnAPI(t *testing.T) {
	t.Parallel()
	w := world(t, serve(t, echo).URL+"/v1", "")
	if have, want := svctest.Call[string](w, "orders.fetch", "/charges?limit=3"), "GET /v1/charges?limit=3 "; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestPathsAreBelowThatOfTheAPI(t *testing.T) {
	t.Parallel()
	server := serve(t, echo)
	for base, c := range map[string]*httpclient.Client{
		"": client(t, world(t, server.URL, "")), "/": client(t, world(t, server.URL+"/", "")),
		"/v1": client(t, world(t, server.URL+"/v1", "")), "/v1/": client(t, world(t, server.URL+"/v1/", "")),
	} {
		root := strings.TrimSuffix(base, "/")
		for _, path := range []string{"/a", "/a/", "/a%2Fb?x=1&y=%2F", "/ä"} {
			want := "GET " + root + strings.ReplaceAll(path, "ä", "%C3%A4") + " "
			if _, have := get(t, c, path); have != want {
				t.Errorf("have %q, want %q for %q below %q", have, want, path, base)
			}
		}
		if _, have := get(t, c, "a"); have != "GET "+root+"/a " {
			t.Errorf("have %q, want the same without a slash", have)
		}
		if _, have := get(t, c, server.URL+root+"/a"); have != "GET "+root+"/a " {
			t.Errorf("have %q, want the same for the whole URL", have)
		}
	}
}

// Paths are often made of what users send.
func TestNoPathLeadsElsewhere(t *testing.T) {
	t.Parallel()
	var visits int
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { visits++ })
	other := strings.TrimPrefix(elsewhere.URL, "http://")
	c := client(t, world(t, serve(t, echo).URL+"/v1", ""))
	for _, path := range []string{
		"//" + other + "/x", elsewhere.URL, "http://user:canary@" + other, "../admin", "/../admin", "/a/../../admin", "/%2e%2e/admin",
		"/x%2f..%2f..%2fadmin", "/../v10", "file:///etc/passwd", "mailto:a@b", "https://" + other, "/a\x7f?key=canary", "http://[::1?key=canary",
	} {
		answer, err := c.Get(await.Within(t), path)
		if err == nil {
			t.Errorf("have %s for %q, want an error", answer.Status, path)
			_ = answer.Body.Close()
		}
		if strings.Contains(fmt.Sprint(err), "canary") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	if _, err := c.HTTP().Get(elsewhere.URL); err == nil || visits > 0 {
		t.Errorf("have %v after %d visits elsewhere, want an error and none", err, visits)
	}
}

func TestRedirectionsStayWithTheAPI(t *testing.T) {
	t.Parallel()
	var visits int
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { visits++ })
	c := to(t, "", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/inside":
			http.Redirect(w, r, "/home", http.StatusFound)
		case "/outside":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			echo(w, r)
		}
	})
	if status, text := get(t, c, "/inside"); status != http.StatusOK || text != "GET /home " {
		t.Errorf("have %d %q, want it followed", status, text)
	}
	if status, _ := get(t, c, "/outside"); status != http.StatusFound || visits > 0 {
		t.Errorf("have %d after %d visits elsewhere, want the redirection itself and none", status, visits)
	}
	if status, _ := get(t, c, "/loop"); status != http.StatusFound {
		t.Errorf("have %d, want the redirection itself", status)
	}
}

func TestRequestCarriesTraceAndTheContextDataOnTheList(t *testing.T) {
	t.Parallel()
	w := world(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.Header.Get("Traceparent"), " ", r.Header.Get("Tracestate"), " ", r.Header.Get("X-Tenant"), " ", r.Header.Get("X-User"))
	}).URL, ", headers: {x-tenant: tenant}")
	ctx := t.Context()
	for key, text := range map[string]string{"traceparent": span, "tracestate": "a=1", "tenant": "acme", "user": "ann"} {
		ctx = entrypoint.WithData(ctx, key, text) //nolint:fatcontext // one layer for each of a few pairs
	}
	result, err := w.Client().Proxy("orders").Call(ctx, "fetch", "/")
	var have string
	if err == nil {
		err = result.Decode(&have)
	}
	if want := span + " a=1 acme "; have != want || err != nil {
		t.Errorf("have %q, %v, want %q", have, err, want)
	}
}

func TestHeaderOfTheMethodWins(t *testing.T) {
	t.Parallel()
	c := to(t, ", headers: {X-Tenant: tenant}", func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, r.Header["X-Tenant"]) })
	r, err := http.NewRequestWithContext(entrypoint.WithData(await.Within(t), "tenant", "acme"), http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Tenant", "own")
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if text, _ := io.ReadAll(answer.Body); string(text) != "[own]" {
		t.Errorf("have %s, want [own]", text)
	}
}

func TestUserAndPasswordOfTheURLAreSent(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, r.Header.Get("Authorization")) })
	c := client(t, world(t, strings.Replace(server.URL, "//", "//ann:canary@", 1), ""))
	if _, have := get(t, c, "/"); have != "Basic YW5uOmNhbmFyeQ==" {
		t.Errorf("have %q", have)
	}
}

type charge struct {
	ID    string `json:"id,omitempty"`
	Cents int    `json:"cents"`
}

func TestJSONIsSentAndDecoded(t *testing.T) {
	t.Parallel()
	c := to(t, "", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusUnsupportedMediaType)
			return
		}
		text, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, `{"id":"ch_1",%s`, text[1:])
	})
	var have charge
	if err := c.JSON(await.Within(t), http.MethodPost, "/charges", charge{Cents: 7}, &have); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(charge{"ch_1", 7}, have); diff != "" {
		t.Error(diff)
	}
	if err := c.JSON(await.Within(t), http.MethodPost, "/charges", charge{}, nil); err != nil {
		t.Error(err)
	}
}

func TestStatusIsAnError(t *testing.T) {
	t.Parallel()
	c := to(t, ", retries: 0", func(w http.ResponseWriter, r *http.Request) {
		var status int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, "canary "+strings.Repeat("x", 10_000))
	})
	for status, code := range map[int]fault.Code{
		400: fault.Internal, 401: fault.Internal, 404: fault.Internal, 500: fault.Internal, 304: fault.Internal,
		429: fault.Unavailable, 502: fault.Unavailable, 503: fault.Unavailable, 504: fault.Unavailable,
	} {
		err := c.JSON(await.Within(t), http.MethodGet, fmt.Sprintf("/%d?key=canary", status), nil, nil)
		if fault.CodeOf(err) != code {
			t.Errorf("have %v with the code %s, want %s", err, fault.CodeOf(err), code)
		}
		e, ok := errors.AsType[*httpclient.StatusError](err)
		if !ok || e.Status != status || status != 304 && (len(e.Body) != 4096 || !strings.HasPrefix(string(e.Body), "canary")) {
			t.Errorf("have %+v, want the status %d and 4 KiB of the body", e, status)
		}
		wantIn(t, err, fmt.Sprintf("http client payments: GET /%d: have status %d", status, status))
		if strings.Contains(fmt.Sprint(err), "canary") {
			t.Errorf("the error shows body or query: %v", err)
		}
	}
}

func TestAnswerThatIsNoJSONIsAnError(t *testing.T) {
	t.Parallel()
	c := to(t, "", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<html>") })
	var have charge
	wantIn(t, c.JSON(await.Within(t), http.MethodGet, "/x", nil, &have), "http client payments: GET /x: decode the answer: ")
	wantIn(t, c.JSON(await.Within(t), http.MethodPost, "/x", func() {}, &have), "http client payments: ", "func()")
}

func TestTracerIsToldOfEachRequest(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = fmt.Fprint(w, r.Header.Get("Traceparent"))
	})
	tracer := newWitness()
	c := client(t, world(t, server.URL, "", tracing(tracer)))
	if _, have := get(t, c, "/"); have != span {
		t.Errorf("have %q, want the span of the tracer", have)
	}
	if o := await.Take(t, tracer.outgoing); o.Kind != "http" || o.Target != "GET "+strings.TrimPrefix(server.URL, "http://") {
		t.Errorf("have %+v", o)
	}
	if err := await.Take(t, tracer.ended); err != nil {
		t.Errorf("ended with %v, want success", err)
	}
	get(t, c, "/bad")
	wantIn(t, await.Take(t, tracer.ended), "have status 500")
	server.Close()
	_, err := c.Get(await.Within(t), "/")
	if ended := await.Take(t, tracer.ended); fault.CodeOf(ended) != fault.Unavailable || !errors.Is(err, ended) {
		t.Errorf("ended with %v, want %v", ended, err)
	}
}
