package rpc_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// request sends a message of a plain client and returns the answer.
func request(t *testing.T, nc *nats.Conn, subject, body string, headers ...string) *nats.Msg {
	t.Helper()
	m := &nats.Msg{Subject: subject, Data: []byte(body), Header: nats.Header{}}
	for i := 0; i < len(headers); i += 2 {
		m.Header[headers[i]] = []string{headers[i+1]}
	}
	answer, err := nc.RequestMsgWithContext(await.Within(t), m)
	if err != nil {
		t.Fatalf("%s %q: %v", subject, body, err)
	}
	return answer
}

func dial(t *testing.T, w *svctest.World, opts ...rpc.DialOption) *rpc.Standalone {
	t.Helper()
	s, err := rpc.Dial(w.Broker().URL(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// callErr returns the error of a call that has to fail.
func callErr(t *testing.T, s *rpc.Standalone, target string, args ...any) error {
	t.Helper()
	_, err := s.Proxy("").Call(await.Within(t), target, args...)
	if err == nil {
		t.Fatalf("call %s: have no error, want one", target)
	}
	return err
}

func wantText(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("have error %v, want one with %q", err, part)
		}
	}
}

func wantCode(t *testing.T, err error, want fault.Code) {
	t.Helper()
	if got := fault.CodeOf(err); got != want {
		t.Errorf("have code %q, want %q in %v", got, want, err)
	}
}

// Gate holds its calls until it is opened.
type Gate struct {
	_ service.Name `name:"gate"`
	_ rpc.Method   `method:"Pass" args:"n"`
	_ rpc.Method   `method:"Hold" args:"n"`
	_ rpc.Method   `method:"Echo" args:"n"`

	entered chan int
	open    chan struct{}
}

func newGate() *Gate { return &Gate{entered: make(chan int, 100), open: make(chan struct{})} }

// Pass returns n once the gate is open.
func (g *Gate) Pass(ctx context.Context, n int) (int, error) {
	g.entered <- n
	select {
	case <-g.open:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Hold is Pass that ignores its deadline.
func (g *Gate) Hold(n int) int {
	g.entered <- n
	<-g.open
	return n
}

// Echo returns n.
func (*Gate) Echo(n int) int { return n }

// refusal is a test that a World fails.
type refusal struct{ *testing.T }

func (refusal) Fatalf(format string, args ...any) { panic(fmt.Errorf(format, args...)) }

// startErr returns why services are refused, nil where they are not.
func startErr(t *testing.T, services ...any) (err error) {
	t.Helper()
	defer func() { err, _ = recover().(error) }()
	svctest.New(refusal{t}, services...)
	return nil
}
