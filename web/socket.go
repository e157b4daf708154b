package web

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/schema"
	"github.com/enoki-go/enoki/tag"
)

// Socket is the marker that serves the requests of websockets with a method:
//
//	_ web.Socket `method:"Say" args:"room,text"`
//	_ web.Socket `method:"Joined" on:"connect"`
//	_ web.Socket `method:"Left" on:"disconnect"`
//
// Clients connect to a path and send {"method":"say","data":…,"correlation_id":"7"}; the
// data is the parameter of a method that has one, an array or, where args names them, an
// object of all. What is answered is in docs/protocol.md. Requests of one socket run in
// parallel, so answers come in any order. A request runs to its end, also when its
// client has gone. [SocketFrom] returns the socket of a call.
//
// Its tag keys are method (the Go name), name (in frames; the Go name in snake_case),
// args, path ("/ws"; services of one process may share it), timeout (from the frame to
// the answer, or "none"; web.timeout), auth ("none" where the Auth of the service is not
// asked before a client may connect: then all markers of the service with that path say
// so), workers, and on:
//
//   - connect: the method runs when a client has connected, before its first request. An
//     error is sent to the client, and the socket closed with 1008.
//   - disconnect: it runs when a socket is closed whose connect method, if there is one,
//     returned no error, after the last of its requests.
//
// These methods are func([ctx]) [error].
type Socket struct{}

var _ entrypoint.Declaration = Socket{}

// socketKind is what requests of websockets are called.
const socketKind = "socket"

// What runs without a request.
const (
	onConnect    = "connect"
	onDisconnect = "disconnect"
)

// socketOptions are the tag keys of Socket.
type socketOptions struct {
	Name    string
	Args    []string
	Path    string
	Timeout string
	Auth    string `oneof:"none"`
	On      string `oneof:"connect,disconnect"`
}

// Declare makes the entrypoint.
func (Socket) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := socketOptions{Name: entrypoint.WireName(m.Name), Path: "/ws"}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	if err := o.check(m); err != nil {
		return nil, err
	}
	p, err := endpointOf(h, o.Path)
	if err != nil {
		return nil, err
	}
	e := &socketMethod{
		socketOptions: o, endpoint: p, host: h, method: m, timeoutKey: "configuration key web.timeout",
		arguments: argumentsOf(o.Args, m),
	}
	if e.limit, err = timeoutOf(o.Timeout, p.server.settings.Timeout); err != nil {
		return nil, err
	}
	if o.Timeout != "" {
		e.timeoutKey = "tag key timeout of " + e.String()
	}
	if e.input, e.output, err = schema.Method(m.Signature(), o.Args, m.In, m.Out, m.Optional); err != nil {
		return nil, err
	}
	return e, p.add(e)
}

func (o socketOptions) check(m *entrypoint.Method) error {
	switch {
	case !broker.ValidName(o.Name):
		return fmt.Errorf("tag key name: have %q, want 1 to 64 letters, digits, - or _", o.Name)
	case !strings.HasPrefix(o.Path, "/") || strings.ContainsAny(o.Path, "{} \t"):
		return fmt.Errorf("tag key path: have %q, want a path without wildcards, as in /ws", o.Path)
	case o.On != "" && (len(m.In) > 0 || len(m.Out) > 0):
		return fmt.Errorf("tag key on: have %s, want func([ctx context.Context]) [error]: nobody sends arguments to it, or gets a result", m.Signature())
	case len(o.Args) > 0 && len(o.Args) != len(m.In):
		return fmt.Errorf("tag key args: have %d names, want one for each of the %d parameters of %s", len(o.Args), len(m.In), m.Signature())
	}
	return nil
}

// socketMethod is a method that clients of an endpoint reach.
type socketMethod struct {
	socketOptions
	endpoint      *endpoint
	host          entrypoint.Host
	method        *entrypoint.Method
	arguments     arguments
	input, output json.RawMessage // schemas
	limit         time.Duration   // 0 for none
	timeoutKey    string          // where it was set
	open          atomic.Bool
}

var _ entrypoint.Describer = (*socketMethod)(nil)

// String returns "service.Method".
func (e *socketMethod) String() string { return e.host.Service() + "." + e.method.Name }

// Start lets clients connect, once all methods of the endpoint have started.
func (e *socketMethod) Start(context.Context) error {
	e.open.Store(true)
	e.endpoint.opened()
	e.endpoint.server.probe.opened(e.host.Service())
	return nil
}

// Stop closes the endpoint. It returns when the requests of all of its sockets are
// answered, or ctx has ended.
func (e *socketMethod) Stop(ctx context.Context) error {
	if e.open.Swap(false) {
		e.endpoint.server.probe.closed(e.host.Service())
	}
	e.endpoint.stop(ctx)
	return nil
}

// Describe says where the method is reached.
func (e *socketMethod) Describe() entrypoint.Description {
	d := entrypoint.Description{Kind: socketKind, Name: e.Name, Address: e.Path, Params: e.Args, Input: e.input, Output: e.output}
	if e.On != "" {
		d.Input, d.Output = nil, nil
		d.Options = map[string]string{"on": e.On}
	}
	if url, ok := strings.CutPrefix(e.endpoint.server.URL(), "http"); ok {
		if d.Options == nil {
			d.Options = make(map[string]string, 1)
		}
		d.Options["url"] = "ws" + url + e.Path
	}
	return d
}
