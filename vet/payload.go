package vet

import (
	"reflect"
	"time"

	"github.com/enoki-go/enoki/codec"
)

// fits returns why a payload cannot be decoded as another, as the codec says it, nil where
// it can, or where that is not known.
func fits(emitted, handled *Shape) (err error) {
	if emitted == nil || handled == nil {
		return nil
	}
	defer func() {
		if recover() != nil { // a stand-in is more than the codec can take
			err = nil
		}
	}()
	sample := reflect.New(emitted.Type()).Elem()
	fill(sample, deepest)
	data, err := codec.Msgpack.Append(nil, sample.Interface())
	if err != nil {
		return nil // another check says so
	}
	return codec.Msgpack.Decode(data, reflect.New(handled.lenient().Type()).Interface())
}

// deepest bounds a sample; it is beyond what a type without recursion needs.
const deepest = 32

// lenient returns the shape with any for all that reads text or bytes by code of its own:
// whether a text is good for it cannot be seen from types.
func (s *Shape) lenient() *Shape {
	if s == nil {
		return nil
	}
	if s.Known != "" && s.Known != "time.Duration" || s.Kind == reflect.Slice && s.Elem != nil && s.Elem.Kind == reflect.Uint8 {
		return &Shape{Known: anything}
	}
	made := *s
	made.Elem, made.Key, made.Fields = s.Elem.lenient(), s.Key, nil
	for _, f := range s.Fields {
		f.Type = f.Type.lenient()
		made.Fields = append(made.Fields, f)
	}
	return &made
}

// fill gives a value something in every place, so that all of it is encoded.
func fill(v reflect.Value, depth int) {
	if depth == 0 || !v.CanSet() {
		return
	}
	if _, isTime := reflect.TypeAssert[time.Time](v); isTime {
		v.Set(reflect.ValueOf(time.Unix(1, 0).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("text")
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth-1)
	case reflect.Struct:
		for _, f := range v.Fields() {
			fill(f, depth-1)
		}
	default:
		fillMany(v, depth)
	}
}

// fillMany fills numbers and collections.
func fillMany(v reflect.Value, depth int) {
	switch {
	case v.CanInt():
		v.SetInt(1)
	case v.CanUint():
		v.SetUint(1)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth-1)
	case v.Kind() == reflect.Array:
		for i := range min(v.Len(), 1) {
			fill(v.Index(i), depth-1)
		}
	case v.Kind() == reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth-1)
		fill(value, depth-1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	}
}
