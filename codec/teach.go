package codec

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/vmihailenco/msgpack/v5"
)

// The MessagePack library is taught, type by type and before it first meets a
// type, what it would do wrong: it cuts 300 to fit an int8 without a word,
// believes an extension to be a map header that no guard has seen, sends what
// only has a MarshalJSON as an empty object, and refuses a float64 for a
// float32. Its registry is one per process, so a program that uses the library
// by itself profits too.

// teach registers t if it needs a treatment of its own, and reports whether
// there is nothing further to look at inside t.
func teach(t reflect.Type) bool {
	var enc func(*msgpack.Encoder, reflect.Value) error
	dec := checkedDecoder(t)
	leaf := dec != nil
	switch {
	case t == reflect.TypeFor[time.Time]():
		dec, leaf = unpackTime, true
	case t == reflect.TypeFor[json.Number]():
		enc, dec, leaf = packNumber, unpackNumber, true
	case isTextual(t):
		enc, dec, leaf = packTextual, unpackTextual, true
	case t == reflect.TypeFor[map[string]any](), t == reflect.TypeFor[[]any]():
		dec = unpackAny
	case t.Kind() == reflect.Map:
		dec = unpackMap
	}
	if dec != nil {
		msgpack.Register(reflect.Zero(t).Interface(), enc, withCursor(dec))
	}
	return leaf
}

// decodeFunc reads one value from c, which d reads from too, into v.
type decodeFunc func(d *msgpack.Decoder, c *packCursor, v reflect.Value) error

// withCursor gives f our cursor; a decoder that is not ours gets one for the
// value that it stands before.
func withCursor(f decodeFunc) func(*msgpack.Decoder, reflect.Value) error {
	return func(d *msgpack.Decoder, v reflect.Value) error {
		if c, ok := d.Buffered().(*packCursor); ok {
			return f(d, c, v)
		}
		raw, err := d.DecodeRaw()
		if err != nil {
			return err
		}
		if err := guardPack(raw); err != nil {
			return err
		}
		u := newUnpacker()
		u.data = raw
		return f(u.dec, &u.packCursor, v)
	}
}

// checkedDecoder returns the decoder for numbers of t's kind, nil if t is none.
func checkedDecoder(t reflect.Type) decodeFunc {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return unpackInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return unpackUint
	case reflect.Float32, reflect.Float64:
		return unpackFloat
	default:
		return nil
	}
}

func unpackInt(_ *msgpack.Decoder, c *packCursor, v reflect.Value) error {
	n := c.next()
	if !fits(n, v.Type()) {
		return &MismatchError{Have: n.String(), Want: wanted(v.Type())}
	}
	v.SetInt(int64(n.bits))
	return nil
}

func unpackUint(_ *msgpack.Decoder, c *packCursor, v reflect.Value) error {
	n := c.next()
	if !fits(n, v.Type()) {
		return &MismatchError{Have: n.String(), Want: wanted(v.Type())}
	}
	v.SetUint(n.bits)
	return nil
}

func unpackFloat(_ *msgpack.Decoder, c *packCursor, v reflect.Value) error {
	n := c.next()
	if !fits(n, v.Type()) {
		return &MismatchError{Have: n.String(), Want: wanted(v.Type())}
	}
	v.SetFloat(n.float())
	return nil
}

// float returns any number as a float64, and 0 for null.
func (v packValue) float() float64 {
	switch v.kind {
	case packFloat:
		return math.Float64frombits(v.bits)
	case packUint:
		return float64(v.bits)
	default:
		return float64(int64(v.bits))
	}
}

// unpackMap decodes a map of any type.
func unpackMap(d *msgpack.Decoder, c *packCursor, v reflect.Value) error {
	head := c.next()
	if head.kind == packNil {
		v.SetZero()
		return nil
	}
	if head.kind != packMap {
		return &MismatchError{Have: head.String(), Want: wanted(v.Type())}
	}
	if !c.holds(head) {
		return errAstray
	}
	if v.IsNil() {
		v.Set(reflect.MakeMapWithSize(v.Type(), head.n))
	}
	for range head.n {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		// After an error the cursor may stand inside a value: what follows must not be read.
		if err := d.DecodeValue(key); err != nil {
			return err
		}
		if err := d.DecodeValue(value); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

// unpackAny decodes a map[string]any or a []any.
func unpackAny(_ *msgpack.Decoder, c *packCursor, v reflect.Value) error {
	value, err := c.any()
	if err != nil {
		return err
	}
	if value == nil {
		v.SetZero()
		return nil
	}
	found := reflect.ValueOf(value)
	if found.Type() != v.Type() {
		return &MismatchError{Have: describe(value), Want: wanted(v.Type())}
	}
	v.Set(found)
	return nil
}

// describe says in plain words what a value decoded into any is.
func describe(v any) string {
	switch v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	default:
		return fmt.Sprint(v)
	}
}

// unpackTime takes a timestamp, or a string as JSON has it.
func unpackTime(_ *msgpack.Decoder, c *packCursor, v reflect.Value) error {
	value := c.next()
	at, ok := value.time()
	switch value.kind {
	case packNil:
		v.SetZero()
		return nil
	case packString:
		parsed, err := time.Parse(time.RFC3339Nano, string(value.bytes))
		at, ok = parsed, err == nil
	default:
	}
	if !ok {
		return &MismatchError{Have: value.String(), Want: "a timestamp or a string in RFC 3339"}
	}
	v.Set(reflect.ValueOf(at))
	return nil
}

// packNumber sends a json.Number as the number that it is.
func packNumber(e *msgpack.Encoder, v reflect.Value) error {
	if v.Len() == 0 {
		return e.EncodeInt(0)
	}
	n, ok := wholeOrFloat(v.String())
	if !ok {
		return fmt.Errorf("%q is not a number", v.String())
	}
	return e.Encode(n)
}

func unpackNumber(_ *msgpack.Decoder, c *packCursor, v reflect.Value) error {
	switch n := c.next(); n.kind {
	case packNil:
		v.SetString("")
	case packInt, packUint:
		v.SetString(fmt.Sprint(n.scalar()))
	case packFloat:
		v.SetString(strconv.FormatFloat(n.float(), 'g', -1, 64))
	default:
		return &MismatchError{Have: n.String(), Want: "a number"}
	}
	return nil
}

// packTextual sends what only knows JSON as the value that its JSON stands for.
func packTextual(e *msgpack.Encoder, v reflect.Value) error {
	if v.CanAddr() {
		v = v.Addr()
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return err
	}
	var value any
	if err := decodeText(text, &value); err != nil {
		return err
	}
	return e.Encode(value)
}

// unpackTextual shows what only knows JSON the JSON that the value stands for.
func unpackTextual(_ *msgpack.Decoder, c *packCursor, v reflect.Value) error {
	value, err := c.any()
	if err != nil {
		return err
	}
	text, err := json.Marshal(Normalise(value))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v.Addr().Interface())
}
