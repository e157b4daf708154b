// Package shape tells JSON Schemas, as services describe their methods with them, in the
// few words that a line of a terminal has room for.
package shape

import (
	"encoding/json"
	"strings"
)

// A Parameter is one of those that a method has, or a field of its only one.
type Parameter struct {
	Name        string `json:"name"`
	Type        string `json:"type"` // as Text has it
	Required    bool   `json:"required"`
	Description string `json:"description,omitempty"`
	Text        bool   `json:"-"` // it takes nothing but text
}

// String returns the parameter as a signature shows it.
func (p Parameter) String() string {
	if p.Required {
		return p.Name + ": " + p.Type
	}
	return p.Name + "?: " + p.Type
}

// Text returns a schema as a type: "string", "[integer]", "{sku: string, count?: integer}".
// No schema is "", one that cannot be read, or allows anything, "any".
func Text(schema []byte) string {
	if len(schema) == 0 {
		return ""
	}
	root, ok := read(schema)
	if !ok {
		return anything
	}
	return root.teller().text(root, deepest)
}

// Fields returns the parameters that callers may name, or the fields of the only one where
// that is an object, in their order; none where there is no such thing.
func Fields(input []byte) []Parameter {
	root, ok := read(input)
	if !ok {
		return nil
	}
	n := root.follow(root.Defs)
	if len(n.Properties) == 0 {
		return nil
	}
	t, all := root.teller(), make([]Parameter, len(n.Properties))
	for i, p := range n.Properties {
		all[i] = t.field(n, p, deepest)
	}
	return all
}

// Title returns the name of the only parameter of a method, where it has one; "" otherwise.
func Title(input []byte) string {
	root, ok := read(input)
	if !ok {
		return ""
	}
	return root.Title
}

// IsText reports whether a schema takes nothing but text.
func IsText(schema []byte) bool {
	root, ok := read(schema)
	return ok && root.follow(root.Defs).isText()
}

// Closed reports whether callers can name nothing but what Fields returns: it is an object
// with properties, and not one that may have any.
func Closed(input []byte) bool {
	root, ok := read(input)
	if !ok {
		return false
	}
	n := root.follow(root.Defs)
	return len(n.Properties) > 0 && !n.open()
}

const (
	anything = "any"
	more     = "…"
	deepest  = 3 // levels that are told; what is deeper is "…"
)

// A node is what is read of a schema.
type node struct {
	any         bool // the schema true, or {}
	Ref         string
	Type        words
	Format      string
	Description string
	Title       string
	Enum        []json.RawMessage
	Items       *node
	PrefixItems []*node
	Properties  properties
	Additional  *node `json:"additionalProperties"`
	Required    []string
	AnyOf       []*node `json:"anyOf"`
	OneOf       []*node `json:"oneOf"`
	Defs        map[string]*node
}

// The limits of a schema, which comes from the network: each level is read once more for
// every level around it.
const (
	maxSchema = 256 << 10 // bytes
	maxDepth  = 64        // objects and lists inside one another
)

func read(schema []byte) (*node, bool) {
	var n node
	if len(schema) == 0 || len(schema) > maxSchema || tooDeep(schema) || json.Unmarshal(schema, &n) != nil {
		return nil, false
	}
	return &n, true
}

// tooDeep reports whether more than maxDepth objects and lists are inside one another.
func tooDeep(schema []byte) bool {
	depth, quoted, escaped := 0, false, false
	for _, c := range schema {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth > maxDepth {
			return true
		}
	}
	return false
}

// UnmarshalJSON reads a schema, which may be true or false as well.
func (n *node) UnmarshalJSON(text []byte) error {
	var flag bool
	if json.Unmarshal(text, &flag) == nil {
		n.any = flag
		return nil
	}
	type plain node // without this method
	fields := struct {
		*plain
		Ref  string           `json:"$ref"`
		Defs map[string]*node `json:"$defs"`
	}{plain: (*plain)(n)}
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	n.Ref, n.Defs = fields.Ref, fields.Defs
	return nil
}

// follow returns what a reference stands for; of one into nowhere, a schema that allows
// anything.
func (n *node) follow(defs map[string]*node) *node {
	for range 10 { // references to references end before
		name, is := strings.CutPrefix(n.Ref, "#/$defs/")
		if !is || defs[name] == nil {
			break
		}
		n = defs[name]
	}
	return n
}

func (n *node) isText() bool { return len(n.Type) == 1 && n.Type[0] == "string" }

// open reports whether an object may have properties that are not named.
func (n *node) open() bool {
	return n.Additional != nil && (n.Additional.any || len(n.Additional.Type) > 0)
}
