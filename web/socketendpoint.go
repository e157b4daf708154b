package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/internal/waitgroup"
	"github.com/enoki-go/enoki/web/internal/sock"
)

// endpoint is a path to which clients connect. Services of one process may share it.
type endpoint struct {
	path    string
	server  *Server
	sockets *sockets
	methods map[string]*socketMethod
	tenants []*tenant

	mu       sync.Mutex // guards what follows
	closed   int        // methods that have not started
	stopping bool
	conns    map[*Conn]struct{}
	work     sync.WaitGroup // of the sockets
}

// tenant is a service that has methods at an endpoint.
type tenant struct {
	host       entrypoint.Host
	guard      *guard
	public     bool          // its Auth is not asked
	markers    int           // that were declared
	connect    *socketMethod // nil for none
	disconnect *socketMethod // nil for none
}

// endpointOf returns the endpoint of the process at a path.
func endpointOf(h entrypoint.Host, path string) (*endpoint, error) {
	server, err := ServerOf(h)
	if err != nil {
		return nil, err
	}
	all, err := socketsOf(h)
	if err != nil {
		return nil, err
	}
	if p := all.endpoints[path]; p != nil {
		return p, nil
	}
	p := &endpoint{path: path, server: server, sockets: all, methods: make(map[string]*socketMethod), conns: make(map[*Conn]struct{})}
	if err := server.Handle("GET "+path, "the websockets of "+h.Service(), p); err != nil {
		return nil, err
	}
	all.endpoints[path] = p
	return p, nil
}

// add enters a method. It is called while services are declared.
func (p *endpoint) add(e *socketMethod) error {
	t, err := p.tenant(e.host)
	if err != nil {
		return err
	}
	if public := e.Auth != ""; t.markers > 0 && t.public != public {
		return fmt.Errorf("tag key auth: other markers of %s at %s have %s, want all or none of them to say \"none\": a client connects once for all",
			e.host.Service(), p.path, map[bool]string{true: `"none"`, false: "no such key"}[t.public])
	}
	t.public = e.Auth != ""
	t.markers++
	p.closed++
	p.server.probe.closed(e.host.Service())
	switch e.On {
	case onConnect:
		return claim(&t.connect, e)
	case onDisconnect:
		return claim(&t.disconnect, e)
	}
	if other := p.methods[e.Name]; other != nil {
		return fmt.Errorf("name %q is taken at %s by %s; give one of them another with the tag key name, or another path", e.Name, p.path, other)
	}
	p.methods[e.Name] = e
	return nil
}

func claim(place **socketMethod, e *socketMethod) error {
	if *place != nil {
		return fmt.Errorf("tag key on: %s runs on %s at %s already, want one method for that", *place, e.On, e.Path)
	}
	*place = e
	return nil
}

// tenant returns the service that h hosts.
func (p *endpoint) tenant(h entrypoint.Host) (*tenant, error) {
	i := slices.IndexFunc(p.tenants, func(t *tenant) bool { return t.host.Service() == h.Service() })
	if i >= 0 {
		return p.tenants[i], nil
	}
	g, err := guardOf(h)
	if err != nil {
		return nil, err
	}
	t := &tenant{host: h, guard: g}
	p.tenants = append(p.tenants, t)
	return t, nil
}

// opened notes that a method has started.
func (p *endpoint) opened() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed--
}

// enter notes that a client is about to connect; false means that none may.
func (p *endpoint) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed > 0 || p.stopping {
		return false
	}
	p.work.Add(1)
	return true
}

// ServeHTTP makes a websocket of a request. It returns at once, and with it what
// net/http keeps for a request.
func (p *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		w.Header().Set("Connection", "close")
		Fail(w, r, "", errClosed)
		return
	}
	c, err := p.connect(w, r)
	switch {
	case err != nil:
		Fail(w, r, "", err)
		p.work.Done()
	case c == nil:
		p.work.Done()
	default:
		go p.run(c) // ends with the connection; stop and abort wait for it
	}
}

// connect returns the socket, or why there is none. Both are nil where the client is gone.
func (p *endpoint) connect(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	if !sock.Asked(r) {
		w.Header().Set("Upgrade", "websocket")
		return nil, statusError{http.StatusUpgradeRequired, "here clients connect with a websocket"}
	}
	if !sock.Allowed(r, p.sockets.settings.Origins) {
		return nil, statusError{http.StatusForbidden, "pages of this origin may not connect (configuration key web.sockets.origins)"}
	}
	if !p.sockets.enter() {
		return nil, statusError{http.StatusServiceUnavailable, "too many websockets are open; try again"}
	}
	c, err := p.upgrade(w, r)
	if c == nil {
		p.sockets.leave()
		return nil, err
	}
	p.register(c)
	return c, nil
}

// upgrade asks who the client is and changes the protocol. Both results are nil where the
// client is gone.
func (p *endpoint) upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	data, err := p.admit(r)
	if err != nil {
		return nil, err
	}
	raw, err := sock.Upgrade(w, r, p.sockets.settings.limits())
	if refused, ok := errors.AsType[*sock.RefusedError](err); ok {
		return nil, statusError{http.StatusBadRequest, refused.Error()}
	}
	if err != nil {
		p.server.logger.DebugContext(r.Context(), "a client is gone before its websocket was there", "error", err)
		return nil, nil
	}
	return newConn(p, raw, data), nil
}

// admit returns the context data of a request, after each service of the endpoint has
// let it in.
func (p *endpoint) admit(r *http.Request) (Data, error) {
	all := make(Data)
	for _, t := range p.tenants {
		data, err := t.guard.fromHeaders(r)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, data)
	}
	for _, t := range p.tenants { // what a client says of itself in headers never wins
		if t.public {
			continue
		}
		known, err := t.guard.identify(r, entrypoint.NewID(), all)
		if err != nil {
			return nil, err
		}
		all = known
	}
	return all, nil
}

// register makes a socket known; one that comes while the endpoint stops is drained at
// once.
func (p *endpoint) register(c *Conn) {
	p.sockets.registry.Add(c.id, c.raw)
	p.mu.Lock()
	p.conns[c] = struct{}{}
	stopping := p.stopping
	p.mu.Unlock()
	if stopping {
		c.drain()
	}
}

// run is the life of a socket.
func (p *endpoint) run(c *Conn) {
	defer p.work.Done()
	c.run()
	p.sockets.registry.Remove(c.id)
	p.mu.Lock()
	delete(p.conns, c)
	p.mu.Unlock()
	p.sockets.leave()
}

// find returns the method that a client asks for.
func (p *endpoint) find(name string) (*socketMethod, error) {
	if e := p.methods[name]; e != nil {
		return e, nil
	}
	unknown := fmt.Sprintf("unknown method %.100q", name)
	if hint := suggest.Hint(name, slices.Collect(maps.Keys(p.methods))); hint != "" {
		unknown += "; " + hint
	}
	return nil, statusError{http.StatusNotFound, unknown}
}

// stop lets no more clients connect, closes each socket once its requests are answered,
// and waits for that as long as ctx lives. The first of the endpoint's methods that stops
// closes it for all: the process is about to end.
func (p *endpoint) stop(ctx context.Context) {
	p.mu.Lock()
	first := !p.stopping
	p.stopping = true
	all := slices.Collect(maps.Keys(p.conns))
	p.mu.Unlock()
	if first {
		for _, c := range all {
			c.drain()
		}
	}
	_ = waitgroup.Wait(ctx, &p.work) // abort closes those that are left
}

// abort closes the sockets that are left.
func (p *endpoint) abort(ctx context.Context) {
	p.mu.Lock()
	p.stopping = true
	for c := range p.conns {
		c.raw.Close(sock.CloseGoingAway, reasonStop)
	}
	p.mu.Unlock()
	_ = waitgroup.Wait(ctx, &p.work) // a client that does not take its close frame is cut off later
}

const reasonStop = "the service stops"
