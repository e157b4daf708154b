package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
)

// The word of net/http on which patterns there are counts.
func FuzzRoutePatterns(f *testing.F) {
	for _, seed := range []string{
		"GET /orders/{id}", "/files/{path...}", "POST example.com/x", "GET  /x", "get /x", "GET", "", " /", "GET /{$}", "GET /{}", "GET /a/{b}/{b}", "GET /{a...}/b",
		"GET\t/x", "G\x00T /x", "GET /a b", "/{a}{b}", "GET /%2F/{x}", "GET //", "GET /../x", "/{" + strings.Repeat("a", 9000) + "}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		verb, path, err := splitPattern(pattern)
		if err != nil || !served(pattern) {
			return
		}
		if !strings.HasPrefix(path, "/") || verb != strings.ToUpper(verb) || !strings.HasSuffix(pattern, path) {
			t.Fatalf("%q: have %q and %q", pattern, verb, path)
		}
		names := wildcards(path)
		if len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
			t.Errorf("%q: have the wildcards %q, one of them twice", pattern, names)
		}
		r := &http.Request{}
		for _, name := range names {
			r.SetPathValue(name, "x")
			if name == "" || strings.ContainsAny(name, "{}/.") {
				t.Errorf("%q: have the wildcard %q", pattern, name)
			}
		}
	})
}

// served reports whether net/http takes a pattern.
func served(pattern string) (ok bool) {
	defer func() { ok = recover() == nil }()
	http.NewServeMux().HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	return true
}

func FuzzTimeoutsOfRoutes(f *testing.F) {
	for _, seed := range []string{"5s", "none", "", "0", "-1s", "1ns", "9223372036854775807ns", "1e9h", "5", "NaN"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := timeoutOf(text, time.Minute)
		read, bad := time.ParseDuration(text)
		switch {
		case text == "", text == "none":
		case (err == nil) != (bad == nil && read > 0), err == nil && d != read:
			t.Errorf("%q: have %v, %v, want %v, %v", text, d, err, read, bad)
		}
	})
}

// What a request says of the trace that it belongs to is in the context data as it is, or
// not at all, and can travel on in headers of the broker.
func FuzzTraceOfRequests(f *testing.F) {
	f.Add("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=b", "acme")
	f.Add("00-1\r\nNats-Rollup: all", "\x00", "\xff")
	f.Add("", strings.Repeat("a=b,", 400), strings.Repeat("a", 1025))
	f.Add("ö", "\x7f", "")
	g := &guard{headers: []carried{{"X-Tenant", "tenant"}}}
	f.Fuzz(func(t *testing.T, parent, state, tenant string) {
		data, err := g.fromHeaders(&http.Request{Header: http.Header{traceparentField: {parent}, tracestateField: {state}, "X-Tenant": {tenant}}})
		if err != nil {
			return
		}
		if data["tenant"] != tenant || len(tenant) > maxHeader {
			t.Errorf("have the tenant %q, want %q", data["tenant"], tenant)
		}
		for name, said := range map[string]string{"traceparent": parent, "tracestate": state} {
			value, there := data[name]
			if there && (value != said || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) || len(value) > maxHeader) {
				t.Errorf("have the %s %q of %q", name, value, said)
			}
		}
		h := broker.Header{}
		broker.PutData(h, data)
		if again, err := broker.DataOf(h); err != nil || len(again) != len(data) {
			t.Errorf("have %v, %v after a journey, want %v", again, err, data)
		}
	})
}

// What one hub tells another arrives, and what anybody else tells it becomes JSON for
// its sockets or is dropped.
func FuzzMessagesOfHubs(f *testing.F) {
	for _, seed := range []string{
		`{"channel":"news","event":"told","data":{"n":1},"from":"a"}`, `{"op":"unicast","socket":"s","event":"e","data":null}`, `{"data":` + strings.Repeat("[", 5000),
		`{"channel":1}`, `null`, ``, "\x81\xa7channel\xa1a", `{"event":"\ud800","channel":"\u0000"}`, `{"op":"unknown"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m hubMessage
		if codec.JSON.Decode(data, &m) != nil {
			return
		}
		if frame := eventFrame(m.Channel, m.Event, m.data()); !json.Valid(frame) {
			t.Errorf("%q becomes %q, which is no JSON", data, frame)
		}
		body, err := encodeMessage(m)
		if err != nil {
			return
		}
		var again hubMessage
		if err := codec.JSON.Decode(body, &again); err != nil || again.Channel != m.Channel || again.Event != m.Event || again.Op != m.Op || again.Socket != m.Socket {
			t.Errorf("have %+v, %v, want %+v", again, err, m)
		}
	})
}
