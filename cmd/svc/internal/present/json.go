package present

import (
	"bytes"
	"encoding/json"
)

// EncodeJSON is json.Marshal that leaves <, > and & alone: what is printed is no web
// page.
func EncodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}
