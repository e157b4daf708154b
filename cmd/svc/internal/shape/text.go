package shape

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A teller tells a schema, and no more of it than people read: schemas come from the
// network, and may refer to themselves without an end.
type teller struct {
	defs map[string]*node
	left int // bytes that may still be told
}

// mostTold is how long a type is at the most, in bytes.
const mostTold = 64 << 10

func (n *node) teller() *teller { return &teller{n.Defs, mostTold} }

// tell takes a word from what may be told, and more stands for the word that is too much.
func (t *teller) tell(word string) string {
	if t.left -= len(word) + 1; t.left < 0 {
		return more
	}
	return word
}

// text returns n as a type, so many levels deep.
func (t *teller) text(n *node, depth int) string {
	if t.left--; t.left < 0 {
		return more
	}
	n = n.follow(t.defs)
	switch alternatives := slices.Concat(n.AnyOf, n.OneOf); {
	case len(n.Enum) > 0:
		return each(t, n.Enum, " | ", func(v json.RawMessage) string { return t.tell(string(v)) })
	case len(alternatives) > 0:
		return each(t, alternatives, " | ", func(a *node) string { return t.text(a, depth) })
	case len(n.Type) == 0:
		return t.tell(anything)
	}
	types := slices.DeleteFunc(slices.Clone(n.Type), func(t string) bool { return t == "null" })
	if len(n.PrefixItems) > 0 { // which may be an object, too: the way of parameters
		types = []string{"array"}
	}
	text := each(t, types, " | ", func(one string) string { return t.one(n, one, depth) })
	if len(types) < len(n.Type) && len(n.PrefixItems) == 0 {
		text += " | null"
	}
	return cmp.Or(strings.TrimPrefix(text, " | "), anything)
}

// one returns n as one of its types.
func (t *teller) one(n *node, kind string, depth int) string {
	switch {
	case kind == "array" && depth <= 0, kind == "object" && depth <= 0:
		return more
	case kind == "array" && len(n.PrefixItems) > 0:
		return "(" + each(t, n.PrefixItems, ", ", func(i *node) string { return t.text(n.local(i), depth-1) }) + ")"
	case kind == "array" && n.Items != nil:
		return "[" + t.text(n.Items, depth-1) + "]"
	case kind == "object" && len(n.Properties) > 0:
		return "{" + each(t, n.Properties, ", ", func(p property) string { return t.field(n, p, depth).String() }) + "}"
	case kind == "object" && n.Additional != nil:
		return "{…: " + t.text(n.Additional, depth-1) + "}"
	case kind == "string" && n.Format != "":
		return t.tell(n.Format)
	default:
		return t.tell(kind)
	}
}

// field returns a property of n.
func (t *teller) field(n *node, p property, depth int) Parameter {
	t.left -= len(p.name) + len("?: ")
	followed := p.schema.follow(t.defs)
	return Parameter{
		Name: p.name, Type: t.text(p.schema, depth-1), Required: slices.Contains(n.Required, p.name),
		Description: followed.Description, Text: followed.isText(),
	}
}

// local follows a reference to a property of n itself.
func (n *node) local(item *node) *node {
	name, is := strings.CutPrefix(item.Ref, "#/properties/")
	if !is {
		return item
	}
	for _, p := range n.Properties {
		if p.name == name {
			return p.schema
		}
	}
	return item
}

// each tells all, as far as there is room.
func each[T any](t *teller, all []T, between string, text func(T) string) string {
	var texts []string
	for _, one := range all {
		if t.left < 0 {
			texts = append(texts, more)
			break
		}
		texts = append(texts, text(one))
	}
	return strings.Join(texts, between)
}

// words is a string, or several.
type words []string

// UnmarshalJSON reads one or many.
func (w *words) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(w))
}

// properties are those of an object, in the order of the schema.
type properties []property

type property struct {
	name   string
	schema *node
}

// UnmarshalJSON keeps the order, which a map would lose.
func (p *properties) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return fmt.Errorf("have properties %.20s, want an object", text)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		one := property{name: fmt.Sprint(name), schema: new(node)}
		if err := d.Decode(one.schema); err != nil {
			return err
		}
		*p = append(*p, one)
	}
	return nil
}
