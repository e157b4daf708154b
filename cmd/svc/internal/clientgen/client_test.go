package clientgen_test

import (
	"encoding/json"
	"flag"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/cmd/svc/internal/clientgen"
	"github.com/enoki-go/enoki/schema"
)

var update = flag.Bool("update", false, "write the golden files")

// What follows stands for the types of a user.
type (
	money struct {
		Cents    int    `json:"cents"`
		Currency string `json:"currency" jsonschema:"as ISO 4217 has it"`
	}
	line struct {
		Title string  `json:"title"`
		Count uint32  `json:"count"`
		Price money   `json:"price"`
		Parts []line  `json:"parts,omitempty"`
		Free  *bool   `json:"free"`
		Rate  float32 `json:"rate"`
	}
	tags  []string
	page  [2]line
	Order struct {
		ID     string            `json:"id"`
		Note   string            `json:"note,omitempty"`
		Lines  []line            `json:"lines"`
		Paid   *time.Time        `json:"paid,omitempty"`
		Due    time.Duration     `json:"due"`
		Labels map[string]string `json:"labels"`
		ByNum  map[int]line      `json:"by_num,omitempty"`
		Scan   []byte            `json:"scan"`
		Total  money             `json:"total"`
		Extra  any               `json:"extra"`
		Tags   tags              `json:"tags"`
		Next   *Order            `json:"next"`
		Small  int8              `json:"small"`
		Wide   uint64            `json:"wide"`
		Box    struct {
			A int `json:"a"`
		} `json:"box"`
		Addr   netip.Addr `json:"addr"`
		Big    *big.Int   `json:"big"`
		Dash   int        `json:"-,"` //nolint:staticcheck // a key that is one sign
		Odd    int        `json:"2nd-part/x"`
		Quoted int        `json:"quoted,string"`
		Parent map[string]*Order
	}
)

// method makes one of a function type.
func method(t *testing.T, name string, f any, params ...string) clientgen.Method {
	t.Helper()
	var in, out []reflect.Type
	for p := range reflect.TypeOf(f).Ins() {
		in = append(in, p)
	}
	for r := range reflect.TypeOf(f).Outs() {
		out = append(out, r)
	}
	optional := func(i int) bool { return in[i].Kind() == reflect.Pointer }
	m := clientgen.Method{Name: name, Params: params}
	var err error
	if m.Input, m.Output, err = schema.Method(name, params, in, out, optional); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestClientsAreAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		methods []clientgen.Method
	}{
		{"types", []clientgen.Method{
			method(t, "create", func(Order) Order { return Order{} }),
			method(t, "lines_of", func(string) []line { return nil }, "id"),
			method(t, "pages", func() map[string]page { return nil }),
		}},
		{"signatures", []clientgen.Method{
			method(t, "nothing", func() {}),
			method(t, "one", func(int) int { return 0 }),
			method(t, "one_named", func(string) string { return "" }, "user-id"),
			method(t, "several", func(string, int, *money) (string, int, *money) { return "", 0, nil }),
			method(t, "several_named", func(string, *int) *money { return nil }, "from", "type"),
			method(t, "same_names", func(int, int) {}, "a-b", "a_b"),
			method(t, "struct_named", func(money) {}, "amount"),
			method(t, "bytes", func([]byte) []byte { return nil }),
			method(t, "client", func() {}),
			method(t, "provide", func() {}),
			method(t, "getURL", func() {}),
			method(t, "x-y", func(any) any { return nil }),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have, err := clientgen.Generate(clientgen.Service{Name: "shop", Source: "a test", Methods: tt.methods}, "shop")
			if err != nil {
				t.Fatal(err)
			}
			wantGolden(t, tt.name, have)
		})
	}
}

// Schemas of others do not have the names of Go types.
func TestSchemasOfOthersGetNames(t *testing.T) {
	t.Parallel()
	have, err := clientgen.Generate(clientgen.Service{
		Name: "foreign", Source: "a test", Live: true,
		Methods: []clientgen.Method{{
			Name: "set", Doc: "Set sets.\n\n\tlike this", Sensitive: []string{"user.password"},
			Input: json.RawMessage(`{"type":"object","required":["user","state"],"properties":{
				"user":{"type":"object","properties":{"password":{"type":"string","description":"many\nlines \u202e and \u0007"}}},
				"state":{"type":"string","enum":["open","in-progress","open"]},
				"other":{"type":"string","enum":["open","done"]},
				"mixed":{"type":["string","integer"]},
				"either":{"anyOf":[{"type":"string"},{"type":"integer"}]},
				"list":{"type":"array","items":{"type":"object","properties":{"a":{"type":"integer"}}}},
				"pair":{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}]},
				"free":{"type":"object"},
				"self":{"$ref":"#/$defs/self"}}, "$defs":{"self":{"type":"object","required":["self"],"properties":{"self":{"$ref":"#/$defs/self"}}}}}`),
			Output: json.RawMessage(`true`),
		}},
		Events: []clientgen.Event{
			{Name: "order_placed", Payload: json.RawMessage(`{"type":"object","properties":{"id":{"type":"string"}}}`)},
			{Name: "order.counted", Payload: json.RawMessage(`{"type":"integer"}`)},
		},
	}, "foreign")
	if err != nil {
		t.Fatal(err)
	}
	wantGolden(t, "foreign", have)
}

func wantGolden(t *testing.T, name string, have []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, have, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(have)); diff != "" {
		t.Errorf("%s (go test -update writes it anew):\n%s", path, diff)
	}
}

func TestSameServiceGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := method(t, "create", func(Order) Order { return Order{} }), method(t, "pages", func() map[string]page { return nil })
	want, err := clientgen.Generate(clientgen.Service{Name: "shop", Methods: []clientgen.Method{a, b}}, "shop")
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		have, err := clientgen.Generate(clientgen.Service{Name: "shop", Methods: []clientgen.Method{b, a}}, "shop")
		if err != nil || string(have) != string(want) {
			t.Fatalf("have %s, %v, want %s", have, err, want)
		}
	}
}

func TestTypesOfOneNameThatDifferAreTwo(t *testing.T) {
	t.Parallel()
	one := json.RawMessage(`{"type":"object","x-go-name":"Item","properties":{"a":{"type":"string"}}}`)
	two := json.RawMessage(`{"type":"object","x-go-name":"Item","properties":{"b":{"type":"object","x-go-name":"Item","properties":{"c":{"type":"string"}}}}}`)
	have, err := clientgen.Generate(clientgen.Service{Name: "shop", Methods: []clientgen.Method{
		{Name: "a", Input: one, Output: two}, {Name: "b", Input: two, Output: one},
	}}, "shop")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"A func(ctx context.Context, in Item) (Item3, error)", "B func(ctx context.Context, in Item3) (Item, error)",
		"type Item struct {\n\tA *string", "type Item2 struct {\n\tC *string", "type Item3 struct {\n\tB *Item2",
	} {
		if !strings.Contains(string(have), want) {
			t.Errorf("have no %q in:\n%s", want, have)
		}
	}
}

func TestWhatCannotBeGeneratedIsAnError(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"type":"array","items":`, 100) + "true" + strings.Repeat("}", 100)
	for _, tt := range []struct{ name, service, method, input, want string }{
		{"no JSON", "shop", "create", `{"type":`, "method create: arguments: read a schema"},
		{"a reference to nowhere", "shop", "create", `{"$ref":"#/$defs/Order"}`, `have the reference "#/$defs/Order"`},
		{"a reference to another document", "shop", "create", `{"$ref":"https://example.com/a"}`, "want one to a definition of the document"},
		{"a definition of itself", "shop", "create", `{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}`, "is nothing but itself"},
		{"too deep", "shop", "create", deep, "more than 64 levels"},
		{"a key that no tag holds", "shop", "create", "{\"type\":\"object\",\"properties\":{\"a`b\":true}}", "can be no field"},
		{"a key twice", "shop", "create", `{"type":"object","properties":{"a":true,"a":true}}`, "twice"},
		{"a method that is no name", "shop", "a.b", `true`, `have method "a.b"`},
		{"a service that is no name", "a b", "create", `true`, `have service "a b"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have, err := clientgen.Generate(clientgen.Service{Name: tt.service, Methods: []clientgen.Method{
				{Name: tt.method, Input: json.RawMessage(tt.input)},
			}}, "shop")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("have %s, %v, want an error with %q", have, err, tt.want)
			}
		})
	}
}
