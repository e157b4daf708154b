package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// visitor is a client of a server, with connections of its own. It follows no
// redirects and undoes no compression.
type visitor struct {
	t    *testing.T
	url  string
	http *http.Client
}

func visit(t *testing.T, url string) *visitor {
	t.Helper()
	return visitWith(t, url, &http.Transport{DisableCompression: true})
}

func visitWith(t *testing.T, url string, transport *http.Transport) *visitor {
	t.Helper()
	t.Cleanup(transport.CloseIdleConnections)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{t, url, &http.Client{Transport: transport, CheckRedirect: stay}}
}

// answer is a response that was read to its end, or why there is none.
type answer struct {
	*http.Response
	body string
	err  error
}

// request makes a request. Headers are given as names and values in turn.
func (v *visitor) request(ctx context.Context, method, path, body string, headers ...string) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, v.url+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// try sends a request and reads the answer, however it ends.
func (v *visitor) try(r *http.Request) answer {
	response, err := v.http.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return answer{response, string(body), err}
}

// ask sends a request that has to be answered.
func (v *visitor) ask(method, path, body string, headers ...string) answer {
	v.t.Helper()
	a := v.try(v.request(await.Within(v.t), method, path, body, headers...))
	if a.err != nil {
		v.t.Fatalf("%s %s: %v", method, path, a.err)
	}
	return a
}

// get asks for a path.
func (v *visitor) get(path string, headers ...string) answer {
	v.t.Helper()
	return v.ask(http.MethodGet, path, "", headers...)
}

// send asks for a path and does not wait.
func (v *visitor) send(path string) <-chan answer {
	v.t.Helper()
	r, come := v.request(await.Within(v.t), http.MethodGet, path, ""), make(chan answer, 1)
	go func() { come <- v.try(r) }() // ends with the context of the request
	return come
}

// want checks an answer.
func (a answer) want(t *testing.T, status int, body string) {
	t.Helper()
	if a.err != nil {
		t.Fatal(a.err)
	}
	if a.StatusCode != status || a.body != body {
		t.Errorf("%s %s: have %d %q, want %d %q", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status, body)
	}
}

func (a answer) wantHeader(t *testing.T, name, value string) {
	t.Helper()
	if have := a.Header.Get(name); have != value {
		t.Errorf("%s %s: have header %s: %q, want %q", a.Request.Method, a.Request.URL.Path, name, have, value)
	}
}

// problem reads an answer that is a problem with that status.
func (a answer) problem(t *testing.T, status int) (p web.Problem) {
	t.Helper()
	if a.err != nil {
		t.Fatal(a.err)
	}
	a.wantHeader(t, "Content-Type", "application/problem+json")
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("have %q: %v", a.body, err)
	}
	if a.StatusCode != status || p.Status != status || p.Instance != a.Request.URL.EscapedPath() {
		t.Errorf("%s %s: have status %d and %s, want %d", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status)
	}
	return p
}

// open starts services on a broker and returns a visitor of their server.
func open(t *testing.T, services ...any) (*visitor, *svctest.World) {
	t.Helper()
	w := svctest.New(t, services...)
	return visit(t, w.URL()), w
}

// journal is the log of an app.
type journal struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// url returns where the server listens, once it does.
func (j *journal) url(t *testing.T) (url string) {
	t.Helper()
	await.Until(t, "the server listens", func() bool {
		_, rest, found := strings.Cut(j.String(), "HTTP server listens")
		_, rest, _ = strings.Cut(rest, " url=")
		if words := strings.Fields(rest); found {
			url = words[0]
		}
		return found
	})
	return url
}

// makeApp makes services without a broker. The configuration is YAML.
func makeApp(t *testing.T, yaml string, services ...any) (*service.App, *journal, error) {
	t.Helper()
	cfg, err := config.Load(config.Text("usual", "web: {port: 0}"), config.Text("test", yaml))
	if err != nil {
		t.Fatal(err)
	}
	log := new(journal)
	a, err := service.New(cfg, service.Logger(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))), service.With(services...))
	return a, log, err
}

// app is makeApp of services in which nothing is wrong. They are stopped with the test.
func app(t *testing.T, yaml string, services ...any) (*service.App, *journal) {
	t.Helper()
	a, log, err := makeApp(t, yaml, services...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(await.Within(t)) })
	return a, log
}

// launch starts services without a broker.
func launch(t *testing.T, yaml string, services ...any) (*visitor, *service.App) {
	t.Helper()
	a, log := app(t, yaml, services...)
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	return visit(t, log.url(t)), a
}

// mistake returns why services are refused before anything starts.
func mistake(t *testing.T, yaml string, services ...any) error {
	t.Helper()
	_, _, err := makeApp(t, yaml, services...)
	return err
}

func wantText(t *testing.T, have any, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(fmt.Sprint(have), part) {
			t.Errorf("have %v, want %q in it", have, part)
		}
	}
}

func wantNoText(t *testing.T, have any, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(fmt.Sprint(have), part) {
			t.Errorf("have %v, want no %q in it", have, part)
		}
	}
}
