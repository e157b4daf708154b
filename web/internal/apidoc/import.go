package apidoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// The limits of a schema that came over the network.
const (
	maxSchema = 256 << 10 // bytes
	maxDepth  = 64        // objects and lists inside one another
)

// An importer turns a JSON Schema with definitions of its own into one whose
// definitions are elsewhere.
type importer struct {
	root   any
	defs   map[string]any
	name   func(def string) string // of a definition's component
	whole  string                  // name of the component that the schema itself becomes
	toRoot bool                    // something refers to the schema itself
}

func newImporter(schema json.RawMessage) (*importer, error) {
	if len(schema) == 0 || len(schema) > maxSchema {
		return nil, fmt.Errorf("have %d bytes, want 1 to %d", len(schema), maxSchema)
	}
	if err := checkDepth(schema); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(schema))
	d.UseNumber()
	i := &importer{}
	if err := d.Decode(&i.root); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("have more than one value")
	}
	if object, ok := i.root.(map[string]any); ok {
		i.defs, _ = object["$defs"].(map[string]any)
	}
	return i, nil
}

// checkDepth runs before the decoder, which recurses.
func checkDepth(schema []byte) error {
	depth, quoted := 0, false
	for pos := 0; pos < len(schema); pos++ {
		switch c := schema[pos]; {
		case c == '\\' && quoted:
			pos++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth > maxDepth {
			return fmt.Errorf("have more than %d levels", maxDepth)
		}
	}
	return nil
}

// rewrite returns the schema and its definitions, by the names they get. A
// schema that refers to itself becomes a component too, named whole.
func (i *importer) rewrite(name func(string) string, whole string) (json.RawMessage, map[string]json.RawMessage, error) {
	i.name, i.whole, i.toRoot = name, whole, false
	moved := make(map[string]json.RawMessage)
	for def, schema := range i.defs {
		text, err := i.write(schema)
		if err != nil {
			return nil, nil, fmt.Errorf("$defs/%s: %w", def, err)
		}
		if _, twice := moved[name(def)]; twice {
			return nil, nil, fmt.Errorf("$defs/%s: have another of nearly that name", def)
		}
		moved[name(def)] = text
	}
	root, err := i.write(i.root)
	if err != nil {
		return nil, nil, err
	}
	if !i.toRoot {
		return root, moved, nil
	}
	if _, twice := moved[whole]; twice {
		return nil, nil, fmt.Errorf("have a definition named as the schema, %s", whole)
	}
	moved[whole] = root
	ref, err := json.Marshal(map[string]string{"$ref": prefix + whole})
	return ref, moved, err
}

const prefix = typed.Prefix

func (i *importer) write(schema any) (json.RawMessage, error) {
	s, err := i.schema(schema)
	if err != nil {
		return nil, err
	}
	return json.Marshal(s)
}

// schema returns a copy of s with its references rewritten and without words
// that are not of the vocabulary.
func (i *importer) schema(s any) (any, error) {
	if always, ok := s.(bool); ok {
		return always, nil
	}
	object, ok := s.(map[string]any)
	if !ok {
		return nil, errors.New("have no schema, want an object, true or false")
	}
	out := make(map[string]any, len(object))
	for word, v := range object {
		kept, err := i.keep(word, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", word, err)
		}
		if kept != nil {
			out[word] = kept
		}
	}
	return out, nil
}

// ref rewrites a reference, which leads to the schema itself, to a definition or
// to a property of the schema.
func (i *importer) ref(v any) (any, error) {
	text, _ := v.(string)
	pointer, err := url.PathUnescape(text)
	if err != nil {
		return nil, err
	}
	if pointer == "#" {
		i.toRoot = true
		return prefix + i.whole, nil
	}
	object, _ := i.root.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	if name, ok := strings.CutPrefix(pointer, "#/$defs/"); ok && has(i.defs, name) {
		return prefix + i.name(unescape(name)), nil
	}
	if name, ok := strings.CutPrefix(pointer, "#/properties/"); ok && has(properties, name) {
		i.toRoot = true
		return prefix + i.whole + text[1:], nil
	}
	return nil, fmt.Errorf("have %.100q, want #, #/$defs/NAME or #/properties/NAME that is there", text)
}

// has reports whether the one token of a JSON pointer is a key of object.
func has(object map[string]any, token string) bool {
	_, ok := object[unescape(token)]
	return ok && !strings.Contains(token, "/")
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~").Replace
