package web_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Gate holds its calls until it is opened.
type Gate struct {
	_ service.Name `name:"gate"`
	_ web.Route    `method:"Pass" route:"GET /pass/{n}" args:"n"`
	_ web.Route    `method:"Pass" route:"GET /quick/{n}" args:"n" timeout:"50ms"`
	_ web.Route    `method:"Pass" route:"GET /narrow/{n}" args:"n" workers:"1"`
	_ web.Route    `method:"Pass" route:"GET /patient/{n}" args:"n" timeout:"none"`
	_ web.Route    `method:"Echo" route:"GET /echo/{n}" args:"n"`

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

// Echo returns n.
func (*Gate) Echo(n int) int { return n }

func TestTimeoutNamesItsSetting(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {timeout: 60ms}", newGate())
	p := v.get("/pass/1").problem(t, http.StatusGatewayTimeout)
	wantText(t, p.Detail, "60ms", "configuration key web.timeout")
	p = v.get("/quick/1").problem(t, http.StatusGatewayTimeout)
	wantText(t, p.Detail, "50ms", "tag key timeout of gate.Pass")
}

func TestTimeoutHoldsForThoseThatWait(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, _ := launch(t, "workers: 1", g)
	first := v.send("/patient/1")
	await.Take(t, g.entered)
	p := v.get("/quick/2").problem(t, http.StatusGatewayTimeout)
	wantText(t, p.Detail, "50ms", "tag key timeout of gate.Pass")
	close(g.open)
	await.Take(t, first).want(t, 200, "1")
}

// Hostel is a Gate that is reached by RPC, too.
type Hostel struct {
	_ service.Name `name:"hostel"`
	_ web.Route    `method:"Pass" route:"GET /pass/{n}" args:"n"`
	_ rpc.Method   `method:"Echo" args:"n"`

	gate *Gate
}

// Pass is that of Gate.
func (l *Hostel) Pass(ctx context.Context, n int) (int, error) { return l.gate.Pass(ctx, n) }

// Echo is that of Gate.
func (l *Hostel) Echo(n int) int { return l.gate.Echo(n) }

func TestSlowRequestsLeaveWorkersToOtherKinds(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, w := open(t, svctest.Config("{workers: 2, limits: {http: 1}}"), &Hostel{gate: g})
	var all []<-chan answer
	for range 5 {
		all = append(all, v.send("/pass/1"))
	}
	await.Take(t, g.entered)
	for n := range 20 {
		if got := svctest.Call[int](w, "hostel.echo", n); got != n {
			t.Errorf("have %d, want %d", got, n)
		}
	}
	select {
	case <-g.entered:
		t.Error("have a second request beside the first, want limits.http to be 1")
	default:
	}
	close(g.open)
	for _, come := range all {
		await.Take(t, come).want(t, 200, "1")
	}
}

func TestRouteMayHaveALimitOfItsOwn(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, _ := launch(t, "workers: 2", g)
	first, second := v.send("/narrow/1"), v.send("/narrow/2")
	await.Take(t, g.entered)
	v.get("/echo/3").want(t, 200, "3")
	select {
	case <-g.entered:
		t.Error("have two requests at once, want one")
	default:
	}
	close(g.open)
	await.Take(t, first).want(t, 200, "1")
	await.Take(t, second).want(t, 200, "2")
}

func TestRequestsThatAreTooManyAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, _ := launch(t, "{workers: 2, limits: {http: 1}}", g)
	all := make(chan answer)
	const sent = 1 + 10 + 5 // one runs, ten wait
	for range sent {
		come := v.send("/pass/1")
		go func() { all <- <-come }() // awaited below
	}
	for range 5 {
		a := await.Take(t, all)
		p := a.problem(t, http.StatusServiceUnavailable)
		wantText(t, p.Detail, "too many requests wait")
		a.wantHeader(t, "Retry-After", "1")
	}
	close(g.open)
	for range sent - 5 {
		await.Take(t, all).want(t, 200, "1")
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {max_connections: 1}", newGate())
	first, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(v.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	_, _ = io.WriteString(first, "GET /echo/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	if line, err := bufio.NewReader(first).ReadString('\n'); !strings.Contains(line, "200") {
		t.Fatalf("have %q, %v, want 200", line, err)
	}
	if a := v.try(v.request(await.Within(t, 100*time.Millisecond), "GET", "/echo/2", "")); !errors.Is(a.err, context.DeadlineExceeded) {
		t.Errorf("have %v beside the first connection, want it to wait", a)
	}
	_ = first.Close()
	v.get("/echo/2").want(t, 200, "2")
}
