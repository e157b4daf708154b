package typed_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// Whatever arrives is read or refused with details; it never ends in a panic.
func FuzzDecode(f *testing.F) {
	type in struct {
		Limit []int   `query:"limit" maximum:"9"`
		Tag   *string `query:"tag" pattern:"^a"`
		Trace float32 `header:"X-Trace"`
		Order order   `json:"order"`
		Pages []item  `json:"pages,omitempty"`
	}
	b, err := typed.New(typed.NewRegistry(), route("POST /x", of[in]()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("limit=1,2&tag=abc", "1.5", "application/json", []byte(`{"order":{"items":[{"name":"a","tags":[[],{}]}],"on":true},"pages":null}`))
	f.Add("limit=1&limit=x", "NaN", "application/msgpack", []byte{0x81, 0xa5, 'o', 'r', 'd', 'e', 'r', 0xc0})
	f.Add("%zz", "", "application/x-www-form-urlencoded", []byte("order=1&pages=2"))
	f.Add("", "\xff", "text/html", []byte(`{"ORDER":{"Items":[{"a.b":1}]},"oRdEr":7}`))
	f.Fuzz(func(t *testing.T, query, trace, contentType string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/x", nil)
		r.URL = &url.URL{Path: "/x", RawQuery: query}
		r.Header.Set("X-Trace", trace)
		r.Header.Set("Content-Type", contentType)
		var have in
		err := b.Decode(r, body, []any{&have})
		if err == nil {
			return
		}
		invalid, ok := errors.AsType[*typed.Invalid](err)
		if !ok || len(invalid.Details) == 0 || len(invalid.Details) > 32 {
			t.Errorf("have %T %v, want *typed.Invalid with 1 to 32 details", err, err)
		}
	})
}
