package events

import (
	"cmp"
	"encoding/json"
	"errors"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
)

// rawOf returns the payload of an event.
func rawOf(m *broker.Msg) Raw {
	return Raw{cmp.Or(m.Header.Get(headerType), contentTypeOf(m.Data)), m.Data}
}

// contentTypeOf returns the content type of a body that need not be said, since it shows:
// that of msgpack, where no JSON text can begin so; otherwise "".
func contentTypeOf(body []byte) string {
	if codec.LooksLikeMsgpack(body) {
		return codec.Msgpack.ContentType()
	}
	return ""
}

// JSON returns the payload as a JSON document, null where there is none. Bytes in it
// become base64, as codec.Normalise says. What no codec reads is an error.
func (r Raw) JSON() ([]byte, error) {
	if len(r.Body) == 0 {
		return []byte("null"), nil
	}
	c, err := codec.Of(r.ContentType, r.Body)
	if err != nil {
		return nil, err
	}
	if c == codec.JSON {
		if !json.Valid(r.Body) {
			return nil, errors.New("the payload is not one JSON document")
		}
		return r.Body, nil
	}
	var v any
	if err := c.Decode(r.Body, &v); err != nil {
		return nil, err
	}
	return codec.JSON.Append(nil, codec.Normalise(v))
}
