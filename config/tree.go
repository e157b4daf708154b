package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Position is a place in a configuration source.
type Position struct {
	// File is the path of a file, the name given to Text, or "--define KEY".
	File string
	// Line and Column count from 1.
	Line, Column int
}

// String returns p as file:line:column, which editors and terminals open.
func (p Position) String() string {
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// mistake is what is wrong at a place.
type mistake struct {
	at   Position
	text string
}

func (m *mistake) Error() string { return m.at.String() + ": " + m.text }

func mistakef(at Position, format string, args ...any) error {
	return &mistake{at, fmt.Sprintf(format, args...)}
}

// node is a value of the configuration. It is not changed once built, so that
// aliases and merged trees share their parts.
type node struct {
	at      Position
	kind    yaml.Kind // ScalarNode, SequenceNode or MappingNode
	text    string    // a scalar's text after substitution
	value   any       // a scalar's value as YAML resolves it; nil is null
	items   []*node   // of a sequence
	entries []entry   // of a mapping, its keys are distinct
	size    int       // how many nodes the tree has, aliases counted each time
}

type entry struct{ key, value *node }

func textNode(at Position, text string) *node {
	return &node{at: at, kind: yaml.ScalarNode, text: text, value: text, size: 1}
}

func nullNode(at Position) *node {
	return &node{at: at, kind: yaml.ScalarNode, size: 1}
}

func (n *node) isNull() bool { return n.kind == yaml.ScalarNode && n.value == nil }

func (n *node) pairs() []entry {
	if n == nil {
		return nil
	}
	return n.entries
}

func (n *node) get(key string) *node {
	i := slices.IndexFunc(n.entries, func(e entry) bool { return e.key.text == key })
	if i < 0 {
		return nil
	}
	return n.entries[i].value
}

// find returns the value at the dotted path, or nil where there is none.
func (n *node) find(path string) (*node, error) {
	if path == "" {
		return n, nil
	}
	walked := ""
	for key := range strings.SplitSeq(path, ".") {
		if n == nil || n.isNull() {
			return nil, nil
		}
		if n.kind != yaml.MappingNode {
			return nil, mistakef(n.at, "%s: have %s, want a map with the key %q", walked, n.describe(walked), key)
		}
		n, walked = n.get(key), join(walked, key)
	}
	return n, nil
}

// plain returns n as Go's own values, for targets of type any.
func (n *node) plain() any {
	switch n.kind {
	case yaml.SequenceNode:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.plain()
		}
		return list
	case yaml.MappingNode:
		m := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			m[e.key.text] = e.value.plain()
		}
		return m
	default:
		return n.value
	}
}

// describe says what n is for an error; path tells whether it is a secret.
func (n *node) describe(path string) string {
	const most = 60
	switch {
	case n.kind == yaml.SequenceNode:
		return "a list"
	case n.kind == yaml.MappingNode:
		return "a map"
	case n.isNull():
		return "nothing"
	case slices.ContainsFunc(strings.Split(path, "."), secret):
		return redacted
	}
	text := Redact(n.text)
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	if _, quoted := n.value.(string); quoted {
		return fmt.Sprintf("%q", text)
	}
	return text
}

// merge lays over upon base: maps are merged key by key, anything else replaces
// what was there.
func merge(base, over *node) *node {
	if base == nil || base.kind != yaml.MappingNode || over.kind != yaml.MappingNode {
		return over
	}
	merged := &node{at: over.at, kind: yaml.MappingNode, entries: slices.Clone(base.entries)}
	index := make(map[string]int, len(base.entries))
	for i, e := range base.entries {
		index[e.key.text] = i
	}
	for _, e := range over.entries {
		if i, ok := index[e.key.text]; ok {
			merged.entries[i] = entry{e.key, merge(merged.entries[i].value, e.value)}
			continue
		}
		merged.entries = append(merged.entries, e)
	}
	return merged
}

// wrap returns a mapping in which value lies at the dotted path.
func wrap(path string, value *node) (*node, error) {
	keys := strings.Split(path, ".")
	if slices.Contains(keys, "") {
		return nil, errors.New("have an empty key, want keys joined by dots such as broker.url")
	}
	for _, key := range slices.Backward(keys) {
		key := textNode(Position{value.at.File, 1, 1}, key)
		value = &node{at: key.at, kind: yaml.MappingNode, entries: []entry{{key, value}}}
	}
	return value, nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
