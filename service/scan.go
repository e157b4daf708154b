package service

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/tag"
)

// spec is what a service struct declares, whichever form it was written in.
type spec struct {
	name       string
	version    string
	structType reflect.Type
	prototype  reflect.Value // pointer to a copy of the user's value; calls run on copies of it
	entries    []entry
	fields     []field
	source     *source
	stubs      map[string]reflect.Value // functions in place of methods, nil for none
}

// entry is a declared entrypoint.
type entry struct {
	declaration entrypoint.Declaration
	method      *entrypoint.Method
	tag         reflect.StructTag // without the keys of the container
	workers     int               // 0 for no limit of its own
	place       func() string     // in the source; found only when asked for
}

// field is an exported field that may have to be filled.
type field struct {
	reflect.StructField
	path  []int         // index from the service struct
	place func() string // in the source; found only when asked for
}

// at returns a field of the prototype.
func (s *spec) at(path []int) reflect.Value { return s.prototype.Elem().FieldByIndex(path) }

// fill sets a field of the prototype.
func (s *spec) fill(path []int, value any) {
	if value != nil {
		s.at(path).Set(reflect.ValueOf(value))
	}
}

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
	name, has := parsed.Get("method")
	switch {
	case !has && method == "":
		r.addf(place(), "%T: the tag has no key \"method\"; want `method:\"Name\"`, the Go name of a method of *%s", d, r.structType.Name())
		return
	case !has:
		name = method
	case method != "" && name != method:
		r.addf(place(), "%T: the tag names the method %q, the method expression is %q; leave the tag key out", d, name, method)
		return
	}
	m, err := r.method(name)
	if err != nil {
		r.add(place(), fmt.Errorf("%T: %w", d, err))
		return
	}
	e := entry{declaration: d, method: m, tag: parsed.Without("method", "workers", "sensitive"), place: place}
	if err := markSensitive(parsed, m); err != nil {
		r.add(place(), fmt.Errorf("%T of %s: %w", d, name, err))
	}
	if e.workers, err = workersOf(parsed); err != nil {
		r.add(place(), fmt.Errorf("%T of %s: %w", d, name, err))
	}
	r.entries = append(r.entries, e)
}

// workersOf reads the container's key workers.
func workersOf(parsed tag.Tag) (int, error) {
	value, has := parsed.Get("workers")
	if !has {
		return 0, nil
	}
	var o struct{ Workers int }
	if err := tag.Read(reflect.StructTag(fmt.Sprintf("workers:%q", value)), &o); err != nil {
		return 0, err
	}
	if o.Workers < 1 {
		return 0, fmt.Errorf("tag key workers: have %q, want at least 1", value)
	}
	return o.Workers, nil
}

func (r *reader) method(name string) (*entrypoint.Method, error) {
	m, ok := r.methods[name]
	if !ok {
		return nil, noMethod(name, r.structType, r.methods)
	}
	return entrypoint.NewMethod(m)
}

func noMethod(name string, t reflect.Type, methods map[string]reflect.Method) error {
	names := make([]string, 0, len(methods))
	for n := range methods {
		names = append(names, n)
	}
	text := fmt.Sprintf("no method %s on *%s", name, t)
	if hint := suggest.Hint(name, names); hint != "" {
		return errors.New(text + "; " + hint)
	}
	return fmt.Errorf("%s; its exported methods are %s", text, suggest.List(names))
}

// check looks at the whole.
func (r *reader) check() {
	switch {
	case namePattern.MatchString(r.name):
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

// hasLock reports whether a value of type t must not be copied.
func hasLock(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		if isLock(t) {
			return true
		}
		for field := range t.Fields() {
			if hasLock(field.Type) {
				return true
			}
		}
		return false
	case reflect.Array:
		return hasLock(t.Elem())
	default:
		return false
	}
}

// isLock reports whether t is itself a lock, as go vet understands it: a pointer
// to it can be locked, a copy of it cannot.
func isLock(t reflect.Type) bool {
	locker := reflect.TypeFor[sync.Locker]()
	return reflect.PointerTo(t).Implements(locker) && !t.Implements(locker)
}
