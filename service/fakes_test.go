package service_test

import (
	"context"
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/tag"
)

// configured is the part of both hosts that finds the world.
type configured interface {
	Config(section string, into any) error
}

func worldOf(h configured) (*world, error) {
	var section struct{ World string }
	if err := h.Config("probe", &section); err != nil {
		return nil, err
	}
	w, ok := worlds.Load(section.World)
	if !ok {
		return nil, fmt.Errorf("no world %q", section.World)
	}
	return w.(*world), nil
}

// probe is a kind of entrypoint: the test calls the method.
type probe struct{}

func (probe) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := struct{ Kind string }{"probe"}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	w, err := worldOf(h)
	if err != nil {
		return nil, err
	}
	p := &point{world: w, name: h.Service() + "." + m.Name, kind: o.Kind, method: m, host: h}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.points[p.name] = p
	return p, nil
}

// point is the entrypoint of kind probe.
type point struct {
	world  *world
	name   string
	kind   string
	method *entrypoint.Method
	host   entrypoint.Host

	contexts []context.Context // of the calls that interruptible spawned
}

func (p *point) Start(ctx context.Context) error { return p.world.step(ctx, "start "+p.name) }
func (p *point) Stop(ctx context.Context) error  { return p.world.step(ctx, "stop "+p.name) }

func (p *point) Describe() entrypoint.Description {
	return entrypoint.Description{
		Kind: p.kind, Name: entrypoint.WireName(p.method.Name), Address: "probe:" + p.name,
		Params: []string{}, Options: map[string]string{"attempts": "1"},
	}
}

func (p *point) call() *entrypoint.Call {
	return &entrypoint.Call{
		ID: "call-1", Kind: p.kind, Service: p.host.Service(), Name: entrypoint.WireName(p.method.Name), Method: p.method,
	}
}

// resource is a dependency that provides itself; its steps carry the name of the
// field.
type resource struct {
	*world
	name string
}

func (resource) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	w, err := worldOf(h)
	return &lending{world: w, name: f.Name}, err
}

// lending is the provider of a resource.
type lending struct {
	world *world
	name  string
}

func (l *lending) Start(ctx context.Context) error { return l.world.step(ctx, "start "+l.name) }
func (l *lending) Stop(ctx context.Context) error  { return l.world.step(ctx, "stop "+l.name) }

func (l *lending) Acquire(ctx context.Context) (any, dependency.Release, error) {
	if err := l.world.step(ctx, "acquire "+l.name); err != nil {
		return nil, nil, err
	}
	return resource{l.world, l.name}, l.release, nil
}

func (l *lending) release(ctx context.Context, outcome error) error {
	return l.world.step(ctx, fmt.Sprintf("release %s: %v", l.name, outcome))
}

func (l *lending) Describe() dependency.Description {
	return dependency.Description{Kind: "resource", Target: l.name}
}

// shop is the service of most tests: its methods do what the test wants.
type shop struct {
	A resource
	B resource

	_ probe `method:"Buy"`
}

func (s *shop) Buy(ctx context.Context) (string, error) {
	return "bought", s.A.step(ctx, "method")
}

// market is a second service beside shop.
type market struct {
	C resource

	_ probe `method:"Sell"`
}

func (m *market) Sell(ctx context.Context) error { return m.C.step(ctx, "method of market") }
