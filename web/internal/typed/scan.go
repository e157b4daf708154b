package typed

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"time"
)

// scan refuses types that JSON cannot carry, all that are in t at once, and
// tells huma what it would describe wrongly or never finish describing.
func (r *Registry) scan(t reflect.Type) error {
	s := typeScan{r: r}
	s.visit(t.String(), t, nil)
	return errors.Join(s.errs...)
}

type typeScan struct {
	r    *Registry
	errs []error
}

// visit looks at t, found at path. chain holds the types on the way here since
// the last struct: only at structs does huma notice that it goes in circles.
func (s *typeScan) visit(path string, t reflect.Type, chain []reflect.Type) {
	if t = deref(t); t.Kind() == reflect.Pointer {
		s.refuse(path, t.String()+" (a pointer to itself)")
		return
	}
	if s.special(t) {
		s.visitOneOf(path, t)
		return
	}
	if slices.Contains(chain, t) {
		s.r.huma.RegisterTypeAlias(t, reflect.TypeFor[any]())
		return
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		s.visit(path+"[]", t.Elem(), append(chain, t))
	case reflect.Map:
		s.visitMap(path, t, append(chain, t))
	case reflect.Struct:
		s.visitStruct(path, t)
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer, reflect.Uintptr:
		s.refuse(path, t.String())
	default:
	}
}

func (s *typeScan) visitStruct(path string, t reflect.Type) {
	if s.r.scanned[t] {
		return
	}
	s.r.scanned[t] = true
	before := len(s.errs)
	for _, f := range members(t) {
		s.visit(path+"."+f.Name, f.Type, nil)
	}
	if len(s.errs) > before {
		delete(s.r.scanned, t)
	}
}

func (s *typeScan) visitMap(path string, t reflect.Type, chain []reflect.Type) {
	switch key := t.Key(); {
	case key.Kind() == reflect.String, key.Kind() >= reflect.Int && key.Kind() <= reflect.Uint64:
	case key.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
	default:
		s.refuse(path, "map key "+key.String())
	}
	s.visit(path+"{}", t.Elem(), chain)
}

// special settles the types whose JSON form their kind does not tell, and
// reports whether t is one of them.
func (s *typeScan) special(t reflect.Type) bool {
	alias := s.r.huma.RegisterTypeAlias
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[json.RawMessage]():
		return true
	case reflect.TypeFor[json.Number]():
		alias(t, reflect.TypeFor[float64]())
		return true
	case reflect.TypeFor[net.IP](): // huma says IPv4
		alias(t, reflect.TypeFor[netip.Addr]())
		return true
	case reflect.TypeFor[url.URL](), reflect.TypeFor[big.Int](): // huma says text, JSON has an object and a number
		alias(t, reflect.TypeFor[any]())
		return true
	}
	switch {
	case provides(t), t.Kind() == reflect.Interface:
		return true
	case does[json.Marshaler](t), does[json.Unmarshaler](t):
		alias(t, reflect.TypeFor[any]())
		return true
	case does[encoding.TextUnmarshaler](t):
		return true
	case does[encoding.TextMarshaler](t):
		alias(t, reflect.TypeFor[string]())
		return true
	}
	return false
}

func (s *typeScan) refuse(path, have string) {
	s.errs = append(s.errs, fmt.Errorf(
		"%s: have %s, want a type that JSON can carry; a field is left out with json:\"-\"", path, have))
}

// does reports whether t or *t is an I.
func does[I any](t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[I]()) || t.Implements(reflect.TypeFor[I]())
}

// writesItself reports whether the JSON form of t is not that of its kind.
func writesItself(t reflect.Type) bool {
	return does[json.Marshaler](t) || does[json.Unmarshaler](t) ||
		does[encoding.TextMarshaler](t) || does[encoding.TextUnmarshaler](t)
}
