package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"go.uber.org/fx"
)

// graph builds the user's singletons with fx. What fx would report in its own
// words (and with the name of a wrapper) is found before or recorded by the
// wrapped constructors, and said in ours.
type graph struct {
	app       *fx.App
	providers map[reflect.Type]*constructor // results of plain constructors
	opaque    []any                         // annotated constructors, which only fx can read
	values    map[reflect.Type]any
	errs      []error // of constructors that ran
	broken    bool    // values is not what the constructors would give
}

// newGraph runs the constructors that the fields of the services need.
func newGraph(a *App, wanted []reflect.Type, m *mistakes) *graph {
	g := &graph{providers: make(map[reflect.Type]*constructor), values: make(map[reflect.Type]any)}
	before := len(m.found)
	for _, c := range a.constructors {
		g.add(c, m)
	}
	g.checkNeeds(m)
	if g.broken = len(m.found) > before; g.broken || len(a.constructors) == 0 {
		return g
	}
	g.app = fx.New(g.options(a, wanted)...)
	for _, err := range g.errs {
		m.add("constructors", err)
	}
	if err := g.app.Err(); err != nil && len(g.errs) == 0 {
		m.add("constructors", translated(err))
	}
	g.broken = len(m.found) > before
	return g
}

// add records what a constructor gives.
func (g *graph) add(c any, m *mistakes) {
	v := reflect.ValueOf(c)
	switch {
	case v.IsValid() && v.Type().PkgPath() == reflect.TypeFor[fx.Annotated]().PkgPath():
		g.opaque = append(g.opaque, c)
		return
	case v.Kind() != reflect.Func || v.IsNil():
		m.addf("service.Provide", "have %T, want a constructor: a function that returns what fields ask for", c)
		return
	case usesFx(v.Type()):
		g.opaque = append(g.opaque, c)
		return
	}
	f := runtime.FuncForPC(v.Pointer())
	file, line := f.FileLine(v.Pointer())
	constructed := &constructor{v, fmt.Sprintf("%s (%s)", f.Name(), shortPath(file, line))}
	for _, t := range results(v.Type()) {
		if slices.Contains(builtin, t) {
			m.addf("service.Provide", "%s returns a %s, which is there already; leave it out (service.Logger sets the logger)", constructed.name, t)
		}
		if other := g.providers[t]; other != nil {
			m.addf("service.Provide", "%s is provided by both %s and %s", t, other.name, constructed.name)
		}
		g.providers[t] = constructed
	}
	if len(results(v.Type())) == 0 {
		m.addf("service.Provide", "%s returns nothing that a field could hold", constructed.name)
	}
}

// checkNeeds reports parameters that nobody provides and constructors that need
// each other. Where fx features are used only fx can tell.
func (g *graph) checkNeeds(m *mistakes) {
	for _, c := range g.inOrder() {
		for _, t := range parameters(c.function.Type()) {
			if len(g.opaque) == 0 && g.providers[t] == nil && !slices.Contains(builtin, t) {
				m.addf("service.Provide", "%s needs %s, which no constructor provides; provided are %v", c.name, t, g.types())
			}
		}
		if g.reaches(c, c, map[*constructor]bool{}) {
			m.addf("service.Provide", "%s needs its own result, through its parameters", c.name)
		}
	}
}

// inOrder returns the constructors, each once, by name.
func (g *graph) inOrder() []*constructor {
	all := slices.SortedFunc(maps.Values(g.providers), func(a, b *constructor) int {
		return strings.Compare(a.name, b.name)
	})
	return slices.Compact(all)
}

func (g *graph) reaches(from, to *constructor, seen map[*constructor]bool) bool {
	for _, t := range parameters(from.function.Type()) {
		next := g.providers[t]
		if next == nil || seen[next] {
			continue
		}
		if next == to {
			return true
		}
		seen[next] = true
		if g.reaches(next, to, seen) {
			return true
		}
	}
	return false
}

// options returns the fx application: constructors, and an invocation for each
// type that a field wants.
func (g *graph) options(a *App, wanted []reflect.Type) []fx.Option {
	all := []fx.Option{fx.NopLogger, fx.Logger(silence{}), fx.RecoverFromPanics(), fx.Supply(a.config, a.logger), adapters(a), fx.Provide(g.opaque...)}
	for _, c := range g.inOrder() {
		all = append(all, fx.Provide(g.recording(c)))
	}
	for _, t := range wanted {
		if g.providers[t] != nil {
			all = append(all, fx.Invoke(g.collect(t)))
		} else if len(g.opaque) > 0 {
			all = append(all, fx.Invoke(g.collectOptional(t)))
		}
	}
	return all
}

// recording returns c with its errors and panics noted under its own name.
func (g *graph) recording(c *constructor) any {
	t := c.function.Type()
	return reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		if len(g.errs) > 0 {
			return c.zeros() // a constructor before it panicked, and it would on what that should have made
		}
		out, err := c.run(args)
		if err != nil {
			g.errs = append(g.errs, fmt.Errorf("%s: %w", c.name, err))
		}
		return out
	}).Interface()
}

// collect returns a function of one parameter of type t that keeps its argument.
func (g *graph) collect(t reflect.Type) any {
	f := reflect.FuncOf([]reflect.Type{t}, nil, false)
	return reflect.MakeFunc(f, func(args []reflect.Value) []reflect.Value {
		g.values[t] = args[0].Interface()
		return nil
	}).Interface()
}

// collectOptional is collect for a type that only an annotated constructor may
// provide: fx is asked for it in a struct with an optional field.
func (g *graph) collectOptional(t reflect.Type) any {
	in := reflect.StructOf([]reflect.StructField{
		{Name: "In", Type: reflect.TypeFor[fx.In](), Anonymous: true},
		{Name: "Value", Type: t, Tag: `optional:"true"`},
	})
	f := reflect.FuncOf([]reflect.Type{in}, nil, false)
	return reflect.MakeFunc(f, func(args []reflect.Value) []reflect.Value {
		if v := args[0].Field(1); !v.IsZero() {
			g.values[t] = v.Interface()
		}
		return nil
	}).Interface()
}

// promises reports whether a constructor that did not get to run, or may not
// have, would provide t.
func (g *graph) promises(t reflect.Type) bool {
	return g.broken && (g.providers[t] != nil || len(g.opaque) > 0)
}

// value returns the singleton of type t.
func (g *graph) value(t reflect.Type) (any, bool) {
	v, ok := g.values[t]
	return v, ok
}

// types lists what plain constructors provide.
func (g *graph) types() []string {
	var names []string
	for t := range g.providers {
		names = append(names, t.String())
	}
	slices.Sort(names)
	return names
}

// errGraph names the room in which a hook of the user's failed.
var errGraph = errors.New("lifecycle hook of a constructor")

func (g *graph) start(ctx context.Context) error {
	if g.app == nil {
		return nil
	}
	if err := g.app.Start(ctx); err != nil {
		return fmt.Errorf("%w: %w", errGraph, err)
	}
	return nil
}

func (g *graph) stop(ctx context.Context) error {
	if g.app == nil {
		return nil
	}
	if err := g.app.Stop(ctx); err != nil {
		return fmt.Errorf("%w: %w", errGraph, err)
	}
	return nil
}
