package tag

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/internal/snake"
)

// An option is one field of an options struct: where its value goes and which
// values it takes.
type option struct {
	key      string
	required bool
	oneof    []string
	least    int64
	value    reflect.Value
}

// scan reads the options of a struct, those of embedded structs in their place.
func scan(v reflect.Value) ([]option, error) {
	var all []option
	for f, value := range v.Fields() {
		found, err := scanField(f, value)
		if err != nil {
			return nil, fmt.Errorf("options field %s.%s: %w", v.Type(), f.Name, err)
		}
		for _, o := range found {
			if slices.ContainsFunc(all, func(p option) bool { return p.key == o.key }) {
				return nil, fmt.Errorf("options field %s.%s: two fields read the key %q, want one", v.Type(), f.Name, o.key)
			}
			all = append(all, o)
		}
	}
	return all, nil
}

func scanField(f reflect.StructField, v reflect.Value) ([]option, error) {
	name, tagged := f.Tag.Lookup("tag")
	switch {
	case name == "-" || !f.IsExported():
		return nil, nil
	case f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct:
		return scan(v)
	case !readable(f.Type):
		return nil, fmt.Errorf(`have type %s, want a string, bool, int, time.Duration, []string or tag:"-"`, f.Type)
	}
	o := option{value: v}
	key, flag, _ := strings.Cut(name, ",")
	if flag != "" && flag != "required" {
		return nil, fmt.Errorf(`have tag:%q, want tag:"key" or tag:"key,required"`, name)
	}
	if o.key = key; key == "" {
		o.key = snake.Case(f.Name)
	}
	o.required = flag == "required"
	if list, ok := f.Tag.Lookup("oneof"); ok {
		o.oneof = strings.Split(list, ",")
	}
	var err error
	o.least, err = least(f)
	return []option{o}, err
}

func readable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return true
	case reflect.Slice:
		return t.Elem().Kind() == reflect.String
	default:
		return false
	}
}

// least returns the smallest number that f takes: its tag `min:"…"`, else 0
// for an int and 1ns, which is everything above zero, for a duration.
func least(f reflect.StructField) (int64, error) {
	text, ok := f.Tag.Lookup("min")
	if isDuration(f.Type) {
		if !ok {
			return 1, nil
		}
		d, err := time.ParseDuration(text)
		return int64(d), wrapMin(text, "a duration", err)
	}
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, wrapMin(text, "an int", err)
}

func wrapMin(text, want string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("have min:%q, want %s: %w", text, want, err)
}

func isDuration(t reflect.Type) bool { return t == reflect.TypeFor[time.Duration]() }
