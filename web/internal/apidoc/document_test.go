package apidoc_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/web/internal/apidoc"
	"github.com/enoki-go/enoki/web/internal/typed"
)

type item struct {
	Name string           `json:"name" minLength:"1"`
	Sub  *item            `json:"sub,omitempty"`
	Meta map[string][]int `json:"meta,omitempty"`
}

type order struct {
	ID    string    `path:"id"`
	Limit int       `query:"limit" default:"5"`
	Items []item    `json:"items"`
	At    time.Time `json:"at"`
}

// add adds the route of a method to d.
func add(t *testing.T, d *apidoc.Document, verb, path, name string, in, out reflect.Type, wildcards ...string) {
	t.Helper()
	m := typed.Method{Verb: verb, Path: path, Wildcards: wildcards, Tag: "shop", Summary: name}
	if in != nil {
		m.In = []reflect.Type{in}
	}
	if out != nil {
		m.Out = []reflect.Type{out}
	}
	b, err := typed.New(d.Registry(), m)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Add(verb, path, b.Operation()); err != nil {
		t.Fatal(err)
	}
}

// varied returns a document with an operation of each kind.
func varied(t *testing.T) *apidoc.Document {
	t.Helper()
	d := apidoc.New("Shop", "1.2.0")
	add(t, d, "PUT", "/orders/{id}", "Change", reflect.TypeFor[order](), reflect.TypeFor[item](), "id")
	add(t, d, "GET", "/orders/{number}", "Get", reflect.TypeFor[int](), reflect.TypeFor[*order](), "number")
	add(t, d, "GET", "example.org/files/{rest...}", "File", reflect.TypeFor[string](), reflect.TypeFor[[]byte](), "rest")
	add(t, d, "", "/any/{$}", "Any", reflect.TypeFor[[]item](), reflect.TypeFor[string]())
	add(t, d, "POST", "/get", "Get", nil, nil)
	if err := d.Add("", "DELETE /raw/{a}", apidoc.Plain(typed.Method{Tag: "raw", Summary: "Raw", Wildcards: []string{"a"}})); err != nil {
		t.Fatal(err)
	}
	err := d.AddRaw("POST", "/live/add", apidoc.RawOperation{
		ID: "live.add", Tag: "live", Summary: "Add",
		Input: json.RawMessage(`{"type":["object","array"],"properties":{"a":{"type":"integer"},"b":{"$ref":"#/$defs/node"}},
			"prefixItems":[{"$ref":"#/properties/a"},{"$ref":"#/properties/b"}],
			"$defs":{"node":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}}}}}`),
		Output: json.RawMessage(`{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}}}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// parsed returns the document as a client reads it.
func parsed(t *testing.T, d *apidoc.Document) map[string]any {
	t.Helper()
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// at follows keys into a document, "" where they lead nowhere.
func at(tree any, keys ...string) any {
	for _, key := range keys {
		object, ok := tree.(map[string]any)
		if !ok {
			return nil
		}
		tree = object[key]
	}
	return tree
}

func TestDocumentHasEveryOperationUnderAnIDOfItsOwn(t *testing.T) {
	t.Parallel()
	tree := parsed(t, varied(t))
	var have []string
	for path, item := range at(tree, "paths").(map[string]any) {
		for verb, op := range item.(map[string]any) {
			have = append(have, verb+" "+path+" "+at(op, "operationId").(string))
		}
	}
	slices.Sort(have)
	want := []string{
		"delete /any/ shop.Any.delete", "delete /raw/{a} raw.Raw", "get /any/ shop.Any.get",
		"get /files/{rest} shop.File", "get /orders/{id} shop.Get.get", "patch /any/ shop.Any.patch",
		"post /any/ shop.Any.post", "post /get shop.Get.post", "post /live/add live.add",
		"put /any/ shop.Any.put", "put /orders/{id} shop.Change",
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if have := at(tree, "openapi"); have != "3.1.0" {
		t.Errorf("have version %v, want 3.1.0", have)
	}
	if diff := cmp.Diff(map[string]any{"title": "Shop", "version": "1.2.0"}, at(tree, "info")); diff != "" {
		t.Error(diff)
	}
}

func TestEveryReferenceLeadsToASchema(t *testing.T) {
	t.Parallel()
	tree := parsed(t, varied(t))
	if n := resolve(t, tree, tree); n < 15 {
		t.Errorf("have %d references, want more: the test looks at nothing", n)
	}
}

// resolve follows all references in v and returns how many there are.
func resolve(t *testing.T, tree, v any) (n int) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			n += resolve(t, tree, inner)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			n++
			pointer, _ := url.PathUnescape(ref)
			keys := strings.Split(pointer, "/")
			for i, key := range keys {
				keys[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
			}
			if keys[0] != "#" || at(tree, keys[1:]...) == nil {
				t.Errorf("have reference %s, which leads nowhere", ref)
			}
		}
		for _, inner := range v {
			n += resolve(t, tree, inner)
		}
	}
	return n
}

func TestParametersAreThoseOfThePath(t *testing.T) {
	t.Parallel()
	tree := parsed(t, varied(t))
	for path, item := range at(tree, "paths").(map[string]any) {
		for verb, op := range item.(map[string]any) {
			parameters, _ := at(op, "parameters").([]any)
			n := 0
			for _, p := range parameters {
				if at(p, "in") == "path" {
					n++
					if name := at(p, "name").(string); !strings.Contains(path, "{"+name+"}") || at(p, "required") != true {
						t.Errorf("%s %s: have parameter %v", verb, path, p)
					}
				}
			}
			if want := strings.Count(path, "{"); n != want {
				t.Errorf("%s %s: have %d path parameters, want %d", verb, path, n, want)
			}
			if at(op, "requestBody") != nil && (verb == "get" || verb == "delete") {
				t.Errorf("%s %s: have a body, want none", verb, path)
			}
			if len(at(op, "responses").(map[string]any)) == 0 {
				t.Errorf("%s %s: have no response", verb, path)
			}
		}
	}
}

func TestSameOperationsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	first, err := varied(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if again, _ := varied(t).JSON(); string(again) != string(first) {
			t.Fatalf("have %s\nwant %s", again, first)
		}
	}
}

func TestPatternsThatAreNoPathAreRefused(t *testing.T) {
	t.Parallel()
	d := apidoc.New("x", "1")
	for _, pattern := range []string{"", "example.org", "/a{b}", "/{a", "/{}"} {
		if err := d.Add("GET", pattern, nil); err == nil || !strings.Contains(err.Error(), "want ") {
			t.Errorf("%q: have %v, want an error", pattern, err)
		}
	}
}

func TestSecondOperationOfAPathAndAnUnknownVerbAreLeftOut(t *testing.T) {
	t.Parallel()
	d := apidoc.New("x", "1")
	add(t, d, "GET", "a.org/x", "First", nil, nil)
	add(t, d, "GET", "b.org/x", "Second", nil, nil)
	add(t, d, "PROPFIND", "/x", "Third", nil, nil)
	want := map[string]any{"/x": map[string]any{"get": at(parsed(t, d), "paths", "/x", "get")}}
	if diff := cmp.Diff(want, at(parsed(t, d), "paths")); diff != "" {
		t.Error(diff)
	}
	if have := at(parsed(t, d), "paths", "/x", "get", "operationId"); have != "shop.First" {
		t.Errorf("have %v, want shop.First", have)
	}
}

func get(t *testing.T, h http.Handler, path, etag string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(body)
}

func TestDocumentIsSentOncePerVersion(t *testing.T) {
	t.Parallel()
	d := varied(t)
	r, body := get(t, d.Spec(), "/openapi.json", "")
	text, _ := d.JSON()
	if r.StatusCode != http.StatusOK || body != string(text) || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("have %d %s %s", r.StatusCode, r.Header, body)
	}
	tag := r.Header.Get("ETag")
	if again, body := get(t, d.Spec(), "/openapi.json", tag); again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("have %d %q, want 304", again.StatusCode, body)
	}
	add(t, d, "GET", "/new", "New", nil, nil)
	if fresh, _ := get(t, d.Spec(), "/openapi.json", tag); fresh.StatusCode != http.StatusOK || fresh.Header.Get("ETag") == tag {
		t.Errorf("have %d, want a new document", fresh.StatusCode)
	}
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	ui := apidoc.New("Shop", "1").UI("/apidocs/", "/openapi.json")
	r, page := get(t, ui, "/apidocs/", "")
	if r.StatusCode != http.StatusOK || !strings.Contains(page, "<title>Shop") || !strings.Contains(page, "/openapi.json") {
		t.Fatalf("have %d %s", r.StatusCode, page)
	}
	if !strings.Contains(page, "validatorUrl: null") && !strings.Contains(page, "validatorUrl = null") {
		t.Errorf("have no validatorUrl null in %s", page)
	}
	loaded := 0
	for _, attribute := range []string{`src="`, `href="`} {
		for _, rest := range strings.Split(page, attribute)[1:] {
			path, _, _ := strings.Cut(rest, `"`)
			if !strings.HasPrefix(path, "/apidocs/") {
				t.Errorf("have %s, want what is below /apidocs/", path)
				continue
			}
			loaded++
			if asset, _ := get(t, ui, path, ""); asset.StatusCode != http.StatusOK {
				t.Errorf("%s: have %d, want 200", path, asset.StatusCode)
			}
		}
	}
	if loaded < 3 {
		t.Errorf("have %d files, want the style and the scripts", loaded)
	}
}
