package artefact

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// block returns a mapping of keys to values, in turn, each on a line of its own. What is
// nil is left out with its key.
func block(pairs ...any) *yaml.Node { return mapping(0, pairs) }

// flow is block on one line.
func flow(pairs ...any) *yaml.Node { return mapping(yaml.FlowStyle, pairs) }

func mapping(style yaml.Style, pairs []any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: style}
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := node(pairs[i+1]); value != nil {
			n.Content = append(n.Content, node(pairs[i]), value)
		}
	}
	return n
}

// list returns a sequence, each item on a line of its own, and row one on one line.
func list(items ...any) *yaml.Node { return sequence(0, items) }
func row(items ...any) *yaml.Node  { return sequence(yaml.FlowStyle, items) }

func sequence(style yaml.Style, items []any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: style}
	for _, item := range items {
		n.Content = append(n.Content, node(item))
	}
	return n
}

// words is row for texts.
func words(texts ...string) *yaml.Node {
	n := row()
	for _, t := range texts {
		n.Content = append(n.Content, node(t))
	}
	return n
}

// node returns a node as it is, and a scalar for what is none.
func node(value any) *yaml.Node {
	switch v := value.(type) {
	case nil:
		return nil
	case *yaml.Node:
		return v
	}
	n := new(yaml.Node)
	_ = n.Encode(value) // scalars alone, which are never refused
	return n
}

// remark adds a comment at the end of a value's line.
func remark(value any, comment string) *yaml.Node {
	n := node(value)
	n.LineComment = "# " + comment
	return n
}

// documents writes documents under a comment.
func documents(comment string, all ...*yaml.Node) string {
	var b bytes.Buffer
	for line := range strings.Lines(comment) {
		b.WriteString("# " + line)
	}
	for i, d := range all {
		if i > 0 {
			b.WriteString("---\n")
		}
		e := yaml.NewEncoder(&b)
		e.SetIndent(2)
		_ = e.Encode(d) // a buffer takes all
		_ = e.Close()
	}
	return b.String()
}
