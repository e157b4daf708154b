package clientgen

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// bodyOf returns how to write the type of n, which is an array or an object.
func (d *document) bodyOf(n *node) func(name string) (string, error) {
	return func(name string) (string, error) {
		switch {
		case n.is("array"):
			return d.array(n, name)
		case n.mapping():
			return d.mapOf(n, name)
		default:
			return d.fields(n, name)
		}
	}
}

func (d *document) array(n *node, name string) (string, error) {
	if n.items == nil || len(n.prefix) > 0 {
		return "[]any", nil
	}
	if n.fixed() {
		element, err := d.of(n.items, name+"Item")
		return "[" + strconv.Itoa(n.most) + "]" + element, err
	}
	element, err := d.element(n.items, name+"Item")
	return "[]" + element, err
}

func (d *document) mapOf(n *node, name string) (string, error) {
	key := "string"
	switch n.keys {
	case "^-?[0-9]+$":
		key = "int"
	case "^[0-9]+$":
		key = "uint"
	}
	if n.values == nil {
		return "map[" + key + "]any", nil
	}
	value, err := d.element(n.values, name+"Value")
	return "map[" + key + "]" + value, err
}

// fields writes a struct.
func (d *document) fields(n *node, name string) (string, error) {
	var b strings.Builder
	b.WriteString("struct {\n")
	taken := namer{}
	for _, p := range n.properties {
		if !usable(p.key) {
			return "", fmt.Errorf("the property %q of %s can be no field of a Go struct: want letters, digits and signs that a tag can hold", p.key, name)
		}
		field := taken.free(exported(p.key))
		text, err := d.of(p.node, name+field)
		if err != nil {
			return "", errors.Join(fmt.Errorf("property %s of %s", p.key, name), err)
		}
		tag := p.key
		if !n.required[p.key] {
			tag += ",omitempty"
			if !d.nilable(p.node) {
				text = pointer(text)
			}
		} else if tag == "-" {
			tag += ","
		}
		said := d.docs.ofField(n.name, p.key, p.description)
		line := fmt.Sprintf("%s %s `json:\"%s\"`", field, text, tag)
		if text := strings.TrimSuffix(comment(said.text), "\n"); said.line && !strings.Contains(text, "\n") {
			b.WriteString(line + " " + text + "\n")
		} else {
			b.WriteString(comment(said.text) + line + "\n")
		}
	}
	b.WriteString("}")
	return b.String(), nil
}
