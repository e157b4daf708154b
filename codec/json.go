package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
)

// JSON is the codec for JSON, which people and foreign programs speak. What is
// decoded into any is nil, bool, string, []any, map[string]any, int64 for whole
// numbers, uint64 for those beyond it, and float64 for all others.
var JSON Codec = textCodec{}

type textCodec struct{}

func (textCodec) ContentType() string { return "application/json" }

type texter struct {
	packWriter
	enc *json.Encoder
}

var texters = sync.Pool{New: func() any {
	t := &texter{}
	t.enc = json.NewEncoder(&t.packWriter)
	t.enc.SetEscapeHTML(false)
	return t
}}

func (textCodec) Append(dst []byte, v any) (out []byte, err error) {
	v, checked, err := prepare(v)
	if err != nil {
		return dst, err
	}
	t := texters.Get().(*texter)
	t.buf = dst
	if err := guarded(func() error { return t.enc.Encode(v) }); err != nil {
		return dst, unencodable(v, err)
	}
	out, t.buf = t.buf[:len(t.buf)-1], nil // without the encoder's line feed
	texters.Put(t)
	err = checkSent(v, out[len(dst):], checked, guardText, dst, &out)
	return out, err
}

// unencodable explains why a library could not encode v.
func unencodable(v any, err error) error {
	e := &EncodeError{Type: fmt.Sprintf("%T", v), Reason: strings.TrimPrefix(strings.TrimPrefix(err.Error(), "json: "), "msgpack: ")}
	var value *json.UnsupportedValueError
	var marshaler *json.MarshalerError
	switch {
	case errors.As(err, &value):
		e.Reason = value.Str + " has no form in JSON"
	case errors.As(err, &marshaler):
		e.Reason, e.cause = "marshaler of "+marshaler.Type.String()+": "+marshaler.Err.Error(), marshaler.Err
	case strings.Contains(e.Reason, "non-addressable"):
		e.Reason = "a marshaler inside has a pointer receiver; put a pointer there"
	case strings.HasPrefix(e.Reason, "panic: "):
		e.Reason = "a marshaler inside ended in a " + e.Reason
	default:
		e.cause = foreign(err)
	}
	return e
}

func (textCodec) Decode(data []byte, into any) error {
	if err := guardText(data); err != nil {
		return err
	}
	return decodeText(data, into)
}

func (textCodec) DecodeArray(data []byte, into []any, least int) error {
	parts, err := splitText(data, '[', "an array of arguments")
	if err != nil {
		return err
	}
	if n := len(parts); n < least || n > len(into) {
		return &ArityError{Have: n, Min: least, Max: len(into)}
	}
	for i, part := range parts {
		if err := decodeText(part.value, into[i]); err != nil {
			return atPosition(shifted(err, part.offset), i)
		}
	}
	return nil
}

func (textCodec) DecodeObject(data []byte, names []string, into []any, optional func(int) bool) error {
	parts, err := splitText(data, '{', "an object of arguments")
	if err != nil {
		return err
	}
	seen := make([]bool, len(names))
	for _, part := range parts {
		i := indexOf(names, part.name)
		if i < 0 {
			return &NameError{Have: part.name, Known: names}
		}
		if err := decodeText(part.value, into[i]); err != nil {
			return atName(shifted(err, part.offset), part.name)
		}
		seen[i] = true
	}
	return missing(names, seen, optional)
}

func (textCodec) Shape(data []byte) Shape {
	if guardText(data) != nil {
		return Shape{}
	}
	trimmed := bytes.TrimLeft(data, blanks)
	switch {
	case len(trimmed) == 0:
		return Shape{}
	case trimmed[0] == '[':
		parts, err := splitText(data, '[', "")
		return shapeOf(KindArray, data, len(parts), err)
	case trimmed[0] == '{':
		parts, err := splitText(data, '{', "")
		return shapeOf(KindObject, data, len(parts), err)
	case !json.Valid(trimmed):
		return Shape{}
	case trimmed[0] == 'n':
		return Shape{Kind: KindNil}
	default:
		return Shape{Kind: KindScalar}
	}
}

func shapeOf(kind Kind, data []byte, n int, err error) Shape {
	if err != nil {
		return Shape{}
	}
	return Shape{Kind: kind, Len: n, data: data, find: textHas}
}

// textHas reports whether the object that data is has the key.
func textHas(data []byte, key string) bool {
	parts, _ := splitText(data, '{', "")
	for _, part := range parts {
		if part.name == key {
			return true
		}
	}
	return false
}

// decodeText decodes one guarded value.
func decodeText(data []byte, into any) error {
	v, plan, err := target(into)
	if err != nil {
		return err
	}
	err = guarded(func() error {
		if plan.loose {
			return decodeLoose(data, into)
		}
		return json.Unmarshal(data, into)
	})
	if err != nil {
		return explainText(err, data, v.Type())
	}
	if plan.loose {
		settle(v)
	}
	return nil
}

// decodeLoose decodes numbers into any without loss.
func decodeLoose(data []byte, into any) error {
	if !json.Valid(data) { // a json.Decoder would not look at what follows the value
		return json.Unmarshal(data, new(json.RawMessage))
	}
	if have := numberBeyond(data); have != "" {
		return &json.UnmarshalTypeError{Value: "number " + have, Type: reflect.TypeFor[float64]()}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

// explainText turns an error of the JSON library into ours.
func explainText(err error, data []byte, t reflect.Type) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &MalformedError{len(data), "the message is cut off"}
	case errors.As(err, &syntax):
		return &MalformedError{int(syntax.Offset), syntax.Error()}
	case errors.As(err, &kind):
		return &MismatchError{Place: fieldPlace(withoutEmbedded(t, kind.Field)), Have: article(kind.Value), Want: wanted(kind.Type)}
	default:
		return &MismatchError{Have: textWords(data), Want: wanted(t), cause: foreign(err)}
	}
}

// withoutEmbedded drops the names of embedded structs, which are not in the
// message, from the path of a field of t.
func withoutEmbedded(t reflect.Type, path string) string {
	first, rest, _ := strings.Cut(path, ".")
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || path == "" {
		return path
	}
	if f, ok := t.FieldByName(first); ok && f.Anonymous && f.Tag.Get("json") == "" {
		return withoutEmbedded(f.Type, rest)
	}
	if inner, ok := fieldType(t, first); ok && rest != "" {
		return first + "." + withoutEmbedded(inner, rest)
	}
	return path
}

// article turns the library's word for a value into ours.
func article(value string) string {
	switch {
	case value == "bool":
		return "a boolean"
	case value == "array", value == "object":
		return "an " + value
	case strings.HasPrefix(value, "number "):
		return "the " + value
	default:
		return "a " + value
	}
}

// textWords says in plain words what the value that begins data is.
func textWords(data []byte) string {
	data = bytes.TrimLeft(data, blanks)
	if len(data) == 0 {
		return "nothing"
	}
	switch data[0] {
	case '[':
		return "an array"
	case '{':
		return "an object"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "the number " + string(bytes.TrimRight(data[:min(len(data), 40)], blanks))
	}
}
