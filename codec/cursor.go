package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
)

// packKind is what a MessagePack value is; integers that fit are packInt.
type packKind uint8

const (
	packNil packKind = iota
	packBool
	packInt
	packUint // beyond math.MaxInt64
	packFloat
	packString
	packBytes
	packArray
	packMap
	packExt
	packAstray // none: the cursor does not stand where a value begins
)

// packValue is one value, without the values nested in it.
type packValue struct {
	kind  packKind
	bits  uint64 // of a bool, an integer, or a float64
	bytes []byte // of a string, of bytes, of an extension without its type
	n     int    // elements of an array, entries of a map
	ext   int8   // type of an extension
}

// packCursor reads values from bytes that have passed guardPack, on which it
// therefore cannot fail. It is also the reader of the library's decoder, so
// that both can take turns at one message.
type packCursor struct {
	data []byte
	pos  int
}

var (
	_ io.Reader      = (*packCursor)(nil)
	_ io.ByteScanner = (*packCursor)(nil)
)

// Read implements io.Reader.
func (c *packCursor) Read(p []byte) (int, error) {
	if c.pos >= len(c.data) && len(p) > 0 {
		return 0, io.EOF
	}
	n := copy(p, c.data[c.pos:])
	c.pos += n
	return n, nil
}

// ReadByte implements io.ByteReader.
func (c *packCursor) ReadByte() (byte, error) {
	if c.pos >= len(c.data) {
		return 0, io.EOF
	}
	c.pos++
	return c.data[c.pos-1], nil
}

// UnreadByte implements io.ByteScanner.
func (c *packCursor) UnreadByte() error {
	c.pos--
	return nil
}

// next reads one value and stands before the first one nested in it.
func (c *packCursor) next() packValue {
	size, nested, ok := packSize(c.data, c.pos)
	if !ok || size > len(c.data)-c.pos {
		return packValue{kind: packAstray}
	}
	b := c.data[c.pos]
	rest := c.data[c.pos+1 : c.pos+size]
	c.pos += size
	switch {
	case b < 0x80:
		return packValue{kind: packInt, bits: uint64(b)}
	case b >= 0xe0:
		return packValue{kind: packInt, bits: uint64(int8(b))}
	case b < 0x90:
		return packValue{kind: packMap, n: nested / 2}
	case b < 0xa0:
		return packValue{kind: packArray, n: nested}
	case b < 0xc0:
		return packValue{kind: packString, bytes: rest}
	default:
		return longPackValue(b, rest, nested)
	}
}

// longPackValue is next for the format bytes from 0xc0 to 0xdf.
func longPackValue(b byte, rest []byte, nested int) packValue {
	switch b {
	case 0xc0:
		return packValue{kind: packNil}
	case 0xc2, 0xc3:
		return packValue{kind: packBool, bits: uint64(b & 1)}
	case 0xc4, 0xc5, 0xc6:
		return packValue{kind: packBytes, bytes: rest[packForms[b-0xc0].length:]}
	case 0xd9, 0xda, 0xdb:
		return packValue{kind: packString, bytes: rest[packForms[b-0xc0].length:]}
	case 0xdc, 0xdd:
		return packValue{kind: packArray, n: nested}
	case 0xde, 0xdf:
		return packValue{kind: packMap, n: nested / 2}
	case 0xca:
		f := math.Float32frombits(binary.BigEndian.Uint32(rest))
		return packValue{kind: packFloat, bits: math.Float64bits(float64(f))}
	case 0xcb:
		return packValue{kind: packFloat, bits: binary.BigEndian.Uint64(rest)}
	case 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3:
		return packInteger(b >= 0xd0, rest)
	default:
		body := rest[packForms[b-0xc0].length:]
		return packValue{kind: packExt, ext: int8(body[0]), bytes: body[1:]}
	}
}

// packInteger reads an integer of one, two, four or eight bytes.
func packInteger(signed bool, rest []byte) packValue {
	bits := uint64(0)
	for _, b := range rest {
		bits = bits<<8 | uint64(b)
	}
	if signed {
		unused := 64 - 8*len(rest)
		return packValue{kind: packInt, bits: uint64(int64(bits<<unused) >> unused)}
	}
	if bits > math.MaxInt64 {
		return packValue{kind: packUint, bits: bits}
	}
	return packValue{kind: packInt, bits: bits}
}

// span reads one value with all that is nested in it and returns its bytes.
func (c *packCursor) span() []byte {
	start := c.pos
	for due := 1; due > 0; due-- {
		size, nested, _ := packSize(c.data, c.pos)
		c.pos, due = c.pos+size, due+nested
	}
	return c.data[start:c.pos]
}

// any reads one value with all that is nested in it, as codecs show it to those
// who decode into any: see Msgpack. The guard bounds the recursion.
func (c *packCursor) any() (any, error) {
	v := c.next()
	if !c.holds(v) {
		return nil, errAstray
	}
	switch v.kind {
	case packArray:
		return c.list(v.n)
	case packMap:
		return c.object(v.n)
	case packExt:
		if at, ok := v.time(); ok {
			return at, nil
		}
		return nil, &MismatchError{Have: v.String(), Want: "any standard value"}
	default:
		return v.scalar(), nil
	}
}

// errAstray means that the cursor does not stand where a value begins, which
// only an unmarshaler of the user's that goes on after an error can achieve.
var errAstray = errors.New("an unmarshaler has read part of a value")

// holds reports whether what is nested in v can be in the bytes left. The guard
// has seen to that, as long as the cursor stands where values begin.
func (c *packCursor) holds(v packValue) bool {
	return v.kind != packAstray && v.n <= len(c.data)-c.pos
}

func (c *packCursor) list(n int) (any, error) {
	list := make([]any, n)
	for i := range list {
		item, err := c.any()
		if err != nil {
			return nil, err
		}
		list[i] = item
	}
	return list, nil
}

func (c *packCursor) object(n int) (any, error) {
	object := make(map[string]any, n)
	for range n {
		key, err := c.key()
		if err != nil {
			return nil, err
		}
		if object[key], err = c.any(); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// key reads the key of a map as a string, as JSON has it.
func (c *packCursor) key() (string, error) {
	switch v := c.next(); v.kind {
	case packString, packBytes:
		return string(v.bytes), nil
	case packAstray:
		return "", errAstray
	case packArray, packMap, packExt:
		return "", &MismatchError{Have: v.String() + " as the key of an object", Want: "a string"}
	default:
		return fmt.Sprint(v.scalar()), nil
	}
}

// scalar returns the Go value of what is neither array, map nor extension.
func (v packValue) scalar() any {
	switch v.kind {
	case packBool:
		return v.bits == 1
	case packInt:
		return int64(v.bits)
	case packUint:
		return v.bits
	case packFloat:
		return math.Float64frombits(v.bits)
	case packString:
		return string(v.bytes)
	case packBytes:
		return append([]byte{}, v.bytes...)
	default:
		return nil
	}
}

// time returns the instant of a timestamp extension.
func (v packValue) time() (time.Time, bool) {
	if v.kind != packExt || v.ext != -1 {
		return time.Time{}, false
	}
	switch b := v.bytes; len(b) {
	case 4:
		return time.Unix(int64(binary.BigEndian.Uint32(b)), 0).UTC(), true
	case 8:
		bits := binary.BigEndian.Uint64(b)
		return time.Unix(int64(bits&(1<<34-1)), int64(bits>>34)).UTC(), true
	case 12:
		return time.Unix(int64(binary.BigEndian.Uint64(b[4:])), int64(binary.BigEndian.Uint32(b))).UTC(), true
	default:
		return time.Time{}, false
	}
}

// String says in plain words what v is.
func (v packValue) String() string {
	switch v.kind {
	case packNil:
		return "null"
	case packBool:
		return "a boolean"
	case packInt:
		return "the number " + strconv.FormatInt(int64(v.bits), 10)
	case packUint:
		return "the number " + strconv.FormatUint(v.bits, 10)
	case packFloat:
		return "the number " + strconv.FormatFloat(math.Float64frombits(v.bits), 'g', -1, 64)
	case packString:
		return "a string"
	case packBytes:
		return "bytes"
	case packArray:
		return "an array"
	case packMap:
		return "an object"
	case packAstray:
		return "part of a value"
	default:
		if _, ok := v.time(); ok {
			return "a timestamp"
		}
		return "an extension of type " + strconv.Itoa(int(v.ext))
	}
}
