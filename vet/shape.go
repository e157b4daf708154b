package vet

import (
	"context"
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/timer"
)

// A Shape is what matters of a Go type to those who encode and decode its values. It can
// be stored, as go vet does between packages.
type Shape struct {
	Kind   reflect.Kind
	Known  string // the type itself, where it is one that is taken as it is
	Name   string // of a struct that has one, as package reflect writes it
	Elem   *Shape // of pointers, slices, arrays, maps and channels
	Key    *Shape // of maps
	Len    int64  // of arrays
	Fields []ShapeField
	In     []*Shape // of functions
	Out    []*Shape
	Rest   bool // the last parameter of a function is variadic
}

// A ShapeField is an exported field of a struct.
type ShapeField struct {
	Name     string
	Tag      string
	Embedded bool
	Type     *Shape
}

// Types with code of their own have one of these in their place.
type (
	textStandIn struct{} // writes and reads text
	jsonStandIn struct{} // writes and reads whatever it likes
)

func (textStandIn) MarshalText() ([]byte, error) { return nil, nil }
func (*textStandIn) UnmarshalText([]byte) error  { return nil }
func (jsonStandIn) MarshalJSON() ([]byte, error) { return []byte("null"), nil }
func (*jsonStandIn) UnmarshalJSON([]byte) error  { return nil }
func (jsonStandIn) MarshalText() ([]byte, error) { return nil, nil }
func (*jsonStandIn) UnmarshalText([]byte) error  { return nil }

// Names of the stand-ins among known.
const (
	textual  = "text"
	opaque   = "json"
	anything = "any"
)

// known are the types that mean more than their kind, by import path and name.
var known = map[string]reflect.Type{
	textual:                            reflect.TypeFor[textStandIn](),
	opaque:                             reflect.TypeFor[jsonStandIn](),
	anything:                           reflect.TypeFor[any](),
	"error":                            reflect.TypeFor[error](),
	"context.Context":                  reflect.TypeFor[context.Context](),
	"time.Time":                        reflect.TypeFor[time.Time](),
	"time.Duration":                    reflect.TypeFor[time.Duration](),
	"encoding/json.RawMessage":         reflect.TypeFor[json.RawMessage](),
	"encoding/json.Number":             reflect.TypeFor[json.Number](),
	"math/big.Int":                     reflect.TypeFor[big.Int](),
	"net.IP":                           reflect.TypeFor[net.IP](),
	"net/url.URL":                      reflect.TypeFor[url.URL](),
	"net/netip.Addr":                   reflect.TypeFor[netip.Addr](),
	"net/http.Request":                 reflect.TypeFor[http.Request](),
	"net/http.ResponseWriter":          reflect.TypeFor[http.ResponseWriter](),
	module + "/timer.Tick":             reflect.TypeFor[timer.Tick](),
	module + "/events.Raw":             reflect.TypeFor[events.Raw](),
	module + "/rpc.Client":             reflect.TypeFor[rpc.Client](),
	module + "/dependency/secret.Text": reflect.TypeFor[secret.Text](),
}

// basics are the types of the kinds that are their own shape.
var basics = map[reflect.Kind]reflect.Type{
	reflect.Bool: reflect.TypeFor[bool](), reflect.String: reflect.TypeFor[string](),
	reflect.Int: reflect.TypeFor[int](), reflect.Int8: reflect.TypeFor[int8](), reflect.Int16: reflect.TypeFor[int16](),
	reflect.Int32: reflect.TypeFor[int32](), reflect.Int64: reflect.TypeFor[int64](),
	reflect.Uint: reflect.TypeFor[uint](), reflect.Uint8: reflect.TypeFor[uint8](), reflect.Uint16: reflect.TypeFor[uint16](),
	reflect.Uint32: reflect.TypeFor[uint32](), reflect.Uint64: reflect.TypeFor[uint64](), reflect.Uintptr: reflect.TypeFor[uintptr](),
	reflect.Float32: reflect.TypeFor[float32](), reflect.Float64: reflect.TypeFor[float64](),
	reflect.Complex64: reflect.TypeFor[complex64](), reflect.Complex128: reflect.TypeFor[complex128](),
}

// basicOf returns the type of a kind, any for what has none of its own: an unsafe pointer,
// which would need an import of package unsafe.
func basicOf(k reflect.Kind) reflect.Type {
	if t, ok := basics[k]; ok {
		return t
	}
	return reflect.TypeFor[any]()
}

// Type makes a type of the shape: that of its values on the wire. What package reflect
// cannot make is any.
func (s *Shape) Type() (t reflect.Type) {
	defer func() {
		if recover() != nil { // of reflect.StructOf and others, which have limits
			t = reflect.TypeFor[any]()
		}
	}()
	return s.made()
}

func (s *Shape) made() reflect.Type {
	switch {
	case s == nil:
		return reflect.TypeFor[any]()
	case s.Known != "":
		return known[s.Known]
	}
	switch s.Kind {
	case reflect.Pointer:
		return reflect.PointerTo(s.Elem.made())
	case reflect.Slice:
		return reflect.SliceOf(s.Elem.made())
	case reflect.Array:
		return reflect.ArrayOf(int(s.Len), s.Elem.made())
	case reflect.Map:
		return reflect.MapOf(s.Key.made(), s.Elem.made())
	case reflect.Chan:
		return reflect.ChanOf(reflect.BothDir, s.Elem.made())
	case reflect.Func:
		return reflect.FuncOf(made(s.In), made(s.Out), s.Rest)
	case reflect.Struct:
		return s.structType()
	default:
		return basicOf(s.Kind)
	}
}

func made(shapes []*Shape) []reflect.Type {
	all := make([]reflect.Type, len(shapes))
	for i, s := range shapes {
		all[i] = s.made()
	}
	return all
}

// structType makes a struct that no other type is identical to: a blank field, which
// nobody encodes, has the name in its tag.
func (s *Shape) structType() reflect.Type {
	var fields []reflect.StructField
	for _, f := range s.Fields {
		fields = append(fields, reflect.StructField{
			Name: f.Name, Type: f.Type.made(), Tag: reflect.StructTag(f.Tag), Anonymous: f.Embedded,
		})
	}
	if s.Name != "" {
		fields = append(fields, reflect.StructField{
			Name: "_", PkgPath: module + "/vet", Type: reflect.TypeFor[struct{}](), Tag: reflect.StructTag("vet:\"" + s.Name + "\""),
		})
	}
	return reflect.StructOf(fields)
}
