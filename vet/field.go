package vet

import (
	"errors"
	"fmt"
	"go/types"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/contextdata"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/schema"
	"github.com/enoki-go/enoki/tag"
)

// provide asks the types of all fields.
func (s *service) provide() {
	s.offer()
	for _, f := range s.fields {
		if _, configured := f.site.text.Lookup("config"); configured {
			continue
		}
		prefix := "field " + f.Name() + ": "
		s.wrong(f.site, prefix, s.provided(f))
		if parsed, err := tag.Parse(f.site.text); err == nil && provides(f.Type()) {
			s.checkStored(f.site, prefix, parsed, "outbox")
		}
	}
}

// provided returns what is wrong with a field.
func (s *service) provided(f field) error {
	path := pathOf(f.Type())
	r, ok := resources[path]
	switch {
	case isClient(f.Type()):
		return s.client(f)
	case !ok:
		return nil
	}
	switch path {
	case module + "/events.Publisher":
		return s.publisher(f)
	case module + "/dependency/contextdata.Value":
		r.declaration = s.valueOf(f)
	}
	t := r.field
	_, pointer := types.Unalias(f.Type()).(*types.Pointer)
	switch {
	case pointer && t.Kind() != reflect.Pointer:
		t = reflect.PointerTo(t)
	case !pointer && t.Kind() == reflect.Pointer:
		t = t.Elem()
	}
	if elem := reflect.TypeOf(r.declaration).Elem; r.field.PkgPath() == "" && elem().PkgPath() == reflect.TypeFor[database]().PkgPath() {
		s.types.stands(elem().String(), strings.TrimPrefix(typeName(f.Type()), "*"))
	}
	return errors.Join(s.ask(r.declaration, f, t, f.site.text), s.travels(f))
}

// ask gives a field to its type.
func (s *service) ask(d dependency.Declaration, f field, t reflect.Type, text reflect.StructTag) error {
	return s.asked(func() error {
		_, err := d.Provide(reflect.StructField{Name: f.Name(), Type: t, Tag: text}, s.host)
		return err
	})
}

// travels looks at the types that a field sends and receives.
func (s *service) travels(f field) error {
	named, ok := types.Unalias(f.Type()).(*types.Named)
	if !ok || !strings.HasPrefix(pathOf(named), module+"/rpc.") {
		return nil
	}
	var errs []error
	for arg := range named.TypeArgs().Types() {
		_, err := schema.Of(s.types.of(arg))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// isClient reports whether a type is the client of a service: a struct that embeds
// rpc.Client.
func isClient(t types.Type) bool {
	st, ok := t.Underlying().(*types.Struct)
	if !ok || pathOf(t) == module+"/rpc.Client" {
		return false
	}
	for f := range st.Fields() {
		if f.Embedded() && pathOf(f.Type()) == module+"/rpc.Client" {
			return true
		}
	}
	return false
}

// client looks at a struct of funcs. Where it is written in this package, mistakes are
// reported at the func.
func (s *service) client(f field) error {
	st, _ := f.Type().Underlying().(*types.Struct)
	if err := s.ask(rpc.Client{}, f, s.clientType(f.Type(), st, func(int) bool { return false }), f.site.text); err != nil {
		return err
	}
	for i := range st.NumFields() {
		m := st.Field(i)
		if m.Embedded() || !m.Exported() {
			continue
		}
		t := s.clientType(f.Type(), st, func(j int) bool { return j == i })
		err := s.ask(rpc.Client{}, f, t, f.site.text)
		if sig, ok := m.Type().Underlying().(*types.Signature); ok && err == nil {
			err = s.carries(typeName(f.Type())+"."+m.Name(), sig)
		}
		s.wrong(s.siteOf(m, st.Tag(i), &f.site), "field "+f.Name()+": ", err)
	}
	return nil
}

// clientType makes a client with those of its funcs that are chosen.
func (s *service) clientType(t types.Type, st *types.Struct, chosen func(i int) bool) reflect.Type {
	shape := Shape{Kind: reflect.Struct}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		shape.Name = typeName(named)
	}
	for i := range st.NumFields() {
		m := st.Field(i)
		if m.Embedded() && pathOf(m.Type()) == module+"/rpc.Client" || m.Exported() && !m.Embedded() && chosen(i) {
			shape.Fields = append(shape.Fields, ShapeField{Name: m.Name(), Tag: st.Tag(i), Embedded: m.Embedded(), Type: s.types.shape(m.Type())})
		}
	}
	made := shape.Type()
	s.types.stands(made.String(), shape.Name)
	return made
}

// carries looks at what a func of a client sends and receives.
func (s *service) carries(name string, sig *types.Signature) error {
	var errs []error
	for _, t := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range t.Variables() {
			if shape := s.types.shape(v.Type()); shape.Known != "error" && shape.Known != "context.Context" {
				_, err := schema.Of(shape.Type())
				errs = append(errs, err)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// publisher looks at a Publisher[T]. The runtime is asked with any in the place of T, and
// about the key, for which T matters, in the person of a handler.
func (s *service) publisher(f field) error {
	parsed, err := tag.Parse(f.site.text)
	if err != nil {
		return err
	}
	err = s.ask(events.Publisher[any](nil), f, reflect.TypeFor[events.Publisher[any]](), parsed.Without("key"))
	args := types.Unalias(f.Type()).(*types.Named).TypeArgs() //nolint:forcetypeassert // resources holds named types only
	payload := s.types.of(args.At(0))
	if key, has := parsed.Get("key"); has && key != "" {
		err = errors.Join(err, checkKey(payload, key))
	}
	if _, unencodable := schema.Of(payload); unencodable != nil {
		return errors.Join(err, unencodable)
	}
	if event, has := parsed.Get("event"); has && err == nil {
		s.emits(s.name, event, args.At(0), s.place(f.Pos()), s.name+"."+f.Name())
		s.sites[s.place(f.Pos())] = f.Pos()
	}
	return err
}

// checkKey looks for the field by which events are keyed.
func checkKey(payload reflect.Type, key string) error {
	for payload.Kind() == reflect.Pointer {
		payload = payload.Elem()
	}
	if payload.Kind() != reflect.Struct {
		return fmt.Errorf("tag key key: have %s, want a struct with the field %q, which is the key", payload, key)
	}
	m := &entrypoint.Method{Name: "Key", In: []reflect.Type{payload}}
	_, err := events.Handler{}.Declare(reflect.StructTag(fmt.Sprintf("source:\"a\" event:\"b\" ordered:%q", key)), m, newHost("vet", "0.0.0"))
	if err == nil {
		return nil
	}
	return errors.New(strings.Replace(err.Error(), "tag key ordered", "tag key key", 1))
}

// valueOf returns a Value with a type that is read from text as that of a field is.
func (s *service) valueOf(f field) dependency.Declaration {
	t := types.Unalias(f.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	arg := types.Unalias(t).(*types.Named).TypeArgs().At(0) //nolint:forcetypeassert // as above
	switch shape := s.types.shape(arg); {
	case shape.Known == textual, shape.Known == opaque, shape.Known == "time.Duration", shape.Known == "time.Time":
		return contextdata.Value[string]{}
	case shape.Kind >= reflect.Bool && shape.Kind <= reflect.Float64, shape.Kind == reflect.String:
		return contextdata.Value[string]{}
	}
	s.types.stands(reflect.TypeFor[unreadable]().String(), typeName(arg))
	return contextdata.Value[unreadable]{}
}

// unreadable stands for types that are not read from text.
type unreadable struct{}

// offer says which databases the service has, for those that store events in them.
func (s *service) offer() {
	for _, f := range s.fields {
		path := pathOf(f.Type())
		if path != module+"/dependency/sqldb.Session" && path != module+"/dependency/sqldb.Migrated" {
			continue
		}
		o := databaseOptions{DB: "default"}
		if tag.Read(f.site.text, &o) != nil {
			continue // said elsewhere
		}
		if place, err := dependency.OutboxNamed(s.host, o.DB); err == nil {
			place.Offer(store{})
		}
	}
}

// store is a database that nobody opens.
type store struct{ dependency.OutboxStore }

// checkStored refuses an outbox or an inbox in a database that the service does not have.
func (s *service) checkStored(at site, prefix string, parsed tag.Tag, key string) {
	name, has := parsed.Get(key)
	if !has || name == "" {
		return
	}
	place, err := dependency.OutboxNamed(s.host, name)
	if err == nil {
		err = place.Check()
	}
	if err != nil {
		s.wrong(at, prefix, fmt.Errorf("tag key %s: %w", key, err))
	}
}
