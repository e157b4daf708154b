package codec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/codec"
)

// A float64 would make infinity of it, which then has no form in JSON.
func TestNumbersBeyondFloatsAreRefusedWhereTheyWouldBecomeOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`1e999`, `-1E999`, `[1, {"a": 2e400}]`, strings.Repeat("9", 400), `["\\", 1e999]`} {
		var v any
		mismatch, ok := errors.AsType[*codec.MismatchError](codec.JSON.Decode([]byte(body), &v))
		if !ok || !strings.Contains(mismatch.Error(), "number") {
			t.Errorf("%.30s: have %v and %v, want that it is refused", body, v, mismatch)
		}
	}
	for _, body := range []string{`"1e999"`, `["\"1e999"]`, `{"1e999": 1}`, `1e300`, strings.Repeat("9", 300), `1e-999`, `[]`} {
		var v any
		if err := codec.JSON.Decode([]byte(body), &v); err != nil {
			t.Errorf("%.30s: have %v, want it decoded", body, err)
		}
	}
}
