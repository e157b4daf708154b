package typed_test

import (
	"encoding/json"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/web/internal/typed"
)

func types(pointers ...any) (all []reflect.Type) {
	for _, p := range pointers {
		all = append(all, reflect.TypeOf(p).Elem())
	}
	return all
}

// text marshals without escapes, so that tests can be read.
func text(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(data))
}

func operation(t *testing.T, m typed.Method) (op string, schemas map[string]string) {
	t.Helper()
	reg := typed.NewRegistry()
	b, err := typed.New(reg, m)
	if err != nil {
		t.Fatal(err)
	}
	schemas = map[string]string{}
	for name, s := range reg.Schemas() {
		schemas[name] = text(t, s)
	}
	return text(t, b.Operation()), schemas
}

const problem = `"default":{"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}},"description":"The request failed."}`

func TestOperationDescribesWhatDecodeReads(t *testing.T) {
	t.Parallel()
	type in struct {
		ID     int8          `path:"id" doc:"who"`
		Limit  []int         `query:"limit" default:"1,2" maximum:"9"`
		Within time.Duration `header:"X-Within"`
		Name   string        `json:"name" minLength:"2"`
		Kind   *string       `json:"kind" enum:"a,b"`
	}
	m := route("PUT /items/{id}", of[in]())
	m.Out, m.Status = types(of[time.Time]()), 201
	op, schemas := operation(t, m)
	want := `{"operationId":"shop.Do","parameters":[` +
		`{"description":"who","in":"path","name":"id","required":true,"schema":{"maximum":127,"minimum":-128,"type":"integer"}},` +
		`{"in":"query","name":"limit","schema":{"default":[1,2],"items":{"format":"int64","maximum":9,"type":"integer"},"type":"array"}},` +
		`{"in":"header","name":"X-Within","schema":{"examples":["1m30s"],"type":"string"}}],` +
		`"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/DoBody"}},` +
		`"application/x-www-form-urlencoded":{"schema":{"$ref":"#/components/schemas/DoBody"}}},"required":true},` +
		`"responses":{"201":{"content":{"application/json":{"schema":{"format":"date-time","type":"string"}}},"description":"Created"},` + problem + `},` +
		`"summary":"Do","tags":["shop"]}`
	if diff := cmp.Diff(want, op); diff != "" {
		t.Error(diff)
	}
	body := `{"properties":{"kind":{"enum":["a","b"],"type":["string","null"]},"name":{"minLength":2,"type":"string"}},"required":["name"],"type":"object"}`
	if diff := cmp.Diff(body, schemas["DoBody"]); diff != "" {
		t.Error(diff)
	}
}

type reply[T any] struct {
	Status int
	Header http.Header
	Body   T
}

func TestResponsesFollowTheResults(t *testing.T) {
	t.Parallel()
	type thing struct{ A int }
	for _, tt := range []struct {
		name, verb string
		status     int
		out        []reflect.Type
		want       string
	}{
		{"nothing", "GET", 0, nil, `{"204":{"description":"No Content"}`},
		{"text", "GET", 0, types(of[string]()), `{"200":{"content":{"text/plain":{"schema":{"type":"string"}}},"description":"OK"}`},
		{"bytes", "GET", 0, types(of[[]byte]()), `{"200":{"content":{"application/octet-stream":{"schema":{}}},"description":"OK"}`},
		{"reply", "GET", 202, types(of[*reply[thing]]()), `{"202":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/thing"}}},"description":"Accepted"}`},
		{"reply with text", "GET", 0, types(of[reply[string]]()), `{"200":{"content":{"text/plain":{"schema":{"type":"string"}}},"description":"OK"}`},
		{"several", "GET", 0, types(of[int](), of[*thing]()), `{"200":{"content":{"application/json":{"schema":{"maxItems":2,"minItems":2,"prefixItems":[` +
			`{"format":"int64","type":"integer"},{"anyOf":[{"$ref":"#/components/schemas/thing"},{"type":"null"}]}],"type":"array"}}},"description":"OK"}`},
		{"head", "HEAD", 0, types(of[thing]()), `{"200":{"description":"OK"}`},
		{"anything", "GET", 0, types(of[any]()), `{"200":{"content":{"application/json":{"schema":{}}},"description":"OK"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := route(tt.verb + " /x")
			m.Out, m.Status = tt.out, tt.status
			op, _ := operation(t, m)
			if want := `"responses":` + tt.want + "," + problem + "}"; !strings.Contains(op, want) {
				t.Errorf("have %s\nwant %s", op, want)
			}
		})
	}
}

type hidden struct {
	Promoted string `json:"promoted,omitempty"`
}

type (
	tree   map[string]tree
	forest []forest
	Colour int8
)

func (Colour) MarshalText() ([]byte, error) { return []byte("red"), nil }

type tricky struct {
	hidden

	Tree   tree                 `json:"tree,omitempty"`
	Forest forest               `json:"forest,omitempty"`
	Self   *tricky              `json:"self,omitempty"`
	Quoted int                  `json:"quoted,string"`
	Addr   net.IP               `json:"addr"`
	URL    url.URL              `json:"url"`
	Big    *big.Int             `json:"big"`
	Number json.Number          `json:"number"`
	Pair   [2]uint8             `json:"pair"`
	Map    map[int]uint16       `json:"map"`
	Reader io.Reader            `json:"reader"`
	Colour Colour               `json:"colour"`
	Near   struct{ X, Y uint8 } `json:"near"`
	Raw    json.RawMessage      `json:"raw"`
	Since  time.Time            `json:"since,omitzero" header:"If-Modified-Since"`
}

func TestSchemasSayWhatJSONHas(t *testing.T) {
	t.Parallel()
	m := route("GET /x")
	m.Out = types(of[tricky]())
	_, schemas := operation(t, m)
	want := `{"properties":{` +
		`"addr":{"format":"ip","type":"string"},"big":{},"colour":{"type":"string"},"forest":{},` +
		`"map":{"additionalProperties":{"maximum":65535,"minimum":0,"type":"integer"},"type":["object","null"]},` +
		`"near":{"$ref":"#/components/schemas/trickyNearStruct"},"number":{"format":"double","type":"number"},` +
		`"pair":{"items":{"maximum":255,"minimum":0,"type":"integer"},"maxItems":2,"minItems":2,"type":"array"},` +
		`"promoted":{"type":"string"},"quoted":{"type":"string"},"raw":{},"reader":{},` +
		`"self":{"anyOf":[{"$ref":"#/components/schemas/tricky"},{"type":"null"}]},"since":{"format":"date-time","type":"string"},"tree":{},"url":{}},` +
		`"required":["quoted","addr","url","number","pair","map","reader","colour","near","raw"],"type":"object"}`
	if diff := cmp.Diff(want, schemas["tricky"]); diff != "" {
		t.Error(diff)
	}
}

func TestTypesOfOneNameGetNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	outer := reflect.TypeFor[item]()
	type item struct{ Other bool }
	reg := typed.NewRegistry()
	m := route("GET /x")
	m.Out = []reflect.Type{outer, reflect.TypeFor[item](), reflect.TypeFor[reply[[]item]](), reflect.TypeFor[problemish]()}
	if _, err := typed.New(reg, m); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range reg.Schemas() {
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{"Problem", "ProblemDetail", "item", "item_2", "problemish", "reply_item"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

type problemish struct{}

func TestRecursiveTypesAreRead(t *testing.T) {
	t.Parallel()
	var have tree
	if err := decode(t, route("POST /x", of[tree]()), request{line: "POST /x", body: `{"a":{"b":null}}`}, &have); err != nil {
		t.Fatal(err)
	}
	if _, ok := have["a"]["b"]; !ok {
		t.Errorf("have %v", have)
	}
}
