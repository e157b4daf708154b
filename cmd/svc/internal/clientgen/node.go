package clientgen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/schema"
)

// A node is what the generator understands of a JSON Schema.
type node struct {
	types       []string // without null
	nullable    bool
	format      string
	encoding    string // of the content of a text
	description string
	name        string // of the Go type
	ref         string
	enum        []string // where all values are texts
	properties  []property
	required    map[string]bool
	items       *node
	prefix      []*node // of an array whose elements differ
	values      *node   // of a map
	keys        string  // pattern of the keys of a map
	anyOf       []*node
	min, max    float64 // infinite where there is none
	least, most int     // elements of an array; most is -1 for no limit
	defs        map[string]*node
}

type property struct {
	key string
	*node
}

// deepest bounds how schemas are nested: others write them, too.
const deepest = 64

// parse reads a schema; nil for none.
func parse(text json.RawMessage) (*node, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil
	}
	return parseAt(text, 0)
}

// raw is a schema as encoding/json reads it.
type raw struct {
	Type          json.RawMessage            `json:"type"`
	Format        string                     `json:"format"`
	Encoding      string                     `json:"contentEncoding"`
	Description   string                     `json:"description"`
	Name          string                     `json:"x-go-name"`
	Ref           string                     `json:"$ref"`
	Enum          []any                      `json:"enum"`
	Properties    ordered                    `json:"properties"`
	Required      []string                   `json:"required"`
	Items         json.RawMessage            `json:"items"`
	Prefix        []json.RawMessage          `json:"prefixItems"`
	Values        json.RawMessage            `json:"additionalProperties"`
	PropertyNames struct{ Pattern string }   `json:"propertyNames"`
	AnyOf         []json.RawMessage          `json:"anyOf"`
	Minimum       *float64                   `json:"minimum"`
	Maximum       *float64                   `json:"maximum"`
	MinItems      int                        `json:"minItems"`
	MaxItems      *int                       `json:"maxItems"`
	Defs          map[string]json.RawMessage `json:"$defs"`
}

func parseAt(text json.RawMessage, depth int) (*node, error) {
	if depth > deepest {
		return nil, fmt.Errorf("the schema is nested more than %d levels deep", deepest)
	}
	text = bytes.TrimSpace(text)
	if string(text) == "true" || string(text) == "false" {
		return &node{most: -1, min: math.Inf(-1), max: math.Inf(1)}, nil
	}
	var r raw
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read a schema: %w", err)
	}
	n := &node{
		format: r.Format, encoding: r.Encoding, description: r.Description, name: r.Name, ref: r.Ref,
		keys: r.PropertyNames.Pattern, least: r.MinItems, most: -1, min: math.Inf(-1), max: math.Inf(1),
		required: map[string]bool{}, enum: texts(r.Enum),
	}
	for _, key := range r.Required {
		n.required[key] = true
	}
	if r.MaxItems != nil {
		n.most = *r.MaxItems
	}
	if r.Minimum != nil {
		n.min = *r.Minimum
	}
	if r.Maximum != nil {
		n.max = *r.Maximum
	}
	return n, errors.Join(n.setTypes(r.Type), n.setParts(r, depth+1))
}

// setTypes reads the keyword type: one, or an array of them.
func (n *node) setTypes(text json.RawMessage) error {
	if len(text) == 0 {
		return nil
	}
	var many []string
	if text[0] != '[' {
		many = []string{""}
		text = append(append([]byte{'['}, text...), ']')
	}
	if err := json.Unmarshal(text, &many); err != nil {
		return fmt.Errorf("read the type of a schema: %w", err)
	}
	for _, t := range many {
		if t == "null" {
			n.nullable = true
			continue
		}
		n.types = append(n.types, t)
	}
	return nil
}

func (n *node) setParts(r raw, depth int) (err error) {
	for _, p := range r.Properties {
		child, err := parseAt(p.text, depth)
		if err != nil {
			return err
		}
		n.properties = append(n.properties, property{p.key, child})
	}
	if len(r.Items) > 0 {
		if n.items, err = parseAt(r.Items, depth); err != nil {
			return err
		}
	}
	if len(r.Values) > 0 && string(r.Values) != "false" {
		if n.values, err = parseAt(r.Values, depth); err != nil {
			return err
		}
	}
	if n.prefix, err = parseAll(r.Prefix, depth); err != nil {
		return err
	}
	if n.anyOf, err = parseAll(r.AnyOf, depth); err != nil {
		return err
	}
	n.defs = make(map[string]*node, len(r.Defs))
	for key, text := range r.Defs {
		if n.defs[key], err = parseAt(text, depth); err != nil {
			return err
		}
	}
	return nil
}

func parseAll(all []json.RawMessage, depth int) ([]*node, error) {
	var nodes []*node
	for _, text := range all {
		n, err := parseAt(text, depth)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

func texts(values []any) []string {
	var all []string
	for _, v := range values {
		text, ok := v.(string)
		if !ok {
			return nil
		}
		all = append(all, text)
	}
	return all
}

// is reports whether n is of one type, and of this one.
func (n *node) is(t string) bool { return len(n.types) == 1 && n.types[0] == t }

// has reports whether n may be of this type, among others.
func (n *node) has(t string) bool { return slices.Contains(n.types, t) }

// ordered are the members of an object in the order in which they are written: that of
// the fields.
type ordered []member

type member struct {
	key  string
	text json.RawMessage
}

// UnmarshalJSON reads an object.
func (o *ordered) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.Join(errors.New("want an object of properties"), err)
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		m := member{key: key.(string)} //nolint:forcetypeassert // the key of an object is one
		if err := d.Decode(&m.text); err != nil {
			return err
		}
		if seen[m.key] {
			return fmt.Errorf("the property %q stands there twice", m.key)
		}
		seen[m.key] = true
		*o = append(*o, m)
	}
	return nil
}

// hash identifies what the client was generated from.
func hash(s Service) string {
	var all strings.Builder
	for _, m := range s.Methods {
		fmt.Fprintf(&all, "%s %q %s %s\n", m.Name, m.Params, schema.Hash(m.Input), schema.Hash(m.Output))
	}
	for _, e := range s.Events {
		fmt.Fprintf(&all, "%s %s\n", e.Name, schema.Hash(e.Payload))
	}
	quoted, _ := json.Marshal(all.String()) //nolint:errchkjson // a text
	return schema.Hash(quoted)
}
