// Package codec turns Go values into message bodies and back, safely.
package codec

import (
	"mime"
	"strings"

	"github.com/enoki-go/enoki/fault"
)

// Codec turns Go values into message bodies and back. Both codecs read the same
// `json:"…"` tags and give the same Go values, apart from what their own
// comments list. All methods are safe for concurrent use, never panic, and keep
// neither data nor what was decoded from it.
//
// Every decoding method first runs the guard: bytes that are not one message
// within the limits give *MalformedError before anything is allocated for them.
// A value that does not fit gives *MismatchError.
type Codec interface {
	// ContentType is the media type of the bodies, for the header.
	ContentType() string
	// Append appends the encoding of v to dst. On error, always an
	// *EncodeError, it returns dst as it was.
	Append(dst []byte, v any) ([]byte, error)
	// Decode decodes the message into the value that into points to, which
	// should be zero: what the message does not mention stays as it is.
	Decode(data []byte, into any) error
	// DecodeArray decodes the elements of an array into what the elements of
	// into point to, in order; the last len(into)-least may be absent. Another
	// number of elements gives *ArityError.
	DecodeArray(data []byte, into []any, least int) error
	// DecodeObject decodes the values of an object into what the elements of
	// into point to, by their names. It gives *NameError for a name that is not
	// in names and *MissingError for an absent one unless optional(i) is true;
	// a nil optional means that none is. Of repeated names the last counts.
	DecodeObject(data []byte, names []string, into []any, optional func(i int) bool) error
	// Shape looks at the outermost value without decoding it.
	Shape(data []byte) Shape
}

// Kind is what the outermost value of a message is.
type Kind uint8

// The kinds. KindUnknown stands for an empty or malformed message.
const (
	KindUnknown Kind = iota
	KindNil
	KindScalar
	KindArray
	KindObject
)

// Shape is what Codec.Shape tells of a message. It refers to the bytes it was
// made from and is valid as long as they are.
type Shape struct {
	Kind Kind
	Len  int // elements of an array, entries of an object, else 0

	data []byte
	find func(data []byte, key string) bool
}

// Has reports whether the message is an object with the given key. It costs one
// pass over the message.
func (s Shape) Has(key string) bool {
	return s.Kind == KindObject && s.find(s.data, key)
}

// LooksLikeMsgpack reports whether a body without a content type is taken for
// msgpack: its first byte cannot begin a JSON text. Of the bodies that Msgpack
// writes, this is wrong of small non-negative numbers alone.
func LooksLikeMsgpack(body []byte) bool { return len(body) > 0 && body[0] >= 0x80 }

// Of returns the codec of a body: For, where there is a content type; otherwise
// msgpack if the body looks like it, else JSON.
func Of(contentType string, body []byte) (Codec, error) {
	if contentType == "" && LooksLikeMsgpack(body) {
		return Msgpack, nil
	}
	return For(contentType)
}

// For returns the codec for the value of a Content-Type header, parameters
// allowed. No header means JSON, which is what people type. An unsupported type
// gives a *fault.Error with code invalid.
func For(contentType string) (Codec, error) {
	switch contentType {
	case "application/msgpack":
		return Msgpack, nil
	case "", "application/json":
		return JSON, nil
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = strings.ToLower(contentType)
	}
	switch media {
	case "application/msgpack", "application/x-msgpack":
		return Msgpack, nil
	case "application/json":
		return JSON, nil
	default:
		return nil, fault.Newf(fault.Invalid,
			"have content type %.100q, want application/msgpack or application/json", contentType)
	}
}
