package gateway

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/iotest"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/web"
)

// The statuses are those that a route answers with.
func TestBodyThatIsNotReadSaysWhy(t *testing.T) {
	t.Parallel()
	late := web.Refuse(http.StatusRequestTimeout, "the request did not come to its end in time")
	large := web.Refuse(http.StatusRequestEntityTooLarge, "the body has more than 1048576 bytes")
	for _, tt := range []struct {
		name string
		body io.Reader
		is   func(error) bool
	}{
		{"too slow", iotest.ErrReader(os.ErrDeadlineExceeded), func(err error) bool { return errors.Is(err, late) }},
		{"too large", io.LimitReader(zeros{}, maxBody+1), func(err error) bool { return errors.Is(err, large) }},
		{"cut short", iotest.ErrReader(io.ErrUnexpectedEOF), func(err error) bool { return fault.CodeOf(err) == fault.Invalid }},
		{"whole", io.LimitReader(zeros{}, maxBody), func(err error) bool { return err == nil }},
	} {
		r := httptest.NewRequest(http.MethodPost, "/x", tt.body)
		if _, err := readBody(httptest.NewRecorder(), r); !tt.is(err) {
			t.Errorf("%s: have %v", tt.name, err)
		}
	}
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
