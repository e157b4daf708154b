package web

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever a client sends: a frame is taken or refused, and what is answered is JSON.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"method":"say","data":{"a":[1]},"correlation_id":"7"}`, `{"method":"say","correlation_id":-1.5e3}`,
		`{"method":"","correlation_id":"\u0000"}`, `{"correlation_id":"\ud800"}`, `{"METHOD":"say","method":null}`,
		`foo: invalid`, ``, `null`, `[[[[`, strings.Repeat(`{"data":`, 40), `{"correlation_id":007}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		a, err := readAsk(frame)
		if err == nil && a.Method == "" {
			t.Errorf("%q was taken without a method", frame)
		}
		if len(a.Correlation) > maxCorrelation {
			t.Errorf("%q: a correlation id of %d bytes was taken", frame, len(a.Correlation))
		}
		result, failed := resultFrame(a.Correlation, a.Data)
		if failed != nil {
			t.Errorf("%q: data cannot be sent back: %v", frame, failed)
			return
		}
		if err == nil {
			err = statusError{404, "unknown"}
		}
		for _, answer := range [][]byte{result, errorFrame(a.Correlation, "id", err), eventFrame(a.Method, a.Method, a.Data)} {
			if len(a.Data) > 0 && !json.Valid(answer) {
				t.Errorf("%q was answered by %q, which is no JSON", frame, answer)
			}
		}
	})
}
