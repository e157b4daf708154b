package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAllPagesAreTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range pages {
		s := startSite(t, c, "")
		if err := checkPages(t.Context(), s.url); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestPagesThatDifferAreNotMeasured(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(w http.ResponseWriter, r *http.Request) (done bool){
		"404 Not Found":                 func(w http.ResponseWriter, r *http.Request) bool { http.NotFound(w, r); return true },
		`have "Hi"`:                     func(w http.ResponseWriter, _ *http.Request) bool { _, _ = w.Write([]byte("Hi")); return true },
		"of type application/x, want {": wrongType,
		`have {"message":"no"}`:         wrongJSON,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !change(w, r) {
				muxPages().ServeHTTP(w, r)
			}
		}))
		if err := checkPages(t.Context(), s.URL); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have error %v, want %s", err, want)
		}
		s.Close()
	}
}

func wrongType(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path == rawPath {
		return false
	}
	w.Header().Set("Content-Type", "application/x")
	_, _ = w.Write([]byte(`{"message":"Hello, Ann!","length":11}`))
	return true
}

func wrongJSON(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path == rawPath {
		return false
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"message":"no"}`))
	return true
}
