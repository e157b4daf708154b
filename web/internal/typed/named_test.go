package typed_test

import (
	"strings"
	"testing"

	"github.com/enoki-go/enoki/web/internal/typed"
)

func TestNamesAreWildcardsOrMembersOfTheBody(t *testing.T) {
	t.Parallel()
	m := named(route("POST /{shop}/orders", of[string](), of[int](), of[*bool]()), "shop", "count", "gift")
	for _, tt := range []struct {
		body string
		gift string
	}{
		{`{"count":3}`, "none"},
		{`{"count":3,"gift":true,"more":1}`, "true"},
		{`{"COUNT":3,"gift":false}`, "false"},
	} {
		var shop string
		var count int
		var gift *bool
		if err := decode(t, m, request{line: "POST /tea/orders", body: tt.body}, &shop, &count, &gift); err != nil {
			t.Fatalf("%s: %v", tt.body, err)
		}
		have := "none"
		if gift != nil {
			have = map[bool]string{true: "true", false: "false"}[*gift]
		}
		if shop != "tea" || count != 3 || have != tt.gift {
			t.Errorf("%s: have %q, %d, gift %s, want tea, 3, %s", tt.body, shop, count, have, tt.gift)
		}
	}
}

func TestNamesAreQueryValuesWhereThereIsNoBody(t *testing.T) {
	t.Parallel()
	m := named(route("GET /sum", of[int](), of[*int](), of[[]int]()), "a", "b", "rest")
	var a int
	var b *int
	var rest []int
	if err := decode(t, m, request{line: "GET /sum?a=1&rest=2,3"}, &a, &b, &rest); err != nil {
		t.Fatal(err)
	}
	if a != 1 || b != nil || len(rest) != 2 || rest[1] != 3 {
		t.Errorf("have %d %v %v, want 1 nil [2 3]", a, b, rest)
	}
	wantDetails(t, decode(t, m, request{line: "GET /sum?rest=2,x"}, &a, &b, &rest),
		"query.a: is missing", `query.rest[1]: have "x", want a whole number`)
}

func TestOneParameterWithoutANameIsTheWildcard(t *testing.T) {
	t.Parallel()
	var id uint8
	m := route("POST /orders/{id}", of[uint8]())
	if err := decode(t, m, request{line: "POST /orders/200"}, &id); err != nil || id != 200 {
		t.Errorf("have %d, %v, want 200", id, err)
	}
	wantDetails(t, decode(t, m, request{line: "POST /orders/256"}, &id),
		`path.id: have "256", want a whole number from 0 to 255`)
	if bind(t, m).TakesBody() {
		t.Error("have a body, want none")
	}
}

func TestOneParameterWithoutANameIsElseTheBody(t *testing.T) {
	t.Parallel()
	m := route("POST /sum", of[[]int]())
	var list []int
	if err := decode(t, m, request{line: "POST /sum", body: "[1,2]"}, &list); err != nil || len(list) != 2 {
		t.Errorf("have %v, %v, want [1 2]", list, err)
	}
	wantDetails(t, decode(t, m, request{line: "POST /sum", body: `[1,"x",2.5]`}, &list),
		`body[1]: have "x", want a whole number`, "body[2]: have 2.5, want a whole number")
	if !bind(t, m).TakesBody() {
		t.Error("have no body, want one")
	}
}

func TestMethodWithoutParametersTakesAnything(t *testing.T) {
	t.Parallel()
	if err := decode(t, route("GET /"), request{line: "GET /?a=%zz", body: "{"}); err != nil {
		t.Error(err)
	}
}

func TestQueryThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	var a string
	err := decode(t, named(route("GET /x", of[string]()), "a"), request{line: "GET /x?a=%ff%zz"}, &a)
	wantDetails(t, err, `query: have "a=%ff%zz", want name=value pairs: invalid URL escape "%zz"`)
	err = decode(t, named(route("GET /x", of[string]()), "a"), request{line: "GET /x?a=%ff"}, &a)
	wantDetails(t, err, `query.a: have "\xff", want text in UTF-8`)
}

func TestDetailsAreBounded(t *testing.T) {
	t.Parallel()
	body := "[" + strings.Repeat(`"x",`, 1000)
	err := decode(t, route("POST /sum", of[[]int]()), request{line: "POST /sum", body: body + "1]"}, new([]int))
	if invalid, ok := err.(*typed.Invalid); !ok || len(invalid.Details) != 32 { //nolint:errorlint // the type is the contract
		t.Errorf("have %v, want 32 details", err)
	}
}
