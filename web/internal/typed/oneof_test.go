package typed_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// found is a value, or "" where there is none.
type found[T any] struct{ value *T }

func (f found[T]) MarshalJSON() ([]byte, error) {
	if f.value == nil {
		return []byte(`""`), nil
	}
	return json.Marshal(f.value)
}

func (found[T]) JSONSchemaOneOf() []any { return []any{*new(T), ""} }

// digits are written as a number, and read from text as well.
type digits string

func (d digits) MarshalJSON() ([]byte, error) { return []byte(d), nil }

func (d *digits) UnmarshalJSON(text []byte) error {
	*d = digits(strings.Trim(string(text), `"`))
	return nil
}

func (digits) JSONSchemaOneOf() []any { return []any{0} }

// only writes: what a request holds is checked as it is described.
type only string

func (only) MarshalJSON() ([]byte, error) { return []byte(`true`), nil }

func (only) JSONSchemaOneOf() []any { return []any{true} }

// silent says nothing of its JSON; plain has JSON that its fields tell.
type (
	silent struct{ digitsOnly }
	plain  struct {
		Name string `json:"name"`
	}
)

type digitsOnly struct{}

func (digitsOnly) MarshalJSON() ([]byte, error) { return []byte("0"), nil }

func (plain) JSONSchemaOneOf() []any { return []any{""} }

func TestTypeThatWritesItselfIsDescribedAsItSays(t *testing.T) {
	t.Parallel()
	type user struct {
		ID string `json:"id"`
	}
	type in struct {
		Number digits      `json:"number" doc:"who" example:"7"`
		Some   []digits    `json:"some"`
		None   *digits     `json:"none"`
		Data   found[user] `json:"data" doc:"what was found"`
		Silent silent      `json:"silent"`
		Plain  plain       `json:"plain"`
	}
	_, schemas := operation(t, route("POST /x", of[in]()))
	want := `{"properties":{` +
		`"data":{"description":"what was found","oneOf":[{"$ref":"#/components/schemas/user"},{"type":"string"}]},` +
		`"none":{"oneOf":[{"format":"int64","type":"integer"},{"type":"null"}]},` +
		`"number":{"description":"who","examples":[7],"format":"int64","type":"integer"},` +
		`"plain":{"$ref":"#/components/schemas/plain"},` +
		`"silent":{},` +
		`"some":{"items":{"format":"int64","type":"integer"},"type":["array","null"]}},` +
		`"required":["number","some","data","silent","plain"],"type":"object"}`
	if diff := cmp.Diff(want, schemas["in"]); diff != "" {
		t.Error(diff)
	}
	if have, want := schemas["user"], `{"properties":{"id":{"type":"string"}},"required":["id"],"type":"object"}`; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
}

func TestTypeThatReadsItselfTakesMoreThanItSays(t *testing.T) {
	t.Parallel()
	type in struct {
		Number digits `json:"number"`
		Only   only   `json:"only,omitempty"`
	}
	for body, want := range map[string]string{
		`{"number":7}`:              "the number 7",
		`{"number":"7"}`:            "the number 7",
		`{}`:                        "body.number: is missing",
		`{"number":7,"only":"yes"}`: `body.only: have "yes", want true or false`,
	} {
		var v in
		err := decode(t, route("POST /x", of[in]()), request{line: "POST /x", body: body}, &v)
		have := "the number " + string(v.Number)
		if err != nil {
			have = err.Error()
		}
		if !strings.Contains(have, want) {
			t.Errorf("%s: have %q, want %q", body, have, want)
		}
	}
}

func TestTypeThatSaysSomethingNoJSONCanCarryIsRefused(t *testing.T) {
	t.Parallel()
	_, err := typed.New(typed.NewRegistry(), route("POST /x", of[found[chan int]]()))
	if err == nil || !strings.Contains(err.Error(), "have chan int, want a type that JSON can carry") {
		t.Errorf("have %v, want the channel refused", err)
	}
}
