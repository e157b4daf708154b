// Package discreet shows payloads, keys and context data without what is declared
// sensitive.
package discreet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
)

// Hide is Show without what stands at the paths of fields, "*" for all
// of it. Where there are paths, what cannot be read is not shown either.
func Hide(r events.Raw, paths []string) Payload {
	p := Show(r)
	if len(paths) == 0 || len(r.Body) == 0 {
		return p
	}
	hidden := Payload{Payload: json.RawMessage(`"` + entrypoint.Hidden + `"`)}
	tree, err := p.tree()
	if err != nil || slices.Contains(paths, "*") {
		return hidden
	}
	for _, path := range paths {
		tree = withoutField(tree, strings.Split(path, "."))
	}
	text, err := present.EncodeJSON(tree)
	if err != nil {
		return hidden
	}
	return Payload{Payload: text}
}

// tree returns the payload as encoding/json reads it, numbers as they are written.
func (p Payload) tree() (tree any, err error) {
	if p.Body != nil {
		return nil, errors.New("the payload cannot be read")
	}
	decoder := json.NewDecoder(bytes.NewReader(p.Payload))
	decoder.UseNumber()
	err = decoder.Decode(&tree)
	return tree, err
}

// withoutField returns a tree without what stands at a path, in each element of lists.
func withoutField(tree any, path []string) any {
	if len(path) == 0 {
		return entrypoint.Hidden
	}
	switch tree := tree.(type) {
	case []any:
		for i := range tree {
			tree[i] = withoutField(tree[i], path)
		}
		return tree
	case map[string]any:
		for name := range tree {
			if path[0] == "*" || strings.EqualFold(name, path[0]) {
				tree[name] = withoutField(tree[name], path[1:])
			}
		}
		return tree
	default:
		return entrypoint.Hidden // no handler could read it: who knows what it is
	}
}

// Key is the key of an event of which p is shown. A key that may be taken from
// something sensitive is not shown: where there are paths, only one that stands in p, and
// nowhere in what p leaves out. Emitters need not say which field it is.
func Key(key string, r events.Raw, p Payload, paths []string) string {
	if key == "" || len(paths) == 0 {
		return key
	}
	shown, err := p.tree()
	if err != nil {
		return entrypoint.Hidden
	}
	all, err := Show(r).tree()
	if n := occurrences(shown, key); err != nil || n == 0 || n < occurrences(all, key) {
		return entrypoint.Hidden
	}
	return key
}

// occurrences returns how often a value stands in a tree.
func occurrences(tree any, value string) (n int) {
	switch tree := tree.(type) {
	case []any:
		for _, element := range tree {
			n += occurrences(element, value)
		}
	case map[string]any:
		for _, field := range tree {
			n += occurrences(field, value)
		}
	case nil:
	default:
		if fmt.Sprint(tree) == value {
			return 1
		}
	}
	return n
}

// Data is context data without values whose keys are those of secrets.
func Data(data map[string]string) map[string]string {
	quiet := maps.Clone(data)
	for key := range quiet {
		if config.Secret(key) {
			quiet[key] = entrypoint.Hidden
		}
	}
	return quiet
}
