package service_test

import (
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/service"
)

// connection is a value that all users of one name share; the second is built on
// the first.
type connection struct {
	*world
	name string
}

func (c *connection) Start(ctx context.Context) error { return c.step(ctx, "start "+c.name) }
func (c *connection) Stop(ctx context.Context) error  { return c.step(ctx, "stop "+c.name) }

type connectionKey string

func connectionOf(h dependency.Host, name string) (*connection, error) {
	w, err := worldOf(h)
	if err != nil {
		return nil, err
	}
	shared, err := h.Shared(connectionKey(name), func() (any, error) {
		if base, _, ok := strings.Cut(name, "-"); ok {
			if _, err := connectionOf(h, base); err != nil {
				return nil, err
			}
		}
		w.note("build %s", name)
		return &connection{w, name}, w.step(context.Background(), "building "+name)
	})
	if err != nil {
		return nil, err
	}
	return shared.(*connection), nil
}

// wire is a field whose value is the connection that its tag names.
type wire struct{ *connection }

func (wire) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	c, err := connectionOf(h, f.Tag.Get("to"))
	return dependency.Same(wire{c}), err
}

type plant struct {
	Overlay wire `to:"bus-overlay"`
	Bus     wire `to:"bus"`

	_ probe `method:"Which"`
}

func (p *plant) Which() *connection { return p.Bus.connection }

type office struct {
	Bus wire `to:"bus"`

	_ probe `method:"Which"`
}

func (o *office) Which() *connection { return o.Bus.connection }

func TestSharedValueIsOnePerProcess(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &plant{}, &office{})
	first, _ := w.call("plant.Which")
	second, _ := w.call("office.Which")
	if first != second || first == nil {
		t.Errorf("services see %v and %v, want the same connection", first, second)
	}
	w.stop()
	have := w.history()
	wantPieces(t, strings.Join(have, ", "), []string{
		"build bus", "build bus-overlay", "start bus", "start bus-overlay", "start plant.Which, start office.Which",
		"stop ", "stop ", "stop bus-overlay, stop bus",
	})
	if len(have) != 12 { // with two steps "building"
		t.Errorf("%d steps %q, want each once", len(have), have)
	}
}

func TestSharedValueThatFailsToStartIsRolledBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &office{}, &plant{})
	w.forget()
	w.on("start bus-overlay", failing(io.EOF))
	w.on("stop bus-overlay", panicking)
	err := w.app.Start(t.Context())
	if !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "panic: ouch") {
		t.Errorf("Start = %v, want EOF and the panic while stopping", err)
	}
	all := strings.Join(w.history(), ", ")
	wantPieces(t, all, []string{"start bus, start bus-overlay, ", "stop bus-overlay, stop bus"})
	if strings.Contains(all, "start plant") || strings.Contains(all, "start office") {
		t.Errorf("services started without what they share: %s", all)
	}
}

func TestSharedValueIsRefusedAfterTheStart(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &office{})
	h := w.point("office.Which").host
	if _, err := h.Shared("late", func() (any, error) { return 1, nil }); err == nil {
		t.Error("a value whose start nobody awaits was shared")
	}
	if v, err := h.Shared(connectionKey("bus"), nil); v == nil || err != nil {
		t.Errorf("a value that is there = %v, %v", v, err)
	}
}

type clientPair struct {
	First  *database
	Second *database

	_ probe `method:"Same"`
}

func (p *clientPair) Same() *database { return map[bool]*database{true: p.First}[p.First == p.Second] }

type clientOther struct {
	DB *database

	_ probe `method:"Same"`
}

func (p *clientOther) Same() *database { return p.DB }

// lentDatabase lends one client, as a constant or per call.
type lentDatabase struct {
	dependency.Provider
	w **world
}

func (l lentDatabase) Start(ctx context.Context) error { return (*l.w).step(ctx, "start db") }
func (l lentDatabase) Stop(ctx context.Context) error  { return (*l.w).step(ctx, "stop db") }
func (lentDatabase) Describe() dependency.Description {
	return dependency.Description{Kind: "sql", Target: "orders"}
}

// S20: what is lent is started once and stopped once for all who use it, before
// and after all of them, and every worker has the same.
func TestLentProviderIsSharedByAllServices(t *testing.T) {
	t.Parallel()
	var w *world
	client := &database{"client"}
	w = newWorld(t, &clientPair{}, &clientOther{}, service.Lend[*database](lentDatabase{dependency.Same(client), &w}))
	w.start()
	for _, method := range []string{"client_pair.Same", "client_other.Same", "client_pair.Same"} {
		if have, err := w.call(method); have != client || err != nil {
			t.Errorf("%s = %v, %v, want the client", method, have, err)
		}
	}
	w.stop()
	have := strings.Join(w.history(), ", ")
	wantPieces(t, have, []string{"start db, start client_pair.Same, start client_other.Same, stop client_", "stop client_", ", stop db"})
	if strings.Count(have, " db") != 2 {
		t.Errorf("steps are %s, want one start and one stop of db", have)
	}
	for _, s := range w.app.Manifest().Services {
		for _, d := range s.Dependencies {
			if d.Kind != "sql" || d.Target != "orders" {
				t.Errorf("the manifest says %+v, want what the provider says", d)
			}
		}
	}
}
