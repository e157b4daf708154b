package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/enoki-go/enoki/events"
)

// shownPayload is the payload of an event as JSON, or as it came where it cannot be
// read.
type shownPayload struct {
	Payload     json.RawMessage `json:"payload"` // null where there is none, or it cannot be read
	ContentType string          `json:"content_type,omitempty"`
	Body        []byte          `json:"body,omitempty"`
}

func showPayload(r events.Raw) shownPayload {
	text, err := r.JSON()
	var compact bytes.Buffer
	if err != nil || json.Compact(&compact, text) != nil {
		return shownPayload{ContentType: r.ContentType, Body: r.Body}
	}
	return shownPayload{Payload: compact.Bytes()}
}

// String returns the payload for a line among others.
func (p shownPayload) String() string {
	if p.Body == nil {
		return string(p.Payload)
	}
	return fmt.Sprintf("(%d bytes of %q that cannot be read)", len(p.Body), p.ContentType)
}

// encodeJSON is json.Marshal that leaves <, > and & alone: nothing here is a web page.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}
