package typed

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// value looks at v, as codec.Normalise leaves it, found at the place where f is.
func (c *check) value(v any, f *findings) {
	if f.full() {
		return
	}
	if v == nil && c.nullable {
		return
	}
	if c.anyOf != nil {
		c.anyOf.value(v, f)
		return
	}
	if c.combined != nil {
		c.combination(v, f)
		return
	}
	switch c.kind {
	case huma.TypeObject:
		c.object(v, f)
	case huma.TypeArray:
		c.array(v, f)
	case huma.TypeString:
		c.text(v, f)
	case huma.TypeInteger, huma.TypeNumber:
		c.number(v, f)
	case huma.TypeBoolean:
		if _, ok := v.(bool); !ok {
			f.say(haveWant(v, "true or false"))
		}
	}
}

func (c *check) object(v any, f *findings) {
	object, ok := v.(map[string]any)
	if !ok {
		f.say(haveWant(v, "an object"))
		return
	}
	c.count(len(object), "members", f)
	known := 0
	for _, m := range c.members {
		inner, ok := object[m.name]
		if ok {
			known++
			m.member(m.name, inner, f)
		}
	}
	if known < len(c.members) || known < len(object) {
		c.others(object, f)
	}
}

// others looks at the members of object that are spelled other than the schema
// has them: encoding/json takes any case for a field's, and all go into a map.
func (c *check) others(object map[string]any, f *findings) {
	seen := make(map[string]bool)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		m := c.memberNamed(name)
		switch {
		case m == nil && c.elem != nil:
			f.enter(name)
			c.elem.value(object[name], f)
			f.leave()
		case m == nil:
		case m.name == name:
			seen[name] = true
		default:
			seen[m.name] = true
			m.member(name, object[name], f)
		}
	}
	for _, m := range c.members {
		if m.required && !seen[m.name] {
			f.enter(m.name)
			f.say("is missing, want " + m.anyOf.wants())
			f.leave()
		}
	}
}

func (c *check) memberNamed(name string) *check {
	for _, m := range c.members {
		if m.name == name {
			return m
		}
	}
	for _, m := range c.members {
		if len(name) < 256 && strings.EqualFold(m.name, name) {
			return m
		}
	}
	return nil
}

// member looks at a member of an object; null is as good as none where none is
// needed.
func (c *check) member(name string, v any, f *findings) {
	if v == nil && !c.required {
		return
	}
	f.enter(name)
	c.anyOf.value(v, f)
	f.leave()
}

func (c *check) array(v any, f *findings) {
	list, ok := v.([]any)
	if !ok {
		f.say(haveWant(v, "a list"))
		return
	}
	c.count(len(list), "elements", f)
	if c.elem == nil {
		return
	}
	before := len(f.details)
	for i, e := range list {
		if f.full() {
			return
		}
		f.index(i)
		c.elem.value(e, f)
		f.leave()
	}
	if c.unique && len(f.details) == before {
		differ(list, f)
	}
}

// differ runs after the elements are known to be text, numbers or booleans.
func differ(list []any, f *findings) {
	seen := make(map[any]bool, len(list))
	for i, e := range list {
		if seen[e] {
			f.index(i)
			f.say(haveWant(e, "elements that differ") + " (it was there before)")
			f.leave()
			return
		}
		seen[e] = true
	}
}

func (c *check) text(v any, f *findings) {
	text, ok := v.(string)
	if !ok {
		f.say(haveWant(v, "text"))
		return
	}
	if c.min != nil || c.max != nil {
		c.count(utf8.RuneCountInString(text), "characters", f)
	}
	s := c.scalar
	if s.pattern != nil && !s.pattern.MatchString(text) {
		want := s.schema.PatternDescription
		if want == "" {
			want = "text that matches " + s.schema.Pattern
		}
		f.say(haveWant(v, want))
	}
	if s.format != nil {
		for _, message := range ask(c.registry, s.format, v) {
			f.say(haveWant(v, message))
		}
	}
	if s.schema.ContentEncoding == "base64" {
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			f.say(haveWant(v, "bytes in base64"))
		}
	}
	s.listed(v, f)
}

func (c *check) number(v any, f *findings) {
	n, ok := asFloat(v).(float64)
	if !ok || c.kind == huma.TypeInteger && n != math.Trunc(n) {
		f.say(haveWant(v, c.wants()))
		return
	}
	s := c.scalar.schema
	for _, limit := range []struct {
		at   *float64
		bad  bool
		want string
	}{
		{s.Minimum, s.Minimum != nil && n < *s.Minimum, "at least "},
		{s.Maximum, s.Maximum != nil && n > *s.Maximum, "at most "},
		{s.ExclusiveMinimum, s.ExclusiveMinimum != nil && n <= *s.ExclusiveMinimum, "more than "},
		{s.ExclusiveMaximum, s.ExclusiveMaximum != nil && n >= *s.ExclusiveMaximum, "less than "},
		{s.MultipleOf, s.MultipleOf != nil && !isMultiple(n, *s.MultipleOf), "a multiple of "},
	} {
		if limit.bad {
			f.say(haveWant(v, limit.want+strconv.FormatFloat(*limit.at, 'f', -1, 64)))
		}
	}
	c.scalar.listed(v, f)
}

// isMultiple reports whether n is a multiple of unit, as decimals are: 19.99 is one of 0.01,
// though neither is exactly so in memory.
func isMultiple(n, unit float64) bool {
	times := n / unit
	return math.Abs(times-math.Round(times)) <= math.Abs(times)*rounding
}

// rounding is how far a quotient of two rounded numbers may be from the true one, at most.
const rounding = 1.0 / (1 << 51)

func (s *scalar) listed(v any, f *findings) {
	if len(s.enum) == 0 || slices.Contains(s.enum, asFloat(v)) {
		return
	}
	words := make([]string, len(s.enum))
	for i, e := range s.enum {
		words[i] = fmt.Sprint(e)
	}
	f.say(haveWant(v, "one of "+strings.Join(words, ", ")))
}

func (c *check) count(n int, units string, f *findings) {
	if (c.min == nil || n >= *c.min) && (c.max == nil || n <= *c.max) {
		return
	}
	unit := units
	if n == 1 {
		unit = strings.TrimSuffix(units, "s")
	}
	switch shown, hidden := f.hidden(f.location()); {
	case c.min != nil && n < *c.min && hidden:
		f.put(shown, fmt.Sprintf("have too few %s, want at least %d", units, *c.min))
	case c.max != nil && n > *c.max && hidden:
		f.put(shown, fmt.Sprintf("have too many %s, want at most %d", units, *c.max))
	case c.min != nil && n < *c.min:
		f.say(fmt.Sprintf("have %d %s, want at least %d", n, unit, *c.min))
	case c.max != nil && n > *c.max:
		f.say(fmt.Sprintf("have %d %s, want at most %d", n, unit, *c.max))
	}
}

func (c *check) combination(v any, f *findings) {
	for _, message := range ask(c.registry, c.combined, v) {
		f.say(haveWant(v, message))
	}
}

// ask holds v against s with huma and returns what it wants instead.
func ask(r huma.Registry, s *huma.Schema, v any) (wants []string) {
	defer func() {
		if p := recover(); p != nil {
			wants = []string{"a value that fits the schema"}
		}
	}()
	result := new(huma.ValidateResult)
	huma.Validate(r, s, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, v, result)
	for _, err := range result.Errors {
		text := err.Error()
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			text = d.Message
		}
		text = strings.TrimPrefix(strings.TrimPrefix(text, "expected "), "string to be ")
		wants = append(wants, text)
	}
	return wants
}
