package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A direction says who reads what a schema is of.
type direction int

const (
	input  direction = iota // the service: what was sent before must still be taken
	output                  // its users: what comes must be what they know
)

// narrower is the level of a schema that allows less than before, wider of one that
// allows more.
func (d direction) narrower() Level {
	if d == input {
		return Breaking
	}
	return Compatible
}

func (d direction) wider() Level {
	if d == output {
		return Breaking
	}
	return Compatible
}

// node is a schema within the document in which its references are.
type node struct{ root, value any }

func parse(text json.RawMessage) any {
	var v any
	if len(text) == 0 || json.Unmarshal(text, &v) != nil {
		return nil
	}
	return v
}

// schema compares two documents.
func (d *diff) schema(where, what string, dir direction, old, now json.RawMessage) {
	o, n := parse(old), parse(now)
	switch {
	case o == nil && n == nil:
	case n == nil && dir == input:
		d.add(Breaking, where, "%s is gone", what)
	case n == nil:
		d.add(Breaking, where, "%s is gone: nothing is known of it", what)
	case o == nil:
		d.add(dir.narrower(), where, "%s is new", what)
	default:
		d.compare(where, what, dir, node{o, o}, node{n, n})
	}
}

// compare compares two schemas; what names the value that they are of.
func (d *diff) compare(where, what string, dir direction, old, now node) {
	c := comparison{diff: d, where: where, dir: dir, seen: make(map[pair]bool)}
	c.compare(what, old, now)
}

// comparison is one of two documents.
type comparison struct {
	*diff

	where string
	dir   direction
	seen  map[pair]bool // what was compared: told once, at the first place where it is used
}

func (c *comparison) compare(what string, old, now node) {
	o, n := old.resolve(), now.resolve()
	if !c.first(o, n) {
		return
	}
	before, ok := object(o)
	after, too := object(n)
	if !ok || !too {
		if !reflect.DeepEqual(o, n) {
			c.add(Breaking, c.where, "%s: the schema was %s and is %s", what, brief(o), brief(n))
		}
		return
	}
	c.types(what, before, after)
	c.properties(what, node{old.root, before}, node{now.root, after})
	c.inner(what, node{old.root, before}, node{now.root, after})
	c.words(what, before, after)
}

// pair is the addresses of two schemas of the documents.
type pair [2]uintptr

// first tells whether two schemas are compared for the first time. Definitions may be used
// from many places, and in each other.
func (c *comparison) first(old, now any) bool {
	if _, ok := old.(map[string]any); !ok {
		return true
	}
	if _, ok := now.(map[string]any); !ok {
		return true
	}
	p := pair{reflect.ValueOf(old).Pointer(), reflect.ValueOf(now).Pointer()}
	met := c.seen[p]
	c.seen[p] = true
	return !met
}

// object returns a schema as an object; true, which allows all, is an empty one.
func object(v any) (map[string]any, bool) {
	if v == true {
		return map[string]any{}, true
	}
	m, ok := v.(map[string]any)
	return m, ok
}

// maxReferences bounds references to references.
const maxReferences = 100

// resolve follows references within the document, and returns what the last names.
func (n node) resolve() any {
	value := n.value
	for range maxReferences {
		s, _ := value.(map[string]any)
		next, ok := s["$ref"].(string)
		if !ok {
			return value
		}
		found, ok := lookup(n.root, next)
		if !ok {
			return value
		}
		value = found
	}
	return value
}

// lookup finds what a reference names, "#" for the root.
func lookup(root any, ref string) (any, bool) {
	path, local := strings.CutPrefix(ref, "#")
	if !local {
		return nil, false
	}
	value := root
	for token := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if token == "" {
			continue
		}
		m, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		if value, ok = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(token)]; !ok {
			return nil, false
		}
	}
	return value, true
}

// allTypes are those of a schema that names none.
var allTypes = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// typesOf returns the types that a schema allows. Integers are numbers.
func typesOf(s map[string]any) []string {
	var all []string
	switch t := s["type"].(type) {
	case string:
		all = []string{t}
	case []any:
		for _, one := range t {
			all = append(all, fmt.Sprint(one))
		}
	default:
		all = allTypes
	}
	all = slices.Clone(all)
	if slices.Contains(all, "number") && !slices.Contains(all, "integer") {
		all = append(all, "integer")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *comparison) types(what string, old, now map[string]any) {
	o, n := typesOf(old), typesOf(now)
	lost, gained := without(o, n), without(n, o)
	text := fmt.Sprintf("%s was of type %s and is of type %s", what, typeText(old), typeText(now))
	switch {
	case len(lost) > 0 && len(gained) > 0:
		c.add(Breaking, c.where, "%s", text)
	case len(lost) > 0:
		c.add(c.dir.narrower(), c.where, "%s", text)
	case len(gained) > 0:
		c.add(c.dir.wider(), c.where, "%s", text)
	case !reflect.DeepEqual(old["type"], now["type"]):
		c.add(Info, c.where, "%s", text)
	}
}

func typeText(s map[string]any) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any:
		words := make([]string, len(t))
		for i, one := range t {
			words[i] = fmt.Sprint(one)
		}
		return strings.Join(words, " or ")
	default:
		return "any"
	}
}

func without(all, other []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(other, s) })
}

// properties compares the fields of objects.
func (c *comparison) properties(what string, old, now node) {
	before, after := old.value.(map[string]any), now.value.(map[string]any)
	o, _ := before["properties"].(map[string]any)
	n, _ := after["properties"].(map[string]any)
	must, now2 := names(before["required"]), names(after["required"])
	for _, name := range slices.Sorted(maps.Keys(o)) {
		field := within(what, name)
		if _, stays := n[name]; !stays {
			c.lost(field)
			continue
		}
		c.compare(field, node{old.root, o[name]}, node{now.root, n[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(n)) {
		if _, known := o[name]; !known {
			c.gained(within(what, name), slices.Contains(now2, name))
		}
	}
	for _, name := range without(must, now2) {
		if _, stays := n[name]; stays || o[name] == nil {
			c.add(c.dir.wider(), c.where, "%s was always there and may be left out", within(what, name))
		}
	}
	for _, name := range without(now2, must) {
		if _, known := o[name]; known || n[name] == nil {
			c.add(c.dir.narrower(), c.where, "%s could be left out and is now required", within(what, name))
		}
	}
}

func (c *comparison) lost(field string) {
	if c.dir == input {
		c.add(Info, c.where, "%s is gone: where it is sent it is ignored", field)
		return
	}
	c.add(Breaking, c.where, "%s is gone", field)
}

func (c *comparison) gained(field string, required bool) {
	switch {
	case c.dir == output:
		c.add(Compatible, c.where, "%s is new", field)
	case required:
		c.add(Breaking, c.where, "%s is new and required", field)
	default:
		c.add(Compatible, c.where, "%s is new and can be left out", field)
	}
}

func names(list any) []string {
	all, _ := list.([]any)
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = fmt.Sprint(v)
	}
	return texts
}

// brief writes a value of JSON on a line.
func brief(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "unreadable"
	}
	const most = 80
	return cmp.Or(strings.ToValidUTF8(string(text[:min(len(text), most)]), ""), "null")
}
