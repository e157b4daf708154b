package contract

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// The words of JSON Schema that compare does not know by themselves.
var (
	// lower are bounds that allow less when they grow, upper when they fall.
	lower = []string{"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"}
	upper = []string{"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"}
	// apart is compared elsewhere: definitions where they are used.
	apart = []string{"type", "properties", "required", "$ref", "$defs", "definitions", "items", "additionalProperties", "prefixItems", "enum"}
	// said is for people.
	said = []string{"title", "description", "examples", "default", "deprecated", "$comment", "$schema", "$id", "readOnly", "writeOnly", "contentEncoding", "contentMediaType"}
)

// words compares whatever else a schema says.
func (c *comparison) words(what string, old, now map[string]any) {
	all := maps.Clone(old)
	maps.Copy(all, now)
	for _, word := range slices.Sorted(maps.Keys(all)) {
		o, before := old[word]
		n, after := now[word]
		switch {
		case word == "enum":
			c.enum(what, o, n, before, after)
		case slices.Contains(apart, word), before == after && reflect.DeepEqual(o, n):
		case slices.Contains(said, word):
			c.add(Info, c.where, "%s: %s was %s and is %s", what, word, brief(o), brief(n))
		default:
			c.add(c.word(word, o, n, before, after), c.where, "%s: %s was %s and is %s", what, word, brief(o), brief(n))
		}
	}
}

// word says whom a word concerns that has changed. One that comes forbids something,
// one that goes no longer does; of a change of what is not a bound nothing is known.
func (c *comparison) word(word string, old, now any, before, after bool) Level {
	switch {
	case !before:
		return c.dir.narrower()
	case !after:
		return c.dir.wider()
	}
	o, ok := old.(float64)
	n, too := now.(float64)
	grows := slices.Contains(lower, word)
	if !ok || !too || !grows && !slices.Contains(upper, word) {
		return Breaking
	}
	if grows == (n > o) {
		return c.dir.narrower()
	}
	return c.dir.wider()
}

// enum compares what values are allowed.
func (c *comparison) enum(what string, old, now any, before, after bool) {
	switch {
	case !before:
		c.add(c.dir.narrower(), c.where, "%s: its values are now %s", what, brief(now))
		return
	case !after:
		c.add(c.dir.wider(), c.where, "%s: its values were %s and are no longer limited", what, brief(old))
		return
	}
	o, n := list(old), list(now)
	for _, v := range o {
		if !slices.ContainsFunc(n, equal(v)) {
			c.add(c.dir.narrower(), c.where, "%s: the value %s is gone", what, brief(v))
		}
	}
	for _, v := range n {
		if !slices.ContainsFunc(o, equal(v)) {
			c.add(c.dir.wider(), c.where, "%s: the value %s is new", what, brief(v))
		}
	}
	if len(o) != len(n) || !reflect.DeepEqual(old, now) {
		c.add(Info, c.where, "%s: its values were %s and are %s", what, brief(old), brief(now))
	}
}

func list(v any) []any {
	all, _ := v.([]any)
	return all
}

func equal(v any) func(any) bool { return func(other any) bool { return reflect.DeepEqual(v, other) } }

// inner compares the elements of arrays and maps.
func (c *comparison) inner(what string, old, now node) {
	before, after := old.value.(map[string]any), now.value.(map[string]any)
	for _, word := range []string{"items", "additionalProperties"} {
		o, n := anything(before, word), anything(after, word)
		if o == true && n == true {
			continue
		}
		name := map[string]string{"items": what + ": each element", "additionalProperties": what + ": each value"}[word]
		switch {
		case o == false && n == false:
		case o == false:
			c.add(c.dir.wider(), c.where, "%s: there may be more than before (%s)", what, word)
		case n == false:
			c.add(c.dir.narrower(), c.where, "%s: there may be no more of them (%s)", what, word)
		default:
			c.compare(name, node{old.root, o}, node{now.root, n})
		}
	}
	o, n := list(before["prefixItems"]), list(after["prefixItems"])
	for i := range min(len(o), len(n)) {
		c.compare(what+": element "+strconv.Itoa(i), node{old.root, o[i]}, node{now.root, n[i]})
	}
	if len(o) != len(n) {
		c.add(Breaking, c.where, "%s: it had %d elements and has %d", what, len(o), len(n))
	}
}

// anything returns what a word says, true where it says nothing.
func anything(s map[string]any, word string) any {
	if v, ok := s[word]; ok {
		return v
	}
	return true
}
