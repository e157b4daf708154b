package entrypoint

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// secrets are texts that must not be shown.
type secrets struct {
	texts map[string]bool // whether they are bytes, which have more forms
	seen  map[visit]bool  // by one place
	whole bool            // there are too many, or they have no end
}

// visit is a value that others point to, which may be itself, and how many steps are
// left there.
type visit struct {
	t     reflect.Type
	at    uintptr
	steps int
}

// deepest is how far secrets are looked for, pointers included; no message goes as deep.
const deepest = 128

// document is a value that holds a message as it came, such as events.Raw.
type document interface{ JSON() ([]byte, error) }

var documentType = reflect.TypeFor[document]()

// collect adds what the steps lead to from v, and all that is in it.
func (s *secrets) collect(v reflect.Value, steps [][]string, depth int) {
	if !v.IsValid() || s.whole || s.met(v, len(steps)) {
		return
	}
	if depth == 0 {
		s.whole = true
		return
	}
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		s.collect(v.Elem(), steps, depth-1)
		return
	}
	if data, ok := messageIn(v); ok {
		s.read(v, data, steps, depth)
		return
	}
	s.inside(v, steps, depth)
}

// inside collects from what is no pointer and no message.
func (s *secrets) inside(v reflect.Value, steps [][]string, depth int) {
	closed := readsItself(v.Type())
	if closed {
		steps = nil // nobody knows where they lead to
	}
	texts := len(steps) == 0 && s.hear(v)
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			s.collect(v.Index(i), steps, depth-1)
		}
	case reflect.Map:
		s.entries(v, steps, depth)
	case reflect.Struct:
		s.fields(v, steps, depth, closed && !texts)
	default:
		s.leaf(v)
	}
}

// met reports whether a value was there before.
func (s *secrets) met(v reflect.Value, steps int) bool {
	if v.Kind() != reflect.Pointer && v.Kind() != reflect.Map {
		return false
	}
	here := visit{v.Type(), v.Pointer(), steps}
	before := s.seen[here]
	s.seen[here] = true
	return before
}

// messageIn returns the bytes of a value that is made of them.
func messageIn(v reflect.Value) (data []byte, ok bool) {
	if v.CanInterface() {
		if d, ok := reflect.TypeAssert[document](v); ok {
			data, _ = d.JSON()
			return data, true
		}
	}
	switch {
	case isBytes(v.Type()):
		return v.Bytes(), true
	case v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8:
		data = make([]byte, v.Len())
		for i := range data {
			data[i] = byte(v.Index(i).Uint())
		}
		return data, true
	default:
		return nil, false
	}
}

// read collects from bytes, which may be a message in JSON.
func (s *secrets) read(v reflect.Value, data []byte, steps [][]string, depth int) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	unreadable := decoder.Decode(&tree)
	if unreadable == nil {
		s.collect(reflect.ValueOf(tree), steps, depth-1)
	}
	if unreadable != nil || len(steps) == 0 {
		s.add(string(data), true)
		s.hear(v)
	}
}

// hear adds what a value says of itself, and reports whether it is text to others.
func (s *secrets) hear(v reflect.Value) (isText bool) {
	p := reflect.PointerTo(v.Type())
	isText = p.Implements(reflect.TypeFor[encoding.TextMarshaler]())
	says := p.Implements(reflect.TypeFor[fmt.Stringer]()) || p.Implements(reflect.TypeFor[error]())
	if !v.CanInterface() || !isText && !says {
		return isText
	}
	whole := reflect.New(v.Type()) // has the methods of pointers, too
	whole.Elem().Set(v)
	if isText {
		s.add(textOf(whole.Interface()), false)
	}
	if says {
		s.add(fmt.Sprint(whole.Interface()), false)
	}
	return isText
}

// textOf returns what a value marshals itself as, "" where it cannot.
func textOf(v any) (text string) {
	defer func() { _ = recover() }() // it has no text, then
	m, _ := v.(encoding.TextMarshaler)
	data, err := m.MarshalText()
	if err != nil {
		return ""
	}
	return string(data)
}

func (s *secrets) entries(v reflect.Value, steps [][]string, depth int) {
	for iterator := v.MapRange(); iterator.Next() && !s.whole; {
		key := iterator.Key()
		switch {
		case len(steps) == 0 && key.Kind() == reflect.String && isWord(key.String()):
			s.collect(iterator.Value(), nil, depth-1) // the key is a name
		case len(steps) == 0:
			s.collect(key, nil, depth-1)
			s.collect(iterator.Value(), nil, depth-1)
		case named(steps[0], fmt.Sprint(key)):
			s.collect(iterator.Value(), steps[1:], depth-1)
		}
	}
}

// isWord reports whether text is letters alone, as names of fields are.
func isWord(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r != '_' && r != '-' && !unicode.IsLetter(r) })
}

// fields collects from a struct; of a closed one, which messages reach by no field's
// name, from what is not exported, too.
func (s *secrets) fields(v reflect.Value, steps [][]string, depth int, closed bool) {
	if closed {
		for _, inner := range v.Fields() {
			s.collect(inner, nil, depth-1)
		}
		return
	}
	for _, f := range reflect.VisibleFields(v.Type()) {
		inner, err := v.FieldByIndexErr(f.Index)
		names := fieldNames(f)
		if err != nil || len(names) == 0 {
			continue
		}
		_, flat := f.Tag.Lookup("body")
		switch {
		case len(steps) == 0:
			s.collect(inner, nil, depth-1)
		case slices.ContainsFunc(names, func(n string) bool { return named(steps[0], n) }):
			s.collect(inner, steps[1:], depth-1)
		case flat:
			s.collect(inner, steps, depth-1)
		}
	}
}

// leaf adds what has no inside. Where steps are left it is not what they were made for,
// so who knows what it is.
func (s *secrets) leaf(v reflect.Value) {
	switch {
	case v.Kind() == reflect.String:
		s.add(v.String(), false)
	case v.CanInt():
		s.add(strconv.FormatInt(v.Int(), 10), false)
	case v.CanUint():
		s.add(strconv.FormatUint(v.Uint(), 10), false)
	case v.CanFloat():
		s.add(fmt.Sprint(v.Float()), false)
		s.add(strconv.FormatFloat(v.Float(), 'f', -1, 64), false)
	default: // there are two truths, and no secret in them
	}
}

func (s *secrets) add(text string, data bool) {
	if len(text) < shortestSecret {
		return
	}
	s.texts[text] = s.texts[text] || data
	s.whole = s.whole || len(s.texts) > mostSecrets
}
