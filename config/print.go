package config

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// YAML returns the effective configuration, which Load would read again as it
// is, apart from the secrets: "[redacted]" stands for what lies under a key
// that names a secret, such as db_password or token, and URLs have passed
// through Redact. Comments and anchors of the sources are gone.
func (c *Config) YAML() ([]byte, error) {
	if len(c.root.pairs()) == 0 {
		return []byte("{}\n"), nil
	}
	out, err := yaml.Marshal(printed(c.root))
	if err != nil {
		return nil, fmt.Errorf("print configuration: %w", err)
	}
	return out, nil
}

func printed(n *node) *yaml.Node {
	out := &yaml.Node{Kind: n.kind}
	switch n.kind {
	case yaml.SequenceNode:
		for _, item := range n.items {
			out.Content = append(out.Content, printed(item))
		}
	case yaml.MappingNode:
		for _, e := range n.entries {
			out.Content = append(out.Content, printedScalar(e.key, e.key.text), printedEntry(e))
		}
	default:
		// Load must not take the text for a substitution.
		return printedScalar(n, strings.ReplaceAll(Redact(n.text), "${", "$${"))
	}
	return out
}

func printedEntry(e entry) *yaml.Node {
	if secret(e.key.text) && !e.value.isNull() {
		return printedScalar(textNode(e.value.at, ""), redacted)
	}
	return printed(e.value)
}

func printedScalar(n *node, text string) *yaml.Node {
	out := yaml.Node{Kind: yaml.ScalarNode, Value: text}
	switch n.value.(type) {
	case nil:
		out.Value = "null"
	case string:
		out.SetString(text)
	case float64:
		out.Tag = "!!float" // shown where the text alone would be an integer
	case time.Time:
		out.Tag = "!!timestamp"
	}
	return &out
}
