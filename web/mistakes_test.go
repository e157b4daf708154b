package web_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// Shelf wants routes that others want, too.
type Shelf struct {
	_ web.Route `method:"Show" route:"GET /pears/{id}" args:"id"`
}

// Show returns its id.
func (*Shelf) Show(id string) string { return id }

// Board wants one of Shelf's.
type Board struct {
	_ web.Route `method:"Look" route:"GET /{what}/7" args:"what"`
}

// Look returns what it is.
func (*Board) Look(what string) string { return what }

// Twin wants one of Shelf's.
type Twin struct {
	_ web.Route `method:"Peek" route:"GET /pears/{pear}" args:"pear"`
}

// Peek returns its pear.
func (*Twin) Peek(pear string) string { return pear }

func TestRoutesThatWantTheSameRequestsNameBothOwners(t *testing.T) {
	t.Parallel()
	err := mistake(t, "", &Shelf{}, &Board{})
	wantText(t, err, `"GET /{what}/7"`, `"GET /pears/{id}" of shelf.Show`, "mistakes_test.go:", "Look")
	err = mistake(t, "", &Shelf{}, &Twin{})
	wantText(t, err, `"GET /pears/{pear}"`, `"GET /pears/{id}" of shelf.Show`, "mistakes_test.go:", "Peek")
}

// wrong is a service with the entrypoints that a test wants.
type wrong struct {
	_       service.Name `name:"wrong"`
	entries []entrypoint.Binding
}

// Entrypoints declares them.
func (w *wrong) Entrypoints() []entrypoint.Binding { return w.entries }

// The methods have all sorts of signatures.
func (*wrong) Show(context.Context) string                        { return "" }
func (*wrong) Take(string) string                                 { return "" }
func (*wrong) Raw(http.ResponseWriter, *http.Request)             {}
func (*wrong) Who(*http.Request) (web.Data, error)                { return nil, nil }
func (*wrong) Guess(context.Context, *http.Request) (bool, error) { return true, nil }
func (*wrong) Say(string) (web.Data, error)                       { return nil, nil }

func TestMistakesOfRoutesAreFoundBeforeTheStart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method any
		tag    reflect.StructTag
		want   []string
	}{
		{(*wrong).Show, ``, []string{`tag key "route" is missing`}},
		{(*wrong).Show, `rout:"GET /"`, []string{`unknown tag key "rout"`, `did you mean "route"?`}},
		{(*wrong).Show, `route:"show"`, []string{`tag key route: have "show"`, `"GET /orders/{id}"`}},
		{(*wrong).Show, `route:"get /show"`, []string{`tag key route: have "get /show"`}},
		{(*wrong).Show, `route:"GET /a b"`, []string{"as in GET /orders/{id}"}},
		{(*wrong).Take, `route:"GET /{id" args:"id"`, []string{`/{id"`, "wildcard"}},
		{(*wrong).Take, `route:"GET /{id}/{id}" args:"id"`, []string{`"GET /{id}/{id}"`, "duplicate wildcard"}},
		{(*wrong).Show, `route:"GET /{id}"`, []string{`wildcard {id}`}},
		{(*wrong).Show, `route:"GET /" status:"99"`, []string{`status:"99"`, "from 200"}},
		{(*wrong).Show, `route:"GET /" status:"1000"`, []string{"tag key status: have 1000, want 200 to 599"}},
		{(*wrong).Show, `route:"GET /" timeout:"5"`, []string{`tag key timeout: have "5"`, `"5s"`, `"none"`}},
		{(*wrong).Show, `route:"GET /" auth:"no"`, []string{`auth`, `have "no"`, "want one of none"}},
		{(*wrong).Show, `route:"GET /" body:"1MB"`, []string{`body:"1MB"`, "whole number"}},
		{(*wrong).Raw, `route:"GET /" args:"w,r"`, []string{`tag key args`, "leave it out"}},
	} {
		err := mistake(t, "", &wrong{entries: []entrypoint.Binding{entrypoint.Bind(web.Route{}, tt.method, tt.tag)}})
		wantText(t, err, tt.want...)
	}
}

func TestMistakesOfAuthAreFoundBeforeTheStart(t *testing.T) {
	t.Parallel()
	const want = "want func([ctx context.Context,] *http.Request) (web.Data, error)"
	for _, method := range []any{(*wrong).Guess, (*wrong).Say, (*wrong).Show, (*wrong).Raw} {
		wantText(t, mistake(t, "", &wrong{entries: []entrypoint.Binding{entrypoint.Bind(web.Auth{}, method)}}), want)
	}
	who := entrypoint.Bind(web.Auth{}, (*wrong).Who)
	wantText(t, mistake(t, "", &wrong{entries: []entrypoint.Binding{who, who}}), "has a web.Auth already, Who", "leave one of the two out")
	who.Tag = `header:"X"`
	wantText(t, mistake(t, "", &wrong{entries: []entrypoint.Binding{who}}), `unknown tag key "header"`)
}

func TestMistakesOfTheConfigurationAreFoundBeforeTheStart(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"port: 70000":                               "configuration key web.port: have 70000",
		"port: 8000, offset: -1":                    "web.port",
		"timeout: 0s":                               "configuration key web.timeout: have 0s",
		"body: -1":                                  "configuration key web.body: have -1",
		"max_connections: 0":                        "configuration key web.max_connections: have 0",
		"tls: {cert: a.pem}":                        "configuration key web.tls: have only one of cert and key",
		"static: {assets: ./x}":                     `configuration key web.static: have the path "assets"`,
		"headers: {Svc-Data-user: user}":            "reserved",
		"headers: {nats-msg-id: id}":                "reserved",
		`headers: {X-Tenant: ""}`:                   `have the key "" of the context data`,
		`headers: {X-Tenant: "the one"}`:            `configuration key web.headers: have the key "the one"`,
		"prt: 80":                                   "port",
		"cors: {origins: ['*'], credentials: true}": "web.cors.credentials",
	} {
		wantText(t, mistake(t, "web: {"+yaml+"}", &Shelf{}), want)
	}
}

func TestPortThatIsTakenIsNamedWithItsSetting(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := strings.Cut(l.Addr().String(), ":")
	a, _ := app(t, "web: {port: "+port+"}", &Shelf{})
	wantText(t, a.Start(await.Within(t)), "127.0.0.1:"+port, "--port", "web.port")

	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	a, _ = app(t, fmt.Sprintf("web: {port: %d, offset: 7}", number-7), &Shelf{}) // as svc run -n numbers its processes
	wantText(t, a.Start(await.Within(t)), "127.0.0.1:"+port)
}

func TestWhatTheServerNeedsIsNamedWithItsSetting(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"tls: {cert: missing.pem, key: missing.pem}": "configuration key web.tls: open missing.pem",
		"static: {/assets/: ./missing}":              "configuration key web.static: open ./missing",
		"host: 192.0.2.1":                            "web.host",
	} {
		a, _ := app(t, "web: {"+yaml+"}", &Shelf{})
		wantText(t, a.Start(await.Within(t)), want)
	}
}

// trio wants two routes and a socket.
type trio struct {
	_ web.Route  `method:"Go" route:"GET /a"`
	_ web.Route  `method:"Go" route:"GET /b"`
	_ web.Socket `method:"Go"`
}

func (*trio) Go() {}

func TestMistakeOfTheConfigurationIsSaidOnce(t *testing.T) {
	t.Parallel()
	for yaml, part := range map[string]string{"web: {prot: 1}": `"prot"`, "web: {timeout: -1s}": "timeout", "web: {sockets: {ping: 0s}}": "web.sockets.ping", "web: {headers: {X-A: 'a b'}}": "a b"} {
		err := mistake(t, yaml, new(trio), new(Shelf))
		if n := strings.Count(fmt.Sprint(err), part); n != 1 {
			t.Errorf("%s: have it %d times, want once:\n%v", yaml, n, err)
		}
	}
}
