package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/tag"
)

// Auth is the marker for the method that says who sends a request:
//
//	_ web.Auth `method:"Authenticate"`
//
// The method is func([ctx,] *http.Request) (web.Data, error). It runs before each request
// and each websocket of the service, on a worker, with the dependencies of the service,
// except for routes with the tag key auth:"none". What it returns is added to the context
// data, with which services know, however many calls further down, on whose behalf they
// work. An error, such as fault.New(fault.Unauthenticated, "…"), is the answer. A service
// has one. The tag key scheme says for readers of /openapi.json, and to Swagger UI, how
// clients say who they are: bearer, which holds where nothing is said, or basic.
type Auth struct{}

// authOptions are the tag keys of Auth.
type authOptions struct {
	Scheme string `oneof:"bearer,basic"`
}

var (
	_ entrypoint.Declaration = Auth{}
	_ entrypoint.Describer   = (*auth)(nil)
)

// Declare makes the entrypoint.
func (Auth) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := authOptions{Scheme: "bearer"}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	if len(m.In) != 1 || m.In[0] != requestType || len(m.Out) != 1 || m.Out[0] != reflect.TypeFor[Data]() {
		return nil, fmt.Errorf("%s cannot say who sends a request: want func([ctx context.Context,] *http.Request) (web.Data, error)", m.Signature())
	}
	g, err := guardOf(h)
	if err != nil {
		return nil, err
	}
	if g.auth != nil {
		return nil, fmt.Errorf("the service has a web.Auth already, %s; leave one of the two out", g.auth.method.Name)
	}
	s, err := ServerOf(h)
	if err != nil {
		return nil, err
	}
	s.document.Guard(h.Service(), o.Scheme)
	g.auth = &auth{host: h, method: m, timeout: g.timeout, scheme: challengeOf(o.Scheme, h.Service())}
	return g.auth, nil
}

// challengeOf returns how a client is asked who it is, see RFC 6750 and RFC 7617.
func challengeOf(scheme, service string) string {
	if scheme == "basic" {
		return `Basic realm="` + service + `", charset="UTF-8"`
	}
	return "Bearer"
}

// auth asks the method.
type auth struct {
	host    entrypoint.Host
	method  *entrypoint.Method
	timeout time.Duration
	scheme  string
}

// Describe says what the method is for.
func (a *auth) Describe() entrypoint.Description {
	return entrypoint.Description{Kind: "auth", Name: entrypoint.WireName(a.method.Name), Address: "each request"}
}

// Start does nothing: routes ask.
func (*auth) Start(context.Context) error { return nil }

// Stop does nothing: routes no longer ask.
func (*auth) Stop(context.Context) error { return nil }

func (a *auth) ask(r *http.Request, id string, data Data) (Data, error) {
	var out any
	var err error
	c := &entrypoint.Call{
		ID: id, Kind: kind, Method: a.method, Data: data, Parent: r.Context(), Deadline: time.Now().Add(a.timeout),
		Decode: func(into []any) error {
			*into[0].(**http.Request) = r
			return nil
		},
	}
	if refused := a.host.Do(r.Context(), c, func(o any, e error) { out, err = o, e }); refused != nil {
		return nil, refused
	}
	if err != nil {
		return nil, err
	}
	found, _ := out.(Data) // nil is nothing
	return found, nil
}

// carried is a header that becomes context data.
type carried struct{ name, key string } // its canonical name, and the key of the data

// guard is what the requests of one service pass.
type guard struct {
	headers []carried
	auth    *auth // nil where everybody may come
	timeout time.Duration
}

type guardKey struct{ service string }

// guardOf returns the guard of the service that h hosts.
func guardOf(h Host) (*guard, error) {
	return dependency.Shared(h, guardKey{h.Service()}, func() (*guard, error) {
		s, err := readSettings(h)
		if err != nil {
			return nil, err
		}
		return newGuard(s), nil
	})
}

func newGuard(s settings) *guard {
	g := &guard{timeout: s.Timeout}
	for name, key := range s.Headers {
		g.headers = append(g.headers, carried{http.CanonicalHeaderKey(name), key})
	}
	return g
}

// GuardOf returns what lets requests in as it does for routes: it reads the context data
// of a request, from the headers that the configuration key web.headers lists, from
// Traceparent and Tracestate, and from the Auth of the service, if it has one. The id is that of the
// request in the log. It is for other kinds of handlers, and is asked for while services
// are declared.
func GuardOf(h Host) (func(r *http.Request, id string) (Data, error), error) {
	g, err := guardOf(h)
	if err != nil {
		return nil, err
	}
	return func(r *http.Request, id string) (Data, error) { return g.admit(r, id, false) }, nil
}

// maxHeader bounds a header that travels on.
const maxHeader = 1024

func (g *guard) fromHeaders(r *http.Request) (data Data, err error) {
	for _, h := range g.headers {
		values := r.Header[h.name]
		if len(values) == 0 {
			continue
		}
		if len(values) > 1 || len(values[0]) > maxHeader || !utf8.ValidString(values[0]) {
			return nil, statusError{http.StatusBadRequest, fmt.Sprintf("header %s: want it once, with at most %d bytes of UTF-8", h.name, maxHeader)}
		}
		if data == nil {
			data = make(Data, len(g.headers))
		}
		data[h.key] = values[0]
	}
	return withTrace(data, r.Header), nil
}

// withTrace adds the trace that a request belongs to. What W3C Trace Context does not
// allow is left out, as it says: the request is none the worse for it.
func withTrace(data Data, h http.Header) Data {
	parent, state := h[traceparentField], strings.Join(h[tracestateField], ",")
	if len(parent) != 1 || !plainText(parent[0]) {
		return data
	}
	if data == nil {
		data = make(Data, 2)
	}
	data["traceparent"] = parent[0]
	if state != "" && plainText(state) {
		data["tracestate"] = state
	}
	return data
}

// plainText reports whether a value is short and of printable ASCII.
func plainText(value string) bool {
	return len(value) <= maxHeader && strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// admit returns the context data of a request, or why it may not come in. Nobody is
// asked who sends one that is public.
func (g *guard) admit(r *http.Request, id string, public bool) (Data, error) {
	data, err := g.fromHeaders(r)
	if err != nil || public {
		return data, err
	}
	return g.identify(r, id, data)
}

// identify returns the context data with what the Auth of the service adds to it, which
// wins.
func (g *guard) identify(r *http.Request, id string, data Data) (Data, error) {
	if g.auth == nil {
		return data, nil
	}
	known, err := g.auth.ask(r, id, data)
	if err != nil {
		return nil, g.challenge(g.why(err))
	}
	if len(data) == 0 {
		return known, nil
	}
	data = maps.Clone(data)
	maps.Copy(data, known)
	return data, nil
}

// challenge adds to an error that asks who the client is how it is to say so.
func (g *guard) challenge(err error) error {
	if publicOf(err).status != http.StatusUnauthorized {
		return err
	}
	return challenged{err, g.auth.scheme}
}

// challenged is an error with the value of WWW-Authenticate.
type challenged struct {
	error
	scheme string
}

func (c challenged) Unwrap() error { return c.error }

// why explains what the framework itself refused, or cut off.
func (g *guard) why(err error) error {
	if refused := declined(err); refused != nil {
		return refused
	}
	if err == entrypoint.ErrExpired || errors.Is(err, context.DeadlineExceeded) { //nolint:errorlint // this very value; what wraps it is a method's outcome
		return fault.New(fault.Timeout, fmt.Sprintf("who sends the request was not known within %v (configuration key web.timeout)", g.timeout)).Because(err)
	}
	return err
}
