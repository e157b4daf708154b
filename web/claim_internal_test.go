package web

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// Hundreds of clients may say that much is to come, and send nothing.
func TestLengthThatARequestClaimsTakesLittleMemory(t *testing.T) {
	t.Parallel()
	binding, err := typed.New(typed.NewRegistry(), typed.Method{Verb: http.MethodPost, Path: "/", In: []reflect.Type{reflect.TypeFor[upload]()}})
	if err != nil {
		t.Fatal(err)
	}
	for body, room := range map[string]int{"{}": trusted, strings.Repeat("x", 100<<10): 300 << 10} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.ContentLength = 1 << 20
		x := &exchange{route: &route{binding: binding, limit: 1 << 20}, request: r}
		if err := x.read(); err != nil || string(x.body) != body || cap(x.body) > room {
			t.Errorf("have %d bytes in room for %d, %v, want %d in room for at most %d", len(x.body), cap(x.body), err, len(body), room)
		}
	}
}
