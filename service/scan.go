package service

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/marker"
	"github.com/enoki-go/enoki/tag"
)

// scan reads the declarations of a service struct. What is wrong goes to m; nil
// is returned where there is no struct to read.
func scan(service any, m *mistakes) *spec {
	v := reflect.ValueOf(service)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		m.addf("service", "have %T, want a pointer to a service struct such as &Orders{}", service)
		return nil
	}
	t := v.Elem().Type()
	s := &spec{
		name: entrypoint.WireName(t.Name()), version: "0.0.0", structType: t,
		prototype: reflect.New(t), source: &source{structType: t},
	}
	s.prototype.Elem().Set(v.Elem())
	r := &reader{spec: s, mistakes: m, methods: methodsOf(reflect.PointerTo(t)), before: len(m.found)}
	r.walk(t, nil, s.source)
	r.bindings()
	r.check()
	return s
}

// reader fills a spec.
type reader struct {
	*spec
	*mistakes
	methods map[string]reflect.Method
	before  int           // mistakes of other services
	nameAt  func() string // of the marker Name, nil without one
}

func methodsOf(t reflect.Type) map[string]reflect.Method {
	methods := make(map[string]reflect.Method, t.NumMethod())
	for method := range t.Methods() {
		methods[method.Name] = method
	}
	return methods
}

// walk reads the fields of a struct and of the structs embedded in it.
func (r *reader) walk(t reflect.Type, path []int, src *source) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clip(path), i)
		switch {
		case f.Name == "_":
			r.marker(f, func() string { return src.place(i) })
		case isLostMarker(f):
			r.addf(src.place(i), "field %s: a marker is only one under the name _; write `_ %s`, or leave its tag out", f.Name, f.Type)
		case f.Anonymous && f.Type.Kind() == reflect.Struct && !declares(f.Type) && !isLock(f.Type):
			r.walk(f.Type, at, &source{structType: f.Type, within: src})
		case hasLock(f.Type):
			r.addf(src.place(i), "field %s (%s) is or holds a lock: every call runs on its own copy of the struct, so it would guard nothing; share it behind a pointer or from a constructor", f.Name, f.Type)
		case !f.IsExported() && declares(f.Type) && r.at(at).IsZero():
			r.addf(src.place(i), "field %s (%s) is not exported, so nobody can fill it; write %s, or set it before the start", f.Name, f.Type, exported(f.Name))
		case f.IsExported():
			r.fields = append(r.fields, field{f, at, func() string { return src.place(i) }})
		}
	}
}

// exported returns a name as others can see it.
func exported(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

// bindings reads the other form: what the method Entrypoints returns.
func (r *reader) bindings() {
	binder, ok := reflect.TypeAssert[interface{ Entrypoints() []entrypoint.Binding }](r.prototype)
	if !ok {
		if m, has := r.methods["Entrypoints"]; has {
			r.addf(r.source.place(-1), "method Entrypoints is %s; want func() []entrypoint.Binding", m.Func.Type())
		}
		return
	}
	for _, b := range binder.Entrypoints() {
		place := func() string { return shortPath(b.File, b.Line) }
		if b.Err != nil || b.Declaration == nil {
			r.add(place(), errors.Join(b.Err, missingKind(b)))
			continue
		}
		r.entry(b.Declaration, b.Tag, b.Method, place)
	}
}

func missingKind(b entrypoint.Binding) error {
	if b.Declaration != nil {
		return nil
	}
	return errors.New("bind: have nil, want a kind of entrypoint such as rpc.Method{}")
}

// entry reads the keys of an entrypoint that are the container's own. method is
// empty where the tag has to name it.
func (r *reader) entry(d entrypoint.Declaration, t reflect.StructTag, method string, place func() string) {
	parsed, err := tag.Parse(t)
	if err != nil {
		r.add(place(), err)
		return
	}
	name, err := marker.Method(parsed, method, r.structType.Name())
	if err != nil {
		r.add(place(), fmt.Errorf("%T: %w", d, err))
		return
	}
	m, err := r.method(name)
	if err != nil {
		r.add(place(), fmt.Errorf("%T: %w", d, err))
		return
	}
	e := entry{declaration: d, method: m, tag: marker.Rest(parsed), place: place}
	if err := marker.MarkSensitive(parsed, m); err != nil {
		r.add(place(), fmt.Errorf("%T of %s: %w", d, name, err))
	}
	if e.workers, err = marker.Workers(parsed); err != nil {
		r.add(place(), fmt.Errorf("%T of %s: %w", d, name, err))
	}
	r.entries = append(r.entries, e)
}

func (r *reader) method(name string) (*entrypoint.Method, error) {
	m, ok := r.methods[name]
	if !ok {
		return nil, marker.NoMethod(name, r.structType.String(), slices.Collect(maps.Keys(r.methods)))
	}
	return entrypoint.NewMethod(m)
}

// check looks at the whole.
func (r *reader) check() {
	switch {
	case dependency.ValidName(r.name):
	case r.nameAt != nil && r.name != "":
		r.addf(r.nameAt(), "service name: have %q, want 1 to 64 letters, digits, - or _", r.name)
	case r.name == "":
		r.addf(r.source.place(-1), "an unnamed struct needs a marker `_ service.Name `name:\"…\"``")
	default:
		r.addf(r.source.place(-1), "service name: have %q, which is that of the type, want 1 to 64 letters, digits, - or _: add a marker `_ service.Name `name:\"…\"``", r.name)
	}
	if len(r.entries) == 0 && len(r.found) == r.before && !slices.ContainsFunc(r.fields, serves) {
		r.addf(r.source.place(-1), "%s declares no entrypoint: add a marker field such as `_ rpc.Method `method:\"Hello\"``", r.structType)
	}
}

// serves reports whether a field is a reason to run a service without entrypoints.
func serves(f field) bool {
	_, ok := zero[dependency.Serving](f.Type)
	return ok
}

// zero returns a zero value of type t, behind a pointer where that is what
// implements I.
func zero[I any](t reflect.Type) (I, bool) {
	v := reflect.New(t)
	if t.Kind() == reflect.Pointer {
		v.Elem().Set(reflect.New(t.Elem()))
	}
	if value, ok := reflect.TypeAssert[I](v.Elem()); ok {
		return value, true
	}
	value, ok := reflect.TypeAssert[I](v)
	return value, ok
}

// declares reports whether a field of type t provides itself.
func declares(t reflect.Type) bool {
	declaration := reflect.TypeFor[dependency.Declaration]()
	return t.Implements(declaration) || reflect.PointerTo(t).Implements(declaration)
}
