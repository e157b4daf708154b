package tag

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/internal/suggest"
)

// Read reads t into the struct of options that into points to.
//
// Every exported field is one option. Its key is the field's name in
// snake_case, or the first word of its own tag `tag:"key"`; `tag:"-"` leaves
// the field alone. What it holds before Read is the default. A field is a
// string, a bool ("true" or "false"), an int of any size, a time.Duration, or
// a []string, which is written with commas. More of its own tags restrict it:
//
//	tag:"key,required"  the key must be there, and not be empty
//	oneof:"a,b,c"       the value, or each element, is one of these
//	min:"1"             the smallest int (else 0) or duration (else above 0s)
//
// Fields of an embedded struct count as fields of the struct itself. A key
// that is no option is an error, as is a text that Parse refuses. All mistakes
// of t are joined, each an *Error; then the struct is left as it was. Any other
// error is a mistake in the options struct.
//
// Others are keys that somebody else reads of the same field. Read leaves them
// alone, and what it says of an unknown key names them beside the options.
func Read(t reflect.StructTag, into any, others ...string) error {
	p := reflect.ValueOf(into)
	if p.Kind() != reflect.Pointer || p.IsNil() || p.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("read tag options into %T: want a pointer to a struct", into)
	}
	parsed, err := Parse(t)
	if err != nil {
		return err
	}
	fresh := reflect.New(p.Type().Elem()).Elem()
	fresh.Set(p.Elem())
	options, err := scan(fresh)
	if err != nil {
		return fmt.Errorf("read tag options: %w", err)
	}
	if mistakes := read(parsed, options, others); len(mistakes) > 0 {
		return joined(mistakes)
	}
	p.Elem().Set(fresh)
	return nil
}

func read(t Tag, options []option, others []string) []*Error {
	mistakes := unknown(t, options, others)
	for _, o := range options {
		text, ok := t.Get(o.key)
		switch {
		case o.required && text == "":
			mistakes = append(mistakes, problem(o.key, "tag key %[1]q is missing: want %[1]s:\"%[2]s\"", o.key, o.sample()))
		case ok:
			if err := o.set(text); err != nil {
				mistakes = append(mistakes, err)
			}
		}
	}
	return mistakes
}

func unknown(t Tag, options []option, others []string) []*Error {
	known := slices.Clone(others)
	for _, o := range options {
		known = append(known, o.key)
	}
	var mistakes []*Error
	for _, key := range t.Keys() {
		if !slices.Contains(known, key) {
			mistakes = append(mistakes, problem(key, "unknown tag key %q: known keys are %s%s", key, listed(known), hint(key, known)))
		}
	}
	return mistakes
}

// listed names all keys, however many: who misspelt one looks for it there.
func listed(keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(keys))), ", ")
}

func hint(have string, among []string) string {
	if h := suggest.Hint(have, among); h != "" {
		return "; " + h
	}
	return ""
}

// sample is a value to show who left one out.
func (o option) sample() string {
	switch {
	case len(o.oneof) > 0:
		return o.oneof[0]
	case isDuration(o.value.Type()):
		return "2s"
	case o.value.CanInt():
		return "1"
	case o.value.Kind() == reflect.Bool:
		return "true"
	default:
		return "…"
	}
}

func (o option) set(text string) *Error {
	switch {
	case isDuration(o.value.Type()):
		return o.setDuration(text)
	case o.value.CanInt():
		return o.setInt(text)
	case o.value.Kind() == reflect.Bool:
		return o.setBool(text)
	case o.value.Kind() == reflect.Slice:
		return o.setList(text)
	default:
		o.value.SetString(text)
		return o.allow(text)
	}
}

func (o option) setDuration(text string) *Error {
	d, err := time.ParseDuration(text)
	if err != nil || int64(d) < o.least {
		want := "of at least " + time.Duration(o.least).String()
		if o.least == 1 {
			want = "above 0s"
		}
		return problem(o.key, `tag %s:%q: want a duration %s, as in "1m30s"`, o.key, text, want)
	}
	o.value.SetInt(int64(d))
	return o.allow(text)
}

func (o option) setInt(text string) *Error {
	bits := o.value.Type().Bits()
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil || n < o.least {
		most := int64(1)<<(bits-1) - 1
		return problem(o.key, "tag %s:%q: want a whole number from %d to %d", o.key, text, o.least, most)
	}
	o.value.SetInt(n)
	return o.allow(text)
}

func (o option) setBool(text string) *Error {
	if text != "true" && text != "false" {
		return problem(o.key, `tag %s:%q: want "true" or "false"`, o.key, text)
	}
	o.value.SetBool(text == "true")
	return o.allow(text)
}

func (o option) setList(text string) *Error {
	elements := strings.Split(text, ",")
	list := reflect.MakeSlice(o.value.Type(), len(elements), len(elements))
	for i, e := range elements {
		e = strings.TrimSpace(e)
		if e == "" {
			return problem(o.key, `tag %s:%q: want values separated by single commas, as in "a,b", have an empty one`, o.key, text)
		}
		if err := o.allow(e); err != nil {
			return err
		}
		list.Index(i).SetString(e)
	}
	o.value.Set(list)
	return nil
}

func (o option) allow(text string) *Error {
	if o.oneof == nil || slices.Contains(o.oneof, text) {
		return nil
	}
	return problem(o.key, "tag %s: have %q, want one of %s%s", o.key, text, suggest.List(o.oneof), hint(text, o.oneof))
}
