package typed_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/web/internal/typed"
)

type kinds struct {
	B    bool      `query:"b"`
	I8   int8      `query:"i8" enum:"1,2"`
	I16  int16     `query:"i16"`
	U16  *uint16   `query:"u16" maximum:"300"`
	U64  uint64    `query:"u64"`
	F32  float32   `query:"f32" minimum:"0.5"`
	S    *string   `query:"s" required:"true" minLength:"2"`
	Raw  []byte    `query:"raw"`
	Bs   []bool    `query:"bs" uniqueItems:"true"`
	Fs   []float64 `header:"X-Fs" minItems:"2"`
	Host string    `header:"Host"`
}

func TestTextIsReadIntoEveryKind(t *testing.T) {
	t.Parallel()
	var have kinds
	err := decode(t, route("GET /x", of[kinds]()), request{
		line:    "GET /x?b=true&i8=2&i16=-300&u16=300&u64=18446744073709551615&f32=0.5&s=ab&raw=%00&bs=true,%20false",
		headers: []string{"X-Fs: 1, 2.5"},
	}, &have)
	if err != nil {
		t.Fatal(err)
	}
	u, s := uint16(300), "ab"
	want := kinds{true, 2, -300, &u, 1<<64 - 1, 0.5, &s, []byte{0}, []bool{true, false}, []float64{1, 2.5}, "example.com"}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func TestTextBeyondItsKindIsRefused(t *testing.T) {
	t.Parallel()
	err := decode(t, route("GET /x", of[kinds]()), request{
		line:    "GET /x?b=2&i8=3&i16=40000&u16=301&u64=-1&f32=0.25&bs=true,true",
		headers: []string{"X-Fs: 1"},
	}, new(kinds))
	wantDetails(t, err,
		`query.b: have "2", want true or false`,
		"query.i8: have 3, want one of 1, 2",
		`query.i16: have "40000", want a whole number from -32768 to 32767`,
		"query.u16: have 301, want at most 300",
		`query.u64: have "-1", want a whole number that is not negative`,
		"query.f32: have 0.25, want at least 0.5",
		"query.s: is missing",
		"query.bs[1]: have true, want elements that differ (it was there before)",
		"header.X-Fs: have 1 element, want at least 2",
	)
}

func TestNumbersThatJSONLacksAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Inf", "-inf", "NaN", "1e999", ""} {
		wantDetails(t, decode(t, named(route("GET /x", of[float64]()), "a"), request{line: "GET /x?a=" + text}, new(float64)),
			`query.a: have "`+text+`", want a number`)
	}
}

func TestMembersThatAreReadOnlyNeedNotBeSent(t *testing.T) {
	t.Parallel()
	type in struct {
		ID   string `json:"id" readOnly:"true"`
		Name string `json:"name"`
	}
	if err := decode(t, route("POST /x", of[in]()), request{line: "POST /x", body: `{"name":"a"}`}, new(in)); err != nil {
		t.Error(err)
	}
}

func TestListsOfTextAreBounded(t *testing.T) {
	t.Parallel()
	var list []string
	m := named(route("GET /x", of[[]string]()), "a")
	wantDetails(t, decode(t, m, request{line: "GET /x?a=" + strings.Repeat(",", 10_000)}, &list),
		"query.a: have more than 10000 elements, want fewer")
	if err := decode(t, m, request{line: "GET /x?a=" + strings.Repeat(",", 9_999)}, &list); err != nil || len(list) != 10_000 {
		t.Errorf("have %d elements, %v, want 10000", len(list), err)
	}
}

func TestTextBodyIsText(t *testing.T) {
	t.Parallel()
	m := route("POST /x", of[string]())
	var have string
	q := request{line: "POST /x", headers: []string{"Content-Type: text/plain"}, body: `"quoted"`}
	if err := decode(t, m, q, &have); err != nil || have != `"quoted"` {
		t.Errorf("have %q, %v", have, err)
	}
	wantDetails(t, decode(t, m, request{line: "POST /x", body: "\xff"}, &have),
		"body: have bytes that are no text, want text in UTF-8")
	op, _ := operation(t, m)
	if want := `"requestBody":{"content":{"text/plain":{"schema":{"type":"string"}}}}`; !strings.Contains(op, want) {
		t.Errorf("have %s, want %s", op, want)
	}
	pointer := &have
	if err := decode(t, route("POST /x", of[*string]()), request{line: "POST /x"}, &pointer); err != nil || pointer != &have {
		t.Errorf("have %v, %v, want it left alone", pointer, err)
	}
}

type fussy struct{}

func (*fussy) UnmarshalJSON([]byte) error { return errors.New("not today") }

func TestRefusalOfATypeIsSaid(t *testing.T) {
	t.Parallel()
	type in struct {
		Fussy fussy `json:"fussy"`
	}
	wantDetails(t, decode(t, route("POST /x", of[in]()), request{line: "POST /x", body: `{"fussy":1}`}, new(in)),
		"body: have a value that its type refuses: not today")
}

// either describes itself, as types of huma can.
type either struct{ V any }

func (e *either) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &e.V) }

func (*either) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeBoolean}, {Type: huma.TypeInteger}}}
}

func TestTypeMayDescribeItself(t *testing.T) {
	t.Parallel()
	type in struct {
		E either `json:"e"`
	}
	var have in
	if err := decode(t, route("POST /x", of[in]()), request{line: "POST /x", body: `{"e":true}`}, &have); err != nil || have.E.V != true {
		t.Errorf("have %v, %v, want true", have.E.V, err)
	}
	wantDetails(t, decode(t, route("POST /x", of[in]()), request{line: "POST /x", body: `{"e":"x"}`}, &have),
		`body.e: have "x", want value to match exactly one schema but matched none`)
}

type (
	base  struct{ ID, Same, Name string }
	other struct {
		Same string
		Ptr  bool
	}
	Deep struct{ Far string }
	last struct {
		base
		*other
		*Deep

		Name   int
		Inner  base `json:"inner"`
		Hidden bool `json:"-"`
		lower  bool //nolint:unused // fields that are not exported are nobody's
	}
)

// The fields of the schema are those that encoding/json reads.
func TestPromotedFieldsAreThoseOfJSON(t *testing.T) {
	t.Parallel()
	m := route("GET /x")
	m.Out = types(of[last]())
	reg := typed.NewRegistry()
	if _, err := typed.New(reg, m); err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(last{Deep: &Deep{}, other: &other{}})
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(written, &want); err != nil {
		t.Fatal(err)
	}
	have := map[string]any{}
	for name := range reg.Schemas()["last"].Properties {
		have[name] = want[name]
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func TestFieldOfAnEmbeddedPointerIsReached(t *testing.T) {
	t.Parallel()
	type in struct {
		*Deep

		ID string `path:"id"`
	}
	var have in
	if err := decode(t, route("PUT /x/{id}", of[in]()), request{line: "PUT /x/7", body: `{"Far":"a"}`}, &have); err != nil {
		t.Fatal(err)
	}
	if have.Deep == nil || have.Far != "a" || have.ID != "7" {
		t.Errorf("have %+v, want Far a and id 7", have)
	}
}

func TestMessagesAreShort(t *testing.T) {
	t.Parallel()
	err := decode(t, route("GET /x", of[kinds]()), request{line: "GET /x?s=ab&b=" + strings.Repeat("ü", 500)}, new(kinds))
	invalid, ok := errors.AsType[*typed.Invalid](err)
	if !ok || len(invalid.Details) != 1 || len(invalid.Details[0].Message) > 120 || !strings.Contains(invalid.Details[0].Message, "…, want true or false") {
		t.Errorf("have %v, want a short message", err)
	}
}

func TestParameterThatIsNoRecordIsTheWildcard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		of   any
		into any
		want any
	}{
		{"ab", of[string](), new(string), "ab"},
		{"2.5", of[float64](), new(float64), 2.5},
		{"true", of[bool](), new(bool), true},
		{"a", of[[]byte](), new([]byte), []byte("a")},
	} {
		if err := decode(t, route("GET /x/{v}", tt.of), request{line: "GET /x/" + tt.text}, tt.into); err != nil {
			t.Errorf("%s: %v", tt.text, err)
		}
		if diff := cmp.Diff(tt.want, reflect.ValueOf(tt.into).Elem().Interface()); diff != "" {
			t.Errorf("%s: %s", tt.text, diff)
		}
	}
}
