package codec_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/codec"
)

// tattling refuses everything, and says what it was.
type tattling string

func (*tattling) UnmarshalText(text []byte) error { return fmt.Errorf("have %s", text) }

// hideSecret hides the fields secret of the second argument.
func hideSecret(argument int, path string) (shown string, hidden bool) {
	below := strings.HasPrefix(path, "secret")
	switch {
	case argument != 1 && argument >= 0:
		return path, false
	case below:
		return "secret", true
	default:
		return path, path == ""
	}
}

func TestMismatchOfWhatIsHiddenTellsNoValue(t *testing.T) {
	t.Parallel()
	type in struct {
		Secret map[string]tattling `json:"secret"`
		Number int                 `json:"number"`
	}
	p := codec.Parameters{
		Names: []string{"open", "closed"}, Types: []reflect.Type{reflect.TypeFor[in](), reflect.TypeFor[in]()}, Required: 2, Hide: hideSecret,
	}
	object := func(key string, value any) map[string]any { return map[string]any{key: value} }
	for _, tt := range []struct {
		name string
		body any
		want string
		says bool // the canary
	}{
		{"type of its own", []any{nil, object("secret", object("x", "canary"))}, "have a value that is not shown, want ", false},
		{"by name", object("closed", object("secret", object("canary", "x"))), `argument "closed"`, false},
		{"key of a map", []any{nil, object("secret", object("canary", 1))}, "have a value that is not shown", false},
		{"number", []any{nil, object("secret", 4711)}, "have a value that is not shown", false},
		{"whole argument", []any{nil, 4711}, "argument 2: have a value that is not shown, want an object", false},
		{"all arguments", 4711, "have a value that is not shown, want an array of arguments", false},
		{"another field", []any{nil, object("number", "x")}, "argument 2, field number: have a string, want an integer", false},
		{"another argument", []any{object("secret", object("x", "canary")), nil}, "have canary", true},
	} {
		for name, c := range codecs {
			into := []any{new(in), new(in)}
			err := p.Decode(c, encode(t, c, tt.body), codec.Unsaid, into)
			var mismatch *codec.MismatchError
			if !errors.As(err, &mismatch) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s, %s: have %v, want %q", tt.name, name, err, tt.want)
				continue
			}
			tells := strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "4711")
			if tells != tt.says {
				t.Errorf("%s, %s: have %v", tt.name, name, err)
			}
		}
	}
}

func TestConcealLeavesOtherErrorsAlone(t *testing.T) {
	t.Parallel()
	malformed := &codec.MalformedError{Offset: 1, Reason: "cut off"}
	if have := codec.Conceal(malformed, hideSecret); have != error(malformed) { //nolint:errorlint // the very same
		t.Errorf("have %v, want %v", have, malformed)
	}
	if have := codec.Conceal(nil, hideSecret); have != nil {
		t.Errorf("have %v, want nil", have)
	}
	mismatch := &codec.MismatchError{Have: "the number 1", Want: "a string"}
	if have := codec.Conceal(mismatch, nil); have != error(mismatch) { //nolint:errorlint // the very same
		t.Errorf("have %v, want %v", have, mismatch)
	}
}
