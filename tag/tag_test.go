package tag_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/tag"
)

func TestParseKeepsPairsInOrder(t *testing.T) {
	t.Parallel()
	have, err := tag.Parse(`  method:"Create" args:"a,b"  quote:"say \"hi\"" empty:"" `)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"method", "args", "quote", "empty"}, have.Keys()); diff != "" {
		t.Error(diff)
	}
	for key, want := range map[string]string{"method": "Create", "args": "a,b", "quote": `say "hi"`, "empty": ""} {
		if value, ok := have.Get(key); !ok || value != want {
			t.Errorf("Get(%q) = %q, %t, want %q", key, value, ok, want)
		}
	}
	if value, ok := have.Get("missing"); ok {
		t.Errorf("Get(missing) = %q, want nothing", value)
	}
}

func TestParseRefusesWhatReflectIgnores(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		text reflect.StructTag
		key  string
		want []string
	}{
		{"no quotes", `method:Create`, "method", []string{"`method:Create` at \"Create\" (byte 7)", `method:"value"`}},
		{"single quotes", `method:'Create'`, "method", []string{`double quotes`}},
		{"no colon", `method "Create"`, "method", []string{`want a colon after method`}},
		{"a lone word at the end", `a:"1" method`, "method", []string{`at "method" (byte 6)`, `want a colon after method`}},
		{"no value", `method:`, "method", []string{"at its end (byte 7)", `double quotes`}},
		{"space before the quote", `method: "Create"`, "method", []string{`at " \"Create\""`}},
		{"no closing quote", `method:"Create`, "method", []string{`closing quote after the value of method`}},
		{"an escaped closing quote", `method:"Create\"`, "method", []string{`closing quote`}},
		{"a bad escape", `at:"\d+"`, "at", []string{`backslashes doubled`}},
		{"a line break in a value", "at:\"a\nb\"", "at", []string{`no line breaks`}},
		{"pairs that touch", `a:"1"b:"2"`, "a", []string{`want a space after the value of a`}},
		{"no key", `:"Create"`, "", []string{`want a key before ":"`}},
		{"a tab between pairs", "a:\"1\"\tb:\"2\"", "a", []string{`want a space`}},
		{"the same key twice", `a:"1" b:"2" a:"3"`, "a", []string{`tag key "a" is given twice`}},
		{"two mistakes", `a:"1" a:"3" b`, "a", []string{`tag key "a" is given twice`, `want a colon after b`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tag.Parse(tt.text)
			wantMessages(t, err, tt.want...)
			if e, ok := errors.AsType[*tag.Error](err); !ok || e.Key != tt.key {
				t.Errorf("have %#v, want an *Error with key %q", err, tt.key)
			}
		})
	}
}

func TestWithoutHandsOnTheRest(t *testing.T) {
	t.Parallel()
	parsed, err := tag.Parse(`method:"Create" workers:"4" route:"GET /\"x\"" name:"c"`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		out  []string
		want reflect.StructTag
	}{
		{"nothing taken", nil, `method:"Create" workers:"4" route:"GET /\"x\"" name:"c"`},
		{"two taken", []string{"workers", "method"}, `route:"GET /\"x\"" name:"c"`},
		{"unknown keys do not matter", []string{"x", "route", "workers", "method"}, `name:"c"`},
		{"all taken", parsed.Keys(), ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if have := parsed.Without(tt.out...); have != tt.want {
				t.Errorf("Without(%q) = %s, want %s", tt.out, have, tt.want)
			}
		})
	}
}

func FuzzParseAgreesWithReflect(f *testing.F) {
	for _, seed := range []string{
		``, `a:"1"`, `a:"1" b:"2"`, `a:"\"" b:"\\"`, `a:"1"b:"2"`, `a:1`, `a`, `:""`, "a:\"\xff\"", `ä:"ö"`, `a:"" a:""`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := tag.Parse(reflect.StructTag(text))
		if err != nil {
			if !strings.Contains(err.Error(), "tag") {
				t.Errorf("Parse(%q): error %q does not speak of a tag", text, err)
			}
			return
		}
		again := parsed.Without()
		for _, key := range parsed.Keys() {
			have, _ := parsed.Get(key)
			if want, ok := reflect.StructTag(text).Lookup(key); !ok || have != want {
				t.Errorf("Parse(%q): Get(%q) = %q, reflect has %q, %t", text, key, have, want, ok)
			}
			if want, ok := again.Lookup(key); !ok || have != want {
				t.Errorf("Without() of %q is %q: %q became %q, %t", text, again, have, want, ok)
			}
		}
	})
}

func ExampleTag_Without() {
	parsed, _ := tag.Parse(`method:"Create" workers:"4" timeout:"2s"`)
	workers, _ := parsed.Get("workers")
	fmt.Println(workers)
	fmt.Println(parsed.Without("workers"))
	// Output:
	// 4
	// method:"Create" timeout:"2s"
}

// wantMessages checks that err says each of want, and nothing when there is none.
func wantMessages(t *testing.T, err error, want ...string) {
	t.Helper()
	if len(want) == 0 {
		if err != nil {
			t.Fatalf("have error %q, want none", err)
		}
		return
	}
	if err == nil {
		t.Fatalf("have no error, want %q", want)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("have error %q, want it to say %q", err, w)
		}
	}
}
