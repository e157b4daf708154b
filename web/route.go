package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/tag"
	"github.com/enoki-go/enoki/web/internal/apidoc"
	"github.com/enoki-go/enoki/web/internal/typed"
)

// Route is the marker that serves HTTP requests with a method:
//
//	_ web.Route `method:"Create" route:"POST /orders" status:"201"`
//
// Its tag keys are method (the Go name), route (a pattern of net/http, as in "GET
// /orders/{id}"; a method may have several markers), args (names of the parameters, as
// for rpc.Method), status (of success; 200, 204 without a result), timeout (from the
// headers to the answer, or "none"; web.timeout), body (bytes that a request may have;
// web.body), auth ("none" where the Auth of the service is not asked) and workers (how
// many requests run at once; only the service's limit).
//
// A method of the form func([ctx,] http.ResponseWriter, *http.Request) [error] is raw:
// it reads the request and writes the answer by itself. Its request has the context of
// the call. Every other method is typed. Its parameters come from the request: the
// fields of a struct from where their tags say (path, query, header, cookie, body),
// else from the path where a wildcard has their name, else from the JSON body, or from
// the query where the method of HTTP has no body; other parameters, by their names in
// args, in the same way. What does not fit is an answer 400 that says where. The tags
// minimum, maximum, minLength, maxLength, pattern, enum, format and default are checked;
// doc and example are for readers of /openapi.json.
//
// A result is written as JSON; a string as text, []byte as bytes, a [Reply] as it says.
// An error becomes a [Problem] with the status of its code.
type Route struct{}

var _ entrypoint.Declaration = Route{}

// kind is what routes are in logs, limits and manifests.
const kind = "http"

// unsaid is the key body of a tag that does not have it.
const unsaid = -1

// routeOptions are the tag keys of Route.
type routeOptions struct {
	Route   string `tag:"route,required"`
	Args    []string
	Status  int `min:"200"`
	Timeout string
	Body    int
	Auth    string `oneof:"none"`
}

// Declare makes the entrypoint.
func (Route) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := routeOptions{Body: unsaid}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	if o.Status != 0 && !isStatus(o.Status) {
		return nil, fmt.Errorf("tag key status: have %d, want 200 to 599", o.Status)
	}
	s, err := ServerOf(h)
	if err != nil {
		return nil, err
	}
	g, err := guardOf(h)
	if err != nil {
		return nil, err
	}
	verb, path, err := splitPattern(o.Route)
	if err != nil {
		return nil, err
	}
	e := &route{
		server: s, guard: g, host: h, method: m, pattern: o.Route, path: path, name: entrypoint.WireName(m.Name),
		public: o.Auth != "", raw: isRaw(m), status: o.Status, limit: s.settings.Body, timeoutKey: "configuration key web.timeout",
	}
	if o.Body != unsaid {
		e.limit = int64(o.Body)
	}
	if e.timeout, err = timeoutOf(o.Timeout, s.settings.Timeout); err != nil {
		return nil, err
	}
	e.usual = o.Timeout == ""
	if !e.usual {
		e.timeoutKey = "tag key timeout of " + h.Service() + "." + m.Name
	}
	if err := e.describe(verb, o.Args); err != nil {
		return nil, err
	}
	s.probe.closed(h.Service())
	return e, s.Handle(o.Route, h.Service()+"."+m.Name, e)
}

// splitPattern returns the method of HTTP, "" for any, and the path of a pattern.
func splitPattern(pattern string) (verb, path string, err error) {
	verb, path, found := strings.Cut(pattern, " ")
	if !found {
		verb, path = "", pattern
	}
	path = strings.TrimLeft(path, " ")
	if i := strings.IndexByte(path, '/'); i < 0 || strings.ToUpper(verb) != verb {
		return "", "", fmt.Errorf("tag key route: have %q, want a method of HTTP and a path, as in \"GET /orders/{id}\"", pattern)
	}
	return verb, path[strings.IndexByte(path, '/'):], nil
}

func timeoutOf(text string, usual time.Duration) (time.Duration, error) {
	if text == "" {
		return usual, nil
	}
	if text == "none" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("tag key timeout: have %q, want a duration such as \"5s\", or \"none\"", text)
	}
	return d, nil
}

var (
	writerType  = reflect.TypeFor[http.ResponseWriter]()
	requestType = reflect.TypeFor[*http.Request]()
)

func isRaw(m *entrypoint.Method) bool {
	return len(m.In) == 2 && m.In[0] == writerType && m.In[1] == requestType && len(m.Out) == 0
}

// route serves the requests that fit a pattern with a method.
type route struct {
	server     *Server
	guard      *guard
	host       entrypoint.Host
	method     *entrypoint.Method
	name       string
	pattern    string
	path       string
	public     bool // the guard's Auth is not asked
	raw        bool
	binding    *typed.Binding // nil where raw
	status     int            // of success; 0 for the usual
	limit      int64          // bytes of a body
	timeout    time.Duration  // 0 for none
	usual      bool           // timeout is that of all routes
	timeoutKey string         // where it was set

	open atomic.Bool
}

var _ entrypoint.Describer = (*route)(nil)

// describe adds the route to the document and, where it is typed, says how requests
// become parameters.
func (e *route) describe(verb string, names []string) error {
	m := typed.Method{
		Verb: verb, Path: e.path, Wildcards: wildcards(e.path), Names: names, Optional: e.method.Optional,
		In: e.method.In, Out: e.method.Out, Status: e.status, Tag: e.host.Service(), Summary: e.method.Name,
		Hide: e.method.HideNamed,
	}
	if e.raw {
		if len(names) > 0 {
			return errors.New("tag key args: a method that takes the request itself has no parameters to name; leave it out")
		}
		m.In, m.Out = nil, nil
		return e.document(verb, apidoc.Plain(m))
	}
	var err error
	if e.binding, err = typed.New(e.server.document.Registry(), m); err != nil {
		return fmt.Errorf("%s: %w", e.method.Signature(), err)
	}
	return e.document(verb, e.binding.Operation())
}

func (e *route) document(verb string, op *apidoc.Operation) error {
	if !e.public {
		op.Security = []map[string][]string{{e.host.Service(): {}}}
	}
	return e.server.document.Add(verb, e.path, op)
}

// wildcards returns the names in a path, in order.
func wildcards(path string) (all []string) {
	for segment := range strings.SplitSeq(path, "/") {
		name, ok := strings.CutPrefix(segment, "{")
		if name = strings.TrimSuffix(strings.TrimSuffix(name, "}"), "..."); ok && name != "$" {
			all = append(all, name)
		}
	}
	return all
}

// Start lets requests in.
func (e *route) Start(context.Context) error {
	e.open.Store(true)
	e.server.probe.opened(e.host.Service())
	return nil
}

// Stop answers further requests with 503. Those that run are the host's.
func (e *route) Stop(context.Context) error {
	if e.open.Swap(false) {
		e.server.probe.closed(e.host.Service())
	}
	return nil
}

// Describe says where the method is reached.
func (e *route) Describe() entrypoint.Description {
	d := entrypoint.Description{Kind: kind, Name: e.name, Address: e.pattern}
	if url := e.server.URL(); url != "" {
		d.Options = map[string]string{"url": url + e.path}
	}
	return d
}
