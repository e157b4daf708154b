package apispec_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/apispec"
	"github.com/enoki-go/enoki/service"
)

const document = `{"openapi":"3.1.0","info":{"title":"yes","version":"1.0"},"paths":{}}`

// program is a manifest of services with the document, if any.
func program(text string, names ...string) service.Manifest {
	var m service.Manifest
	for _, n := range names {
		m.Services = append(m.Services, service.Declared{Name: n, Entrypoints: []service.DeclaredEntrypoint{{Kind: "rpc"}, {Kind: "timer"}, {Kind: "rpc"}}})
	}
	if text != "" {
		m.Documents = map[string]json.RawMessage{"openapi": json.RawMessage(text)}
	}
	return m
}

func TestDocumentIsThatOfTheOneProgramThatServesHTTP(t *testing.T) {
	t.Parallel()
	text, err := apispec.Of([]service.Manifest{program("", "orders"), program(document, "api")})
	if string(text) != document || err != nil {
		t.Errorf("have %s, %v", text, err)
	}
}

func TestNoRoutesIsToldWithWhatThereIs(t *testing.T) {
	t.Parallel()
	_, err := apispec.Of([]service.Manifest{program("", "orders"), program("", "stock")})
	if _, ok := errors.AsType[*apispec.NoneError](err); !ok || !strings.Contains(err.Error(), "have orders (rpc 2, timer 1), stock (rpc 2, timer 1)") {
		t.Errorf("have %v", err)
	}
}

func TestSeveralProgramsThatServeHTTPAreNamed(t *testing.T) {
	t.Parallel()
	_, err := apispec.Of([]service.Manifest{program(document, "api", "orders"), program(document, "admin")})
	if !errors.Is(err, apispec.ErrSeveral) || !strings.Contains(err.Error(), "those of api with orders, and of admin; name the targets of one") {
		t.Errorf("have %v", err)
	}
}

func TestYAMLSaysTheSameInTheSameOrder(t *testing.T) {
	t.Parallel()
	have, err := apispec.YAML(json.RawMessage(`{"openapi":"3.1.0","info":{"version":"1.0","title":"yes","x":"a\nb"},"list":[1,2.5,null,true,"null"]}`))
	want := "openapi: 3.1.0\ninfo:\n    version: \"1.0\"\n    title: \"yes\"\n    x: |-\n        a\n        b\nlist:\n    - 1\n    - 2.5\n    - null\n    - true\n    - \"null\"\n"
	if string(have) != want || err != nil {
		t.Errorf("have\n%s\nwant\n%s\n%v", have, want, err)
	}
}

func TestFetchAsksBelowTheAddress(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/openapi.json", "/front/openapi.json", "/other.json":
			_, _ = w.Write([]byte(document))
		case "/page/openapi.json":
			_, _ = w.Write([]byte("<html>"))
		case "/old/openapi.json":
			_, _ = w.Write([]byte(`{"swagger":"2.0"}`))
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	for path, wrong := range map[string]string{
		"": "", "/": "", "/front": "", "/other.json": "",
		"/page": "something else than an OpenAPI document", "/old": "something else than an OpenAPI document",
		"/nowhere": "/nowhere/openapi.json answers 404 Not Found, want the document",
	} {
		text, err := apispec.Fetch(t.Context(), s.URL+path)
		if wrong == "" && (string(text) != document || err != nil) || wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)) {
			t.Errorf("%q: have %s, %v, want %q", path, text, err, wrong)
		}
	}
}

func TestFetchSaysWhereNobodyListens(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	_, err := apispec.Fetch(t.Context(), strings.Replace(s.URL, "http://", "http://user:hunter2@", 1))
	if _, ok := errors.AsType[*apispec.NoneError](err); !ok || !strings.Contains(err.Error(), "nobody listens at http://user:xxxxx@") {
		t.Errorf("have %v", err)
	}
}

func TestURLIsChecked(t *testing.T) {
	t.Parallel()
	for url, good := range map[string]bool{"http://localhost:8000": true, "https://a.b/c": true, "localhost:8000": false, "": false, "ftp://x": false, "http://": false} {
		if err := apispec.CheckURL(url); (err == nil) != good {
			t.Errorf("%q: have %v", url, err)
		}
	}
}
