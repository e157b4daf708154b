package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxAliased bounds how many values a file's aliases may stand for, so that a
// few lines of aliases to aliases cannot fill the memory. yaml.v3 has a guard
// of its own, but not for those who decode into yaml.Node.
const maxAliased = 100_000

const (
	envTag    = "!env_var"     // like a plain scalar, even in quotes
	rawEnvTag = "!raw_env_var" // text, even when plain
)

var (
	scalarTags = []string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!binary", "!!merge"}
	mapTags    = []string{"!!map"}
	listTags   = []string{"!!seq"}
)

// builder turns what yaml.v3 parsed into our tree: it follows aliases and merge
// keys, substitutes the environment, and collects the mistakes on its way.
type builder struct {
	file    string
	lookup  func(string) (string, bool) // nil: no substitution
	fixed   *Position                   // where all nodes are said to be, if not nil
	anchors map[*yaml.Node]*node        // lacks those that are being built
	aliased int
	errs    []error
}

func newBuilder(file string, lookup func(string) (string, bool)) *builder {
	return &builder{file: file, lookup: lookup, anchors: map[*yaml.Node]*node{}}
}

func (b *builder) fail(at Position, format string, args ...any) {
	b.errs = append(b.errs, mistakef(at, format, args...))
}

func (b *builder) at(n *yaml.Node) Position {
	if b.fixed != nil {
		return *b.fixed
	}
	return Position{b.file, n.Line, n.Column}
}

// build always returns a node, null in the place of a mistake, so that one
// mistake does not hide the next.
func (b *builder) build(n *yaml.Node) *node {
	if n.Anchor == "" {
		return b.kind(n)
	}
	built := b.kind(n)
	b.anchors[n] = built
	return built
}

func (b *builder) kind(n *yaml.Node) *node {
	switch n.Kind {
	case yaml.AliasNode:
		return b.alias(n)
	case yaml.SequenceNode:
		return b.sequence(n)
	case yaml.MappingNode:
		return b.mapping(n)
	default:
		return b.scalar(n)
	}
}

func (b *builder) alias(n *yaml.Node) *node {
	target := b.anchors[n.Alias]
	if target == nil {
		b.fail(b.at(n), "anchor %s contains itself", n.Value)
		return nullNode(b.at(n))
	}
	exhausted := b.aliased > maxAliased
	b.aliased += target.size
	if b.aliased <= maxAliased {
		return target
	}
	if !exhausted {
		b.fail(b.at(n), "aliases stand for more than %d values up to here, want fewer", maxAliased)
	}
	return nullNode(b.at(n))
}

func (b *builder) sequence(n *yaml.Node) *node {
	b.checkTag(n, listTags)
	list := &node{at: b.at(n), kind: yaml.SequenceNode, size: 1}
	for _, c := range n.Content {
		item := b.build(c)
		list.items = append(list.items, item)
		list.size += item.size
	}
	return list
}

func (b *builder) mapping(n *yaml.Node) *node {
	b.checkTag(n, mapTags)
	m := mapper{b: b, seen: map[string]*node{}, out: &node{at: b.at(n), kind: yaml.MappingNode, size: 1}}
	var bases []*node
	for pair := range slices.Chunk(n.Content, 2) {
		if pair[0].ShortTag() == "!!merge" {
			bases = append(bases, m.bases(pair[1])...)
			continue
		}
		m.own(pair[0], pair[1])
	}
	for _, base := range bases {
		m.inherit(base)
	}
	return m.out
}

// mapper builds one mapping.
type mapper struct {
	b    *builder
	out  *node
	seen map[string]*node // the keys so far
}

// own adds an entry that the mapping itself has.
func (m *mapper) own(k, v *yaml.Node) {
	key, value := m.key(k), m.b.build(v)
	if key == nil {
		return
	}
	if first := m.seen[key.text]; first != nil {
		m.b.fail(key.at, "have key %q again, it is already at %s; want it once", key.text, first.at)
		return
	}
	m.add(entry{key, value})
}

func (m *mapper) add(e entry) {
	m.seen[e.key.text] = e.key
	m.out.entries = append(m.out.entries, e)
	m.out.size += e.value.size
}

func (m *mapper) key(k *yaml.Node) *node {
	at := m.b.at(k)
	if k.Kind == yaml.AliasNode {
		k = k.Alias
	}
	if k.Kind != yaml.ScalarNode {
		m.b.fail(at, "have a list or a map as key, want text")
		return nil
	}
	key := *m.b.resolve(k, k.Value)
	key.at = at
	if k.Anchor != "" {
		m.b.anchors[k] = &key
	}
	return &key
}

// bases returns the maps that a merge key (<<) names: one or a list.
func (m *mapper) bases(n *yaml.Node) []*node {
	value := m.b.build(n)
	bases := []*node{value}
	if value.kind == yaml.SequenceNode {
		bases = value.items
	}
	for _, base := range bases {
		if base.kind != yaml.MappingNode && !base.isNull() {
			m.b.fail(m.b.at(n), "have %s to merge, want a map or a list of maps", base.describe(""))
		}
	}
	return bases
}

// inherit adds what base has and the mapping has not.
func (m *mapper) inherit(base *node) {
	for _, e := range base.entries {
		if m.seen[e.key.text] == nil {
			m.add(e)
		}
	}
}

func (b *builder) scalar(n *yaml.Node) *node {
	env := n.Tag == envTag || n.Tag == rawEnvTag
	switch {
	case b.lookup != nil && (env || strings.Contains(n.Value, "${")):
		return b.substitute(n)
	case env:
		return textNode(b.at(n), n.Value)
	default:
		return b.resolve(n, n.Value)
	}
}

// resolve gives the scalar n, whose text may have been substituted, the value
// that YAML sees in it.
func (b *builder) resolve(n *yaml.Node, text string) *node {
	b.checkTag(n, scalarTags)
	out := &node{at: b.at(n), kind: yaml.ScalarNode, text: text, size: 1}
	bare := yaml.Node{Kind: n.Kind, Tag: n.Tag, Style: n.Style, Value: text}
	if err := bare.Decode(&out.value); err != nil {
		b.fail(out.at, "have a scalar that is no %s, want one or another tag", n.ShortTag())
	}
	if s, ok := out.value.(string); ok {
		out.text = s // differs for !!binary
	}
	return out
}

func (b *builder) checkTag(n *yaml.Node, known []string) {
	if tag := n.ShortTag(); !slices.Contains(known, tag) {
		b.fail(b.at(n), "have tag %s, want none or one of %s", tag, strings.Join(append([]string{envTag, rawEnvTag}, known...), ", "))
	}
}
