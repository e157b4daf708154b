package codec

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
)

// Msgpack is the codec for MessagePack, which services speak to one another.
//
// What is decoded into any is nil, bool, int64, uint64 (beyond int64 only),
// float64, string, []byte, time.Time, []any or map[string]any; keys of maps
// become strings. It differs from JSON in these points:
//
//   - bytes stay bytes, where JSON has base64; a time.Time is a timestamp
//     without a zone and arrives in UTC, where JSON keeps the offset
//   - a type with MarshalBinary sends that, where JSON sends its MarshalText; a
//     float64 stays one even if it is whole; NaN and infinities may be sent
//   - names of fields are compared exactly, JSON ignores case; the tag option
//     omitzero has no effect here, and a field that an embedded struct hides
//     makes that struct an object of its own
//   - an embedded nil pointer to a struct arrives as a pointer to a zero struct
//   - what only has MarshalJSON travels as the value that its JSON stands for,
//     so numbers in it that no int64, uint64 or float64 holds lose digits
var Msgpack Codec = packCodec{}

type packCodec struct{}

func (packCodec) ContentType() string { return "application/msgpack" }

// packWriter appends what is written to it.
type packWriter struct{ buf []byte }

// Write implements io.Writer.
func (w *packWriter) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	return len(p), nil
}

// WriteByte implements io.ByteWriter.
func (w *packWriter) WriteByte(b byte) error {
	w.buf = append(w.buf, b)
	return nil
}

type packer struct {
	packWriter
	enc *msgpack.Encoder
}

// packers hold their encoders ready: nothing in an encoder needs a reset as
// long as it writes to the same packWriter.
var packers = sync.Pool{New: func() any {
	p := &packer{}
	p.enc = msgpack.NewEncoder(&p.packWriter)
	p.enc.SetCustomStructTag("json")
	p.enc.UseCompactInts(true)
	return p
}}

func (packCodec) Append(dst []byte, v any) (out []byte, err error) {
	v, checked, err := prepare(v)
	if err != nil {
		return dst, err
	}
	p := packers.Get().(*packer)
	p.buf = dst
	if err := guarded(func() error { return p.enc.Encode(v) }); err != nil {
		return dst, unencodable(v, err)
	}
	out, p.buf = p.buf, nil
	packers.Put(p) // not after an error, which may leave anything behind
	err = checkSent(v, out[len(dst):], checked, guardPack, dst, &out)
	return out, err
}

// unpacker is a decoder and the cursor that it reads from.
type unpacker struct {
	packCursor
	dec *msgpack.Decoder
}

var unpackers = sync.Pool{New: func() any { return newUnpacker() }}

func newUnpacker() *unpacker {
	u := &unpacker{}
	u.dec = msgpack.NewDecoder(&u.packCursor)
	u.dec.SetCustomStructTag("json")
	u.dec.SetMapDecoder(func(*msgpack.Decoder) (any, error) { return u.any() })
	return u
}

func (packCodec) Decode(data []byte, into any) error {
	if err := guardPack(data); err != nil {
		return err
	}
	return unpack(data, into)
}

func (packCodec) DecodeArray(data []byte, into []any, least int) error {
	if err := guardPack(data); err != nil {
		return err
	}
	c := packCursor{data: data}
	head := c.next()
	if head.kind != packArray {
		return &MismatchError{Have: head.String(), Want: "an array of arguments"}
	}
	if head.n < least || head.n > len(into) {
		return &ArityError{Have: head.n, Min: least, Max: len(into)}
	}
	for i := range head.n {
		if err := unpack(c.span(), into[i]); err != nil {
			return atPosition(err, i)
		}
	}
	return nil
}

func (packCodec) DecodeObject(data []byte, names []string, into []any, optional func(int) bool) error {
	if err := guardPack(data); err != nil {
		return err
	}
	c := packCursor{data: data}
	head := c.next()
	if head.kind != packMap {
		return &MismatchError{Have: head.String(), Want: "an object of arguments"}
	}
	seen := make([]bool, len(names))
	for range head.n {
		name, err := c.key()
		if err != nil {
			return err
		}
		i := indexOf(names, name)
		if i < 0 {
			return &NameError{Have: name, Known: names}
		}
		if err := unpack(c.span(), into[i]); err != nil {
			return atName(err, name)
		}
		seen[i] = true
	}
	return missing(names, seen, optional)
}

func (packCodec) Shape(data []byte) Shape {
	if guardPack(data) != nil {
		return Shape{}
	}
	c := packCursor{data: data}
	switch v := c.next(); v.kind {
	case packNil:
		return Shape{Kind: KindNil}
	case packArray:
		return Shape{Kind: KindArray, Len: v.n}
	case packMap:
		return Shape{Kind: KindObject, Len: v.n, data: data, find: packHas}
	default:
		return Shape{Kind: KindScalar}
	}
}

// packHas reports whether the map that data is has the key.
func packHas(data []byte, key string) bool {
	c := packCursor{data: data}
	for range c.next().n {
		if k := c.next(); k.n > 0 || k.kind == packString && string(k.bytes) == key {
			return k.n == 0
		}
		c.span()
	}
	return false
}

// unpack decodes one guarded value.
func unpack(data []byte, into any) error {
	c := packCursor{data: data}
	if done, err := c.quick(into); done {
		return err
	}
	v, plan, err := target(into)
	if err != nil {
		return err
	}
	u := unpackers.Get().(*unpacker)
	u.packCursor = packCursor{data: data}
	if err := guarded(func() error { return u.dec.DecodeValue(v) }); err != nil {
		return unfit(data, v.Type(), err)
	}
	if u.data = nil; len(data) < maxItems {
		unpackers.Put(u) // an unpacker keeps a copy of the longest string it has seen
	}
	if plan.loose {
		settle(v)
	}
	return nil
}

// quick decodes what most messages are without reflection. It reports false
// when another way has to be taken.
func (c *packCursor) quick(into any) (done bool, err error) {
	start := *c
	switch v := c.next(); p := into.(type) {
	case *any:
		if p != nil {
			*p, err = start.any()
			return true, err
		}
	case *string:
		if done = v.kind == packString && p != nil; done {
			*p = string(v.bytes)
		}
	case *int:
		if done = v.kind == packInt && p != nil && int64(int(v.bits)) == int64(v.bits); done {
			*p = int(v.bits)
		}
	case *int64:
		if done = v.kind == packInt && p != nil; done {
			*p = int64(v.bits)
		}
	case *bool:
		if done = v.kind == packBool && p != nil; done {
			*p = v.bits == 1
		}
	case *float64:
		if done = v.kind == packFloat && p != nil; done {
			*p = v.float()
		}
	}
	return done, nil
}

// unfit explains why data could not be decoded into a value of type t.
func unfit(data []byte, t reflect.Type, err error) error {
	c := packCursor{data: data}
	if m := c.misfit(t, ""); m != nil {
		return m
	}
	return &MismatchError{Have: (&packCursor{data: data}).next().String(), Want: wanted(t), cause: foreign(err)}
}

// foreign returns err if it comes from the user's code, nil if it is the
// library's, whose words say nothing to the user.
func foreign(err error) error {
	if m, ok := errors.AsType[*MismatchError](err); ok {
		return m.cause
	}
	if text := err.Error(); strings.Contains(text, "msgpack") || strings.Contains(text, "reflect") || strings.HasPrefix(text, "json: ") {
		return nil
	}
	return err
}

// guarded runs f, in which code of the user's may run, and turns a panic into
// an error.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}
