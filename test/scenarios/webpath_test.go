//go:build linux

package scenarios_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// paths are those that lead somewhere else, if nobody takes care. Each is tried behind
// several beginnings.
var paths = []string{
	"../secret.txt", "../../secret.txt", "./../secret.txt", "..", "../", ".", "//", "///..//secret.txt",
	"%2e%2e/secret.txt", "%2E%2E%2Fsecret.txt", "..%2fsecret.txt", "..%5csecret.txt", `..\secret.txt`, "%252e%252e%252fsecret.txt",
	"....//secret.txt", "..;/secret.txt", "%c0%ae%c0%ae/secret.txt", "%uff0e%uff0e/secret.txt",
	"page.txt/../../secret.txt", "page.txt/..%2f..%2fsecret.txt", "absolute", "relative", "folder/secret.txt", "folder/",
	"*", ">", "a.*", "a.%3e", "$SYS", "_INBOX", "svc", "%00", "page.txt%00", "page.txt%00.png", "%0d%0aSet-Cookie:a=b", "%7f", "%ff%fe",
	"page.txt/", "page.txt/a", "con", "C:%5c", "~root", "%", "%zz", "?", "#", "\x01", strings.Repeat("a", 8<<10), strings.Repeat("a/", 4<<10), strings.Repeat("../", 2<<10),
	strings.Repeat("%2e%2e%2f", 900) + "secret.txt",
}

// wantLocal checks that an answer sends nobody to another site.
func (r reply) wantLocal(t *testing.T, what string) {
	t.Helper()
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil || to.Host != "" || to.Scheme != "" || strings.HasPrefix(to.Path, `/\`) {
		t.Errorf("%.80q: have Location %q, want one of this site", what, to)
	}
	if cookie := r.header.Get("Set-Cookie"); cookie != "" {
		t.Errorf("%.80q: have the cookie %q, want none", what, cookie)
	}
}

// Below /names all that is one segment is a name; nothing else is anything.
func TestPathsLeadNowhereElse(t *testing.T) {
	s := newWorld(t).site()
	s.answer(t, request("GET /assets/page.txt", "")).wantStatus(t, "the page", http.StatusOK)
	s.endures(t, func() {
		for _, tt := range []struct {
			beginning string
			found     bool // what names something is found
		}{
			{"/assets/", false},
			{"/assets/a/", false},
			{"/orders/", false},
			{"/names/", true},
			{"/", false},
			{"//", false},
			{"//other.example/", false},
			{"/apidocs/", false},
			{"", false},
			{"http://other.example/assets/", false},
		} {
			t.Run(tt.beginning, func(t *testing.T) {
				for _, path := range paths {
					line := "GET " + tt.beginning + path
					for _, r := range s.tell(t, request(line, "")) {
						r.wantLocal(t, line)
						if r.status >= http.StatusInternalServerError || r.status == http.StatusOK && !tt.found && !harmless(tt.beginning+path) {
							t.Errorf("%.80q: have %v, want it refused", line, r)
						}
					}
				}
			})
		}
	})
}

// harmless reports whether a path is, when all is said, that of something public.
func harmless(path string) bool {
	return strings.HasPrefix(path, "/apidocs/") || path == "/assets/page.txt/.."
}

func TestMethodsThatAreNoneAreRefused(t *testing.T) {
	s := newWorld(t).site()
	for _, tt := range []struct {
		line string
		want int
	}{
		{"TRACE /orders/7", http.StatusMethodNotAllowed},
		{"DELETE /orders/7", http.StatusMethodNotAllowed},
		{"PUT /assets/page.txt", http.StatusMethodNotAllowed},
		{"DELETE /assets/page.txt", http.StatusMethodNotAllowed},
		{strings.Repeat("A", 1000) + " /orders/7", http.StatusMethodNotAllowed},
		{"CONNECT other.example:443", http.StatusNotFound},
		{"CONNECT /orders/7", http.StatusMethodNotAllowed},
		{"G<>T /orders/7", http.StatusBadRequest},
		{"OPTIONS *", http.StatusOK}, // the answer of net/http, without anything in it
		{"PRI *", http.StatusBadRequest},
	} {
		t.Run(tt.line[:4], func(t *testing.T) {
			r := s.answer(t, request(tt.line, ""))
			r.wantStatus(t, tt.line, tt.want)
			r.wantLocal(t, tt.line)
		})
	}
}
