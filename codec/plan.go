package codec

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vmihailenco/msgpack/v5"
)

// typePlan is what the codecs must know about a type before they hand a value
// of it to a library that believes all values are harmless.
type typePlan struct {
	broken  string // why no value of the type can be handled at all; "" normally
	barred  string // why none can be encoded; "" normally
	deep    bool   // values can nest without bound: look at each one before encoding it
	loose   bool   // values decoded from any codec may need settling: there is an any inside
	pointer bool   // a marshaler in it has a pointer receiver: encode an addressable copy
}

var typePlans sync.Map // reflect.Type → *typePlan

// planOf looks at a type once. As a side effect the MessagePack library learns
// how to treat the types in it that it would treat wrongly.
func planOf(t reflect.Type) *typePlan {
	if p, ok := typePlans.Load(t); ok {
		return p.(*typePlan)
	}
	s := typeScan{plan: &typePlan{}, open: map[reflect.Type]bool{}, done: map[reflect.Type]bool{}}
	s.visit(t, "")
	p, _ := typePlans.LoadOrStore(t, s.plan)
	return p.(*typePlan)
}

// typeScan walks the types that a type is made of.
type typeScan struct {
	plan *typePlan
	open map[reflect.Type]bool // on the way from the root to here
	done map[reflect.Type]bool
}

// visit notes in the plan what t, found at path, means for it.
func (s *typeScan) visit(t reflect.Type, path string) {
	if s.open[t] {
		s.plan.deep = true
		return
	}
	if s.done[t] {
		return
	}
	s.open[t], s.done[t] = true, true
	defer delete(s.open, t)
	if s.plan.deep = s.plan.deep || len(s.open) > maxDepth; isOpaque(t) {
		s.plan.pointer = s.plan.pointer || !isMarshaler(t)
		return
	}
	if teach(t) {
		return
	}
	s.visitKind(t, path)
}

func (s *typeScan) visitKind(t reflect.Type, path string) {
	switch t.Kind() {
	case reflect.Pointer:
		if s.open[t.Elem()] && pointsToItself(t) {
			s.plan.broken = "a pointer to itself has no form in a message"
			return
		}
		s.visit(t.Elem(), path)
	case reflect.Slice, reflect.Array:
		s.visit(t.Elem(), path)
	case reflect.Map:
		s.visit(t.Key(), path)
		s.visit(t.Elem(), path)
	case reflect.Interface:
		s.plan.deep, s.plan.loose = true, true
	case reflect.Struct:
		s.visitFields(t, path)
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.Uintptr, reflect.UnsafePointer:
		s.plan.barred = t.String() + " has no form in a message"
		if path != "" {
			s.plan.barred = "field " + path + ": " + s.plan.barred
		}
	default:
	}
}

func (s *typeScan) visitFields(t reflect.Type, path string) {
	if embedsItself(t, map[reflect.Type]bool{}) {
		s.plan.broken = t.String() + " embeds itself"
		return
	}
	for f := range t.Fields() {
		if name, ok := wireName(f); ok {
			s.visit(f.Type, joinPath(path, name))
		}
	}
}

// pointsToItself reports whether following t never leaves pointers.
func pointsToItself(t reflect.Type) bool {
	for seen := map[reflect.Type]bool{}; t.Kind() == reflect.Pointer; t = t.Elem() {
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}

// embedsItself reports whether the embedded structs of t lead back to one of
// outer, in which the MessagePack library would lose itself.
func embedsItself(t reflect.Type, outer map[reflect.Type]bool) bool {
	if outer[t] {
		return true
	}
	outer[t] = true
	defer delete(outer, t)
	for f := range t.Fields() {
		inner := f.Type
		for inner.Kind() == reflect.Pointer && !pointsToItself(inner) {
			inner = inner.Elem()
		}
		if f.Anonymous && inner.Kind() == reflect.Struct && embedsItself(inner, outer) {
			return true
		}
	}
	return false
}

// wireName returns the name of a field in messages, and whether it has one.
func wireName(f reflect.StructField) (string, bool) {
	tag := f.Tag.Get("msgpack")
	if tag == "" {
		tag = f.Tag.Get("json")
	}
	if tag == "-" || !f.IsExported() && !f.Anonymous {
		return "", false
	}
	if name, _, _ := strings.Cut(tag, ","); name != "" {
		return name, true
	}
	return f.Name, true
}

// joinPath appends a name to the dotted path of a field.
func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// The interfaces that the MessagePack library asks for, in pairs.
var marshalers = []reflect.Type{
	reflect.TypeFor[msgpack.CustomEncoder](), reflect.TypeFor[msgpack.Marshaler](),
	reflect.TypeFor[encoding.BinaryMarshaler](), reflect.TypeFor[encoding.TextMarshaler](),
	reflect.TypeFor[msgpack.CustomDecoder](), reflect.TypeFor[msgpack.Unmarshaler](),
	reflect.TypeFor[encoding.BinaryUnmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](),
}

// isOpaque reports whether t or a pointer to it encodes or decodes itself.
func isOpaque(t reflect.Type) bool {
	if t == reflect.TypeFor[time.Time]() {
		return true
	}
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer {
		return false
	}
	return slices.ContainsFunc(marshalers, reflect.PointerTo(t).Implements)
}

// isMarshaler reports whether t, as a value, encodes itself.
func isMarshaler(t reflect.Type) bool {
	return slices.ContainsFunc(marshalers[:4], t.Implements)
}

// isTextual reports whether t only knows how to become JSON, as
// json.RawMessage does.
func isTextual(t reflect.Type) bool {
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer {
		return false
	}
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[json.Unmarshaler]())
}
