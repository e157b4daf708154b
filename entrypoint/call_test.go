package entrypoint_test

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
)

func TestArgumentsAreDecodedOnce(t *testing.T) {
	t.Parallel()
	var decoded int
	c := &entrypoint.Call{Method: method(t, "Add"), Decode: func(into []any) error {
		decoded++
		*into[0].(*int), *into[1].(*int) = 2, 3
		return nil
	}}
	if err := errors.Join(c.Bind(), c.Bind()); err != nil {
		t.Fatal(err)
	}
	out, err := c.Invoke(t.Context(), reflect.ValueOf(&shop{}))
	if out != 5 || err != nil || decoded != 1 {
		t.Errorf("Invoke = %v, %v after %d decodings, want 5, nil after 1", out, err, decoded)
	}
}

func TestWrongArgumentsAreDecodedOnce(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong arguments")
	var decoded int
	c := &entrypoint.Call{Method: method(t, "Add"), Decode: func([]any) error { decoded++; return wrong }}
	if err := c.Bind(); !errors.Is(err, wrong) {
		t.Errorf("Bind = %v, want %v", err, wrong)
	}
	if _, err := c.Invoke(t.Context(), reflect.ValueOf(&shop{})); !errors.Is(err, wrong) {
		t.Errorf("Invoke = %v, want %v", err, wrong)
	}
	if decoded != 1 {
		t.Errorf("decoded %d times, want once", decoded)
	}
}

func TestCallWithoutDecodeHasZeroArguments(t *testing.T) {
	t.Parallel()
	c := &entrypoint.Call{Method: method(t, "Add")}
	if out, err := c.Invoke(t.Context(), reflect.ValueOf(&shop{})); out != 0 || err != nil {
		t.Errorf("Invoke = %v, %v, want 0, nil", out, err)
	}
}

func TestStackHoldsTheLastTenCalls(t *testing.T) {
	t.Parallel()
	ids := func(from, to int) []string {
		var all []string
		for i := from; i <= to; i++ {
			all = append(all, strconv.Itoa(i))
		}
		return all
	}
	tests := []struct {
		name    string
		parents []string
		want    []string
	}{
		{"first call", nil, []string{"me"}},
		{"one below the limit", ids(1, 8), append(ids(1, 8), "me")},
		{"at the limit", ids(1, 9), append(ids(1, 9), "me")},
		{"above the limit", ids(1, 10), append(ids(2, 10), "me")},
		{"far above the limit", ids(1, 30), append(ids(22, 30), "me")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &entrypoint.Call{ID: "me", Parents: tt.parents}
			if diff := cmp.Diff(tt.want, c.Stack()); diff != "" {
				t.Errorf("stack (-want +have):\n%s", diff)
			}
		})
	}
}

func TestStackDoesNotWriteIntoTheParents(t *testing.T) {
	t.Parallel()
	parents := append(make([]string, 0, 4), "a", "b")
	(&entrypoint.Call{ID: "me", Parents: parents}).Stack()
	if spare := parents[:3][2]; spare != "" {
		t.Errorf("Stack wrote %q behind the parents, which two calls may share", spare)
	}
}

func TestContextDataIsLayered(t *testing.T) {
	t.Parallel()
	call := &entrypoint.Call{Data: map[string]string{"language": "en", "tenant": "a"}}
	outer := entrypoint.WithData(call.Context(), "language", "de")
	inner := entrypoint.WithData(outer, "user", "7")
	tests := []struct {
		name string
		ctx  context.Context
		want map[string]string
	}{
		{"outside of a call", t.Context(), nil},
		{"set outside of a call", entrypoint.WithData(t.Context(), "a", "b"), map[string]string{"a": "b"}},
		{"of the call", call.Context(), map[string]string{"language": "en", "tenant": "a"}},
		{"one overridden", outer, map[string]string{"language": "de", "tenant": "a"}},
		{"one added", inner, map[string]string{"language": "de", "tenant": "a", "user": "7"}},
		{"call without data keeps its parent's", (&entrypoint.Call{Parent: outer}).Context(), map[string]string{"language": "de", "tenant": "a"}},
		{"call's own data before its parent's", (&entrypoint.Call{Parent: outer, Data: map[string]string{"x": "y"}}).Context(), map[string]string{"x": "y"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, entrypoint.Data(tt.ctx)); diff != "" {
				t.Errorf("data (-want +have):\n%s", diff)
			}
		})
	}
}

func TestWireNames(t *testing.T) {
	t.Parallel()
	for goName, want := range map[string]string{
		"": "", "Hello": "hello", "GetUser": "get_user", "GetUserID": "get_user_id", "HTTPServer": "http_server",
		"ID": "id", "A": "a", "UserIDs": "user_i_ds", "OAuth2Token": "o_auth2_token", "V2": "v2", "X509Cert": "x509_cert",
		"Already_Snake": "already_snake", "hello": "hello", "GetX": "get_x", "ÜberName": "über_name", "ABTest": "ab_test",
	} {
		if have := entrypoint.WireName(goName); have != want {
			t.Errorf("WireName(%q) = %q, want %q", goName, have, want)
		}
	}
}
