package typed_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// route describes a method that has the given parameters.
func route(pattern string, in ...any) typed.Method {
	verb, path, ok := strings.Cut(pattern, " ")
	if !ok {
		verb, path = "", pattern
	}
	m := typed.Method{Verb: verb, Path: path, Tag: "shop", Summary: "Do"}
	for segment := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			m.Wildcards = append(m.Wildcards, strings.TrimSuffix(strings.TrimSuffix(name, "}"), "..."))
		}
	}
	for _, v := range in {
		m.In = append(m.In, reflect.TypeOf(v).Elem())
	}
	m.Optional = func(i int) bool { return m.In[i].Kind() == reflect.Pointer }
	return m
}

func named(m typed.Method, names ...string) typed.Method {
	m.Names = names
	return m
}

// of makes the argument of route for a type.
func of[T any]() *T { return nil }

func bind(t *testing.T, m typed.Method) *typed.Binding {
	t.Helper()
	b, err := typed.New(typed.NewRegistry(), m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// request is what a client sends: "GET /x?a=b", header lines, body.
type request struct {
	line    string
	headers []string
	body    string
}

// decode sends a request through a ServeMux, as the server does.
func decode(t *testing.T, m typed.Method, q request, into ...any) error {
	t.Helper()
	return send(t, bind(t, m), m, q, into...)
}

func send(t *testing.T, b *typed.Binding, m typed.Method, q request, into ...any) error {
	t.Helper()
	verb, target, _ := strings.Cut(q.line, " ")
	r := httptest.NewRequest(verb, target, nil)
	for _, line := range q.headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	var err error
	reached := false
	mux := http.NewServeMux()
	mux.HandleFunc(strings.TrimSpace(m.Verb+" "+m.Path), func(_ http.ResponseWriter, r *http.Request) {
		reached = true
		err = b.Decode(r, []byte(q.body), into)
	})
	mux.ServeHTTP(httptest.NewRecorder(), r)
	if !reached {
		t.Fatalf("%s does not reach %s", q.line, m.Path)
	}
	return err
}

// wantDetails compares what is wrong with a request, one "location: message" each.
func wantDetails(t *testing.T, err error, want ...string) {
	t.Helper()
	var have []string
	if invalid, ok := errors.AsType[*typed.Invalid](err); ok {
		for _, d := range invalid.Details {
			have = append(have, d.Location+": "+d.Message)
		}
	} else if err != nil {
		t.Fatalf("have %T %v, want *typed.Invalid", err, err)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("details (-want +have):\n%s", diff)
	}
}

func wantMistakes(t *testing.T, m typed.Method, want ...string) {
	t.Helper()
	_, err := typed.New(typed.NewRegistry(), m)
	if err == nil {
		t.Fatalf("have no error, want %q", want)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("have %q\nwant it to say %q", err, w)
		}
	}
}
