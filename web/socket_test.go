package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

var errNoParrot = fault.Declare("parrot.sold_out", fault.Conflict, "sold out")

// Item is what Parrot.Sum takes.
type Item struct {
	Price int `json:"price"`
}

// Parrot answers requests of sockets.
type Parrot struct {
	_ service.Name `name:"parrot"`
	_ web.Socket   `method:"Echo"`
	_ web.Socket   `method:"Join" args:"a,b"`
	_ web.Socket   `method:"Repeat" args:"word"`
	_ web.Socket   `method:"Price"`
	_ web.Socket   `method:"Divide" name:"div"`
	_ web.Socket   `method:"Nothing"`
	_ web.Socket   `method:"Fail"`
	_ web.Socket   `method:"Who"`
	_ web.Socket   `method:"Poke"`
	_ web.Socket   `method:"Leave"`
	_ web.Socket   `method:"Secret"`
}

// Echo returns what it gets.
func (*Parrot) Echo(v any) any { return v }

// Join returns a and b.
func (*Parrot) Join(a string, b *string) string {
	if b == nil {
		return a
	}
	return a + *b
}

// Repeat returns the word.
func (*Parrot) Repeat(word string) string { return word }

// Price returns that of the item.
func (*Parrot) Price(i Item) int { return i.Price }

// Divide returns quotient and remainder.
func (*Parrot) Divide(a, b int) (int, int) { return a / b, a % b }

// Nothing does nothing.
func (*Parrot) Nothing() {}

// Fail fails as it is told to.
func (*Parrot) Fail(how string) error {
	switch how {
	case "declared":
		return errNoParrot.Explain("no chairs left")
	case "code":
		return fault.New(fault.Denied, "not for you")
	default:
		return errors.New("disk /dev/sda is full")
	}
}

// Who returns what is known of the socket.
func (*Parrot) Who(ctx context.Context) []string {
	c := web.SocketFrom(ctx)
	return []string{c.ID(), c.Data()["tenant"], entrypoint.Data(ctx)["tenant"], entrypoint.FromContext(ctx).Kind}
}

// Poke sends an event before its answer.
func (*Parrot) Poke(ctx context.Context, event string) error {
	return web.SocketFrom(ctx).Send(event, map[string]int{"n": 1})
}

// Leave closes the socket.
func (*Parrot) Leave(ctx context.Context) { web.SocketFrom(ctx).Close(4001, "as you wish") }

// Secret returns what has no form in JSON.
func (*Parrot) Secret() any { return func() {} }

func TestAnswerHasTheIDOfItsRequest(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Parrot))
	c := talk(t, v.url)
	tests := []struct {
		name, id string // as it stands in the frame
		want     any
	}{
		{"text", `"7"`, "7"},
		{"number", `-7.5`, -7.5},
		{"escapes", `"\u00fc\""`, "ü\""},
		{"null", `null`, nil},
	}
	for _, tt := range tests {
		c.say(`{"method":"echo","data":1,"correlation_id":` + tt.id + `}`)
		if f := c.hear(); f.Type != "result" || f.Correlation != tt.want || string(f.Data) != "1" {
			t.Errorf("%s: have %+v, want the result 1 with the id %v", tt.name, f, tt.want)
		}
	}
	c.say(`{"data":2, "method":"echo", "later":true}`)
	if f := c.hear(); f.Type != "result" || f.Correlation != nil || string(f.Data) != "2" {
		t.Errorf("without an id: have %+v, want the result 2 without one", f)
	}
}

func TestDataBecomesTheArguments(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Parrot))
	c := talk(t, v.url)
	type object = map[string]any
	c.wantResult("echo", nil, "null")
	c.wantResult("echo", []any{1, "x"}, `[1,"x"]`)
	c.wantResult("echo", object{"a": 1}, `{"a":1}`)
	c.wantResult("join", []string{"x", "y"}, `"xy"`)
	c.wantResult("join", []string{"x"}, `"x"`)
	c.wantResult("join", object{"a": "x", "b": "y"}, `"xy"`)
	c.wantResult("join", object{"a": "x"}, `"x"`)
	c.wantResult("repeat", "x", `"x"`)
	c.wantResult("repeat", object{"word": "x"}, `"x"`)
	c.wantResult("price", object{"price": 3}, `3`)
	c.wantResult("price", []object{{"price": 3}}, `3`)
	c.wantResult("div", []int{7, 2}, `[3,1]`)
	c.wantResult("nothing", nil, `null`)
	c.wantResult("nothing", object{}, `null`)
}

func TestDataThatDoesNotFitIsAnError(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Parrot))
	c := talk(t, v.url)
	type object = map[string]any
	c.ask("price", "x").wantError(t, "invalid", "have a string, want an object")
	c.ask("price", object{"price": "x"}).wantError(t, "invalid", "field price")
	c.ask("div", []int{1}).wantError(t, "invalid", "have 1 arguments, want 2")
	c.ask("div", object{"a": 1}).wantError(t, "invalid", "by position only")
	c.ask("join", object{"c": 1}).wantError(t, "invalid", `unknown argument "c", want a, b`)
	c.ask("join", object{"b": "y"}).wantError(t, "invalid", `argument "a" is missing`)
	c.ask("nothing", []int{1}).wantError(t, "invalid", "have 1 arguments, want 0")
	f := c.ask("fail", 7)
	f.wantError(t, "invalid", "have a number, want a string")
	if f.Error.CallID == "" {
		t.Error("the error has no id of the call")
	}
}

func TestErrorsForThePublicHaveTheirMessage(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Parrot))
	c := talk(t, v.url)
	f := c.ask("fail", "declared")
	f.wantError(t, "conflict", "no chairs left")
	if f.Error.Name != "parrot.sold_out" || f.Error.CallID == "" {
		t.Errorf("have %+v, want the name and an id of the call", f.Error)
	}
	c.ask("fail", "code").wantError(t, "denied", "not for you")
	c.ask("fail", "").wantError(t, "internal")         // the disk is nobody's business
	c.ask("div", []int{1, 0}).wantError(t, "internal") // a panic
	c.ask("secret", nil).wantError(t, "internal")
	c.wantResult("echo", "still here", `"still here"`)
}

func TestWrongFramesAreAnsweredAndCloseNothing(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Parrot))
	c := talk(t, v.url)
	tests := []struct {
		name, frame, code string
		id                any
		parts             []string
	}{
		{"badly encoded data", `foo: invalid`, "invalid", nil, []string{"malformed", `want {"method":`}},
		{"empty", ``, "invalid", nil, []string{"malformed"}},
		{"array", `[1]`, "invalid", nil, []string{"have an array, want an object"}},
		{"method of another type", `{"method":1,"correlation_id":"7"}`, "invalid", nil, []string{"field method"}},
		{"no method", `{"data":1,"correlation_id":"7"}`, "invalid", "7", []string{"the method is missing"}},
		{"null", `null`, "invalid", nil, []string{"the method is missing"}},
		{"misspelt method", `{"method":"ecco","correlation_id":"7"}`, "not_found", "7", []string{`unknown method "ecco"`, `did you mean "echo"?`}},
		{"Go name", `{"method":"Echo"}`, "not_found", nil, []string{`did you mean "echo"?`}},
		{"id that is an object", `{"method":"echo","correlation_id":{}}`, "invalid", nil, []string{"correlation_id"}},
		{"long id", `{"method":"echo","correlation_id":"` + strings.Repeat("x", 200) + `"}`, "invalid", nil, []string{"at most 128 bytes"}},
		{"deep data", `{"method":"echo","data":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, "invalid", nil, []string{"levels deep"}},
		{"open brackets", strings.Repeat("[", 60_000), "invalid", nil, []string{"levels deep"}},
	}
	for _, tt := range tests {
		c.say(tt.frame)
		f := c.hear()
		f.wantError(t, tt.code, tt.parts...)
		if f.Correlation != tt.id {
			t.Errorf("%s: have the id %v, want %v", tt.name, f.Correlation, tt.id)
		}
	}
	c.wantResult("echo", "still here", `"still here"`)
}

func TestCallKnowsItsSocket(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {headers: {X-Tenant: tenant}}", new(Parrot))
	c := talk(t, v.url, "X-Tenant", "acme")
	c.wantResult("who", nil, `["`+c.id+`","acme","acme","socket"]`)
	if other := talk(t, v.url); other.id == c.id {
		t.Errorf("two sockets have the id %s", c.id)
	}
	if web.SocketFrom(t.Context()) != nil {
		t.Error("there is a socket outside of a call")
	}
}

func TestMethodSendsToItsSocket(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Parrot))
	c := talk(t, v.url)
	id := c.request("poke", "ouch")
	c.wantEvent("", "ouch", `{"n":1}`)
	if f := c.hear(); f.Type != "result" || f.Correlation != id {
		t.Errorf("have %+v, want the result", f)
	}
	c.ask("poke", "").wantError(t, "invalid", "event: have a name of 0 bytes")
	c.request("leave", nil)
	c.wantClosed(4001, "as you wish")
}
