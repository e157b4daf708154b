package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web/gateway"
)

// Gate is a gateway that says where it is.
type Gate struct {
	_ service.Name `name:"gate"`
	_ rpc.Method   `method:"Where"`
	_ rpc.Method   `method:"Served"`

	Front gateway.Front `subjects:"open.>"`
}

func (g *Gate) Where() string             { return g.Front.URL() }
func (g *Gate) Served() []gateway.Service { return g.Front.Services() }

// Shop is called through it.
type Shop struct {
	_ service.Name `name:"shop"`
	_ rpc.Method   `method:"Buy" args:"article,count"`
	_ rpc.Method   `method:"Fail" args:"how"`
	_ rpc.Method   `method:"Carried"`
	_ rpc.Method   `method:"Wait"`
	_ rpc.Method   `method:"Nothing"`

	entered chan context.Context
	open    chan struct{}
}

func newShop() *Shop {
	return &Shop{entered: make(chan context.Context, 100), open: make(chan struct{})}
}

// Order is what Buy returns.
type Order struct {
	Article string `json:"article"`
	Count   int    `json:"count"`
}

func (*Shop) Buy(article string, count int) Order { return Order{article, count} }
func (*Shop) Nothing()                            {}

func (*Shop) Fail(how string) error {
	if how == "declared" {
		return fault.Declare("shop.sold_out", fault.Conflict, "sold out")
	}
	return errors.New("the disk is on fire")
}

// Carried is what a call carries.
func (*Shop) Carried(ctx context.Context) map[string]any {
	end, _ := ctx.Deadline()
	return map[string]any{"data": entrypoint.Data(ctx), "parents": len(entrypoint.FromContext(ctx).Parents), "left": time.Until(end).Round(time.Second).String()}
}

// Wait returns once it is let go.
func (s *Shop) Wait(ctx context.Context) (bool, error) {
	s.entered <- ctx
	select {
	case <-s.open:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// Mill works on subjects.
type Mill struct {
	_ service.Name `name:"mill"`
	_ rpc.Subject  `method:"Reverse" subject:"foo.get" args:"data"`
	_ rpc.Subject  `method:"Upper" subject:"foo.GET"`
	_ rpc.Subject  `method:"Echo" subject:"echo.>" args:"message"`
	_ rpc.Subject  `method:"Fail" subject:"fail.get" args:"how"`
	_ rpc.Subject  `method:"Carried" subject:"carried.get"`
}

func (*Mill) Reverse(data []string) string {
	text := []byte(data[0])
	slices.Reverse(text)
	return string(text)
}
func (*Mill) Upper() string { return "upper" }
func (*Mill) Echo(ctx context.Context, message map[string]any) []any {
	return []any{rpc.SubjectOf(ctx), message}
}
func (*Mill) Carried(ctx context.Context) map[string]string { return entrypoint.Data(ctx) }

func (*Mill) Fail(how []string) error {
	if how[0] == "declared" {
		return fault.New(fault.Conflict, "sold out")
	}
	return errors.New("the disk is on fire")
}

// world is a gateway with what stands behind it, and a client.
type world struct {
	*svctest.World
	t    *testing.T
	url  string
	http *http.Client
}

func open(t *testing.T, services ...any) *world {
	t.Helper()
	w := &world{World: svctest.New(t, append(services, &Gate{})...), t: t}
	where, err := w.Hook(await.Within(t), "gate", "Where")
	if err != nil {
		t.Fatal(err)
	}
	w.url = where.(string)
	transport := &http.Transport{DisableCompression: true}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w.http = &http.Client{Transport: transport, CheckRedirect: stay}
	t.Cleanup(transport.CloseIdleConnections)
	return w
}

// answer is a response that was read to its end.
type answer struct {
	*http.Response
	body string
}

// ask sends a request. Headers are given as names and values in turn.
func (w *world) ask(method, path, body string, headers ...string) answer {
	w.t.Helper()
	a, err := w.try(await.Within(w.t), method, path, body, headers...)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (w *world) try(ctx context.Context, method, path, body string, headers ...string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	response, err := w.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return answer{response, string(text)}, err
}

func (a answer) want(t *testing.T, status int, body string) {
	t.Helper()
	if a.StatusCode != status || a.body != body {
		t.Errorf("%s %s: have %d %.300s, want %d %s", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status, body)
	}
}

// wantProblem wants a problem document with parts of text in its detail.
func (a answer) wantProblem(t *testing.T, status int, parts ...string) {
	t.Helper()
	var p struct {
		Status int    `json:"status"`
		Detail string `json:"detail"`
		CallID string `json:"call_id"`
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: have %d %.300s, want a problem document", a.Request.URL, a.StatusCode, a.body)
	}
	if a.StatusCode != status || p.Status != status || p.CallID == "" || p.CallID != a.Header.Get("X-Call-Id") {
		t.Errorf("%s: have %d %s, want %d with the id of the call", a.Request.URL, a.StatusCode, a.body, status)
	}
	for _, part := range parts {
		if !strings.Contains(p.Detail, part) {
			t.Errorf("%s: have %s, want %q in its detail", a.Request.URL, a.body, part)
		}
	}
	if retry := a.Header.Get("Retry-After"); (retry != "") != (status == http.StatusServiceUnavailable) {
		t.Errorf("%s: have Retry-After %q with status %d", a.Request.URL, retry, status)
	}
}

// eavesdrop hears every message on the broker.
func eavesdrop(t *testing.T, nc *nats.Conn) func() []string {
	t.Helper()
	heard := make(chan *nats.Msg, 100_000)
	_, err := nc.ChanSubscribe(">", heard)
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() (subjects []string) {
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		for len(heard) > 0 {
			subjects = append(subjects, (<-heard).Subject)
		}
		return subjects
	}
}
