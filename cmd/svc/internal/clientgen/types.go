package clientgen

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A typer makes Go types of schemas, each named one once: the same name with the same
// fields is the same type, in whatever document it stands.
type typer struct {
	docs    Docs
	types   map[string]*named
	order   []*named
	imports map[string]bool
	left    int // nodes that may still be looked at
}

// named is a type of the generated package, or another name that is taken there.
type named struct {
	name, doc, body string
	values          []string // of an enumeration
	constants       []string // which stand for them
	open            bool     // it is being made
}

// most is how many nodes all schemas of a service may have.
const most = 20_000

func newTyper(docs Docs, reserved ...string) *typer {
	t := &typer{docs: docs, types: map[string]*named{}, imports: map[string]bool{}, left: most}
	for _, e := range docs.errors {
		reserved = append(reserved, e.variable)
	}
	for _, name := range reserved {
		t.types[name] = &named{name: name, body: "reserved"}
	}
	return t
}

// A document is a schema whose types are being made.
type document struct {
	*typer

	root *node
	made map[*node]string // names of definitions, also of those that are being made
	open map[*node]bool   // those that are being made
}

func (t *typer) document(root *node) *document {
	return &document{typer: t, root: root, made: map[*node]string{}, open: map[*node]bool{}}
}

// of returns the Go type of n; hint names it where it needs a name and has none.
func (d *document) of(n *node, hint string) (string, error) {
	if d.left--; d.left < 0 {
		return "", fmt.Errorf("the schemas have more than %d parts", most)
	}
	if n.ref != "" {
		return d.reference(n.ref, hint, false)
	}
	if inner, ok := optional(n); ok {
		text, err := d.of(inner, hint)
		return pointer(text), err
	}
	text, err := d.shape(n, hint)
	if n.nullable && !d.nilable(n) {
		text = pointer(text)
	}
	return text, err
}

// element is of for what stands behind a slice or a map, where a type may hold itself.
func (d *document) element(n *node, hint string) (string, error) {
	if n.ref != "" {
		return d.reference(n.ref, hint, true)
	}
	return d.of(n, hint)
}

// nilable reports whether the Go type of n has a nil of its own.
func (d *document) nilable(n *node) bool {
	for range len(d.root.defs) + 1 { // references may go round in a circle
		target := d.root.defs[strings.TrimPrefix(n.ref, "#/$defs/")]
		if n.ref == "" || target == nil {
			break
		}
		n = target
	}
	return n.is("array") && !n.fixed() || n.is("object") && n.mapping() || n.is("string") && n.encoding == "base64"
}

// optional recognises what is either of one schema or null.
func optional(n *node) (*node, bool) {
	if len(n.types) > 0 || len(n.anyOf) != 2 {
		return nil, false
	}
	for i, one := range n.anyOf {
		if len(one.types) == 0 && one.nullable && one.ref == "" {
			return n.anyOf[1-i], true
		}
	}
	return nil, false
}

// pointer makes room for null where a type has none.
func pointer(text string) string {
	if text == "any" || strings.HasPrefix(text, "*") || strings.HasPrefix(text, "[]") || strings.HasPrefix(text, "map[") {
		return text
	}
	return "*" + text
}

// reference returns the type of a definition. Behind means that the reference stands
// behind a slice or a map.
func (d *document) reference(ref, hint string, behind bool) (string, error) {
	key, ok := strings.CutPrefix(ref, "#/$defs/")
	target := d.root.defs[key]
	if !ok || target == nil {
		return "", fmt.Errorf("have the reference %q, want one to a definition of the document", ref)
	}
	if name, done := d.made[target]; done {
		if d.open[target] && !behind && !d.nilable(target) {
			return "*" + name, nil // a Go type cannot hold itself
		}
		return name, nil
	}
	if target.ref != "" || len(target.anyOf) > 0 || !target.is("object") && !target.is("array") {
		if d.open[target] {
			return "", fmt.Errorf("the definition %q is nothing but itself", key)
		}
		d.open[target] = true
		defer delete(d.open, target)
		return d.of(target, hint)
	}
	return d.declare(target, exported(cmp.Or(target.name, key)), d.bodyOf(target))
}

// fixed recognises arrays of one length.
func (n *node) fixed() bool { return n.most >= 0 && n.least == n.most && n.most <= 4096 }

// mapping recognises objects whose keys are not known.
func (n *node) mapping() bool {
	return len(n.properties) == 0 && (n.values != nil || n.name == "")
}

func (d *document) shape(n *node, hint string) (string, error) {
	switch {
	case n.is("boolean"):
		return "bool", nil
	case n.is("integer"):
		return d.integer(n), nil
	case n.is("number"):
		return "float64", nil
	case n.is("string"):
		return d.text(n, hint)
	case n.is("array") && n.name != "", n.is("object") && n.name != "":
		return d.declare(n, exported(n.name), d.bodyOf(n))
	case n.is("object") && !n.mapping():
		return d.declare(n, exported(hint), d.bodyOf(n))
	case n.is("array"), n.is("object"):
		return d.bodyOf(n)(exported(hint))
	default:
		return "any", nil
	}
}

// integer finds the type with the limits of n. An integer without limits is an int,
// which has 64 bits wherever services run.
func (d *document) integer(n *node) string {
	if n.description == "nanoseconds" || strings.HasSuffix(n.description, "(nanoseconds)") {
		d.imports["time"] = true
		return "time.Duration"
	}
	for _, bits := range []int{8, 16, 32} {
		if n.min == -math.Ldexp(1, bits-1) && n.max == math.Ldexp(1, bits-1)-1 {
			return "int" + strconv.Itoa(bits)
		}
		if n.min == 0 && n.max == math.Ldexp(1, bits)-1 {
			return "uint" + strconv.Itoa(bits)
		}
	}
	if n.min >= 0 && math.IsInf(n.max, 1) {
		return "uint"
	}
	return "int"
}

func (d *document) text(n *node, hint string) (string, error) {
	switch {
	case len(n.enum) > 0:
		return d.declare(n, exported(cmp.Or(n.name, hint)), func(string) (string, error) { return "string", nil })
	case n.encoding == "base64":
		return "[]byte", nil
	case n.format == "date-time":
		d.imports["time"] = true
		return "time.Time", nil
	default:
		return "string", nil
	}
}

// declare makes a named type. It is written anew for each name that is tried, as a
// type that holds itself has its own name in its fields.
func (d *document) declare(n *node, base string, body func(name string) (string, error)) (string, error) {
	if d.made[n] != "" {
		return d.made[n], nil
	}
	before := maps.Clone(d.made)
	defer delete(d.open, n)
	for i := 1; ; i++ {
		name := base
		if i > 1 {
			name += strconv.Itoa(i)
		}
		have := d.types[name]
		if have != nil && have.open {
			continue
		}
		fresh := have == nil
		if fresh {
			have = &named{name: name, open: true}
			d.types[name] = have
		}
		d.made = maps.Clone(before)
		d.made[n], d.open[n] = name, true
		text, err := body(name)
		switch {
		case err != nil:
			return "", err
		case fresh:
			d.finish(have, text, n)
			return name, nil
		case have.body == text && slices.Equal(have.values, n.enum):
			return name, nil
		}
	}
}

// finish gives a type what it is.
func (d *document) finish(t *named, body string, n *node) {
	t.body, t.open, t.doc = body, false, d.docs.ofType(n.name, n.description)
	d.order = append(d.order, t)
	taken := map[string]bool{}
	for _, v := range n.enum {
		t.values = append(t.values, v)
		if taken[v] {
			continue
		}
		taken[v] = true
		name := t.name + exported(v)
		for i := 2; d.types[name] != nil; i++ {
			name = t.name + exported(v) + strconv.Itoa(i)
		}
		d.types[name] = &named{name: name, body: "a constant"}
		t.constants = append(t.constants, fmt.Sprintf("%s %s = %q", name, t.name, v))
	}
}
