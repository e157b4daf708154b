package tag_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/tag"
)

type level string

type common struct {
	Workers int `min:"1"`
}

type options struct {
	hidden int
	Common common `tag:"-"`

	Method     string `tag:",required"`
	Name       string
	Args       []string
	Timeout    time.Duration
	Grace      time.Duration `min:"0s"`
	MaxRetries int
	Small      int8  `min:"-5"`
	Mode       level `tag:"delivery" oneof:"once,always"`
	Days       []level
	Queue      []string `oneof:"low,high"`
	Durable    bool
}

type Embedded struct {
	Workers int `min:"1"`
}

type embedding struct {
	Embedded
	Method string
}

func TestReadFillsEveryKind(t *testing.T) {
	t.Parallel()
	have := options{Name: "kept", Timeout: time.Second, Args: []string{"old", "old", "old"}}
	err := tag.Read(`method:"Create" args:" a, b " timeout:"1m30s" grace:"0s" max_retries:"0" small:"-5" `+
		`delivery:"once" days:"mon,tue" queue:"high,low" durable:"true"`, &have)
	wantMessages(t, err)
	want := options{
		Method: "Create", Name: "kept", Args: []string{"a", "b"}, Timeout: 90 * time.Second, Small: -5,
		Mode: "once", Days: []level{"mon", "tue"}, Queue: []string{"high", "low"}, Durable: true,
	}
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(options{})); diff != "" {
		t.Error(diff)
	}
}

func TestReadKeepsDefaultsOfMissingKeys(t *testing.T) {
	t.Parallel()
	have := options{Timeout: time.Minute, Durable: true, Args: []string{"a"}, Small: -100, hidden: 3}
	want := have
	want.Method = "Create"
	wantMessages(t, tag.Read(`method:"Create"`, &have))
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(options{})); diff != "" {
		t.Error(diff)
	}
}

func TestReadRefusesWithTheCure(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		text string
		want string
	}{
		{"a misspelt key", `tiemout:"2s"`, `unknown tag key "tiemout": known keys are args, days, delivery, durable, grace, max_retries, method, name, queue, small, timeout; did you mean "timeout"?`},
		{"a key like no other", `banana:"2s"`, `unknown tag key "banana": known keys are args, days, delivery, durable, grace, max_retries, method, name, queue, small, timeout`},
		{"the Go name", `MaxRetries:"2"`, `did you mean "max_retries"?`},
		{"a field that is not an option", `common:"x"`, `unknown tag key "common"`},
		{"an unexported field", `hidden:"1"`, `unknown tag key "hidden"`},
		{"no duration", `timeout:"2"`, `tag timeout:"2": want a duration above 0s, as in "1m30s"`},
		{"a negative duration", `timeout:"-2s"`, `tag timeout:"-2s": want a duration above 0s`},
		{"no time at all", `timeout:"0s"`, `tag timeout:"0s": want a duration above 0s`},
		{"below the smallest duration", `grace:"-1ns"`, `tag grace:"-1ns": want a duration of at least 0s`},
		{"a negative int", `max_retries:"-1"`, `tag max_retries:"-1": want a whole number from 0 to 9223372036854775807`},
		{"below the smallest int", `small:"-6"`, `tag small:"-6": want a whole number from -5 to 127`},
		{"too large an int", `small:"128"`, `want a whole number from -5 to 127`},
		{"no int", `small:"two"`, `tag small:"two": want a whole number`},
		{"a sloppy bool", `durable:"1"`, `tag durable:"1": want "true" or "false"`},
		{"an empty list", `args:""`, `tag args:"": want values separated by single commas`},
		{"an empty element", `args:"a,,b"`, `have an empty one`},
		{"a trailing comma", `args:"a, "`, `have an empty one`},
		{"not one of", `delivery:"allways"`, `tag delivery: have "allways", want one of always, once; did you mean "always"?`},
		{"an element not one of", `queue:"low,middle"`, `tag queue: have "middle", want one of high, low`},
		{"malformed text", `name:x`, "malformed tag"},
		{"a key given twice", `name:"x" name:"y"`, `tag key "name" is given twice`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tag.Read(reflect.StructTag(`method:"Create" `+tt.text), &options{})
			wantMessages(t, err, tt.want)
			key, _, _ := strings.Cut(tt.text, ":")
			if e, ok := errors.AsType[*tag.Error](err); !ok || e.Key != key {
				t.Errorf("have %#v, want an *Error with key %q", err, key)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("have more than one mistake: %s", err)
			}
		})
	}
}

func TestKeysOfOthersAreKnownAndLeftAlone(t *testing.T) {
	t.Parallel()
	var have struct{ Args, Workers string }
	others := []string{"method", "workers", "sensitive"}
	for _, tt := range []struct{ text, want string }{
		{`worker:"1"`, `unknown tag key "worker": known keys are args, method, sensitive, workers; did you mean "workers"?`},
		{`metod:"x"`, `unknown tag key "metod": known keys are args, method, sensitive, workers; did you mean "method"?`},
		{`banana:"1"`, `unknown tag key "banana": known keys are args, method, sensitive, workers`},
	} {
		err := tag.Read(reflect.StructTag(tt.text), &have, others...)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: have %v, want %s", tt.text, err, tt.want)
		}
	}
	wantMessages(t, tag.Read(`args:"a" sensitive:"*" workers:"2"`, &have, others...))
	if have.Args != "a" || have.Workers != "2" {
		t.Errorf("have %+v, want a and 2: an option is read, whoever else reads it", have)
	}
}

func TestAllKeysAreNamedHoweverMany(t *testing.T) {
	t.Parallel()
	var o struct{ A, B, C, D, E, F, G, H, I, J, K, L, M, N bool }
	wantMessages(t, tag.Read(`zz:"1"`, &o), "known keys are a, b, c, d, e, f, g, h, i, j, k, l, m, n")
}

func TestReadJoinsAllMistakesAndChangesNothing(t *testing.T) {
	t.Parallel()
	have := options{Name: "kept", Args: []string{"a"}}
	want := have
	err := tag.Read(`name:"new" args:"b" methd:"Create" timeout:"0s" durable:"yes"`, &have)
	wantMessages(t, err, `did you mean "method"?`, `tag key "method" is missing: want method:"…"`, "timeout", "durable")
	if n := strings.Count(err.Error(), "\n") + 1; n != 4 {
		t.Errorf("have %d mistakes, want 4:\n%s", n, err)
	}
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(options{})); diff != "" {
		t.Error(diff)
	}
}

func TestRequiredMustNotBeEmpty(t *testing.T) {
	t.Parallel()
	wantMessages(t, tag.Read(`method:""`, &options{}), `tag key "method" is missing`)
}

func TestMissingKeysShowASample(t *testing.T) {
	t.Parallel()
	err := tag.Read("", &struct {
		Every   time.Duration `tag:",required"`
		Workers int           `tag:",required"`
		Durable bool          `tag:",required"`
		Mode    string        `tag:",required" oneof:"once,always"`
	}{})
	wantMessages(t, err, `want every:"2s"`, `want workers:"1"`, `want durable:"true"`, `want mode:"once"`)
}

func TestReadTakesEmbeddedOptions(t *testing.T) {
	t.Parallel()
	have := embedding{}
	wantMessages(t, tag.Read(`workers:"4" method:"Create"`, &have))
	if want := (embedding{Embedded{4}, "Create"}); have != want {
		t.Errorf("have %+v, want %+v", have, want)
	}
	wantMessages(t, tag.Read(`workers:"0"`, &have), `want a whole number from 1`)
}

func TestReadMakesKeysInSnakeCase(t *testing.T) {
	t.Parallel()
	var have struct{ HTTPPort, MaxURL, A1B, UserID, X int }
	wantMessages(t, tag.Read(`http_port:"1" max_url:"2" a1_b:"3" user_id:"5" x:"6"`, &have))
	if have.HTTPPort != 1 || have.MaxURL != 2 || have.A1B != 3 || have.UserID != 5 || have.X != 6 {
		t.Errorf("have %+v, want 1, 2, 3, 5, 6", have)
	}
}

func TestReadRefusesUnfitOptions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		into any
		want string
	}{
		{"nil", nil, "want a pointer to a struct"},
		{"a struct", options{}, "into tag_test.options: want a pointer to a struct"},
		{"a nil pointer", (*options)(nil), "want a pointer to a struct"},
		{"a pointer to something else", new(int), "want a pointer to a struct"},
		{"a kind nobody reads", &struct{ F float64 }{}, `F: have type float64, want a string`},
		{"a list of ints", &struct{ L []int }{}, `L: have type []int`},
		{"an unknown flag", &struct {
			A string `tag:"a,requird"`
		}{}, `have tag:"a,requird", want tag:"key" or tag:"key,required"`},
		{"the same key twice", &struct {
			A string
			B string `tag:"a"`
		}{}, `two fields read the key "a"`},
		{"an unfit minimum", &struct {
			A int `min:"1s"`
		}{}, `have min:"1s", want an int`},
		{"an unfit minimal duration", &struct {
			A time.Duration `min:"1"`
		}{}, `have min:"1", want a duration`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tag.Read("", tt.into)
			wantMessages(t, err, tt.want)
			if e, ok := errors.AsType[*tag.Error](err); ok {
				t.Errorf("have %#v, want no *Error: the tag is without fault", e)
			}
		})
	}
}

func ExampleRead() {
	opts := struct {
		Method  string `tag:"method,required"`
		Args    []string
		Timeout time.Duration
	}{Timeout: 5 * time.Second}
	fmt.Println(tag.Read(`method:"Create" args:"from,to"`, &opts), opts)
	fmt.Println(tag.Read(`method:"Create" tiemout:"2s"`, &opts))
	// Output:
	// <nil> {Create [from to] 5s}
	// unknown tag key "tiemout": known keys are args, method, timeout; did you mean "timeout"?
}
