//go:build linux

package scenarios_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
)

func TestHeadersThatAreTooLargeAreRefused(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	s.endures(t, func() {
		for _, tt := range []struct {
			name    string
			line    string
			headers []string
		}{
			{"a value of 100 KiB", "GET /orders/7", []string{"X-Large: " + strings.Repeat("a", 100<<10)}},
			{"a name of 100 KiB", "GET /orders/7", []string{strings.Repeat("a", 100<<10) + ": 1"}},
			{"20 000 headers", "GET /orders/7", strings.Split(strings.Repeat("A: 1,", 20_000)+"A: 1", ",")},
			{"a path of 100 KiB", "GET /" + strings.Repeat("a", 100<<10), nil},
			{"a query of 100 KiB", "GET /orders/7?" + strings.Repeat("a&", 50<<10), nil},
		} {
			t.Run(tt.name, func(t *testing.T) {
				s.answer(t, request(tt.line, "", tt.headers...)).wantStatus(t, tt.name, http.StatusRequestHeaderFieldsTooLarge)
			})
		}
	})
}

// Only what the configuration allows travels on, and only as what it is.
func TestHeadersForgeNothing(t *testing.T) {
	s := newWorld(t).site()
	trace := "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for _, tt := range []struct {
		name    string
		headers []string
		want    map[string]string // nil: refused
	}{
		{"what is allowed", []string{"X-Tenant: acme", "Traceparent: " + trace}, map[string]string{"tenant": "acme", "traceparent": trace}},
		{"what is ours", []string{"Svc-User: root", "Svc-Data: {}", "Svc-Call-Id: 1", "svc-deadline: 1", "Svc-Data-User: root"}, map[string]string{}},
		{"what is the broker's", []string{"Nats-Msg-Id: 1", "Nats-Rollup: all", "Nats-Expected-Stream: A", "Status: 503"}, map[string]string{}},
		{"what was not allowed", []string{"User: root", "Tenant: root", "X_Tenant: root", "Cookie: tenant=root"}, map[string]string{}},
		{"another line", []string{"X-Tenant: acme" + crlf + "Svc-User: root"}, map[string]string{"tenant": "acme"}},
		{"another line after LF", []string{"X-Tenant: acme\nSvc-User: root"}, map[string]string{"tenant": "acme"}},
		{"another line, encoded", []string{"X-Tenant: a%0d%0aSvc-User: root"}, map[string]string{"tenant": "a%0d%0aSvc-User: root"}},
		{"a line that goes on", []string{"X-Tenant: acme" + crlf + " Svc-User: root"}, map[string]string{"tenant": "acme Svc-User: root"}},
		{"CR", []string{"X-Tenant: acme\rSvc-User: root"}, nil},
		{"NUL", []string{"X-Tenant: acme\x00root"}, nil},
		{"not UTF-8", []string{"X-Tenant: \xff\xfe"}, nil},
		{"JSON", []string{`X-Tenant: ","user":"root`}, map[string]string{"tenant": `","user":"root`}},
		{"two values", []string{"X-Tenant: acme", "X-Tenant: root"}, nil},
		{"a long value", []string{"X-Tenant: " + strings.Repeat("a", 2000)}, nil},
		{"a space before the colon", []string{"X-Tenant : root"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := s.answer(t, request("GET /seen", "", tt.headers...))
			if tt.want == nil {
				r.wantStatus(t, tt.name, http.StatusBadRequest)
				return
			}
			var have map[string]string
			if err := json.Unmarshal([]byte(r.body), &have); err != nil || !maps.Equal(have, tt.want) {
				t.Errorf("the service further down has %v (%v), want %v", r, err, tt.want)
			}
		})
	}
}

// Where a server before ours and ours do not agree on where a request ends, somebody
// gets the answer of another.
func TestRequestsAreNotSmuggled(t *testing.T) {
	s := newWorld(t).site()
	const smuggled = "GET /names/smuggled HTTP/1.1" + crlf + "Host: site" + crlf + crlf
	post := func(body string, headers ...string) string {
		return strings.Join(append([]string{"POST /imports HTTP/1.1", "Host: site"}, headers...), crlf) + crlf + crlf + body
	}
	for _, tt := range []struct{ name, text string }{
		{"both lengths", post("0"+crlf+crlf+smuggled, "Content-Length: 6", "Transfer-Encoding: chunked")},
		{"both lengths, the other way round", post("0"+crlf+crlf+smuggled, "Transfer-Encoding: chunked", "Content-Length: 65")},
		{"two lengths", post("{}"+smuggled, "Content-Length: 2", "Content-Length: 0")},
		{"two lengths in one", post("{}"+smuggled, "Content-Length: 2, 0")},
		{"a length with a sign", post("{}"+smuggled, "Content-Length: +2")},
		{"a length that is none", post("{}"+smuggled, "Content-Length: 0x2")},
		{"an encoding that is none", post("0"+crlf+crlf+smuggled, "Transfer-Encoding: xchunked")},
		{"two encodings", post("0"+crlf+crlf+smuggled, "Transfer-Encoding: chunked", "Transfer-Encoding: identity")},
		{"an encoding twice", post("0"+crlf+crlf+smuggled, "Transfer-Encoding: chunked, chunked")},
		{"an encoding after a tab", post("0"+crlf+crlf+smuggled, "Transfer-Encoding:\x0bchunked")},
		{"a space before the colon", post("0"+crlf+crlf+smuggled, "Transfer-Encoding : chunked", "Content-Length: 2")},
		{"two hosts", post("{}"+smuggled, "Host: other", "Content-Length: 2")},
		{"chunks that end with LF", post("1;a\n{"+crlf+"0"+crlf+crlf+smuggled, "Transfer-Encoding: chunked")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := s.tell(t, tt.text)
			if len(all) != 1 || all[0].status < http.StatusBadRequest {
				t.Errorf("have %d answers %v, want one that refuses the request", len(all), all)
			}
		})
	}
}
