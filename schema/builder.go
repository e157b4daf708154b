package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// A builder describes the types of one document. jsonschema.ForType is not
// used: it refuses types that contain themselves, ignores the names of embedded
// fields, and describes []byte, big.Int and maps other than encoding/json
// writes them.
type builder struct {
	defs  map[reflect.Type]*definition
	order []*definition
	open  map[reflect.Type]bool // unnamed types that are being described
	errs  []error
}

// A definition is a named composite type and every place that needs it.
type definition struct {
	t      reflect.Type
	path   string
	places []place
	schema *jsonschema.Schema
}

// A place is a schema that is filled in once all uses of its type are counted.
type place struct {
	schema   *jsonschema.Schema
	nullable bool
}

func newBuilder() *builder {
	return &builder{defs: make(map[reflect.Type]*definition), open: make(map[reflect.Type]bool)}
}

// of describes t, found at path. Definitions are described later, by finish:
// that ends every recursion.
func (b *builder) of(path string, t reflect.Type) *jsonschema.Schema {
	if t == nil {
		return b.refuse(path, "no type")
	}
	nullable := false
	for depth := 0; t.Kind() == reflect.Pointer; depth++ {
		if depth > deepest {
			return b.refuse(path, t.String()+" (a pointer to itself)")
		}
		nullable, t = true, t.Elem()
	}
	if s := known(t); s != nil {
		return allowNull(s, nullable)
	}
	if composite(t) && t.Name() != "" {
		return b.refer(path, t, nullable)
	}
	if b.open[t] {
		// Only possible through a named pointer type; nobody can reference it.
		return &jsonschema.Schema{Description: "again " + t.String()}
	}
	b.open[t] = true
	defer delete(b.open, t)
	return allowNull(b.shape(path, t), nullable)
}

// deepest is how many pointers to pointers are followed.
const deepest = 16

func composite(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		return true
	default:
		return false
	}
}

func (b *builder) refer(path string, t reflect.Type, nullable bool) *jsonschema.Schema {
	d := b.defs[t]
	if d == nil {
		d = &definition{t: t, path: path}
		b.defs[t] = d
		b.order = append(b.order, d)
	}
	s := new(jsonschema.Schema)
	d.places = append(d.places, place{s, nullable})
	return s
}

// finish describes the definitions that root needs, settles where each stands,
// and writes the document.
func (b *builder) finish(root *jsonschema.Schema) (json.RawMessage, error) {
	for i := 0; i < len(b.order); i++ { // grows while it runs
		d := b.order[i]
		d.schema = b.shape(d.path, d.t)
		d.schema.Extra = map[string]any{GoName: defName(d.t)}
	}
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	defs := make(map[string]*jsonschema.Schema)
	for _, d := range b.order {
		if len(d.places) == 1 {
			d.stand(d.places[0])
			continue
		}
		name := free(defs, defName(d.t))
		defs[name] = d.schema
		for _, p := range d.places {
			p.point(name)
		}
	}
	if len(defs) > 0 {
		root.Defs = defs
	}
	return json.Marshal(root)
}

// stand puts the definition itself into its only place.
func (d *definition) stand(p place) {
	title, description := p.schema.Title, p.schema.Description
	*p.schema = *allowNull(d.schema, p.nullable)
	p.schema.Title, p.schema.Description = title, description
}

func (p place) point(name string) {
	ref := "#/$defs/" + name
	if !p.nullable {
		p.schema.Ref = ref
		return
	}
	p.schema.AnyOf = []*jsonschema.Schema{{Ref: ref}, {Type: "null"}}
}

// allowNull adds null to the types of s. Whatever has no type takes null as is.
func allowNull(s *jsonschema.Schema, nullable bool) *jsonschema.Schema {
	if nullable && s.Type != "" {
		s.Type, s.Types = "", []string{s.Type, "null"}
	}
	return s
}

func (b *builder) refuse(path, have string) *jsonschema.Schema {
	b.errs = append(b.errs, fmt.Errorf(
		"describe %s: have %s, want a type that JSON can carry; a field is left out with json:\"-\"", path, have))
	return new(jsonschema.Schema)
}

// defName makes a name that needs no escaping: Page[example.org/shop.Order] is
// Page_Order.
func defName(t reflect.Type) string {
	words := strings.FieldsFunc(t.Name(), func(r rune) bool { return strings.ContainsRune("[],* ", r) })
	for i, w := range words {
		words[i] = strings.Map(keepInName, w[strings.LastIndexAny(w, "./")+1:])
	}
	return strings.Join(words, "_")
}

// free returns name, with a number if another package's type already has it.
func free(defs map[string]*jsonschema.Schema, name string) string {
	try := name
	for n := 2; defs[try] != nil; n++ {
		try = name + "_" + strconv.Itoa(n)
	}
	return try
}

func keepInName(r rune) rune {
	if notInName(r) {
		return -1
	}
	return r
}

// notInName refuses what a JSON pointer in a URI would have to escape.
func notInName(r rune) bool {
	return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

func nameOf(t reflect.Type) string {
	if t == nil {
		return "nil"
	}
	return t.String()
}
