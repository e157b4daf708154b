package typed_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/codec"
)

type item struct {
	Name  string            `json:"name" minLength:"1" maxLength:"5" pattern:"^[a-z]+$"`
	Count int               `json:"count,omitempty" minimum:"1" multipleOf:"2"`
	Price float64           `json:"price,omitempty" exclusiveMinimum:"0" exclusiveMaximum:"10"`
	Tags  []string          `json:"tags,omitempty" uniqueItems:"true" maxItems:"3"`
	Meta  map[string]uint8  `json:"meta,omitempty"`
	Mail  string            `json:"mail,omitempty" format:"email"`
	Size  int               `json:"size,omitempty" enum:"1,2,3"`
	At    *time.Time        `json:"at,omitempty"`
	Sub   *item             `json:"sub,omitempty"`
	More  map[string][]item `json:"more,omitempty"`
	Blob  []byte            `json:"blob,omitempty"`
	Any   any               `json:"any,omitempty"`
}

type order struct {
	Items []item `json:"items"`
	On    bool   `json:"on"`
}

func TestWhatIsWrongInTheBodyIsSaidWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body string
		want []string
	}{
		{`{"items":[],"on":true}`, nil},
		{`{"items":null,"on":false}`, nil},
		{`{"items":[{"name":"a","any":{"x":[null]},"blob":"","sub":null,"size":2}],"on":true,"more":1}`, nil},
		{`{}`, []string{"body.items: is missing, want a list", "body.on: is missing, want true or false"}},
		{``, []string{"body.items: is missing, want a list", "body.on: is missing, want true or false"}},
		{`[]`, []string{"body: have a list, want an object"}},
		{`null`, []string{"body: have null, want an object"}},
		{`{"items":{},"on":1}`, []string{"body.items: have an object, want a list", "body.on: have 1, want true or false"}},
		{`{"items":[{"name":"a"},{},{"name":"TOOLONG"}],"on":true}`, []string{
			"body.items[1].name: is missing, want text",
			"body.items[2].name: have 7 characters, want at most 5",
			`body.items[2].name: have "TOOLONG", want text that matches ^[a-z]+$`,
		}},
		{`{"on":true,"items":[{"name":"a","count":-1,"price":10,"size":4,"mail":"x","tags":["a","a"],"meta":{"m":-1}}]}`, []string{
			"body.items[0].count: have -1, want at least 1",
			"body.items[0].count: have -1, want a multiple of 2",
			`body.items[0].mail: have "x", want RFC 5322 email: mail: missing '@' or angle-addr`,
			"body.items[0].meta.m: have -1, want at least 0",
			"body.items[0].price: have 10, want less than 10",
			"body.items[0].size: have 4, want one of 1, 2, 3",
			`body.items[0].tags[1]: have "a", want elements that differ (it was there before)`,
		}},
		{`{"on":true,"items":[{"name":"a","sub":{"name":"b","more":{"k":[{"name":3}]}}}]}`, []string{
			"body.items[0].sub.more.k[0].name: have 3, want text",
		}},
		{`{"on":true,"items":[{"name":"a","blob":"***","at":"x"}]}`, []string{
			`body.items[0].at: have "x", want RFC 3339 date-time`,
			`body.items[0].blob: have "***", want bytes in base64`,
		}},
		{`{"on":true,"items":[{"name":"a","blob":"***"}]}`, []string{
			`body.items[0].blob: have "***", want bytes in base64`,
		}},
		{`{"on":`, []string{"body: have a malformed message, at byte 6: the message is cut off"}},
		{`{"on":tru}`, []string{"body: have a malformed message, at byte 10: invalid character '}' in literal true (expecting 'e')"}},
		{strings.Repeat("[", 40) + strings.Repeat("]", 40), []string{"body: have a malformed message, at byte 32: more than 32 levels deep"}},
	} {
		err := decode(t, route("POST /x", of[order]()), request{line: "POST /x", body: tt.body}, new(order))
		t.Log(tt.body)
		wantDetails(t, err, tt.want...)
	}
}

// encoding/json takes members in any case, so the limits must hold for those too.
func TestLimitsHoldForMembersInAnyCase(t *testing.T) {
	t.Parallel()
	type limited struct {
		N int `json:"n" maximum:"5"`
	}
	for _, body := range []string{`{"N":9}`, `{"n":1,"N":9}`, `{"N":9,"n":1}`} {
		wantDetails(t, decode(t, route("POST /x", of[limited]()), request{line: "POST /x", body: body}, new(limited)),
			"body.N: have 9, want at most 5")
	}
}

// huma.Validate ends in a panic here: it compares what it has not looked at yet.
func TestElementsThatCannotBeComparedAreRefused(t *testing.T) {
	t.Parallel()
	type tagged struct {
		Tags []string `json:"tags" uniqueItems:"true"`
	}
	wantDetails(t, decode(t, route("POST /x", of[tagged]()), request{line: "POST /x", body: `{"tags":[[1],{}]}`}, new(tagged)),
		"body.tags[0]: have a list, want text", "body.tags[1]: have an object, want text")
}

// In memory, 19.99 is no multiple of 0.01.
func TestMultiplesAreThoseOfDecimals(t *testing.T) {
	t.Parallel()
	type priced struct {
		Price float64 `json:"price" multipleOf:"0.01"`
	}
	for body, want := range map[string][]string{
		`{"price":19.99}`:               nil,
		`{"price":-0.07}`:               nil,
		`{"price":0}`:                   nil,
		`{"price":1234567.89}`:          nil,
		`{"price":19.995}`:              {"body.price: have 19.995, want a multiple of 0.01"},
		`{"price":0.001}`:               {"body.price: have 0.001, want a multiple of 0.01"},
		`{"price":1234567.895}`:         {"body.price: have 1.234567895e+06, want a multiple of 0.01"},
		`{"price":1000000000000.00501}`: {"body.price: have 1.000000000000005e+12, want a multiple of 0.01"},
	} {
		wantDetails(t, decode(t, route("POST /x", of[priced]()), request{line: "POST /x", body: body}, new(priced)), want...)
	}
}

func TestNumbersBeyondTheirTypeAreRefused(t *testing.T) {
	t.Parallel()
	type numbers struct {
		Small int8   `json:"small,omitempty"`
		Big   int64  `json:"big,omitempty"`
		Whole uint64 `json:"whole,omitempty"`
	}
	m := route("POST /x", of[numbers]())
	wantDetails(t, decode(t, m, request{line: "POST /x", body: `{"small":128}`}, new(numbers)), "body.small: have 128, want at most 127")
	wantDetails(t, decode(t, m, request{line: "POST /x", body: `{"big":9223372036854775808}`}, new(numbers)),
		"body.big: have the number 9223372036854775808, want an integer")
	var have numbers
	if err := decode(t, m, request{line: "POST /x", body: `{"whole":18446744073709551615}`}, &have); err != nil || have.Whole != 1<<64-1 {
		t.Errorf("have %d, %v, want the largest number", have.Whole, err)
	}
}

func TestBodyIsReadByItsContentType(t *testing.T) {
	t.Parallel()
	packed, err := codec.Msgpack.Append(nil, map[string]any{"name": "cup", "count": 2, "blob": []byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	const form = "application/x-www-form-urlencoded"
	for _, tt := range []struct{ contentType, body string }{
		{"", `{"name":"cup","count":2,"blob":"AQ=="}`},
		{"application/json; charset=utf-8", `{"name":"cup","count":2,"blob":"AQ=="}`},
		{"application/vnd.shop+json", `{"name":"cup","count":2,"blob":"AQ=="}`},
		{form, `{"name":"cup","count":2,"blob":"AQ=="}`},
		{form, "name=cup&count=2&blob=%01&unknown=1"},
		{"application/msgpack", string(packed)},
	} {
		var have item
		q := request{line: "POST /x", headers: []string{"Content-Type: " + tt.contentType}, body: tt.body}
		if err := decode(t, route("POST /x", of[item]()), q, &have); err != nil {
			t.Errorf("%s %q: %v", tt.contentType, tt.body, err)
			continue
		}
		if diff := cmp.Diff(item{Name: "cup", Count: 2, Blob: []byte{1}}, have); diff != "" {
			t.Errorf("%s %q: %s", tt.contentType, tt.body, diff)
		}
	}
}

func TestForeignContentTypeIsRefused(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"text/plain", "multipart/form-data; boundary=x", "application/xml", "nonsense"} {
		q := request{line: "POST /x", headers: []string{"Content-Type: " + contentType}, body: `{"name":"cup"}`}
		err := decode(t, route("POST /x", of[item]()), q, new(item))
		if err == nil || !strings.HasPrefix(err.Error(), "header.Content-Type: ") || !strings.Contains(err.Error(), "want application/msgpack or application/json") {
			t.Errorf("%s: have %v", contentType, err)
		}
	}
}

func TestFormIsCheckedAsAnObjectIs(t *testing.T) {
	t.Parallel()
	type signup struct {
		Name  string   `json:"name" minLength:"2"`
		Age   int      `json:"age" minimum:"18"`
		Lists []string `json:"lists"`
		Plan  string   `json:"plan" default:"free"`
		Deep  *item    `json:"deep,omitempty"`
	}
	m := route("POST /x", of[signup]())
	form := []string{"Content-Type: application/x-www-form-urlencoded"}
	var have signup
	if err := decode(t, m, request{"POST /x", form, "name=ann&age=20&lists=a&lists=b"}, &have); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(signup{"ann", 20, []string{"a", "b"}, "free", nil}, have); diff != "" {
		t.Error(diff)
	}
	wantDetails(t, decode(t, m, request{"POST /x", form, "name=a&age=x&deep=1"}, new(signup)),
		"body.deep: cannot be sent in a form, want application/json",
		"body.name: have 1 character, want at least 2", `body.age: have "x", want a whole number`)
	wantDetails(t, decode(t, m, request{"POST /x", form, "name=%zz"}, new(signup)),
		`body: have a malformed form, want name=value pairs: invalid URL escape "%zz"`)
	wantDetails(t, decode(t, route("POST /x", of[[]int]()), request{"POST /x", form, "a=1"}, new([]int)),
		"header.Content-Type: have a form, want application/json: the body is no object")
}

func TestDefaultsOfTheBodyAreSetAndNotShared(t *testing.T) {
	t.Parallel()
	type options struct {
		Deep string `json:"deep" default:"blue"`
	}
	type defaults struct {
		N    int      `json:"n" default:"3"`
		P    *bool    `json:"p" default:"true"`
		List []string `json:"list" default:"a,b"`
		Opt  options  `json:"opt" required:"false"`
	}
	m := route("POST /x", of[defaults]())
	b := bind(t, m)
	for _, body := range []string{"", "{}", `{"n":null,"opt":{}}`} {
		var have defaults
		if err := send(t, b, m, request{line: "POST /x", body: body}, &have); err != nil {
			t.Fatal(err)
		}
		if have.N != 3 || have.P == nil || !*have.P || len(have.List) != 2 || have.List[0] != "a" || have.Opt.Deep != "blue" {
			t.Errorf("%q: have %+v", body, have)
		}
		have.List[0], *have.P = "changed", false
	}
	var have defaults
	if err := send(t, b, m, request{line: "POST /x", body: `{"n":5,"list":["c"],"opt":{"deep":"red"}}`}, &have); err != nil {
		t.Fatal(err)
	}
	if have.N != 5 || len(have.List) != 1 || have.List[0] != "c" || have.Opt.Deep != "red" {
		t.Errorf("have %+v", have)
	}
}

func TestBodyOfAPointerMayBeAbsent(t *testing.T) {
	t.Parallel()
	m := route("POST /x", of[*item]())
	for _, body := range []string{"", "null"} {
		var have *item
		if err := decode(t, m, request{line: "POST /x", body: body}, &have); err != nil || have != nil {
			t.Errorf("%q: have %v, %v, want nil", body, have, err)
		}
	}
	wantDetails(t, decode(t, m, request{line: "POST /x", body: "{}"}, new(*item)), "body.name: is missing, want text")
	wantDetails(t, decode(t, route("POST /x", of[int]()), request{line: "POST /x"}, new(int)), "body: is missing, want a whole number")
}
