package vet

import (
	"cmp"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/entrypoint"
)

// mirror makes types of package reflect of those of package go/types, and knows how to
// say in a text what they stand for.
type mirror struct {
	shapes map[types.Type]*Shape
	open   map[types.Type]bool
	names  []substitute
}

// substitute is how the runtime writes a stand-in, and what it stands for.
type substitute struct{ standIn, real string }

func newMirror() *mirror {
	return &mirror{shapes: make(map[types.Type]*Shape), open: make(map[types.Type]bool)}
}

// of returns the type that stands for t.
func (x *mirror) of(t types.Type) reflect.Type { return x.shape(t).Type() }

// shape returns the shape of t. A type that contains itself is any there: its form on the
// wire is that of the rest.
func (x *mirror) shape(t types.Type) *Shape {
	t = types.Unalias(t)
	if s, ok := x.shapes[t]; ok {
		return s
	}
	if x.open[t] {
		return &Shape{Known: anything}
	}
	x.open[t] = true
	s := x.look(t)
	delete(x.open, t)
	x.shapes[t] = s
	if s.Name != "" {
		x.stands(s.Type().String(), s.Name)
	}
	return s
}

// stands notes what a text of the runtime stands for.
func (x *mirror) stands(standIn, written string) {
	if standIn != written {
		x.names = append(x.names, substitute{standIn, written})
	}
}

// real returns a text of the runtime with the types that the user has written.
func (x *mirror) real(text string) string {
	slices.SortStableFunc(x.names, func(a, b substitute) int { return cmp.Compare(len(b.standIn), len(a.standIn)) })
	for _, s := range x.names {
		text = strings.ReplaceAll(text, s.standIn, s.real)
	}
	return text
}

func (x *mirror) look(t types.Type) *Shape {
	name := pathOf(t)
	if _, pointer := t.(*types.Pointer); pointer {
		name = ""
	}
	if types.Identical(t, types.Universe.Lookup("error").Type()) {
		name = "error"
	}
	if _, ok := known[name]; ok {
		return &Shape{Known: name}
	}
	if s := writesItself(t); s != nil {
		return s
	}
	s := x.underlying(t.Underlying())
	if _, isNamed := t.(*types.Named); isNamed && s.Kind == reflect.Struct {
		s.Name = typeName(t)
	}
	return s
}

// writesItself returns the stand-in of a type whose form on the wire its own code decides.
func writesItself(t types.Type) *Shape {
	if _, ok := t.(*types.Named); !ok {
		if _, isStruct := t.(*types.Struct); !isStruct {
			return nil
		}
	}
	if types.IsInterface(t) {
		return nil
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return methodOf(t, name) != nil })
	}
	switch {
	case has("MarshalJSON", "UnmarshalJSON", "EncodeMsgpack", "DecodeMsgpack", "MarshalMsgpack", "UnmarshalMsgpack",
		"MarshalBinary", "UnmarshalBinary", "Schema", "TransformSchema", "JSONSchemaOneOf"):
		return &Shape{Known: opaque}
	case has("MarshalText", "UnmarshalText"):
		return &Shape{Known: textual}
	default:
		return nil
	}
}

func (x *mirror) underlying(t types.Type) *Shape {
	switch t := t.(type) {
	case *types.Basic:
		return &Shape{Kind: kindOf(t)}
	case *types.Pointer:
		return &Shape{Kind: reflect.Pointer, Elem: x.shape(t.Elem())}
	case *types.Slice:
		return &Shape{Kind: reflect.Slice, Elem: x.shape(t.Elem())}
	case *types.Array:
		return &Shape{Kind: reflect.Array, Len: t.Len(), Elem: x.shape(t.Elem())}
	case *types.Map:
		return &Shape{Kind: reflect.Map, Key: x.shape(t.Key()), Elem: x.shape(t.Elem())}
	case *types.Chan:
		return &Shape{Kind: reflect.Chan, Elem: x.shape(t.Elem())}
	case *types.Signature:
		return &Shape{Kind: reflect.Func, In: x.tuple(t.Params()), Out: x.tuple(t.Results()), Rest: t.Variadic()}
	case *types.Struct:
		return &Shape{Kind: reflect.Struct, Fields: x.fields(t)}
	default: // interfaces and type parameters
		return &Shape{Known: anything}
	}
}

func (x *mirror) tuple(t *types.Tuple) []*Shape {
	all := make([]*Shape, t.Len())
	for i := range all {
		all[i] = x.shape(t.At(i).Type())
	}
	return all
}

// fields returns what others can see of a struct. An embedded struct that is not exported
// has a name that is, since its fields can be seen.
func (x *mirror) fields(t *types.Struct) []ShapeField {
	var all []ShapeField
	for i := range t.NumFields() {
		f := t.Field(i)
		_, isStruct := f.Type().Underlying().(*types.Struct)
		if f.Name() == "_" || !f.Exported() && (!f.Embedded() || !isStruct) {
			continue
		}
		field := ShapeField{Name: f.Name(), Tag: t.Tag(i), Embedded: f.Embedded(), Type: x.shape(f.Type())}
		if !f.Exported() {
			field.Name = "X" + field.Name
		}
		all = append(all, field)
	}
	return all
}

// basicKinds are the kinds of basic types.
var basicKinds = map[types.BasicKind]reflect.Kind{
	types.Bool: reflect.Bool, types.String: reflect.String, types.UnsafePointer: reflect.UnsafePointer,
	types.Int: reflect.Int, types.Int8: reflect.Int8, types.Int16: reflect.Int16, types.Int32: reflect.Int32, types.Int64: reflect.Int64,
	types.Uint: reflect.Uint, types.Uint8: reflect.Uint8, types.Uint16: reflect.Uint16, types.Uint32: reflect.Uint32,
	types.Uint64: reflect.Uint64, types.Uintptr: reflect.Uintptr, types.Float32: reflect.Float32, types.Float64: reflect.Float64,
	types.Complex64: reflect.Complex64, types.Complex128: reflect.Complex128,
}

func kindOf(t *types.Basic) reflect.Kind { return basicKinds[t.Kind()] }

// method returns the method of a service as an entrypoint is given it.
func (x *mirror) method(name string, service *types.Named, sig *types.Signature) (*entrypoint.Method, error) {
	receiver := reflect.PointerTo((&Shape{Kind: reflect.Struct, Name: typeName(service)}).Type())
	in := append([]reflect.Type{receiver}, typesOf(x, sig.Params())...)
	f := reflect.FuncOf(in, typesOf(x, sig.Results()), sig.Variadic())
	written := typeName(withReceiver(service, sig))
	x.stands(strings.TrimPrefix(f.String(), "func"), strings.TrimPrefix(written, "func"))
	m, err := entrypoint.NewMethod(reflect.Method{Name: name, Type: f, Func: reflect.Zero(f)})
	if err == nil {
		x.stands(m.Signature(), name+strings.TrimPrefix(typeName(sig), "func"))
	}
	return m, err
}

func typesOf(x *mirror, t *types.Tuple) []reflect.Type {
	all := make([]reflect.Type, t.Len())
	for i := range all {
		all[i] = x.of(t.At(i).Type())
	}
	return all
}

// withReceiver returns the type of a method expression.
func withReceiver(service *types.Named, sig *types.Signature) *types.Signature {
	params := []*types.Var{types.NewParam(0, nil, "", types.NewPointer(service))}
	for v := range sig.Params().Variables() {
		params = append(params, v)
	}
	return types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), sig.Results(), sig.Variadic())
}
