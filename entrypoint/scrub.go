package entrypoint

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// shortestSecret is how long a value is at the least to be looked for in texts: shorter
// ones are in too many words.
const shortestSecret = 4

// Scrub returns text with Hidden in place of the sensitive arguments of the call, for
// texts that others made of them. What is shorter than four bytes stays.
func (c *Call) Scrub(text string) string {
	if len(c.Method.Sensitive) == 0 || text == "" || !c.args.IsValid() {
		return text
	}
	var all secrets
	for _, s := range c.Method.Sensitive {
		all.collect(c.args.Field(s.Param), s.Steps)
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) }) // one may hold another
	for _, secret := range all {
		for _, form := range []string{secret, strings.Trim(strconv.Quote(secret), `"`), url.QueryEscape(secret), url.PathEscape(secret)} {
			text = strings.ReplaceAll(text, form, Hidden)
		}
	}
	return text
}

// secrets are texts that must not be shown.
type secrets []string

// document is a value that holds a message as it came, such as events.Raw.
type document interface{ JSON() ([]byte, error) }

var documentType = reflect.TypeFor[document]()

// collect adds what the steps lead to from v, and all that is in it.
func (all *secrets) collect(v reflect.Value, steps [][]string) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return
	}
	if d, ok := reflect.TypeAssert[document](v); ok {
		data, _ := d.JSON()
		all.read(data, steps)
		return
	}
	switch {
	case isBytes(v.Type()) && len(steps) > 0:
		all.read(v.Bytes(), steps)
	case isBytes(v.Type()):
		all.add(string(v.Bytes()))
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Array:
		for i := range v.Len() {
			all.collect(v.Index(i), steps)
		}
	case v.Kind() == reflect.Map:
		all.entries(v, steps)
	case v.Kind() == reflect.Struct && !isText(v.Type()) && !isOpaque(v.Type()):
		all.fields(v, steps)
	case len(steps) == 0 && v.CanInterface():
		all.add(fmt.Sprint(v.Interface()))
	}
}

// read collects from a message in JSON.
func (all *secrets) read(data []byte, steps [][]string) {
	var v any
	if json.Unmarshal(data, &v) == nil {
		all.collect(reflect.ValueOf(v), steps)
	}
}

func (all *secrets) entries(v reflect.Value, steps [][]string) {
	for iterator := v.MapRange(); iterator.Next(); {
		key := fmt.Sprint(iterator.Key())
		switch {
		case len(steps) == 0:
			all.add(key)
			all.collect(iterator.Value(), nil)
		case named(steps[0], key):
			all.collect(iterator.Value(), steps[1:])
		}
	}
}

func (all *secrets) fields(v reflect.Value, steps [][]string) {
	for _, f := range reflect.VisibleFields(v.Type()) {
		inner, err := v.FieldByIndexErr(f.Index)
		names := FieldNames(f)
		if err != nil || len(names) == 0 {
			continue
		}
		_, flat := f.Tag.Lookup("body")
		switch {
		case len(steps) == 0:
			all.collect(inner, nil)
		case slices.ContainsFunc(names, func(n string) bool { return named(steps[0], n) }):
			all.collect(inner, steps[1:])
		case flat:
			all.collect(inner, steps)
		}
	}
}

func (all *secrets) add(text string) {
	if len(text) >= shortestSecret && !slices.Contains(*all, text) {
		*all = append(*all, text)
	}
}

// named reports whether a name on the wire is one of several.
func named(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// fieldTags are the tags that give a field a name on the wire.
var fieldTags = []string{"json", "msgpack", "path", "query", "header", "cookie"}

// FieldNames returns the names that a field has on the wire, one for each kind of message
// that may hold it; none for one that no message fills, and for an embedded struct, whose
// fields count themselves.
func FieldNames(f reflect.StructField) []string {
	var names []string
	for _, key := range fieldTags {
		if name, _, _ := strings.Cut(f.Tag.Get(key), ","); name != "" && name != "-" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case !f.IsExported(), f.Anonymous && len(names) == 0:
		return nil
	case len(names) == 0 && f.Tag.Get("json") != "-":
		names = append(names, f.Name)
	}
	return names
}
