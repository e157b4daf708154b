//go:build linux

package web_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/enoki-go/enoki/internal/await"
)

// visit is a request, and the status of its answer.
type visit struct {
	method, path, body string
	status             int
}

// visits says of each example that has HTTP what is asked of it. Those without visits
// have only raw routes, of whose answers a document says nothing, or subjects.
var visits = map[string][]visit{
	"auth": {
		{"POST", "/login", `{"user":"ann","password":"wrong"}`, 401},
		{"POST", "/login", `{"user":7}`, 400},
		{"GET", "/documents/plan", "", 401},
		{"GET", "/audit", "", 401},
	},
	"chat": nil,
	"guestbook": {
		{"GET", "/entries", "", 200},
		{"GET", "/entries?last=1", "", 200},
		{"GET", "/entries?last=0", "", 400},
		{"GET", "/entries?last=x", "", 400},
	},
	"metropolis": nil,
	"notes": {
		{"POST", "/login", `{"user":"ann","password":"enoki"}`, 200},
		{"POST", "/login", `{"user":"ann","password":"wrong"}`, 401},
		{"POST", "/login", `{"user":"7"}`, 400},
		{"POST", "/notes", `{"title":"a","text":"b"}`, 401},
		{"GET", "/notes/1", "", 401},
	},
}

func TestDocumentsOfAllExamplesAreValidAndTrue(t *testing.T) {
	names := examples(t)
	if len(names) < 3 {
		t.Errorf("have HTTP in the examples %q, want it in three at least", names)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			_, urls := newWorld(t).run(1, "./examples/"+name, "--define", "web.port=0")
			d := document(t, urls[0])
			if _, known := visits[name]; !known {
				t.Errorf("have no visits for examples/%s: say in this file what to ask of it", name)
			}
			for _, v := range visits[name] {
				d.visit(urls[0], v)
			}
		})
	}
}

// The gateway describes methods of services that it knows by their schemas only.
func TestDocumentOfTheGatewayIsValidAndTrue(t *testing.T) {
	w := newWorld(t)
	url := w.gateway()
	w.launch("./examples/hello", "./examples/orders").Await("msg=started", 2)
	await.Until(t, "the gateway knows the services", func() bool {
		text := get(t, url+"/openapi.json").body
		return strings.Contains(text, `"/greeting_service/hello"`) && strings.Contains(text, `"/orders/create"`)
	}, patience)
	d := document(t, url)
	for _, v := range []visit{
		{"POST", "/greeting_service/hello", `{"name":"world"}`, 200},
		{"POST", "/greeting_service/hello", `{"name":7}`, 400},
		{"POST", "/greeting_service/hello", `{`, 400},
	} {
		d.visit(url, v)
	}
}

// examples returns the names of the examples that serve HTTP.
func examples(t *testing.T) (names []string) {
	t.Helper()
	folders, err := filepath.Glob(bench.Root + "/examples/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		files, _ := filepath.Glob(folder + "/*.go") // cannot fail: the pattern is one
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "web.Route `") || strings.Contains(string(text), "gateway.Front `") {
				names = append(names, filepath.Base(folder))
				break
			}
		}
	}
	return names
}

// What the other tests rely on: the validator sees mistakes.
func TestValidatorSeesMistakes(t *testing.T) {
	const right = `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/n":{"get":{"responses":{"200":{"description":"n",
		"content":{"application/json":{"schema":{"type":"integer"}}}}}}}}}`
	answer := func(body string) (*http.Request, *http.Response) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://server.test/n", nil)
		if err != nil {
			t.Fatal(err)
		}
		return r, &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(bytes.NewReader([]byte(body))), Request: r,
		}
	}
	d := parse(t, right)
	if ok, wrong := d.validator.ValidateHttpResponse(answer(`7`)); !ok {
		t.Errorf("have %v, want 7 taken for an integer", wrong)
	}
	if ok, _ := d.validator.ValidateHttpResponse(answer(`"seven"`)); ok {
		t.Error("have a text taken for an integer")
	}
	doc, err := libopenapi.NewDocument([]byte(strings.Replace(right, `"description":"n",`, "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	wrong, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, _ := wrong.ValidateDocument(); ok {
		t.Error("have a response without a description taken for a valid one")
	}
}
