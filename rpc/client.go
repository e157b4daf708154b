package rpc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/tag"
)

// Client makes a struct of funcs the client of a whole service. Each func has
// the parameters and results of a method, a context first and an error last; its
// name in snake_case is the method's:
//
//	type Stock struct {
//		rpc.Client `service:"stock"`
//		Reserve    func(ctx context.Context, sku string, n int) (Reservation, error)
//		Left       func(ctx context.Context, sku string) (int, error) `timeout:"500ms"`
//	}
//
// A field of type Stock in a service struct is then filled. Tag keys of the
// embedded Client or of the field: service, timeout; of a func: rpc (the method's
// name), timeout.
type Client struct{}

// clientOptions are the tag keys of a client.
type clientOptions struct {
	Service string
	Timeout time.Duration
}

// methodTag are the tag keys of a func in a client.
type methodTag struct {
	RPC     string `tag:"rpc"`
	Timeout time.Duration
}

// Provide fills a field whose type embeds Client.
func (Client) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	c, err := callerOf(h)
	if err != nil {
		return nil, err
	}
	made, err := newClient(c, f.Type, f.Tag)
	if err != nil {
		return nil, err
	}
	return dependency.SameDescribed(made.value.Interface(), dependency.Description{
		Kind: kind, Target: made.service, Service: made.service, Options: map[string]string{"methods": strings.Join(made.methods, ",")},
	}), nil
}

// client is a struct of funcs, the service that they call, and which of its methods.
type client struct {
	value   reflect.Value
	service string
	methods []string
}

// newClient builds a client of type t; outer is the tag of the field that holds
// it, which wins over that of the embedded Client.
func newClient(c *caller, t reflect.Type, outer reflect.StructTag) (made client, err error) {
	var embedded reflect.StructField
	if t.Kind() == reflect.Struct {
		embedded, _ = t.FieldByName("Client")
	}
	if embedded.Type != reflect.TypeFor[Client]() {
		return made, fmt.Errorf("have %s, want a struct that embeds rpc.Client and holds funcs", t)
	}
	var o clientOptions
	if err := errors.Join(tag.Read(embedded.Tag, &o), tag.Read(outer, &o)); err != nil {
		return made, err
	}
	if !broker.ValidName(o.Service) {
		return made, fmt.Errorf("tag key service: have %q, want the name of a service, as in `service:\"stock\"`", o.Service)
	}
	made = client{value: reflect.New(t).Elem(), service: o.Service}
	var errs []error
	for i := range t.NumField() {
		if f := t.Field(i); !f.Anonymous && f.IsExported() {
			name, method, err := newMethod(c, f, o)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s.%s: %w", t, f.Name, err))
				continue
			}
			made.value.Field(i).Set(method)
			made.methods = append(made.methods, name)
		}
	}
	return made, errors.Join(errs...)
}

// newMethod builds one func of a client, which calls the method of that name.
func newMethod(c *caller, f reflect.StructField, o clientOptions) (name string, method reflect.Value, err error) {
	m := methodTag{RPC: entrypoint.WireName(f.Name), Timeout: o.Timeout}
	if err := tag.Read(f.Tag, &m); err != nil {
		return "", reflect.Value{}, err
	}
	if err := checkFunc(f.Type); err != nil {
		return "", reflect.Value{}, err
	}
	if !broker.ValidName(m.RPC) {
		return "", reflect.Value{}, fmt.Errorf("tag key rpc: have %q, want the name of a method of %s", m.RPC, o.Service)
	}
	t, err := targetOf(o.Service+"."+m.RPC, m.Timeout, f.Name)
	if err != nil {
		return "", reflect.Value{}, err
	}
	t = c.resolve(t)
	return m.RPC, reflect.MakeFunc(f.Type, func(args []reflect.Value) []reflect.Value {
		return callFunc(c, t, f.Type, args)
	}), nil
}

// checkFunc refuses what is not func(context.Context, …) (…, error).
func checkFunc(t reflect.Type) error {
	ok := t.Kind() == reflect.Func && !t.IsVariadic() &&
		t.NumIn() > 0 && t.In(0) == reflect.TypeFor[context.Context]() &&
		t.NumOut() > 0 && t.Out(t.NumOut()-1) == reflect.TypeFor[error]()
	if !ok {
		return fmt.Errorf("have %s, want func(ctx context.Context, args…) (results…, error)", t)
	}
	return nil
}

// callFunc makes a call with the arguments and results of a func type.
func callFunc(c *caller, t target, f reflect.Type, args []reflect.Value) []reflect.Value {
	out := make([]reflect.Value, f.NumOut())
	into := make([]any, f.NumOut()-1)
	for i := range into {
		place := reflect.New(f.Out(i))
		out[i], into[i] = place.Elem(), place.Interface()
	}
	ctx, _ := reflect.TypeAssert[context.Context](args[0])
	reply, err := c.call(ctx, t, bodyOfAll(args[1:]))
	if err == nil {
		err = decodeResults(t, codec.Msgpack, reply.Data, into...)
	}
	failure := reflect.New(f.Out(len(into))).Elem()
	if err != nil {
		failure.Set(reflect.ValueOf(err))
	}
	out[len(into)] = failure
	return out
}

// bodyOfAll returns the body of a call: nothing, the argument, or an array.
func bodyOfAll(args []reflect.Value) body {
	switch len(args) {
	case 0:
		return body{empty: true}
	case 1:
		return body{value: args[0].Interface()}
	}
	all := make([]any, len(args))
	for i, a := range args {
		all[i] = a.Interface()
	}
	return body{value: all, form: argsPositional}
}
