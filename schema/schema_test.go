package schema_test

import (
	"encoding/json"
	"image"
	"math/big"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/enoki-go/enoki/schema"
)

type (
	color       string
	blob        []byte
	point       struct{ X, Y int8 }
	node        struct{ Next *node }
	tree        map[string]tree
	loop        *loop
	hidden      *struct{ Again hidden }
	price       struct{ cents int }
	page[T any] struct{ Items []T }
	base        struct{ ID, Name string }
	promoted    struct {
		base
		Name int
	}
	nested struct {
		base `json:"base"`
		Base `json:"Base"`
	}
	Base  struct{ ID string }
	left  struct{ Same, Only string }
	right struct{ Same string }
	clash struct {
		left
		right
	}
	tagged struct {
		A string `json:"same"`
		left
		Same string `json:"-"`
	}
	Selfish struct {
		*Selfish
		A bool
	}
	parent struct{ Left, Right *child }
	child  struct{ Up *parent }
)

type (
	Point    struct{ Z bool }
	viaLeft  struct{ Base }
	viaRight struct{ Base }
	diamond  struct {
		viaLeft
		viaRight
		Own bool
	}
	byTag struct {
		X string `json:"Y"`
	}
	byName struct{ Y int }
	rivals struct {
		byTag
		byName
	}
	shade uint8
	cents int
)

func (s shade) MarshalText() ([]byte, error) { return []byte{'a' + byte(s)}, nil }

func (c cents) MarshalJSON() ([]byte, error) { return json.Marshal(float64(c) / 100) }

func (p price) MarshalJSON() ([]byte, error) { return json.Marshal(p.cents) }

type order struct {
	ID       string `json:"id" jsonschema:"who it is"`
	Note     string `json:"note,omitempty"`
	At       time.Time
	Wait     time.Duration `json:"wait,omitzero" jsonschema:"how long"`
	Secret   string        `json:"-"`
	Dash     bool          `json:"-,"` //nolint:staticcheck // SA5008: a name that encoding/json takes
	private  int
	Quoted   int   `json:",string"`
	QuotedP  *int  `json:",string"`
	NotQuote []int `json:",string"` //nolint:staticcheck // SA5008: ignored by encoding/json, as it must be here
}

func TestOfDescribesWhatIsOnTheWire(t *testing.T) {
	t.Parallel()
	_ = order{}.private
	for _, tt := range []struct {
		name string
		of   reflect.Type
		want string
	}{
		{"bool", reflect.TypeFor[bool](), `{"type":"boolean"}`},
		{"named string", reflect.TypeFor[color](), `{"type":"string"}`},
		{"int", reflect.TypeFor[int](), `{"type":"integer"}`},
		{"int8", reflect.TypeFor[int8](), `{"type":"integer","minimum":-128,"maximum":127}`},
		{"uint16", reflect.TypeFor[uint16](), `{"type":"integer","minimum":0,"maximum":65535}`},
		{"uint64", reflect.TypeFor[uint64](), `{"type":"integer","minimum":0}`},
		{"float", reflect.TypeFor[float32](), `{"type":"number"}`},
		{"pointer", reflect.TypeFor[*bool](), `{"type":["boolean","null"]}`},
		{"pointer to pointer", reflect.TypeFor[**bool](), `{"type":["boolean","null"]}`},
		{"any", reflect.TypeFor[any](), `true`},
		{"error", reflect.TypeFor[error](), `true`},
		{"pointer to any", reflect.TypeFor[*any](), `true`},
		{"raw", reflect.TypeFor[json.RawMessage](), `true`},
		{"own JSON", reflect.TypeFor[price](), `true`},
		{"json.Number", reflect.TypeFor[json.Number](), `{"type":"number"}`},
		{"big.Int", reflect.TypeFor[*big.Int](), `{"type":["integer","null"]}`},
		{"time", reflect.TypeFor[*time.Time](), `{"type":["string","null"],"format":"date-time"}`},
		{"duration", reflect.TypeFor[time.Duration](), `{"type":"integer","description":"nanoseconds"}`},
		{"own text", reflect.TypeFor[netip.Addr](), `{"type":"string"}`},
		{"own text by pointer", reflect.TypeFor[big.Float](), `{"type":"string"}`},
		{"bytes", reflect.TypeFor[[]byte](), `{"type":["string","null"],"contentEncoding":"base64"}`},
		{"named bytes", reflect.TypeFor[blob](), `{"type":["string","null"],"contentEncoding":"base64"}`},
		{"slice", reflect.TypeFor[*[]bool](), `{"type":["array","null"],"items":{"type":"boolean"}}`},
		{"array", reflect.TypeFor[[2]bool](), `{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":2}`},
		{"map", reflect.TypeFor[map[color]bool](), `{"type":["object","null"],"additionalProperties":{"type":"boolean"}}`},
		{"map of ints", reflect.TypeFor[map[int]string](), `{"type":["object","null"],"additionalProperties":{"type":"string"},"propertyNames":{"pattern":"^-?[0-9]+$"}}`},
		{"map of uints", reflect.TypeFor[map[uint8]any](), `{"type":["object","null"],"additionalProperties":true,"propertyNames":{"pattern":"^[0-9]+$"}}`},
		{"map of texts", reflect.TypeFor[map[netip.Addr]any](), `{"type":["object","null"],"additionalProperties":true}`},
		{"nothing in it", reflect.TypeFor[struct{}](), `{"type":"object","properties":{}}`},
		{"json and jsonschema tags", reflect.TypeFor[order](), `{"type":"object","properties":{
			"id":{"type":"string","description":"who it is"},
			"note":{"type":"string"},
			"At":{"type":"string","format":"date-time"},
			"wait":{"type":"integer","description":"how long (nanoseconds)"},
			"-":{"type":"boolean"},
			"Quoted":{"type":"string"},
			"QuotedP":{"type":["string","null"]},
			"NotQuote":{"type":["array","null"],"items":{"type":"integer"}}
		},"required":["-","At","NotQuote","Quoted","QuotedP","id"]}`},
		{"outer field wins", reflect.TypeFor[promoted](), `{"type":"object","properties":{"ID":{"type":"string"},"Name":{"type":"integer"}},"required":["ID","Name"]}`},
		{"named embedded struct is a field", reflect.TypeFor[nested](), `{"type":"object","properties":{"Base":{"type":"object","properties":{"ID":{"type":"string"}},"required":["ID"]}},"required":["Base"]}`},
		{"two of one depth cancel out", reflect.TypeFor[clash](), `{"type":"object","properties":{"Only":{"type":"string"}},"required":["Only"]}`},
		{"a field json leaves out hides nothing", reflect.TypeFor[tagged](), `{"type":"object","properties":{"same":{"type":"string"},"Same":{"type":"string"},"Only":{"type":"string"}},"required":["Only","Same","same"]}`},
		{"generic, inlined where used once", reflect.TypeFor[page[point]](), `{"type":"object","properties":{"Items":{"type":["array","null"],"items":
			{"type":"object","properties":{"X":{"type":"integer","minimum":-128,"maximum":127},"Y":{"type":"integer","minimum":-128,"maximum":127}},"required":["X","Y"]}}},"required":["Items"]}`},
		{"of one depth the tagged wins", reflect.TypeFor[rivals](), `{"type":"object","properties":{"Y":{"type":"string"}},"required":["Y"]}`},
		{"embedded on two ways cancels out", reflect.TypeFor[diamond](), `{"type":"object","properties":{"Own":{"type":"boolean"}},"required":["Own"]}`},
		{"bytes that write text", reflect.TypeFor[[]shade](), `{"type":["array","null"],"items":{"type":"string"}}`},
		{"quoting leaves own JSON alone", reflect.TypeFor[struct {
			P json.Number `json:",string"`
			S shade       `json:",string" jsonschema:"how dark"`
			C cents       `json:",string"`
		}](), `{"type":"object","properties":{"P":{"type":"string"},"S":{"type":"string","description":"how dark"},"C":true},"required":["C","P","S"]}`},
		{"two packages, one name", reflect.TypeFor[struct {
			A, B image.Point
			C, D Point
		}](), `{"type":"object","properties":{"A":{"$ref":"#/$defs/Point"},"B":{"$ref":"#/$defs/Point"},"C":{"$ref":"#/$defs/Point_2"},"D":{"$ref":"#/$defs/Point_2"}},
			"$defs":{"Point":{"type":"object","properties":{"X":{"type":"integer"},"Y":{"type":"integer"}},"required":["X","Y"]},
			"Point_2":{"type":"object","properties":{"Z":{"type":"boolean"}},"required":["Z"]}},"required":["A","B","C","D"]}`},
		{"embeds itself", reflect.TypeFor[Selfish](), `{"type":"object","properties":{"A":{"type":"boolean"}},"required":["A"]}`},
		{"used twice", reflect.TypeFor[struct{ A, B page[Base] }](), `{"type":"object","properties":{"A":{"$ref":"#/$defs/page_Base"},"B":{"$ref":"#/$defs/page_Base"}},"$defs":{
			"page_Base":{"type":"object","properties":{"Items":{"type":["array","null"],"items":{"type":"object","properties":{"ID":{"type":"string"}},"required":["ID"]}}},"required":["Items"]}},"required":["A","B"]}`},
		{"recursive struct", reflect.TypeFor[node](), `{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"Next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["Next"]}}}`},
		{"recursive map", reflect.TypeFor[tree](), `{"$ref":"#/$defs/tree","$defs":{"tree":{"type":["object","null"],"additionalProperties":{"$ref":"#/$defs/tree"}}}}`},
		{"recursive by two", reflect.TypeFor[child](), `{"$ref":"#/$defs/child","$defs":{"child":{"type":"object","properties":{"Up":{"type":["object","null"],"properties":{
			"Left":{"anyOf":[{"$ref":"#/$defs/child"},{"type":"null"}]},"Right":{"anyOf":[{"$ref":"#/$defs/child"},{"type":"null"}]}},"required":["Left","Right"]}},"required":["Up"]}}}`},
		{"recursive by a named pointer", reflect.TypeFor[hidden](), `{"type":["object","null"],"properties":{"Again":{"description":"again struct { Again schema_test.hidden }"}},"required":["Again"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have, err := schema.Of(tt.of)
			wantSchema(t, have, err, tt.want)
		})
	}
}

func TestOfRefusesWithThePath(t *testing.T) {
	t.Parallel()
	type inner struct {
		Done  chan int
		Later []func()
	}
	type outer struct {
		Lines map[string][]inner
		Again inner
		Ratio complex128
		Ptr   unsafe.Pointer
		Keys  map[point]bool
		Empty string `jsonschema:""`
		Word  string `jsonschema:"minimum=3 or more"`
		Fine  func() `json:"-"`
	}
	for _, tt := range []struct {
		name string
		of   reflect.Type
		want []string
	}{
		{"all at once", reflect.TypeFor[outer](), []string{
			"outer.Ratio: have complex128", "outer.Ptr: have unsafe.Pointer", "outer.Keys: have map key schema_test.point",
			`outer.Empty: have tag jsonschema:""`, `outer.Word: have tag jsonschema:"minimum=3 or more"`,
			"outer.Lines{}[].Done: have chan int", "outer.Lines{}[].Later[]: have func()",
		}},
		{"the type itself", reflect.TypeFor[func()](), []string{"describe func(): have func()"}},
		{"a pointer to itself", reflect.TypeFor[loop](), []string{"a pointer to itself"}},
		{"nothing", nil, []string{"have no type"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have, err := schema.Of(tt.of)
			if err == nil {
				t.Fatalf("have %s, want an error", have)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("have %q, want it to say %q", err, want)
				}
			}
			if n := strings.Count(err.Error(), "\n") + 1; n != len(tt.want) {
				t.Errorf("have %d mistakes, want %d:\n%s", n, len(tt.want), err)
			}
		})
	}
}

// wantSchema compares bytes, so that the order of keys counts; the white space
// in want does not, and names of Go types have a test of their own.
func wantSchema(t *testing.T, have json.RawMessage, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	want = strings.NewReplacer("\n", "", "\t", "").Replace(want)
	if diff := cmp.Diff(goNames.ReplaceAllString(want, ""), goNames.ReplaceAllString(string(have), "")); diff != "" {
		t.Errorf("have %s\n%s", have, diff)
	}
	resolve(t, have)
}

var goNames = regexp.MustCompile(`,"x-go-name":"[^"]*"`)

func TestNamedTypesKeepTheirNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		of   reflect.Type
		want []string // in the order of the text
	}{
		{reflect.TypeFor[Base](), []string{"Base"}},
		{reflect.TypeFor[*Base](), []string{"Base"}},
		{reflect.TypeFor[[]Base](), []string{"Base"}},
		{reflect.TypeFor[page[Base]](), []string{"Base", "page_Base"}},
		{reflect.TypeFor[tree](), []string{"tree"}},
		{reflect.TypeFor[struct{ A int }](), nil},
		{reflect.TypeFor[map[string]int](), nil},
		{reflect.TypeFor[time.Time](), nil},
	} {
		have, err := schema.Of(tt.of)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range regexp.MustCompile(`"`+schema.GoName+`":"([^"]*)"`).FindAllStringSubmatch(string(have), -1) {
			names = append(names, m[1])
		}
		if diff := cmp.Diff(tt.want, names); diff != "" {
			t.Errorf("%v: %s\n%s", tt.of, have, diff)
		}
	}
}

// validate returns what the library has against a value.
func validate(t *testing.T, s json.RawMessage, value string) error {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(value), &v); err != nil {
		t.Fatal(err)
	}
	return resolve(t, s).Validate(v)
}

// resolve fails the test if the library cannot read s or follow its references.
func resolve(t *testing.T, s json.RawMessage) *jsonschema.Resolved {
	t.Helper()
	var parsed jsonschema.Schema
	if err := json.Unmarshal(s, &parsed); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	resolved, err := parsed.Resolve(nil)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return resolved
}
