package httpclient_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// tracing is the option that gives services a tracer.
func tracing(w witness) service.Option { return service.Trace(w) }

// nowhere returns a URL at which nobody listens.
func nowhere(t *testing.T) string {
	t.Helper()
	return "http://ann:canary@" + freeport.Addr(t)
}

func TestAPIThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	w := world(t, nowhere(t), ", retries: 0")
	_, err := w.Client().Proxy("orders").Call(t.Context(), "pay")
	if fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("have %v, want unavailable", err)
	}
	wantIn(t, err, "http client payments: GET /charges: the API is not available (configuration key http.payments.url)")
	wantIn(t, w.Log(), "connection refused")
	if strings.Contains(fmt.Sprint(err)+w.Log(), "canary") {
		t.Errorf("error or log show a secret: %v\n%s", err, w.Log())
	}
}

func TestServiceStartsWithoutItsAPI(t *testing.T) {
	t.Parallel()
	api := &atomic.Pointer[http.HandlerFunc]{}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if h := api.Load(); h != nil {
			(*h)(w, r)
			return
		}
		panic(http.ErrAbortHandler)
	})
	c := client(t, world(t, server.URL, ", retries: 0"))
	if _, err := c.Get(await.Within(t), "/"); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("have %v, want unavailable", err)
	}
	back := http.HandlerFunc(echo)
	api.Store(&back)
	if status, _ := get(t, c, "/"); status != http.StatusOK {
		t.Errorf("have %d, want the API back", status)
	}
}

func TestSlowAPIIsATimeoutThatNamesItsSetting(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = fmt.Fprint(w, "half")
			_ = http.NewResponseController(w).Flush()
		}
		<-release
	})
	defer close(release)
	c := client(t, world(t, server.URL, ", timeout: 1s"))
	_, err := c.Get(await.Within(t), "/charges")
	const want = "no answer within 1s (configuration key http.payments.timeout)"
	if fault.CodeOf(err) != fault.Timeout {
		t.Errorf("have %v, want a timeout", err)
	}
	wantIn(t, err, "http client payments: GET /charges: "+want)
	answer, err := c.Get(await.Within(t), "/body")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if fault.CodeOf(err) != fault.Timeout || string(text) != "half" {
		t.Errorf("have %q, %v, want half of it and a timeout", text, err)
	}
	wantIn(t, err, want)
}

func TestDeadlineOfTheCallEndsTheRequest(t *testing.T) {
	t.Parallel()
	c := to(t, "", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Get(ctx, "/")
	if fault.CodeOf(err) != fault.Timeout || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("have %v, want the end of the call", err)
	}
	wantIn(t, err, "http client payments: GET /: the call has ended")
}

func TestAPILearnsThatNobodyWaits(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	c := to(t, "", func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done(); close(ended) })
	if _, err := c.Get(ctx, "/"); fault.CodeOf(err) != fault.Canceled {
		t.Errorf("have %v, want canceled", err)
	}
	await.Take(t, ended)
}

func TestAnswerMayNotBeLargerThanConfigured(t *testing.T) {
	t.Parallel()
	c := to(t, ", body: 1000", func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
		_, _ = w.Write(bytes.Repeat([]byte("x"), n))
	})
	for _, n := range []int{0, 999, 1000} {
		if _, text := get(t, c, fmt.Sprint("/", n)); len(text) != n {
			t.Errorf("have %d bytes, want %d", len(text), n)
		}
	}
	for _, n := range []int{1001, 5_000_000} {
		answer, err := c.Get(await.Within(t), fmt.Sprint("/", n))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if len(text) != 1000 || fault.CodeOf(err) != fault.Exhausted {
			t.Errorf("have %d bytes, %v, want 1000 and an error", len(text), err)
		}
		wantIn(t, err, "more than 1000 bytes (configuration key http.payments.body)")
	}
}

// flaky is an API that comes back at the third request.
type flaky struct {
	status int // before that; 0 for a broken connection

	mu       sync.Mutex // guards requests
	requests []string
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r.Method+" "+string(text))
	switch {
	case len(f.requests)%3 == 0:
	case f.status == 0:
		panic(http.ErrAbortHandler)
	default:
		w.WriteHeader(f.status)
	}
}

func (f *flaky) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

func TestRequestIsSentAgainWhereThatDoesNoHarm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		method string
		status int // 0 for a broken connection
		body   io.Reader
		want   int // requests
	}{
		{"broken connection", "GET", 0, nil, 3},
		{"unavailable", "PUT", 503, strings.NewReader("x"), 3},
		{"bad gateway", "DELETE", 502, nil, 3},
		{"has an effect", "POST", 503, strings.NewReader("x"), 1},
		{"has an effect, connection", "POST", 0, strings.NewReader("x"), 1},
		{"its own fault", "GET", 500, nil, 1},
		{"refused", "GET", 404, nil, 1},
		{"body that is read once", "PUT", 503, io.MultiReader(strings.NewReader("x")), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &flaky{status: tt.status}
			c := to(t, "", f.ServeHTTP)
			r, err := http.NewRequestWithContext(await.Within(t), tt.method, "/", tt.body)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := c.Do(r)
			if err == nil {
				_ = answer.Body.Close()
			}
			requests := f.seen()
			if len(requests) != tt.want {
				t.Errorf("have the requests %q, want %d", requests, tt.want)
			}
			for _, have := range requests {
				if have != requests[0] {
					t.Errorf("have %q, then %q, want the same", requests[0], have)
				}
			}
			if ok := err == nil && answer.StatusCode == http.StatusOK; ok != (tt.want == 3) {
				t.Errorf("have %v, want success: %t", err, tt.want == 3)
			}
		})
	}
}

// The pauses grow, and end with the call.
func TestRetriesEndWithTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		c := httpclient.Flaky(10, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			at = append(at, time.Since(began))
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		answer, err := c.Get(ctx, "/")
		if err == nil {
			_ = answer.Body.Close()
		}
		want := []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond, 700 * time.Millisecond}
		if fmt.Sprint(at) != fmt.Sprint(want) || time.Since(began) != time.Second {
			t.Errorf("have requests at %v and the end after %v, want %v and 1s", at, time.Since(began), want)
		}
	})
}

func TestServicesOfAProcessShareConnections(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	closed := make(chan struct{}, 10)
	server := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			opened.Add(1)
		case http.StateClosed:
			closed <- struct{}{}
		default:
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	w := world(t, server.URL, "}, mail: {url: \"http://127.0.0.1:1\"", &Returns{})
	out, err := w.Hook(t.Context(), "returns", "Lend")
	if err != nil {
		t.Fatal(err)
	}
	same, own := out.([]*httpclient.Client)[0], out.([]*httpclient.Client)[1]
	if c := client(t, w); c != same {
		t.Error("two services have a client each, want one")
	}
	if same == own {
		t.Error("two APIs have one client, want two")
	}
	for range 5 {
		svctest.Call[string](w, "orders.fetch", "/")
	}
	if opened.Load() != 1 {
		t.Errorf("have %d connections for calls one after the other, want 1", opened.Load())
	}
	w.Stop()
	await.Take(t, closed)
}
