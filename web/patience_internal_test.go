package web

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/web/internal/typed"
)

// patient is a host whose methods take their time, unless they are told to end.
type patient struct {
	entrypoint.Host
	takes time.Duration
}

func (patient) Service() string      { return "patient" }
func (patient) Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Do runs the method: it waits.
func (p patient) Do(_ context.Context, c *entrypoint.Call, _ entrypoint.Done) error {
	select {
	case <-time.After(p.takes):
		c.Stimulus.Done(nil, nil)
	case <-c.Context().Done():
		c.Stimulus.Done(nil, c.Context().Err())
	}
	c.Cancel()
	return nil
}

// upload has a body.
type upload struct {
	Text string `json:"text"`
}

// Take stands for any method; patient runs none.
func (upload) Take(upload) error { return nil }

// pipes is a listener without sockets, so that time is that of a bubble.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, http.ErrServerClosed
}
func (pipes) Close() error   { return nil }
func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

// exchangeWith sends a request to a route whose method takes that long, and returns
// the status of the answer, 0 where the connection was closed.
func exchangeWith(t *testing.T, e *route, takes time.Duration, request string) int {
	t.Helper()
	e.host, e.guard = patient{takes: takes}, newGuard(defaults())
	var err error
	if e.method, err = entrypoint.NewMethod(reflect.TypeFor[upload]().Method(0)); err != nil {
		t.Fatal(err)
	}
	s := newServer(defaults(), e.host)
	e.server = s
	if err := s.Handle("/", "patient.Wait", e); err != nil {
		t.Fatal(err)
	}
	e.open.Store(true)
	server, l := s.newHTTP(), make(pipes, 1)
	go func() { _ = server.Serve(l) }() // ends with l
	defer close(l)
	client, conn := net.Pipe()
	defer func() { _ = client.Close() }()
	l <- conn
	go func() { _, _ = io.WriteString(client, request) }() // ends with the connection
	response, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestMethodMayTakeLongerThanItsRequestMayTakeToArrive(t *testing.T) {
	binding, err := typed.New(typed.NewRegistry(), typed.Method{Verb: "POST", Path: "/", In: []reflect.Type{reflect.TypeFor[upload]()}})
	if err != nil {
		t.Fatal(err)
	}
	const post = "POST / HTTP/1.1\r\nHost: x\r\n"
	const whole, part = post + "Content-Length: 12\r\n\r\n{\"text\":\"x\"}", post + "Content-Length: 12\r\n\r\n{"
	for _, tt := range []struct {
		name    string
		route   *route
		takes   time.Duration
		request string
		want    int
	}{
		{"raw", &route{raw: true}, time.Hour, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", http.StatusOK},
		{"raw with a body", &route{raw: true, limit: 100}, time.Hour, post + "Content-Length: 2\r\n\r\n{}", http.StatusOK},
		{"typed", &route{binding: binding, limit: 100}, time.Hour, whole, http.StatusNoContent},
		{"usual timeout", &route{binding: binding, limit: 100, timeout: defaultTimeout, usual: true}, time.Hour, whole, http.StatusGatewayTimeout},
		{"body that never comes", &route{binding: binding, limit: 100}, 0, part, http.StatusRequestTimeout},
		{"body that comes too late for its route", &route{binding: binding, limit: 100, timeout: time.Second}, 0, part, http.StatusRequestTimeout},
		{"body that is not its end", &route{binding: binding, limit: 100}, 0, post + "Transfer-Encoding: chunked\r\n\r\n5\r\nxx", http.StatusRequestTimeout},
		{"body that is no body", &route{binding: binding, limit: 100}, 0, post + "Transfer-Encoding: chunked\r\n\r\nx\r\n", http.StatusBadRequest},
		{"headers that never come", &route{raw: true}, 0, "GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 9), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if have := exchangeWith(t, tt.route, tt.takes, tt.request); have != tt.want {
					t.Errorf("have status %d, want %d", have, tt.want)
				}
			})
		})
	}
}
