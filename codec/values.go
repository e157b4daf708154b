package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// target returns the value that into points to, and the plan of its type.
func target(into any) (reflect.Value, *typePlan, error) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return v, nil, fmt.Errorf("decode into %T: want a pointer that is not nil", into)
	}
	plan := planOf(v.Type().Elem())
	if plan.broken != "" {
		return v, nil, fmt.Errorf("decode into %T: %s", into, plan.broken)
	}
	return v.Elem(), plan, nil
}

// atPosition says that err concerns an element of DecodeArray.
func atPosition(err error, i int) error {
	return atPlace(err, "argument "+strconv.Itoa(i+1), strconv.Itoa(i+1))
}

// atName says that err concerns a value of DecodeObject.
func atName(err error, name string) error {
	return atPlace(err, "argument "+strconv.Quote(name), name)
}

func atPlace(err error, place, argument string) error {
	m, ok := err.(*MismatchError) //nolint:errorlint // only what we made ourselves a moment ago
	if !ok {
		return err
	}
	if m.Place != "" {
		place += ", " + m.Place
	}
	m.Place, m.argument = place, argument
	return m
}

func indexOf(names []string, name string) int { return slices.Index(names, name) }

// missing returns an error for the first name that was not seen and should be.
func missing(names []string, seen []bool, optional func(int) bool) error {
	for i, ok := range seen {
		if !ok && (optional == nil || !optional(i)) {
			return &MissingError{Name: names[i]}
		}
	}
	return nil
}

// checkSent refuses what every receiver would refuse. Short messages of flat
// types pass unseen: they cannot exceed the limits.
func checkSent(v any, sent []byte, checked bool, guard func([]byte) error, dst []byte, out *[]byte) error {
	if !checked && len(sent) <= maxItems {
		return nil
	}
	if err := guard(sent); err != nil {
		*out = dst
		return &EncodeError{Type: fmt.Sprintf("%T", v), Reason: "a receiver would refuse it: " + err.Error(), cause: err}
	}
	return nil
}

// wholeOrFloat reads a JSON number as int64, else as uint64, else as float64.
func wholeOrFloat(text string) (any, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// numberBeyond returns the beginning of the first number in a JSON document that is too
// large for a float64, "" where there is none. Only numbers with an exponent, and very
// long ones, can be.
func numberBeyond(data []byte) string {
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			i += skipString(data[i:])
		case c == '-' || c >= '0' && c <= '9':
			number := numberAt(data[i:])
			i += len(number) - 1
			if len(number) < longestFloat && bytes.IndexByte(number, 'e') < 0 && bytes.IndexByte(number, 'E') < 0 {
				continue
			}
			if _, ok := wholeOrFloat(string(number)); !ok {
				return string(number[:min(len(number), shownDigits)])
			}
		}
	}
	return ""
}

const (
	longestFloat = 308 // digits before the point that a float64 always has room for
	shownDigits  = 20
)

// skipString returns where the string that data begins with ends.
func skipString(data []byte) int {
	for i := 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(data)
}

// numberAt returns the number that data begins with.
func numberAt(data []byte) []byte {
	end := bytes.IndexFunc(data, func(r rune) bool {
		return (r < '0' || r > '9') && r != '-' && r != '+' && r != '.' && r != 'e' && r != 'E'
	})
	if end < 0 {
		return data
	}
	return data[:end]
}

// settle gives every any inside v the types that Msgpack documents.
func settle(v reflect.Value) {
	if isOpaque(v.Type()) || isTextual(v.Type()) || !planOf(v.Type()).loose {
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		if v.NumMethod() == 0 && !v.IsNil() && v.CanSet() {
			v.Set(reflect.ValueOf(settled(v.Interface())))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			settle(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			settle(v.Index(i))
		}
	case reflect.Map:
		settleMap(v)
	case reflect.Struct:
		for _, f := range v.Fields() {
			settle(f)
		}
	default:
	}
}

// settleMap settles copies, because the values of a map cannot be changed.
func settleMap(v reflect.Value) {
	for iter := v.MapRange(); iter.Next(); {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(iter.Value())
		settle(value)
		v.SetMapIndex(iter.Key(), value)
	}
}

// settled returns what a library decoded into any with the types that Msgpack
// documents.
func settled(v any) any {
	switch v := v.(type) {
	case json.Number:
		n, _ := wholeOrFloat(v.String())
		return n
	case []any:
		for i := range v {
			v[i] = settled(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = settled(v[key])
		}
	case nil, bool, string, int64, float64:
	default:
		return settledNumber(v)
	}
	return v
}

func settledNumber(v any) any {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n := int64(r.Uint()); n >= 0 {
			return n
		}
		return r.Uint()
	case reflect.Float32:
		return r.Float()
	default:
		return v
	}
}
