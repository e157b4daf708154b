package typed_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// arrived returns a request as it reaches a handler of pattern.
func arrived(tb testing.TB, pattern, target string) *http.Request {
	tb.Helper()
	verb, _, _ := strings.Cut(pattern, " ")
	var r *http.Request
	mux := http.NewServeMux()
	mux.HandleFunc(pattern, func(_ http.ResponseWriter, have *http.Request) { r = have })
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(verb, target, nil))
	if r == nil {
		tb.Fatalf("%s does not reach %s", target, pattern)
	}
	return r
}

func TestWhatNeedsNothingAllocatesNothing(t *testing.T) {
	var name string
	var id int
	type in struct {
		ID    int    `path:"id"`
		Shop  string `path:"shop"`
		Limit int    `query:"limit" minimum:"1" default:"3"`
		Trace string `header:"X-Trace"`
	}
	for _, tt := range []struct {
		name, target string
		m            typed.Method
		into         []any
	}{
		{"no parameter", "/hello", route("GET /hello"), nil},
		{"one wildcard", "/hello/world", route("GET /hello/{name}", of[string]()), []any{&name}},
		{"named wildcards", "/hello/world/7", named(route("GET /hello/{name}/{id}", of[string](), of[int]()), "name", "id"), []any{&name, &id}},
		{"fields", "/tea/7", route("GET /{shop}/{id}", of[in]()), []any{new(in)}},
	} {
		b, r := bind(t, tt.m), arrived(t, tt.m.Verb+" "+tt.m.Path, tt.target)
		if n := testing.AllocsPerRun(100, func() {
			if err := b.Decode(r, nil, tt.into); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%s: have %v allocations, want none", tt.name, n)
		}
	}
}

func BenchmarkHello(b *testing.B) {
	binding, err := typed.New(typed.NewRegistry(), route("GET /hello/{name}", of[string]()))
	if err != nil {
		b.Fatal(err)
	}
	r := arrived(b, "GET /hello/{name}", "/hello/world")
	var name string
	into := []any{&name}
	b.ReportAllocs()
	for b.Loop() {
		if err := binding.Decode(r, nil, into); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOrder(b *testing.B) {
	binding, err := typed.New(typed.NewRegistry(), route("POST /orders", of[order]()))
	if err != nil {
		b.Fatal(err)
	}
	r := arrived(b, "POST /orders", "/orders")
	body := []byte(`{"items":[{"name":"cup","count":2},{"name":"pot","count":4,"tags":["a","b"]}],"on":true}`)
	b.ReportAllocs()
	for b.Loop() {
		var have order
		if err := binding.Decode(r, body, []any{&have}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestRequestsAreReadAtOnce(t *testing.T) {
	t.Parallel()
	m := route("POST /orders", of[order]())
	b, r := bind(t, m), arrived(t, "POST /orders", "/orders")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var good, bad order
			if err := b.Decode(r, []byte(`{"items":[{"name":"cup","sub":{"name":"a"}}],"on":true}`), []any{&good}); err != nil || len(good.Items) != 1 {
				t.Errorf("have %+v, %v, want one item", good, err)
			}
			if err := b.Decode(r, []byte(`{"items":[{"name":"CUP"}],"on":1}`), []any{&bad}); err == nil {
				t.Error("have no error, want one")
			}
		})
	}
	all.Wait()
}
