package rpc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/schema"
	"github.com/enoki-go/enoki/tag"
)

// Method is the marker that lets other services call a method:
//
//	_ rpc.Method `method:"Create" args:"customer,items"`
//
// Its tag keys are method (the Go name), name (on the wire; the Go name in
// snake_case), args (names of the parameters, for callers that name them),
// workers (how many calls of it run at once; only the service's limit) and
// delivery, what is promised where an instance is lost while it runs a call:
//
//   - at-least-once, which holds where nothing is said: the call runs again on
//     another instance, at most three times;
//   - at-most-once: it never starts twice; the caller gets [ErrWorkerLost];
//   - durable: as at-least-once where it is called; callers may also submit it, as
//     a [Job] or with [Jobs], and then it is stored first and runs at least
//     once even if caller, worker and broker die. That needs JetStream.
type Method struct{}

var _ entrypoint.Declaration = Method{}

// methodOptions are the tag keys of Method.
type methodOptions struct {
	Name     string
	Args     []string
	Delivery string
}

// Declare makes the entrypoint.
func (Method) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := methodOptions{Name: entrypoint.WireName(m.Name)}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	if err := cmp.Or(checkName("name", o.Name), checkArgs(o.Args, m)); err != nil {
		return nil, err
	}
	promised, err := deliveryOf(o.Delivery)
	if err != nil {
		return nil, err
	}
	s, err := serverOf(h)
	if err != nil {
		return nil, err
	}
	e := &served{server: s, host: h, name: o.Name, method: m, params: paramsOf(o.Args, m), delivery: promised}
	e.desk = newDesk(e)
	if e.input, e.output, err = schema.Method(m.Signature(), o.Args, m.In, m.Out, m.Optional); err != nil {
		return nil, err
	}
	if promised == durable {
		if e.durable, err = durableOf(h, s); err != nil {
			return nil, err
		}
		e.durable.add(e)
	}
	return e, s.add(e)
}

// checkName refuses what the broker could not take for a name.
func checkName(key, name string) error {
	if !broker.ValidName(name) {
		return fmt.Errorf("tag key %s: have %q, want 1 to 64 letters, digits, - or _", key, name)
	}
	return nil
}

// checkArgs refuses names that are not one for each parameter of m.
func checkArgs(names []string, m *entrypoint.Method) error {
	if len(names) > 0 && len(names) != len(m.In) {
		return fmt.Errorf("tag key args: have %d names, want one for each of the %d parameters of %s", len(names), len(m.In), m.Signature())
	}
	return nil
}

// served is a method that can be called.
type served struct {
	server        *server
	host          entrypoint.Host
	name          string
	method        *entrypoint.Method
	params        params
	input, output json.RawMessage // schemas
	delivery      delivery
	durable       *durableServer // nil where calls are not
	desk          *desk
	counters      broker.Counters
}

var _ entrypoint.Describer = (*served)(nil)

// Start makes the service reachable; all of its methods share one subscription.
func (e *served) Start(ctx context.Context) error {
	if e.durable == nil {
		return e.server.open(ctx)
	}
	return errors.Join(e.server.open(ctx), e.durable.start(ctx))
}

// Stop ends the subscription.
func (e *served) Stop(ctx context.Context) error {
	if e.durable == nil {
		return e.server.close(ctx)
	}
	return errors.Join(e.durable.stop(ctx), e.server.close(ctx))
}

// Describe says where the method is reached.
func (e *served) Describe() entrypoint.Description {
	d := entrypoint.Description{
		Kind: kind, Name: e.name, Params: e.params.Names, Input: e.input, Output: e.output,
		Address: subjectOf(e.server.conn.Namespace(), e.host.Service(), e.name),
	}
	if e.delivery != atLeastOnce {
		d.Options = map[string]string{"delivery": string(e.delivery)}
	}
	return d
}

// endpoint returns what discovery says of the method.
func (e *served) endpoint() broker.Endpoint {
	metadata := map[string]string{}
	if e.delivery != atLeastOnce {
		metadata["delivery"] = string(e.delivery)
	}
	metadata = metadataOf(metadata, e.method, e.params.Names, e.input, e.output)
	return broker.Endpoint{Name: e.name, Subject: e.Describe().Address, QueueGroup: e.host.Service(), Metadata: metadata}
}

// metadataOf adds what discovery says of every method.
func metadataOf(metadata map[string]string, m *entrypoint.Method, names []string, input, output json.RawMessage) map[string]string {
	metadata["schema_hash"] = schema.Hash(append(append(json.RawMessage{}, input...), output...))
	if input != nil {
		metadata["input"] = string(input)
	}
	if output != nil {
		metadata["output"] = string(output)
	}
	if list, err := json.Marshal(names); err == nil && len(names) > 0 {
		metadata["params"] = string(list)
	}
	if paths := m.SensitivePaths(); len(paths) > 0 {
		metadata["sensitive"] = strings.Join(paths, ",")
	}
	return metadata
}
