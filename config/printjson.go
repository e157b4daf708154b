package config

import (
	"encoding/json"
	"fmt"
	"math"

	"go.yaml.in/yaml/v3"
)

// JSON returns the effective configuration as one JSON object, without the secrets, as YAML
// does. A number that JSON does not have, such as .inf, is its text.
func (c *Config) JSON() ([]byte, error) {
	out, err := json.Marshal(shown(c.root))
	if err != nil {
		return nil, fmt.Errorf("print configuration: %w", err)
	}
	return out, nil
}

// shown returns n as Go's own values, without secrets.
func shown(n *node) any {
	switch {
	case n == nil:
		return map[string]any{}
	case n.kind == yaml.SequenceNode:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = shown(item)
		}
		return list
	case n.kind == yaml.MappingNode:
		m := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			m[e.key.text] = shownEntry(e)
		}
		return m
	default:
		return shownScalar(n)
	}
}

func shownEntry(e entry) any {
	if secret(e.key.text) && !e.value.isNull() {
		return redacted
	}
	return shown(e.value)
}

func shownScalar(n *node) any {
	switch v := n.value.(type) {
	case string:
		return Redact(n.text)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return n.text
		}
	}
	return n.value
}
