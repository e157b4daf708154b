package shape

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// text returns n as a type, so many levels deep.
func (n *node) text(defs map[string]*node, depth int) string {
	n = n.follow(defs)
	switch alternatives := slices.Concat(n.AnyOf, n.OneOf); {
	case len(n.Enum) > 0:
		return n.values()
	case len(alternatives) > 0:
		return each(alternatives, " | ", func(a *node) string { return a.text(defs, depth) })
	case len(n.Type) == 0:
		return anything
	}
	types := slices.DeleteFunc(slices.Clone(n.Type), func(t string) bool { return t == "null" })
	if len(n.PrefixItems) > 0 { // which may be an object, too: the way of parameters
		types = []string{"array"}
	}
	text := each(types, " | ", func(t string) string { return n.one(t, defs, depth) })
	if len(types) < len(n.Type) && len(n.PrefixItems) == 0 {
		text += " | null"
	}
	return cmp.Or(strings.TrimPrefix(text, " | "), anything)
}

// one returns n as one of its types.
func (n *node) one(t string, defs map[string]*node, depth int) string {
	switch {
	case t == "array" && depth <= 0, t == "object" && depth <= 0:
		return "…"
	case t == "array" && len(n.PrefixItems) > 0:
		return "(" + each(n.PrefixItems, ", ", func(i *node) string { return n.local(i).text(defs, depth-1) }) + ")"
	case t == "array" && n.Items != nil:
		return "[" + n.Items.text(defs, depth-1) + "]"
	case t == "object" && len(n.Properties) > 0:
		return "{" + each(n.fields(defs, depth), ", ", Parameter.String) + "}"
	case t == "object" && n.Additional != nil:
		return "{…: " + n.Additional.text(defs, depth-1) + "}"
	case t == "string" && n.Format != "":
		return n.Format
	default:
		return t
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

// values returns the values that n allows.
func (n *node) values() string {
	return each(n.Enum, " | ", func(v json.RawMessage) string { return string(v) })
}

func each[T any](all []T, between string, text func(T) string) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = text(one)
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
