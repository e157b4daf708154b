package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parse reads the one document in data as yaml.v3 sees it: aliases and
// substitutions are still there. No document at all is null.
func parse(name string, data []byte) (*yaml.Node, error) {
	if len(data) > maxSize {
		return nil, fmt.Errorf("%s: have more than %d MiB, want at most that", name, maxSize>>20)
	}
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: 1, Column: 1}, nil
	}
	if err == nil {
		err = dec.Decode(&second)
	}
	switch {
	case errors.Is(err, io.EOF):
		return doc.Content[0], nil
	case err != nil:
		return nil, syntaxMistake(name, data, err)
	default:
		return nil, mistakef(Position{name, second.Line, second.Column}, "have a second document, want one in each file")
	}
}

// syntaxMistake gives a parser's error its place. The parser tells the line at
// best; the column is where the text of that line begins.
func syntaxMistake(name string, data []byte, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	at := Position{name, 1, 1}
	if number, rest, ok := strings.Cut(strings.TrimPrefix(text, "line "), ": "); ok {
		if line, err := strconv.Atoi(number); err == nil {
			at.Line, text = line, rest
		}
	}
	if lines := bytes.Split(data, []byte("\n")); at.Line <= len(lines) {
		line := lines[at.Line-1]
		at.Column += len(line) - len(bytes.TrimLeft(line, " \t"))
	}
	return mistakef(at, "read as YAML: %s", text)
}

// parseOne reads a value from the command line or the environment. What YAML
// would silently change, a password that contains " #" or a key of several
// lines, is refused.
func parseOne(name, text string) (*yaml.Node, error) {
	root, err := parse(name, []byte(text))
	if err != nil {
		return nil, err
	}
	changed := root.Kind == yaml.ScalarNode && root.Style == 0 && root.Value != strings.TrimSpace(text)
	if changed || decorated(root) {
		return nil, mistakef(Position{name, 1, 1}, "have a comment, an anchor or folded lines, want one YAML value; quote it to take it as text")
	}
	return root, nil
}

func decorated(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || n.Anchor != "" ||
		n.HeadComment+n.LineComment+n.FootComment != "" ||
		slices.ContainsFunc(n.Content, decorated)
}
