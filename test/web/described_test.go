//go:build linux

package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// described is what a server says of itself.
type described struct {
	t         *testing.T
	validator validator.Validator
}

// document reads the document of a server, which has to be valid.
func document(t *testing.T, url string) *described {
	t.Helper()
	a := get(t, url+"/openapi.json")
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/") {
		t.Fatalf("GET %s/openapi.json: have %d %s %.200q", url, a.StatusCode, a.Header.Get("Content-Type"), a.body)
	}
	return parse(t, a.body)
}

func parse(t *testing.T, text string) *described {
	t.Helper()
	doc, err := libopenapi.NewDocument([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if !strings.HasPrefix(doc.GetVersion(), "3.1.") {
		t.Errorf("have OpenAPI %s, want 3.1", doc.GetVersion())
	}
	d := &described{t: t}
	var errs []error
	if d.validator, errs = validator.NewValidator(doc); len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, wrong := d.validator.ValidateDocument(); !ok {
		for _, w := range wrong {
			t.Errorf("document: %v", w)
			for _, s := range w.SchemaValidationErrors {
				t.Errorf("document: %s: %s", s.KeywordLocation, s.Reason)
			}
		}
		t.Logf("the document:\n%s", text)
	}
	return d
}

// visit asks, and looks whether the document says what is answered.
func (d *described) visit(url string, v visit) {
	d.t.Helper()
	a := do(d.t, v.method, url+v.path, v.body)
	if a.StatusCode != v.status {
		d.t.Errorf("%s %s %s: have %d %s, want %d", v.method, v.path, v.body, a.StatusCode, a.body, v.status)
	}
	a.Body = io.NopCloser(strings.NewReader(a.body))
	if ok, wrong := d.validator.ValidateHttpResponse(a.Request, a.Response); !ok {
		for _, w := range wrong {
			d.t.Errorf("%s %s %s: the answer %d %s is not what the document says: %v", v.method, v.path, v.body, a.StatusCode, a.body, w)
		}
	}
}
