package discreet

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/enoki-go/enoki/events"
)

// Payload is the payload of an event as JSON, or as it came where it cannot be
// read.
type Payload struct {
	Payload     json.RawMessage `json:"payload"` // null where there is none, or it cannot be read
	ContentType string          `json:"content_type,omitempty"`
	Body        []byte          `json:"body,omitempty"`
}

// Show returns the whole payload.
func Show(r events.Raw) Payload {
	text, err := r.JSON()
	var compact bytes.Buffer
	if err != nil || json.Compact(&compact, text) != nil {
		return Payload{ContentType: r.ContentType, Body: r.Body}
	}
	return Payload{Payload: compact.Bytes()}
}

// String returns the payload for a line among others.
func (p Payload) String() string {
	if p.Body == nil {
		return string(p.Payload)
	}
	return fmt.Sprintf("(%d bytes of %q that cannot be read)", len(p.Body), p.ContentType)
}
