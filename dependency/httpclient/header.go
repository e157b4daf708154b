package httpclient

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// traceFields are the context data that says where a trace goes on, see W3C Trace
// Context.
var traceFields = []string{"traceparent", "tracestate"}

// loaded returns the request with the user of the API and the context data that it
// carries. What it has in its headers already stays.
func (t *transport) loaded(ctx context.Context, r *http.Request) (*http.Request, error) {
	r = r.Clone(ctx)
	if user := t.base.User; user != nil && r.Header.Get("Authorization") == "" {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	data := entrypoint.Data(ctx)
	for _, field := range traceFields {
		if err := t.load(r.Header, field, field, data[field]); err != nil {
			return nil, err
		}
	}
	for header, key := range t.config.Headers {
		if err := t.load(r.Header, header, key, data[key]); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// load sets one header.
func (t *transport) load(headers http.Header, header, key, text string) error {
	if text == "" || headers.Get(header) != "" {
		return nil
	}
	if hasControl(text) {
		return fault.Newf(fault.Invalid, "http client %s: context data %s: have a line break or another control character, want text for the header %s",
			t.name, key, http.CanonicalHeaderKey(header))
	}
	headers.Set(header, text)
	return nil
}

// sendable refuses what net/http would refuse, of which it is not the API that is to
// blame.
func (t *transport) sendable(r *http.Request) error {
	if r.Method != "" && !headerPattern.MatchString(r.Method) {
		return fmt.Errorf("http client %s: have the method %q, want one such as GET", t.name, r.Method)
	}
	for name, values := range r.Header {
		if !headerPattern.MatchString(name) || slices.ContainsFunc(values, hasControl) {
			return fmt.Errorf("http client %s: %s %s: have the header %q with a line break or another character that no header has, want it without",
				t.name, r.Method, r.URL.Path, name)
		}
	}
	return nil
}

// hasControl tells whether a text is none for a header, see RFC 9110.
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
