package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Ledger is called on behalf of others.
type Ledger struct {
	_ rpc.Method `method:"Whose" args:"key"`
}

// Whose returns a piece of context data.
func (*Ledger) Whose(ctx context.Context, key string) string { return entrypoint.Data(ctx)[key] }

// Whose is what Ledger is asked.
type Whose struct {
	Key string `json:"key"`
}

// Bank lets in those it knows.
type Bank struct {
	_ web.Auth  `method:"Authenticate"`
	_ web.Route `method:"Whose" route:"GET /whose/{key}" args:"key"`
	_ web.Route `method:"Whose" route:"GET /public/{key}" args:"key" auth:"none"`
	_ web.Route `method:"Own" route:"GET /own/{key}" args:"key"`
	_ web.Route `method:"Raw" route:"GET /raw"`

	Ask rpc.Func[Whose, string] `rpc:"ledger.whose"`
}

// Authenticate reads who it is from the header Authorization.
func (*Bank) Authenticate(_ context.Context, r *http.Request) (web.Data, error) {
	switch who := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); who {
	case "":
		return nil, fault.New(fault.Unauthenticated, "show a token")
	case "mallory":
		return nil, fault.New(fault.Denied, "your account is closed")
	case "broken":
		panic(canary)
	case "nobody":
		return nil, nil
	default:
		return web.Data{"user": who, "tenant": "of " + who}, nil
	}
}

// Whose asks Ledger.
func (b *Bank) Whose(ctx context.Context, key string) (string, error) {
	return b.Ask(ctx, Whose{key})
}

// Own returns what it knows itself.
func (*Bank) Own(ctx context.Context, key string) string { return entrypoint.Data(ctx)[key] }

// Raw tells who asks.
func (*Bank) Raw(w http.ResponseWriter, r *http.Request) {
	_, _ = fmt.Fprint(w, entrypoint.Data(r.Context())["user"])
}

func TestAuthSaysOnWhoseBehalfOthersWork(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Ledger{}, &Bank{})
	v.get("/whose/user", "Authorization", "Bearer alice").want(t, 200, "alice")
	v.get("/own/user", "Authorization", "Bearer alice").want(t, 200, "alice")
	v.get("/raw", "Authorization", "Bearer bob").want(t, 200, "bob")
	v.get("/whose/user", "Authorization", "Bearer nobody").want(t, 200, "")
}

func TestAuthRefusesRequests(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Bank{Ask: func(context.Context, Whose) (string, error) { return "", nil }})
	for _, path := range []string{"/whose/user", "/own/user", "/raw"} {
		a := v.get(path)
		if p := a.problem(t, http.StatusUnauthorized); p.Detail != "show a token" || p.Code != fault.Unauthenticated || p.CallID == "" {
			t.Errorf("%s: have %+v", path, p)
		}
		a.wantHeader(t, "Www-Authenticate", "Bearer")
		if p := v.get(path, "Authorization", "Bearer mallory").problem(t, http.StatusForbidden); p.Detail != "your account is closed" {
			t.Errorf("%s: have %+v", path, p)
		}
		a = v.get(path, "Authorization", "Bearer broken")
		a.problem(t, http.StatusInternalServerError)
		wantNoText(t, a.body, "hunter2")
	}
}

func TestRouteThatIsPublicAsksNobody(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Ledger{}, &Bank{})
	v.get("/public/user").want(t, 200, "")
	v.get("/public/user", "Authorization", "Bearer mallory").want(t, 200, "")
	v.get("/public/user", "Authorization", "Bearer alice").want(t, 200, "") // it is not known who that is
}

func TestAuthHasTheLastWordOnContextData(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Ledger{}, &Bank{}, svctest.Config("web: {headers: {X-Tenant: tenant, X-Lang: lang}}"))
	alice := []string{"Authorization", "Bearer alice", "X-Tenant", "of mallory", "X-Lang", "de"}
	v.get("/whose/tenant", alice...).want(t, 200, "of alice")
	v.get("/whose/lang", alice...).want(t, 200, "de")
}

func TestAuthOfOneServiceIsNotThatOfAnother(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Ledger{}, &Bank{}, &Forms{})
	v.get("/text").want(t, 200, "grüß <b>dich</b>")
	v.get("/own/user").problem(t, http.StatusUnauthorized)
}

// Slow finds out who sends a request once it is opened.
type Slow struct {
	_ web.Auth  `method:"Authenticate"`
	_ web.Route `method:"Hello" route:"GET /hello"`
	_ web.Route `method:"Hello" route:"GET /quick" timeout:"40ms"`

	gate *Gate
}

// Authenticate waits for the gate.
func (s *Slow) Authenticate(ctx context.Context, _ *http.Request) (web.Data, error) {
	_, err := s.gate.Pass(ctx, 1)
	return nil, err
}

// Hello greets.
func (*Slow) Hello() string { return "hello" }

func TestAuthThatTakesTooLongIsATimeout(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {timeout: 60ms}", &Slow{gate: newGate()})
	wantText(t, v.get("/hello").problem(t, http.StatusGatewayTimeout).Detail, "60ms", "web.timeout")
}

func TestTimeoutOfARouteIncludesItsAuth(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Slow{gate: newGate()})
	wantText(t, v.get("/quick").problem(t, http.StatusGatewayTimeout).Detail, "40ms", "tag key timeout of slow.Hello")
}

func TestAuthThatWaitsTooLongIsATimeout(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, _ := launch(t, "{workers: 1, web: {timeout: 300ms}}", &Hog{gate: g})
	hog := v.send("/hog")
	await.Take(t, g.entered)
	start := time.Now()
	wantText(t, v.get("/hello").problem(t, http.StatusGatewayTimeout).Detail, "300ms", "web.timeout")
	if took := time.Since(start); took < 250*time.Millisecond {
		t.Errorf("have the answer after %v, want it after 300ms", took)
	}
	close(g.open)
	await.Take(t, hog).want(t, 200, "1")
}

func TestAuthThatIsAskedTooOftenAtOnceSendsClientsAway(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, _ := launch(t, "workers: 1", &Hog{gate: g})
	hog := v.send("/hog")
	await.Take(t, g.entered)
	all := make(chan answer)
	for range 10 + 3 {
		come := v.send("/hello")
		go func() { all <- <-come }() // awaited below
	}
	for range 3 {
		a := await.Take(t, all)
		wantText(t, a.problem(t, http.StatusServiceUnavailable).Detail, "too many requests wait")
		a.wantHeader(t, "Retry-After", "1")
	}
	a := v.get("/ws", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-Websocket-Version", "13", "Sec-Websocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")
	wantText(t, a.problem(t, http.StatusServiceUnavailable).Detail, "too many requests wait")
	close(g.open)
	await.Take(t, hog).want(t, 200, "1")
	for range 10 {
		await.Take(t, all).want(t, 200, "hello")
	}
}

// Hog holds a worker that Auth needs.
type Hog struct {
	_ web.Auth   `method:"Authenticate"`
	_ web.Socket `method:"Hello"`
	_ web.Route  `method:"Hold" route:"GET /hog" auth:"none" timeout:"none"`
	_ web.Route  `method:"Hello" route:"GET /hello"`

	gate *Gate
}

// Authenticate lets everybody in.
func (*Hog) Authenticate(*http.Request) (web.Data, error) { return nil, nil }

// Hold waits for the gate.
func (s *Hog) Hold(ctx context.Context) (int, error) { return s.gate.Pass(ctx, 1) }

// Hello greets.
func (*Hog) Hello() string { return "hello" }
