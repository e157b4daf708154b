package web

import (
	"encoding/json"
	"net/http"

	"github.com/enoki-go/enoki/codec"
)

// ask is a frame of a client: one request.
type ask struct {
	Method      string          `json:"method"`
	Data        json.RawMessage `json:"data"`
	Correlation json.RawMessage `json:"correlation_id"` // as it is to come back; nil for none
}

// maxCorrelation bounds a correlation id, as it stands in the frame.
const maxCorrelation = 130

// readAsk reads a frame. Where that fails, the correlation id is there nevertheless, if
// it could be read.
func readAsk(frame []byte) (ask, error) {
	var a ask
	if err := codec.JSON.Decode(frame, &a); err != nil {
		a.Correlation = nil
		return a, statusError{http.StatusBadRequest, "frame: " + err.Error() + `; want {"method":…,"data":…,"correlation_id":…}`}
	}
	switch {
	case len(a.Correlation) == 0 || a.Correlation[0] == 'n':
		a.Correlation = nil
	case len(a.Correlation) > maxCorrelation || a.Correlation[0] != '"' && a.Correlation[0] != '-' && (a.Correlation[0] < '0' || a.Correlation[0] > '9'):
		a.Correlation = nil
		return a, statusError{http.StatusBadRequest, "frame: want a correlation_id that is a string of at most 128 bytes, or a number"}
	}
	if a.Method == "" {
		return a, statusError{http.StatusBadRequest, "frame: the method is missing"}
	}
	return a, nil
}

// connectedFrame tells a client who it is.
func connectedFrame(id string) []byte {
	return append(text([]byte(`{"type":"connected","socket_id":`), id), '}')
}

// resultFrame answers a request.
func resultFrame(correlation json.RawMessage, result any) ([]byte, error) {
	f := append(correlated([]byte(`{"type":"result"`), correlation), `,"data":`...)
	f, err := codec.JSON.Append(f, result)
	if err != nil {
		return nil, err
	}
	return append(f, '}'), nil
}

// errorFrame answers a request, or what was none.
func errorFrame(correlation json.RawMessage, callID string, err error) []byte {
	about := publicOf(err)
	f := append(correlated([]byte(`{"type":"error"`), correlation), `,"error":`...)
	f, _ = codec.JSON.Append(f, struct { // cannot fail: strings
		Code    string `json:"code"`
		Name    string `json:"name,omitempty"`
		Message string `json:"message,omitempty"`
		CallID  string `json:"call_id,omitempty"`
	}{string(about.code), about.name, about.message, callID})
	return append(f, '}')
}

// eventFrame tells a client what has happened, on a channel or, for "", to it alone. The
// data is JSON.
func eventFrame(channel, event string, data []byte) []byte {
	f := make([]byte, 0, len(`{"type":"event","event":"","channel":"","data":}`)+len(event)+len(channel)+len(data)+8)
	f = text(append(f, `{"type":"event","event":`...), event)
	if channel != "" {
		f = text(append(f, `,"channel":`...), channel)
	}
	return append(append(append(f, `,"data":`...), data...), '}')
}

func correlated(f []byte, id json.RawMessage) []byte {
	if id == nil {
		return f
	}
	return append(append(f, `,"correlation_id":`...), id...)
}

// text appends a string as JSON.
func text(f []byte, s string) []byte {
	f, _ = codec.JSON.Append(f, s) // cannot fail: a string
	return f
}
